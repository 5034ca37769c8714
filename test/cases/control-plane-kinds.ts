/** Cases of the checks of phase 2 about webhooks, kinds and what is stuck. */
import {answering, changed, condition, endpoints, EXISTING, minutesAgo, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const pods = {apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE']}
const webhooks = (kind: string, name: string, rest: Record<string, unknown> = {}): ReturnType<typeof thing> => thing('admissionregistration.k8s.io/v1', kind, name, {
  webhooks: [{name: 'check.acme.org', failurePolicy: 'Fail', timeoutSeconds: 10, clientConfig: {caBundle: 'Y2E=', service: {namespace: 'acme', name: 'hook'}}, ...rest}],
})
const outside = {matchExpressions: [{key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system']}]}

const definition = (name: string, spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}): ReturnType<typeof thing> => thing('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name, {
  spec: {versions: [{name: 'v1', served: true, storage: true}], ...spec},
  status: {conditions: [condition('NamesAccepted'), condition('Established')], storedVersions: ['v1'], ...status},
})
const converted = (caBundle = 'Y2E='): Record<string, unknown> => ({conversion: {strategy: 'Webhook', webhook: {clientConfig: {caBundle, service: {namespace: 'acme', name: 'hook'}}}}})
const going = (minutes: number): Record<string, unknown> => ({metadata: {name: 'old', deletionTimestamp: minutesAgo(minutes), finalizers: ['acme.org/cleanup']}})
const metrics = (...lines: string[]): {body: unknown} => ({body: ['# TYPE apiserver_request_total counter', 'apiserver_request_total{verb="GET"} 7', ...lines].join('\n')})
const deprecated = (removed: string): string => `apiserver_requested_deprecated_apis{group="policy",removed_release="${removed}",resource="podsecuritypolicies",subresource="",version="v1beta1"} 1`

export const controlPlaneKindCases: CheckCase[] = [
  {
    check: 'control-plane.webhooks',
    platform: EXISTING,
    passes: () => ({objects: [endpoints('acme/hook', 1), webhooks('ValidatingWebhookConfiguration', 'one'), webhooks('MutatingWebhookConfiguration', 'two'), webhooks('MutatingWebhookConfiguration', 'three', {failurePolicy: 'Ignore', clientConfig: {service: {namespace: 'acme', name: 'gone'}}})]}),
    fails: [
      {what: 'nobody answers', change: without('EndpointSlice'), observed: /Service acme\/hook has no ready endpoint/},
      {what: 'it has no CA', change: withMore(webhooks('ValidatingWebhookConfiguration', 'bare', {clientConfig: {service: {namespace: 'acme', name: 'hook'}}})), observed: /bare, check\.acme\.org: no CA bundle/},
    ],
    skips: [{what: 'webhooks are not called', platform: {}, observed: /without webhook admission/}],
  },
  {
    check: 'control-plane.webhook-scope',
    passes: () => ({objects: [
      webhooks('ValidatingWebhookConfiguration', 'own-kinds', {rules: [{apiGroups: ['acme.org'], resources: ['*'], operations: ['*']}]}),
      webhooks('ValidatingWebhookConfiguration', 'elsewhere', {rules: [pods], namespaceSelector: outside}),
      webhooks('MutatingWebhookConfiguration', 'labelled', {rules: [pods], namespaceSelector: {matchLabels: {inject: 'enabled'}}}),
      webhooks('MutatingWebhookConfiguration', 'some-pods', {rules: [pods], objectSelector: {matchLabels: {app: 'web'}}}),
      webhooks('MutatingWebhookConfiguration', 'harmless', {rules: [pods], failurePolicy: 'Ignore', timeoutSeconds: 30}),
    ]}),
    fails: [
      {what: 'one is asked about all pods', change: withMore(webhooks('MutatingWebhookConfiguration', 'all', {rules: [pods]})), observed: /MutatingWebhookConfiguration all, check\.acme\.org is asked about the pods of kube-system too/},
      {what: 'it leaves another namespace out', change: withMore(webhooks('MutatingWebhookConfiguration', 'all', {rules: [pods], namespaceSelector: {matchExpressions: [{key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['acme']}]}})), observed: /is asked about the pods of kube-system too/},
      {what: 'it is waited for too long', change: withMore(webhooks('ValidatingWebhookConfiguration', 'slow', {timeoutSeconds: 30})), observed: /slow, check\.acme\.org is waited for 30 seconds/},
    ],
  },
  {
    check: 'control-plane.kinds-accepted',
    passes: () => ({objects: [definition('things.acme.org')]}),
    fails: [
      {what: 'its name is taken', change: withMore(definition('others.acme.org', {}, {conditions: [condition('NamesAccepted', 'False', 'ListKindConflict', '"ThingList" is already in use')]})), observed: /NamesAccepted=False \(ListKindConflict\) "ThingList" is already in use/},
      {what: 'it is not established', change: withMore(definition('others.acme.org', {}, {conditions: [condition('NamesAccepted'), condition('Established', 'False', 'Installing')]})), observed: /Established=False \(Installing\)/},
      {what: 'its schema is not structural', change: withMore(definition('others.acme.org', {}, {conditions: [condition('NamesAccepted'), condition('Established'), condition('NonStructuralSchema', 'True', 'Violations', 'spec: Required value')]})), observed: /others\.acme\.org: its schema is not structural: spec: Required value/},
      {what: 'no version is served', change: withMore(definition('others.acme.org', {versions: [{name: 'v1', served: false}]})), observed: /others\.acme\.org serves no version/},
    ],
  },
  {
    check: 'control-plane.stored-versions',
    passes: () => ({objects: [definition('things.acme.org')]}),
    fails: [{what: 'an old version may hold objects', change: withMore(definition('others.acme.org', {}, {storedVersions: ['v1alpha1', 'v1']})), observed: /others\.acme\.org may hold objects in v1alpha1 and serves v1/}],
  },
  {
    check: 'control-plane.conversion',
    platform: EXISTING,
    passes: () => ({objects: [endpoints('acme/hook', 1), definition('things.acme.org', converted()), definition('plain.acme.org')]}),
    fails: [
      {what: 'nobody converts', change: without('EndpointSlice'), observed: /things\.acme\.org: Service acme\/hook, which converts it, has no ready endpoint/},
      {what: 'it has no CA', change: changed('CustomResourceDefinition', ({spec}) => ({spec: {...(spec as object), ...converted('')}}), 'things.acme.org'), observed: /things\.acme\.org: no CA bundle for its conversion/},
    ],
    skips: [{what: 'pods are simulated', platform: {}, observed: /convert nothing/}],
  },
  {
    check: 'control-plane.nothing-stuck',
    passes: () => ({objects: [thing('v1', 'Namespace', 'demo'), thing('v1', 'Namespace', 'fresh', {}, {deletionTimestamp: minutesAgo(2)}), definition('things.acme.org'), thing('v1', 'PersistentVolume', 'pv-1')]}),
    fails: [
      {what: 'a namespace does not end', change: withMore({...thing('v1', 'Namespace', 'old', {status: {conditions: [condition('NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain', 'acme.org/cleanup in 3 resource instances')]}}), ...going(30)}), observed: /Namespace old has been going for 30 minutes: acme\.org\/cleanup in 3 resource instances/},
      {what: 'a kind does not end', change: withMore({...definition('old'), ...going(11)}), observed: /CustomResourceDefinition old has been going for 11 minutes, held by acme\.org\/cleanup/},
      {what: 'a volume does not end', change: withMore({...thing('v1', 'PersistentVolume', 'old'), ...going(60)}), observed: /PersistentVolume old has been going for 60 minutes/},
    ],
  },
  {
    check: 'control-plane.removed-apis',
    passes: () => ({objects: [], answers: {'/metrics': metrics(deprecated('1.40'))}}),
    fails: [{what: 'one goes with the next minor', change: answering('/metrics', metrics(deprecated('1.36')).body), observed: /policy\/v1beta1\/podsecuritypolicies is asked for; 1\.36 does not have it/}],
    unknown: [
      {what: 'the metrics are refused', change: answering('/metrics', {message: 'forbidden'}, 403), observed: /403/},
      {what: 'somebody else answers', change: answering('/metrics', 'go_goroutines 7'), observed: /no metrics of its own/},
    ],
  },
]
