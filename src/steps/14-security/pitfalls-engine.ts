/** Known failures of policy engines. */
import type {Pitfall} from '../../engine/types.ts'

/** KP1404 to KP1408. */
export const enginePitfalls: Pitfall[] = [
  {
    code: 'KP1404',
    title: 'There are two policy engines',
    symptom: 'Webhooks of two engines are asked before every write; what one lets through the other refuses.',
    cause: 'An engine was installed beside the one of kp.yaml, by hand, by another tool, or before kp came.',
    match: [{check: 'security.one-engine'}, {output: /the cluster has the policy engine \S+ already \([^)]+\), kp\.yaml wants /}],
    fix: [
      {text: 'Which are there, and since when?', command: 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'},
      {text: 'Keep the other one: set phases.security.engine to it, or to none, in kp.yaml.', command: 'kp plan security'},
      {text: 'Or take it away, its webhooks first: webhooks without a server refuse every write.', command: 'kubectl delete validatingwebhookconfiguration <webhook-configuration>'},
    ],
    confirmBy: 'security.one-engine',
    runbook: 'policy-engine-down.md',
    source: 'twenty phases, 14: one engine',
  },
  {
    code: 'KP1405',
    title: 'The webhook of the policy engine does not answer',
    symptom: 'Every write fails: failed calling webhook "validate.kyverno.svc-fail" or "validation.gatekeeper.sh".',
    cause: 'The pods of the engine are down (its node, memory, a policy of its own that refuses them), and its webhook says Fail: nothing can be made, not even its own pods.',
    match: [{check: 'security.engine-ready'}, {check: 'security.reports'}, {output: /failed calling webhook "(?:[\w.-]*kyverno\.svc[\w-]*|(?:check-ignore-label|validation|mutation)\.gatekeeper\.sh)": (?:failed to call webhook: )?Post "[^"]*": [^\n]+/}],
    fix: [
      {text: 'Do its pods run?', command: 'kubectl get pods -n <kyverno or gatekeeper-system>'},
      {text: 'Why are they not made?', command: 'kubectl get events -A --field-selector reason=FailedCreate'},
      {text: 'Nothing can be written any more: take its webhooks away for the moment. The engine makes them again when it is up.', command: 'kubectl delete validatingwebhookconfiguration <webhook-configuration>'},
      {text: 'Then put it back as kp.yaml says, with three replicas.', command: 'kp step security'},
    ],
    confirmBy: 'security.engine-ready',
    runbook: 'policy-engine-down.md',
    source: 'Kyverno docs: troubleshooting, API server is blocked; Gatekeeper docs: emergency recovery',
  },
  {
    code: 'KP1406',
    title: 'The expression of a policy does not fit',
    symptom: 'A policy is refused (compilation failed), or refuses everything: resulted in error: no such key.',
    cause: 'CEL names a field that the object has not, or that is optional. With failurePolicy Fail an expression that ends in an error refuses the request.',
    match: [
      {output: /ValidatingAdmissionPolicy[^\n]* is invalid: spec\.\S+: Invalid value: [^\n]*compilation failed: ERROR/},
      {output: /ValidatingAdmissionPolicy '(?!kp-)[^']+' with binding '[^']+' denied request: expression '[^\n]+' resulted in error: /},
    ],
    fix: [
      {text: 'What does the API server say about its types?', command: "kubectl get validatingadmissionpolicy <policy> -o jsonpath='{.status.typeChecking}'"},
      {text: 'Ask for optional fields with has(), or with .?field.orValue(). Until then let it only report.', command: "kubectl patch validatingadmissionpolicybinding <binding> --type=merge -p '{\"spec\":{\"validationActions\":[\"Audit\"]}}'"},
    ],
    confirmBy: 'security.engine-ready',
    source: 'Kubernetes docs: Validating Admission Policy, type checking',
  },
  {
    code: 'KP1407',
    title: 'A policy is gone, or only reports where it should refuse',
    symptom: 'kp verify says that a policy or its binding does not exist, or that it does Audit and Warn instead of Deny.',
    cause: 'Somebody deleted or changed it, to get something through in a hurry.',
    match: [{check: 'security.policies'}],
    fix: [
      {text: 'What differs?', command: 'kp plan security'},
      {text: 'Put it back.', command: 'kp step security'},
      {text: 'Who changed it is in the audit log, and in the fields of the object.', command: 'kubectl get validatingadmissionpolicybindings --show-managed-fields -o yaml'},
    ],
    confirmBy: 'security.policies',
    source: 'Kubernetes docs: Validating Admission Policy, bindings',
  },
  {
    code: 'KP1408',
    title: 'Manifests still name PodSecurityPolicy',
    symptom: 'no matches for kind "PodSecurityPolicy" in version "policy/v1beta1".',
    cause: 'PodSecurityPolicy was removed in Kubernetes 1.25; charts and manifests from before still bring one.',
    match: [{output: /no matches for kind "PodSecurityPolicy" in version "policy\/v1beta1"/}],
    fix: [
      {text: 'Which chart brings it? Switch it off in its values (often psp.enabled or rbac.pspEnabled), or take a newer version.', command: 'helm list -A'},
      {text: 'Its place is taken by the level of the namespace and by policies.', command: 'kp explain security'},
    ],
    confirmBy: 'control-plane.removed-apis',
    source: 'Kubernetes docs: migrate from PodSecurityPolicy',
  },
]
