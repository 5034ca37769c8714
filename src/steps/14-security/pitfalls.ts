/** Known failures of phase 14: policies, Pod Security Admission, roles. */
import type {Pitfall} from '../../engine/types.ts'
import {findOpenAdmins, findRefusedByLevel} from './find.ts'
import {enginePitfalls} from './pitfalls-engine.ts'

const RUNBOOK = 'policy-blocks-workload.md'

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [
  {
    code: 'KP1401',
    title: 'A policy refuses what an application needs',
    symptom: "Pods are not made, or a Deployment is refused: ValidatingAdmissionPolicy 'kp-…' denied request, or the webhook of Kyverno or Gatekeeper denied the request.",
    cause: 'The policies refuse in this namespace (mode enforce, or kp policy enforce), and the pod template breaks a rule. Overly strict policies that come all at once break applications that worked.',
    match: [
      {check: 'security.violations'},
      {event: {reason: 'FailedCreate', message: /ValidatingAdmissionPolicy 'kp-[\w-]+' with binding '[^']+' denied request/}},
      {output: /ValidatingAdmissionPolicy 'kp-[\w-]+' with binding '[^']+' denied request: /},
      {event: {reason: 'FailedCreate', message: /admission webhook "(?:[\w.-]*kyverno\.svc[\w.-]*|validation\.gatekeeper\.sh)" denied the request: /}},
      {output: /admission webhook "(?:[\w.-]*kyverno\.svc[\w.-]*|validation\.gatekeeper\.sh)" denied the request: /},
    ],
    fix: [
      {text: 'Which workloads break which rule, and where?', command: 'kp policy report'},
      {text: 'It must run now: let the policies only report in that namespace again.', command: 'kp policy enforce <namespace> --revert'},
      {text: 'Correct the pod template: the report names the field. Then refuse again.', command: 'kp policy enforce <namespace>'},
      {text: 'It needs its node for good (an agent, a driver): give it a namespace of its own, and name that in phases.security.excludeNamespaces.', command: 'kp plan security'},
    ],
    confirmBy: 'security.violations',
    runbook: RUNBOOK,
    source: 'twenty phases, 14; kind guide, lessons learned',
  },
  {
    code: 'KP1402',
    title: 'A privileged pod is accepted',
    symptom: 'A dry run of a privileged pod, or of one with hostPath, goes through in a namespace of applications.',
    cause: 'The namespace has no level of Pod Security Admission (or privileged), and the policies only report there, or their bindings are gone.',
    match: [{check: 'security.privileged-pod-refused'}, {check: 'security.host-path-refused'}],
    fix: [
      {text: 'Which namespaces have which level?', command: 'kubectl get namespaces -L pod-security.kubernetes.io/enforce'},
      {text: 'Put the levels and policies of kp.yaml back.', command: 'kp step security'},
      {text: 'A namespace that kp.yaml does not name: add it to phases.security.namespaces.', command: 'kp plan security'},
    ],
    confirmBy: 'security.privileged-pod-refused',
    runbook: RUNBOOK,
    source: 'twenty phases, 14',
  },
  {
    code: 'KP1403',
    title: 'Pod Security Admission refuses the pods of a Deployment',
    symptom: 'A Deployment was accepted and has no pods: FailedCreate, violates PodSecurity "restricted:latest".',
    cause: 'The level of the namespace looks at pods, not at what makes them: the Deployment is taken with a warning, each of its pods is refused.',
    match: [
      {event: {reason: 'FailedCreate', message: /violates PodSecurity "/}},
      {output: /is forbidden: violates PodSecurity "(?:baseline|restricted):[\w.]+": /},
    ],
    fix: [
      {text: 'The event names every field that is missing.', command: 'kubectl -n <namespace> get events --field-selector reason=FailedCreate'},
      {text: 'Level restricted wants runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation false and capabilities.drop ALL in the pod template.', command: 'kubectl -n <namespace> edit deployment <deployment>'},
      {text: 'It cannot do without: give its namespace the level that it needs (phases.security.namespaces, podSecurity).', command: 'kp step security'},
    ],
    find: findRefusedByLevel,
    confirmBy: 'security.violations',
    runbook: RUNBOOK,
    source: 'Kubernetes docs: Pod Security Admission, workload resources',
  },
  ...enginePitfalls,
  {
    code: 'KP1409',
    title: 'A group may do less or more than its role says',
    symptom: 'The API server allows a group of kp.yaml something that its role forbids, or refuses what its role allows.',
    cause: 'Somebody changed or deleted the RoleBinding, or gave the same group another role beside it: roles only add up.',
    match: [{check: 'security.roles'}],
    fix: [
      {text: 'Which bindings are there, and for whom?', command: 'kubectl -n <namespace> get rolebindings -o wide'},
      {text: 'Put those of kp back.', command: 'kp step security'},
      {text: 'More than the role says: look for bindings of the group in the whole cluster.', command: 'kubectl get clusterrolebindings -o wide'},
    ],
    confirmBy: 'security.roles',
    source: 'twenty phases, 14; Kubernetes docs: RBAC good practices',
  },
  {
    code: 'KP1410',
    title: 'Everybody administers the cluster',
    symptom: 'A ClusterRoleBinding gives cluster-admin to system:authenticated, system:unauthenticated or a default account.',
    cause: 'Somebody made a tool work by giving its pods, or all users, every right there is. Any pod of that namespace owns the cluster.',
    match: [{check: 'security.cluster-admins'}],
    fix: [
      {text: 'Who uses it? The audit log names the account of each call.', command: 'kubectl get clusterrolebindings -o wide'},
      {text: 'Give the tool an account of its own with the role that it needs, then delete the binding.', command: 'kubectl delete clusterrolebinding <binding>'},
    ],
    find: findOpenAdmins,
    confirmBy: 'security.cluster-admins',
    source: 'Kubernetes docs: RBAC good practices; CIS benchmark 5.1.1',
  },
  {
    code: 'KP1411',
    title: 'What ran before has no generated network policy',
    symptom: 'Namespaces that are older than the policy have no default deny; new ones do.',
    cause: 'A generating policy acts on what comes after it. What was there already is only looked at with generateExisting, and not before the next scan.',
    match: [{check: 'security.network-policies'}],
    fix: [
      {text: 'Which namespaces have none?', command: 'kubectl get networkpolicies -A'},
      {text: "Put kp's rules back: with Kyverno its policy says generateExisting.", command: 'kp step security'},
      {text: 'Kyverno looks again at its next scan (phases.security.scanInterval); at once when its background controller restarts.', command: 'kubectl -n kyverno rollout restart deployment kyverno-background-controller'},
    ],
    confirmBy: 'security.network-policies',
    source: 'kind guide: network policies for existing infrastructure',
  },
  {
    code: 'KP1412',
    title: 'A namespace lost its Pod Security level',
    symptom: 'A namespace of applications has no label pod-security.kubernetes.io/enforce, or a weaker level than kp.yaml says.',
    cause: 'Somebody took the label away to get a pod running, or made the namespace by hand. Without it everything is allowed there.',
    match: [{check: 'security.pod-security'}, {check: 'security.unlabelled-namespaces'}],
    fix: [
      {text: 'What would a level refuse of what runs? This only asks.', command: 'kubectl label --dry-run=server --overwrite namespace <namespace> pod-security.kubernetes.io/enforce=restricted'},
      {text: 'Namespaces of kp.yaml get theirs back.', command: 'kp step security'},
      {text: 'Others: name them in phases.security.namespaces, with the level that fits.', command: 'kp plan security'},
    ],
    confirmBy: 'security.pod-security',
    source: 'Kubernetes docs: enforce Pod Security Standards with namespace labels',
  },
  {
    code: 'KP1413',
    title: 'A policy of Kyverno hits what the cluster itself needs',
    symptom: 'Pods of kube-system, of the network or of Kyverno itself are not made: resource DaemonSet/kube-system/… was blocked due to the following policies.',
    cause: 'A policy without exclusions: agents and drivers must be privileged, so a rule that is right for applications breaks nodes. Two policies can also ask for opposite things.',
    match: [{output: /resource \w+\/(?:kube-system|kyverno|gatekeeper-system|calico-system|tigera-operator|velero|linkerd-cni|istio-system|chaos-mesh)\/\S* was blocked due to the following policies/}],
    fix: [
      {text: 'What is missing now?', command: 'kubectl get events -A --field-selector reason=FailedCreate'},
      {text: 'Let that policy only report, until it is right.', command: `kubectl patch clusterpolicy <policy> --type=merge -p '{"spec":{"validationFailureAction":"Audit"}}'`},
      {text: 'Leave the namespaces of the platform out (exclude, or a namespaceSelector). The policies of kp do so, and for phases.security.excludeNamespaces.', command: 'kp plan security'},
      {text: 'Look who it would block before it refuses again.', command: 'kp policy report'},
    ],
    confirmBy: 'security.violations',
    runbook: RUNBOOK,
    source: 'kind guide, challenges: Kyverno policy conflicts, namespace exclusions; kyverno: pkg/webhooks/utils/block.go',
  },
  {
    code: 'KP1414',
    title: 'Argo CD finds policies of Kyverno changed for ever',
    symptom: 'An Application with a ClusterPolicy stays OutOfSync; argocd app diff shows skipBackgroundRequests, emitWarning or admission, which nobody wrote.',
    cause: 'Kyverno fills defaults into its policies when they are made. They are in the cluster and not in Git, so each comparison finds them.',
    match: [{output: /^\s*[<>+-]\s*(?:skipBackgroundRequests|emitWarning|allowExistingViolations): \w+/m}],
    fix: [
      {text: 'Which fields are they?', command: 'argocd app diff <application>'},
      {text: 'Write them into the policy in Git, skipBackgroundRequests: true first of all: then both say the same.', command: 'git commit -am "Defaults of Kyverno said in the policies"'},
      {text: 'Or name them under ignoreDifferences of the Application (jqPathExpressions: .spec.rules[].skipBackgroundRequests).', command: 'kubectl -n argocd edit application <application>'},
      {text: 'What Kyverno generates is in no repository; it must not carry the label by which Argo CD prunes.', command: 'kubectl get networkpolicies -A --show-labels'},
    ],
    confirmBy: 'gitops.deliveries',
    source: 'kind guide, challenges: ignoreDifferences and skipBackgroundRequests; Kyverno docs: notes for Argo CD users',
  },
]
