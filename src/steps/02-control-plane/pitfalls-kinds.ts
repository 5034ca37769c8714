/** Known failures of phase 2: kinds, versions and webhooks */
import type {Pitfall} from '../../engine/types.ts'

/** Kinds, versions and webhooks */
export const kindPitfalls: Pitfall[] = [
  {
    code: 'KP0216',
    title: 'A webhook can stop what the cluster itself needs',
    symptom: 'After a night in which all nodes were replaced, no pod of kube-system starts: the webhook that must agree has no pod either.',
    cause: 'A webhook with failurePolicy Fail is asked about pods of every namespace, kube-system and its own among them.',
    match: [{check: 'control-plane.webhook-scope'}],
    fix: [
      {text: 'Which namespaces is it asked about?', command: 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml'},
      {text: 'Leave kube-system and its own namespace out: a namespaceSelector with kubernetes.io/metadata.name NotIn. Charts have a value for that.'},
      {text: 'As long as nothing starts: take the configuration away; its owner makes it anew.', command: 'kubectl delete validatingwebhookconfiguration <name>'},
    ],
    confirmBy: 'control-plane.webhook-scope',
    source: 'Kubernetes docs: admission webhook good practices',
  },
  {
    code: 'KP0217',
    title: 'A kind is not accepted by the API server',
    symptom: 'A CustomResourceDefinition exists, but its objects cannot be made: "the server could not find the requested resource".',
    cause: 'Another definition has taken one of its names, or its schema is not structural: the API server then serves none of it.',
    match: [{check: 'control-plane.kinds-accepted'}, {condition: {kind: 'CustomResourceDefinition', type: 'NamesAccepted', status: 'False'}}],
    fix: [
      {text: 'See which condition is False, and why.', command: 'kubectl describe crd <name>'},
      {text: 'Who has the name already?', command: 'kubectl api-resources'},
      {text: 'Remove the older of two definitions of one kind, or upgrade the chart that brings the schema.'},
    ],
    confirmBy: 'control-plane.kinds-accepted',
    source: 'Kubernetes docs: CustomResourceDefinition',
  },
  {
    code: 'KP0218',
    title: 'Objects are stored in a version that is gone',
    symptom: 'An upgrade of definitions is refused: status.storedVersions[0]: Invalid value: "v1alpha1": must appear in spec.versions.',
    cause: 'Objects were written in an older version, and nobody has written them anew since: a definition cannot drop a version in which it may hold objects.',
    match: [{check: 'control-plane.stored-versions'}, {output: /status\.storedVersions\[\d+\]: Invalid value: "[^"]+": (?:must appear in|missing from) spec\.versions/}],
    fix: [
      {text: 'Write every object anew: that stores it in the present version.', command: 'kubectl get <kind> -A -o json | kubectl replace -f -'},
      {text: 'Then say that the old version holds nothing.', command: 'kubectl patch crd <name> --subresource=status --type=merge -p \'{"status":{"storedVersions":["<version>"]}}\''},
      {text: 'And try the upgrade again.', command: 'kp up'},
    ],
    confirmBy: 'control-plane.stored-versions',
    source: 'Kubernetes docs: versions of a CustomResourceDefinition',
  },
  {
    code: 'KP0219',
    title: 'Whoever converts a kind does not answer',
    symptom: 'Reading objects of one kind fails: conversion webhook for … failed; a namespace with such objects never ends.',
    cause: 'The operator that converts its kind is not running, or the definition holds an old CA of it.',
    match: [{check: 'control-plane.conversion'}, {output: /conversion webhook for [^,]+, Kind=\w+ failed: /}],
    fix: [
      {text: 'Which Service should answer?', command: 'kubectl get crd <name> -o jsonpath={.spec.conversion.webhook.clientConfig.service}'},
      {text: 'Is anybody behind it?', command: 'kubectl -n <namespace> get endpointslices'},
      {text: 'Bring its operator back.', command: 'kp up'},
    ],
    confirmBy: 'control-plane.conversion',
    source: 'Kubernetes docs: webhook conversion',
  },
  {
    code: 'KP0220',
    title: 'A kind or a volume waits for somebody who is gone',
    symptom: 'A definition or a volume has been deleted for a long time and is still there; helm waits for it.',
    cause: 'A finalizer names a controller that is not running any more, or objects of the kind are left that nobody lets go.',
    match: [{check: 'control-plane.nothing-stuck'}],
    fix: [
      {text: 'Who is waited for?', command: 'kubectl get crd,pv,namespace -o json | grep -n -A3 finalizers'},
      {text: 'Bring the controller back: it takes its finalizer away itself.', command: 'kp up'},
      {text: 'Only where it is gone for good: what it would have cleaned up stays where it is.', command: 'kubectl patch crd <name> --type=merge -p \'{"metadata":{"finalizers":null}}\''},
    ],
    confirmBy: 'control-plane.nothing-stuck',
    source: 'Kubernetes docs: finalizers',
  },
  {
    code: 'KP0221',
    title: 'Somebody uses an API that is about to go',
    symptom: 'kubectl and controllers log: Warning: … is deprecated in v1.N+, unavailable in v1.N+.',
    cause: 'A chart, a script or an operator still asks for an old version of an API: after the next upgrade it gets 404.',
    match: [{check: 'control-plane.removed-apis'}, {output: /Warning: \S+ \S+ is deprecated in v1\.\d+\+, unavailable in v1\.\d+\+/}],
    fix: [
      {text: 'Which APIs are asked for?', command: 'kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis'},
      {text: 'Who asks is in the audit log, with the annotation k8s.io/deprecated: "true".'},
      {text: 'Bring charts up to date, then look again once the API server was restarted: it counts from its start.', command: 'kp up'},
    ],
    confirmBy: 'control-plane.removed-apis',
    source: 'Kubernetes docs: deprecated API migration guide',
  },
]
