/** What the policies of kp.yaml would block of what is in the cluster: workloads, each with the rules that it breaks. */
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {nameOf} from '../cluster.ts'
import type {ClusterReader} from '../cluster.ts'
import {exemptNamespaces} from '../own-namespaces.ts'
import {rulesOf} from './pod-rules.ts'
import type {PodRule} from './pod-rules.ts'
import {podOf, POD_MAKERS} from './pod-spec.ts'

/** What happens in a namespace: policies report, they refuse, or they leave it alone. */
export type PolicyMode = 'audit' | 'enforce' | 'exempt'

/** A rule that is broken, and where. */
export interface BrokenRule {
  id: string
  level: PodRule['level']
  title: string
  fields: string[]
}

/** A workload that would be blocked. */
export interface BlockedWorkload {
  namespace: string
  kind: string
  name: string
  /** How many pods it has, or wants. */
  pods: number
  mode: PolicyMode
  rules: BrokenRule[]
}

/** One namespace. */
export interface NamespaceReport {
  name: string
  mode: PolicyMode
  /** Its level of Pod Security Admission; null where it has none. */
  podSecurity: string | null
  workloads: number
  blocked: number
}

/** The whole. */
export interface PolicyReport {
  namespaces: NamespaceReport[]
  /** Those that would be blocked, in the order of namespaces and kinds. */
  blocked: BlockedWorkload[]
}

const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce'

/** What happens in a namespace by kp.yaml. */
export function modeOf(ctx: ManifestContext, namespace: string): PolicyMode {
  const {mode, enforceNamespaces} = ctx.spec.phases.security
  if (exemptNamespaces(ctx).includes(namespace)) return 'exempt'
  return mode === 'enforce' || enforceNamespaces.includes(namespace) ? 'enforce' : 'audit'
}

/**
 * Looks at every workload, and at pods that no workload makes.
 * @throws KpError where a list is refused: what was not seen cannot be told
 */
export async function policyReport(ctx: ManifestContext, cluster: ClusterReader): Promise<PolicyReport> {
  const [namespaces, ...lists] = await Promise.all([cluster.listKnown('v1', 'Namespace'), ...POD_MAKERS.map(({apiVersion, kind}) => cluster.listKnown(apiVersion, kind))])
  const rules = rulesOf(ctx.spec.phases.security.podSecurity)
  const modes = new Map(namespaces.map(({metadata: {name}}) => [name, modeOf(ctx, name)]))
  const workloads = lists.flat().filter(standsForItself)
  const blocked = workloads.flatMap((workload): BlockedWorkload[] => {
    const {namespace = 'default', name} = workload.metadata
    const mode = modes.get(namespace) ?? 'exempt'
    const broken = mode === 'exempt' ? [] : brokenRules(workload, rules)
    return broken.length === 0 ? [] : [{namespace, kind: workload.kind, name, pods: podsOf(workload), mode, rules: broken}]
  })
  const count = (of: {namespace: string}[], name: string): number => of.filter(({namespace}) => namespace === name).length
  const places = workloads.map(({metadata}) => ({namespace: metadata.namespace ?? 'default'}))
  return {
    namespaces: namespaces
      .map(({metadata: {name, labels}}): NamespaceReport => ({name, mode: modes.get(name) ?? 'audit', podSecurity: labels?.[ENFORCE_LABEL] ?? null, workloads: count(places, name), blocked: count(blocked, name)}))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en')),
    blocked: blocked.toSorted((a, b) => a.namespace.localeCompare(b.namespace, 'en')),
  }
}

/** The rules that an object breaks. */
export function brokenRules(object: KubeObject, rules: readonly PodRule[]): BrokenRule[] {
  const pod = podOf(object)
  if (pod === undefined) return []
  return rules.flatMap(({id, level, title, breaks}) => {
    const fields = breaks(pod)
    return fields.length === 0 ? [] : [{id, level, title, fields}]
  })
}

/** `Deployment shop/web breaks disallow-host-path (volume data: hostPath)`. */
export function describeBlocked({kind, namespace, name, rules}: BlockedWorkload): string {
  const [first, ...rest] = rules
  return `${kind} ${nameOf({namespace, name})} breaks ${first?.id ?? ''} (${first?.fields[0] ?? ''})${rest.length === 0 ? '' : ` and ${rest.length} more`}`
}

/** Whether nothing else that is looked at makes it, and it still runs. */
function standsForItself(object: KubeObject): boolean {
  const owner = object.metadata.ownerReferences?.find(({controller}) => controller === true)
  if (owner !== undefined && (owner.kind === 'ReplicaSet' || POD_MAKERS.some(({kind}) => kind === owner.kind))) return false
  const status = (object['status'] ?? {}) as {phase?: string; completionTime?: string; conditions?: {type: string; status: string}[]}
  if (object.kind === 'Pod') return status.phase !== 'Succeeded' && status.phase !== 'Failed'
  return object.kind !== 'Job' || !(status.conditions ?? []).some(({type, status: is}) => is === 'True' && (type === 'Complete' || type === 'Failed'))
}

function podsOf(object: KubeObject): number {
  if (object.kind === 'Pod') return 1
  const {replicas} = (object['spec'] ?? {}) as {replicas?: number}
  const status = (object['status'] ?? {}) as {replicas?: number; active?: unknown; desiredNumberScheduled?: number}
  const active = Array.isArray(status.active) ? status.active.length : Number(status.active ?? 0)
  return status.replicas ?? status.desiredNumberScheduled ?? replicas ?? active
}
