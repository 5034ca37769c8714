/** Nodes as the scheduler sees them: grouped by what pods ask about, so that a rule is held against groups and not against each node. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'
import {meets} from './pods.ts'
import type {NodeTerm, PodObject, Toleration} from './pods.ts'

/** The taint of a cordon; the cordon itself is looked at. */
const CORDON_TAINT = 'node.kubernetes.io/unschedulable'
const HOST = 'kubernetes.io/hostname'

interface NodeObject extends KubeObject {
  spec?: {unschedulable?: boolean; taints?: Taint[]}
}

interface Taint {
  key: string
  value?: string
  effect: string
}

/** Nodes that no pod can tell apart but by name. */
export interface NodeGroup {
  nodes: number[]
  taints: Taint[]
  /** One of them, for its labels. */
  sample: NodeObject
}

/** What pods of a class ask of nodes. */
export interface NodeRules {
  nodeSelector: Record<string, string>
  /** Each list is one that must be met: of its terms one is enough. */
  terms: NodeTerm[][]
  tolerations: Toleration[]
  /** Whether a rule names a single host: groups cannot tell. */
  byHost: boolean
}

/** Keys of labels by which pods choose nodes. */
export function askedLabels(pods: Iterable<NodeRules>): Set<string> {
  const keys = new Set<string>()
  for (const {nodeSelector, terms} of pods) {
    for (const key in nodeSelector) keys.add(key)
    for (const list of terms) for (const {matchExpressions = []} of list) for (const {key} of matchExpressions) keys.add(key)
  }
  keys.delete(HOST)
  return keys
}

/** The rules of a pod, and of the volumes that it must reach. */
export function nodeRules(pod: PodObject, volumeTerms: NodeTerm[][]): NodeRules {
  const {nodeSelector = {}, affinity, tolerations = []} = pod.spec ?? {}
  const own = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const terms = [...(own === undefined ? [] : [own]), ...volumeTerms]
  const byHost = nodeSelector[HOST] !== undefined || terms.some((list) => list.some(({matchExpressions = [], matchFields = []}) => matchFields.length > 0 || matchExpressions.some(({key}) => key === HOST)))
  return {nodeSelector, terms, tolerations, byHost}
}

/** Groups nodes by the labels that are asked about, and by taints. */
export function groupNodes(nodes: readonly KubeObject[], asked: ReadonlySet<string>): NodeGroup[] {
  const groups = new Map<string, NodeGroup>()
  const keys = [...asked].toSorted()
  for (const [index, object] of nodes.entries()) {
    const node = object as NodeObject
    const taints = (node.spec?.taints ?? []).filter(({key, effect}) => key !== CORDON_TAINT && effect !== 'PreferNoSchedule')
    const id = `${keys.map((key) => node.metadata.labels?.[key] ?? '\0').join('\t')}\n${taints.map(({key, value = '', effect}) => `${key}=${value}:${effect}`).join(' ')}`
    const known = groups.get(id)
    if (known === undefined) groups.set(id, {nodes: [index], taints, sample: node})
    else known.nodes.push(index)
  }
  return [...groups.values()]
}

/** Whether pods with these rules are let onto a node by its taints. */
export function tolerates(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return taints.every((taint) => tolerations.some((one) => (one.effect === undefined || one.effect === '' || one.effect === taint.effect) && (one.key === undefined || one.key === '' ? one.operator === 'Exists' : one.key === taint.key && (one.operator === 'Exists' || (one.value ?? '') === (taint.value ?? '')))))
}

/** Whether a node is chosen by selector and affinity. `hosts` false: rules about single hosts are taken as met. */
export function chosen({nodeSelector, terms}: NodeRules, node: KubeObject, hosts: boolean): boolean {
  const labels = node.metadata.labels ?? {}
  for (const key in nodeSelector) if ((hosts || key !== HOST) && labels[key] !== nodeSelector[key]) return false
  return terms.every((list) => list.some(({matchExpressions = [], matchFields = []}) => {
    if (matchExpressions.length + matchFields.length === 0) return false
    return matchExpressions.every((one) => (!hosts && one.key === HOST) || meets(one, labels[one.key])) && (!hosts || matchFields.every((one) => one.key === 'metadata.name' && meets(one, node.metadata.name)))
  }))
}

/** Whether somebody cordoned it. */
export const isCordoned = (node: KubeObject): boolean => (node as NodeObject).spec?.unschedulable === true
