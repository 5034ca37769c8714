/** The nodes, and what emptying each of them would meet. Reads only. */
import type {PlatformContext} from '../../context.ts'
import {POOL_LABEL} from '../../spec/pools.ts'
import {CORDONED_BY} from '../drain/evict.ts'
import {readDrainInput} from '../drain/read.ts'
import {simulateDrain} from '../drain/simulate.ts'
import type {DrainInput, SimulatedNode} from '../drain/simulate.ts'
import {isNodeReady} from '../../checks/nodes.ts'

/** A node as `kp node list` tells of it. */
export interface ListedNode {
  name: string
  pool: string | null
  zone: string | null
  version: string
  ready: boolean
  /** A command of kp, or `somebody`; null where nobody did. */
  cordonedBy: string | null
  pods: number
  evictions: number
  blockedBy: SimulatedNode['blockedBy']
}

/** More of them are simulated one after the other, not each by itself. */
const EACH_BY_ITSELF = 60

/** All nodes. @throws KpError where something cannot be listed */
export async function listNodes(ctx: PlatformContext): Promise<ListedNode[]> {
  return describeNodes(await readDrainInput(ctx))
}

/** Pure. */
export function describeNodes(input: DrainInput): ListedNode[] {
  const names = input.nodes.map(({metadata}) => metadata.name)
  const simulated = names.length > EACH_BY_ITSELF ? simulateDrain(input, names.map((name) => [name])).nodes : names.flatMap((name) => simulateDrain(input, [[name]]).nodes)
  const byName = new Map(simulated.map((one) => [one.node, one]))
  const pods = new Map<string, number>()
  for (const {spec, status} of input.pods) if (spec?.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed') pods.set(spec.nodeName, (pods.get(spec.nodeName) ?? 0) + 1)
  return input.nodes.map((node) => {
    const {name, labels = {}, annotations = {}} = node.metadata
    const cordoned = (node['spec'] as {unschedulable?: boolean} | undefined)?.unschedulable === true
    return {
      name,
      pool: labels[POOL_LABEL] ?? null,
      zone: labels['topology.kubernetes.io/zone'] ?? null,
      version: (node['status'] as {nodeInfo?: {kubeletVersion?: string}} | undefined)?.nodeInfo?.kubeletVersion ?? '',
      ready: isNodeReady(node),
      cordonedBy: cordoned ? (annotations[CORDONED_BY] ?? 'somebody') : null,
      pods: pods.get(name) ?? 0,
      evictions: byName.get(name)?.evictions ?? 0,
      blockedBy: byName.get(name)?.blockedBy ?? [],
    }
  })
}
