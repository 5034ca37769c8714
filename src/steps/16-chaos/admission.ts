/** What experiments may be, held by the API server itself. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {allowed, CHAOS_NAMESPACE, POLICY, UNBOUNDED} from './names.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'
const RBAC = 'rbac.authorization.k8s.io/v1'
/** Account for experiments, and its role. */
export const ACCOUNT = 'experiments'
const ROLE = 'kp-chaos-experiments'
/** What experiments are made of by the controller itself; nobody writes these. */
const INTERNAL = ['podnetworkchaos', 'podiochaos', 'podhttpchaos', 'workflownodes', 'statuschecks', 'remoteclusters', 'physicalmachines']

/** The policy: CEL, since it needs no webhook that can be down. */
export function chaosPolicy(ctx: Pick<ManifestContext, 'spec'>): KubeObject[] {
  const list = JSON.stringify(allowed(ctx)).replaceAll('"', "'")
  const most = ctx.spec.phases.chaos.maxTargets
  const words = allowed(ctx).join(', ')
  /** All namespaces of a selector are in the list; one without namespaces means its own. */
  const within = (selector: string): string =>
    `(!has(${selector}.namespaces) || ${selector}.namespaces.all(n, n in ${list})) && (!has(${selector}.pods) || ${selector}.pods.all(n, n in ${list}))`
  const rule = (expression: string, message: string): Record<string, string> => ({expression, message})
  return [
    {
      apiVersion: ADMISSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: {name: POLICY},
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [{apiGroups: ['chaos-mesh.org'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*']}],
          excludeResourceRules: [{apiGroups: ['chaos-mesh.org'], apiVersions: ['*'], operations: ['*'], resources: INTERNAL}],
        },
        // Status and finalizers go through, or what is there could never end.
        matchConditions: [{name: 'another-fault', expression: 'oldObject == null || object.spec != oldObject.spec'}],
        validations: [
          rule(`!(object.kind in ${JSON.stringify(UNBOUNDED).replaceAll('"', "'")})`, 'faults on machines and clouds are not bounded by a namespace'),
          rule(`object.metadata.namespace in ${list}`, `faults may be made in ${words} alone: phases.chaos.namespaces`),
          rule(`!has(object.spec.selector) || (${within('object.spec.selector')})`, `the selector names a namespace besides ${words}: phases.chaos.namespaces`),
          rule(`!has(object.spec.target) || !has(object.spec.target.selector) || (${within('object.spec.target.selector')})`, `the target names a namespace besides ${words}: phases.chaos.namespaces`),
          rule(`!has(object.spec.mode) || object.spec.mode == 'one' || (object.spec.mode == 'fixed' && has(object.spec.value) && int(object.spec.value) <= ${most})`, `at most ${most} ${most === 1 ? 'target' : 'targets'}: mode one, or fixed with a value; phases.chaos.maxTargets`),
          rule("!has(object.spec.mode) || has(object.spec.duration) || (has(object.spec.action) && object.spec.action in ['pod-kill', 'container-kill'])", 'a fault that does not end by itself needs a duration'),
        ],
      },
    },
    {apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicyBinding', metadata: {name: POLICY}, spec: {policyName: POLICY, validationActions: ['Deny']}},
  ]
}

/** Who makes experiments: this account, or people bound to its role. */
function roles(): KubeObject[] {
  return [
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: ACCOUNT, namespace: CHAOS_NAMESPACE}},
    {
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: {name: ROLE},
      rules: [
        {apiGroups: ['chaos-mesh.org'], resources: ['*'], verbs: ['get', 'list', 'watch', 'create', 'delete', 'patch', 'update']},
        {apiGroups: [''], resources: ['pods', 'namespaces', 'events'], verbs: ['get', 'list', 'watch']},
      ],
    },
    {apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata: {name: ROLE}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE}, subjects: [{kind: 'ServiceAccount', name: ACCOUNT, namespace: CHAOS_NAMESPACE}]},
  ]
}

/** The bounds come before what could break them. */
export const admission: PlatformStep = manifestSet({
  id: 'chaos/admission',
  title: 'Refuse faults outside of the allow-list',
  objects: chaosPolicy,
})

/** Account and role for experiments. */
export const account: PlatformStep = manifestSet({
  id: 'chaos/account',
  title: 'Make the account for experiments',
  objects: roles,
})
