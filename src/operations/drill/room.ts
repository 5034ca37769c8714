/** Whether what runs on the target finds another place. */
import type {PlatformContext} from '../../context.ts'
import {formatBytes, formatCpu, quantity} from '../../checks/quantities.ts'
import {askedBy, isAlive} from '../../checks/requests.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {isReadyNode} from './targets.ts'
import type {Target} from './targets.ts'
import type {GuardResult} from './types.ts'

/** Reads the cluster, and adds up. */
export async function roomGuard(ctx: PlatformContext, target: Target): Promise<GuardResult> {
  if (target.nodes.length === 0) return {id: 'capacity', status: 'not-applicable', reason: 'no node is lost'}
  const cluster = await ctx.cluster()
  const [nodes, pods] = await Promise.all([cluster.listKnown('v1', 'Node'), cluster.listKnown('v1', 'Pod')])
  return judgeRoom(nodes, pods, target.nodes)
}

/** Pure: what the pods ask for, against what is free on the other nodes. */
export function judgeRoom(nodes: readonly KubeObject[], pods: readonly KubeObject[], lost: readonly string[]): GuardResult {
  const alive = pods.filter(isAlive)
  const others = nodes.filter((node) => !lost.includes(node.metadata.name) && isReadyNode(node) && (node['spec'] as {unschedulable?: boolean} | undefined)?.unschedulable !== true)
  const on = (names: readonly string[]): KubeObject[] => alive.filter((pod) => names.includes((pod['spec'] as {nodeName?: string} | undefined)?.nodeName ?? ''))
  const moving = on(lost).filter(({metadata}) => !((metadata['ownerReferences'] as {kind: string}[] | undefined) ?? []).some(({kind}) => kind === 'DaemonSet' || kind === 'Node'))
  const have = (name: 'cpu' | 'memory'): number => others.reduce((sum, node) => sum + quantity((node['status'] as {allocatable?: Record<string, string>} | undefined)?.allocatable?.[name]), 0)
  const sum = (list: readonly KubeObject[], name: 'cpu' | 'memory'): number => list.reduce((total, pod) => total + askedBy(pod)[name], 0)
  const there = on(others.map(({metadata}) => metadata.name))
  const short = (['cpu', 'memory'] as const).filter((name) => sum(moving, name) > have(name) - sum(there, name))
  const said = `${moving.length} pods ask for ${formatCpu(sum(moving, 'cpu'))} CPU and ${formatBytes(sum(moving, 'memory'))}`
  return short.length === 0 ? {id: 'capacity', status: 'pass', reason: `${said}, and the other ${others.length} nodes have that free` } : {id: 'capacity', status: 'fail', reason: `${said}, and the other ${others.length} nodes do not have that ${short.join(' and ')} free`, fix: 'kp step node-pools, with a higher min in kp.yaml'}
}
