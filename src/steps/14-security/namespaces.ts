/** Namespaces of applications: their level, their roles, their network. Pure. */
import {keptElsewhere, madeCluster} from '../../checks/own-namespaces.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {PSA, settingsOf} from './names.ts'
import {GENERATE_LABEL} from './tiers.ts'

type NamespaceSettings = ManifestContext['spec']['phases']['security']['namespaces'][number]

/** The level of a namespace of kp.yaml. */
export function levelOf(ctx: Pick<ManifestContext, 'spec'>, {podSecurity}: Pick<NamespaceSettings, 'podSecurity'>): 'privileged' | 'baseline' | 'restricted' {
  return podSecurity ?? settingsOf(ctx).podSecurity
}

/** The namespaces that kp.yaml names and that no other step keeps, and on a cluster of kp's making also `default`. */
export function namespaceObjects(ctx: ManifestContext): KubeObject[] {
  const elsewhere = keptElsewhere(ctx)
  const own = settingsOf(ctx).namespaces.filter(({name}) => !elsewhere.has(name))
  return [
    ...(madeCluster(ctx) ? [namespaceOf('default', 'baseline')] : []),
    ...own.map((one) => namespaceOf(one.name, levelOf(ctx, one), generates(ctx) ? {[GENERATE_LABEL]: 'generate'} : {})),
  ]
}

/** Whether Kyverno makes the network policies. */
const generates = (ctx: ManifestContext): boolean => settingsOf(ctx).engine === 'kyverno' && settingsOf(ctx).generateNetworkPolicies

/** What does not fit is refused; what would not fit the strictest level is said. */
function namespaceOf(name: string, level: string, more: Record<string, string> = {}): KubeObject {
  return {apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels: {[PSA.enforce]: level, [PSA.warn]: 'restricted', [PSA.audit]: 'restricted', ...more}}}
}

/** Who may do what in the namespaces of kp.yaml: by the roles that every cluster has. */
export function roleObjects(ctx: ManifestContext): KubeObject[] {
  return settingsOf(ctx).namespaces.flatMap(({name, admins, viewers, deployers}) => [
    // Pods that name no account get no credentials for the API server.
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'default', namespace: name}, automountServiceAccountToken: false},
    ...(admins.length === 0 ? [] : [binding(name, 'kp-admins', 'admin', admins.map(group))]),
    ...(viewers.length === 0 ? [] : [binding(name, 'kp-viewers', 'view', viewers.map(group))]),
    ...deployers.map((account): KubeObject => ({apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: account, namespace: name}, automountServiceAccountToken: false})),
    ...(deployers.length === 0 ? [] : [binding(name, 'kp-deployers', 'edit', deployers.map((account) => ({kind: 'ServiceAccount', name: account, namespace: name})))]),
  ])
}

const group = (name: string): Record<string, string> => ({kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name})

function binding(namespace: string, name: string, role: string, subjects: Record<string, string>[]): KubeObject {
  return {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: {name, namespace}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role}, subjects}
}
