/** Cases of the checks of phase 14. */
import type {PlatformContext} from '../../src/context.ts'
import {admissionPolicies} from '../../src/steps/14-security/admission-policies.ts'
import {namespaceObjects} from '../../src/steps/14-security/namespaces.ts'
import {tierPolicies} from '../../src/steps/14-security/tiers.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {answering, changed, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const NAMESPACES = {name: 'shop', admins: ['shop-team'], viewers: ['support'], deployers: ['ci']}
const platform: CheckCase['platform'] = {phases: {security: {namespaces: [NAMESPACES], enforceNamespaces: ['shop'], generateNetworkPolicies: true}}}

const namespaces = (ctx: PlatformContext): KubeObject[] => [...namespaceObjects(ctx), thing('v1', 'Namespace', 'demo', {}, {labels: {'pod-security.kubernetes.io/enforce': 'restricted'}}), thing('v1', 'Namespace', 'kube-system')]
const policies = (ctx: PlatformContext): KubeObject[] => admissionPolicies(ctx).map((object) => ({...object, metadata: {...object.metadata, generation: 1}, status: {observedGeneration: 1, typeChecking: {}}}))

const safe = {securityContext: {runAsNonRoot: true, seccompProfile: {type: 'RuntimeDefault'}}, containers: [{name: 'web', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}}}]}
const web = thing('apps/v1', 'Deployment', 'shop/web', {spec: {replicas: 2, template: {spec: safe}}})
const kinds = ['apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 DaemonSet', 'batch/v1 CronJob', 'batch/v1 Job', 'v1 Pod']
/** Where Kyverno writes what it found. */
const REPORTS = 'wgpolicyk8s.io/v1alpha2 PolicyReport'
const workloads = (ctx: PlatformContext): World => ({kinds, objects: [...namespaces(ctx), web]})

const refused = (message: string): NonNullable<World['answers']> => ({'dry-run Pod': {status: 403, body: {reason: 'Forbidden', message}}})
const PRIVILEGED = 'pods "kp-dry-run" is forbidden: violates PodSecurity "restricted:latest": privileged (container "trial" must not set securityContext.privileged=true)'
const HOST_PATH = "pods \"kp-dry-run\" is forbidden: ValidatingAdmissionPolicy 'kp-disallow-host-path' with binding 'kp-disallow-host-path-enforce' denied request: Paths of the node are not mounted: volumes must not be of type hostPath"
const noPermission = {what: 'kp may make no pods there', change: answering('dry-run Pod', {message: 'pods is forbidden: User "kp" cannot patch resource "pods"'}, 403), observed: /User "kp" cannot patch/}
const accepted = {what: 'it is accepted', change: answering('dry-run Pod', {}), observed: /^accepted in default, demo, shop$/}

const admin = thing('rbac.authorization.k8s.io/v1', 'ClusterRole', 'cluster-admin', {rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]})
const binding = (name: string, ...subjects: object[]): KubeObject => thing('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', name, {roleRef: {name: 'cluster-admin'}, subjects})

const REVIEW = '/apis/authorization.k8s.io/v1/subjectaccessreviews'

interface Review {
  user: string
  groups?: string[]
  resourceAttributes: {verb: string; resource: string}
}

/** What an API server with the roles of kp.yaml says, but where it is to say something else. */
const reviewed = (instead: (review: Review) => boolean | undefined) => ({spec}: {spec: Review}): unknown => {
  const {resource, verb} = spec.resourceAttributes
  const role = spec.user.endsWith(':ci') || spec.groups?.includes('shop-team') === true ? resource === 'deployments' : resource === 'pods' && verb === 'list'
  return {status: {allowed: instead(spec) ?? role}}
}

export const securityCases: CheckCase[] = [
  {
    check: 'security.privileged-pod-refused',
    platform,
    passes: () => ({objects: [], answers: refused(PRIVILEGED)}),
    fails: [accepted],
    unknown: [noPermission],
  },
  {
    check: 'security.host-path-refused',
    platform,
    passes: () => ({objects: [], answers: refused(HOST_PATH)}),
    fails: [accepted],
    unknown: [noPermission],
  },
  {
    check: 'security.pod-security',
    platform,
    passes: (ctx) => ({objects: namespaces(ctx)}),
    fails: [
      {what: 'a namespace is gone', change: without('Namespace', 'shop'), observed: /namespace shop does not exist/},
      {what: 'a level is weaker', change: changed('Namespace', () => ({metadata: {name: 'shop', labels: {'pod-security.kubernetes.io/enforce': 'baseline'}}}), 'shop'), observed: /shop has level baseline instead of restricted/},
      {what: 'a label is gone', change: changed('Namespace', () => ({metadata: {name: 'demo'}}), 'demo'), observed: /demo has no level/},
    ],
  },
  {
    check: 'security.unlabelled-namespaces',
    platform,
    passes: (ctx) => ({objects: namespaces(ctx)}),
    fails: [{what: 'somebody made one by hand', change: withMore(thing('v1', 'Namespace', 'scratch')), observed: /scratch has none/}],
  },
  {
    check: 'security.roles',
    platform,
    passes: () => ({objects: [], answers: {[REVIEW]: {body: reviewed(() => undefined)}}}),
    fails: [
      {what: 'an admin may not deploy', change: answering(REVIEW, reviewed(({user, groups}) => (groups?.includes('shop-team') === true && user !== '' ? false : undefined))), observed: /group shop-team may not create deployments in shop/},
      {what: 'a viewer reads secrets', change: answering(REVIEW, reviewed(({groups, resourceAttributes: {resource}}) => (groups?.includes('support') === true && resource === 'secrets' ? true : undefined))), observed: /group support may get secrets in shop/},
    ],
    unknown: [{what: 'reviews are refused', change: answering(REVIEW, {message: 'subjectaccessreviews is forbidden: User "kp" cannot create it'}, 403), observed: /does not say who may do what: 403/}],
  },
  {
    check: 'security.cluster-admins',
    passes: () => ({objects: [admin, binding('cluster-admin', {kind: 'Group', name: 'system:masters'})]}),
    fails: [
      {what: 'everybody is', change: withMore(binding('oops', {kind: 'Group', name: 'system:authenticated'})), observed: /oops makes Group system:authenticated an administrator/},
      {what: 'a default account is', change: withMore(binding('tool', {kind: 'ServiceAccount', namespace: 'tools', name: 'default'})), observed: /ServiceAccount tools\/default/},
    ],
  },
  {
    check: 'security.network-policies',
    platform,
    passes: (ctx) => ({objects: tierPolicies(ctx)}),
    fails: [{what: 'default deny is gone', change: without('NetworkPolicy', 'shop/default-deny'), observed: /shop has no policy that denies all/}],
  },
  {
    check: 'security.engine-ready',
    passes: (ctx) => ({objects: policies(ctx)}),
    fails: [
      {what: 'there are none', change: without('ValidatingAdmissionPolicy'), observed: /none of the policies/},
      {what: 'an expression does not fit', change: changed('ValidatingAdmissionPolicy', () => ({status: {observedGeneration: 1, typeChecking: {expressionWarnings: [{fieldRef: 'spec.validations[0].expression', warning: "apps/v1, Kind=Deployment: ERROR: undefined field 'replica'"}]}}}), 'kp-disallow-host-path'), observed: /kp-disallow-host-path: spec\.validations\[0\]\.expression/},
    ],
  },
  {
    check: 'security.one-engine',
    passes: () => ({objects: []}),
    fails: [
      {what: 'Gatekeeper is there', change: withMore(thing('apps/v1', 'Deployment', 'gatekeeper-system/gatekeeper-controller-manager')), observed: /Gatekeeper \(Deployment gatekeeper-system\/gatekeeper-controller-manager\) is there beside/},
      {what: 'a webhook of Kyverno is left', change: withMore(thing('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'kyverno-resource-validating-webhook-cfg')), observed: /Kyverno/},
    ],
  },
  {
    check: 'security.policies',
    platform,
    passes: (ctx) => ({objects: policies(ctx)}),
    fails: [
      {what: 'a policy is gone', change: without('ValidatingAdmissionPolicy', 'kp-disallow-host-path'), observed: /kp-disallow-host-path does not exist/},
      {what: 'a binding only reports', change: changed('ValidatingAdmissionPolicyBinding', (one) => ({spec: {...(one['spec'] as object), validationActions: ['Audit']}}), 'kp-disallow-host-path-enforce'), observed: /does Audit instead of Audit and Deny/},
    ],
  },
  {
    check: 'security.reports',
    platform,
    passes: workloads,
    fails: [],
  },
  {
    check: 'security.reports',
    of: 'Kyverno',
    platform: {phases: {security: {namespaces: [NAMESPACES], engine: 'kyverno'}}},
    passes: (ctx) => ({...workloads(ctx), kinds: [...kinds, REPORTS]}),
    fails: [{what: 'its kind of reports is gone', change: (world) => ({...world, kinds}), observed: /^the cluster does not know PolicyReport \(wgpolicyk8s\.io\/v1alpha2\)$/}],
  },
  {
    check: 'security.violations',
    platform,
    passes: workloads,
    fails: [
      {what: 'a workload is privileged', change: withMore(thing('apps/v1', 'DaemonSet', 'shop/agent', {spec: {template: {spec: {...safe, containers: [{name: 'agent', securityContext: {privileged: true}}]}}}})), observed: /DaemonSet shop\/agent breaks disallow-privileged-containers \(container agent: securityContext\.privileged\)/},
      {what: 'a pod of its own mounts its node', change: withMore(thing('v1', 'Pod', 'default/debug', {spec: {...safe, volumes: [{name: 'node', hostPath: {path: '/'}}]}})), observed: /Pod default\/debug breaks disallow-host-path/},
    ],
  },
]
