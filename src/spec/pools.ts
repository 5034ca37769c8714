/** Which node belongs to which pool of kp.yaml. */
import type {NodePool} from './types.ts'

/** What of a node decides. */
export interface NodeLike {
  metadata: {labels?: Record<string, string>}
  spec?: unknown
}

/** Label that names a node's pool, on every provider. */
export const POOL_LABEL = 'kp.dev/node-pool'

/** Labels by which clouds name the pool of a node. */
const CLOUD_LABELS = ['eks.amazonaws.com/nodegroup', 'alpha.eksctl.io/nodegroup-name', 'karpenter.sh/nodepool', 'cloud.google.com/gke-nodepool', 'kubernetes.azure.com/agentpool']

/** A taint of a node. */
export interface Taint {
  key: string
  value?: string
  effect: string
}

/** The pool of a node: by kp's label, else by those of the clouds; undefined where no pool of kp.yaml has that name. */
export function poolOf(node: NodeLike, pools: readonly NodePool[]): NodePool | undefined {
  const labels = node.metadata.labels ?? {}
  const own = labels[POOL_LABEL]
  if (own !== undefined) return pools.find(({name}) => name === own)
  return pools.find(({name}) => CLOUD_LABELS.some((label) => labels[label] === name))
}

/** `spot=true:NoSchedule` as the API has it. */
export function parseTaint(text: string): Taint {
  const [pair = '', effect = ''] = text.split(':')
  const [key = '', value] = pair.split('=')
  return {key, ...(value === undefined || value === '' ? {} : {value}), effect}
}

/** A taint as kubectl takes it. */
export function formatTaint({key, value, effect}: Taint): string {
  return `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`
}

/** The taints of a node. */
export function taintsOf(node: NodeLike): Taint[] {
  return (node.spec as {taints?: Taint[]} | undefined)?.taints ?? []
}

/** What of a pool's labels and taints a node lacks. */
export function lacking(node: NodeLike, pool: NodePool): {labels: Record<string, {wanted: string; seen: string | undefined}>; taints: {wanted: Taint; seen: Taint | undefined}[]} {
  const labels = Object.entries({[POOL_LABEL]: pool.name, ...pool.labels}).filter(([key, value]) => node.metadata.labels?.[key] !== value)
  const there = taintsOf(node)
  const taints = pool.taints.map(parseTaint).flatMap((wanted) => {
    const seen = there.find(({key, effect}) => key === wanted.key && effect === wanted.effect)
    return seen !== undefined && (seen.value ?? '') === (wanted.value ?? '') ? [] : [{wanted, seen}]
  })
  return {labels: Object.fromEntries(labels.map(([key, value]) => [key, {wanted: value, seen: node.metadata.labels?.[key]}])), taints}
}
