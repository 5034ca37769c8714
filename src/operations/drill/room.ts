/** Whether what runs on the target finds another place, by the scheduler's rules. */
import type {PlatformContext} from '../../context.ts'
import type {PodObject} from '../drain/pods.ts'
import {simulateDrain} from '../drain/simulate.ts'
import type {DrainInput, DrainSimulation} from '../drain/simulate.ts'
import type {Target} from './targets.ts'
import type {GuardResult} from './types.ts'

/** Reads the cluster and asks the simulation. */
export async function roomGuard(ctx: PlatformContext, target: Target): Promise<GuardResult> {
  if (target.nodes.length === 0) return {id: 'capacity', status: 'not-applicable', reason: 'no node is lost'}
  const cluster = await ctx.cluster()
  const [nodes, pods, claims, volumes, namespaces, csiNodes] = await Promise.all([
    cluster.listKnown('v1', 'Node'), cluster.listKnown('v1', 'Pod'), cluster.listKnown('v1', 'PersistentVolumeClaim'), cluster.listKnown('v1', 'PersistentVolume'), cluster.listKnown('v1', 'Namespace'), cluster.listKnown('storage.k8s.io/v1', 'CSINode'),
  ])
  // A node that dies asks no budget.
  const input: DrainInput = {nodes, pods: pods as PodObject[], budgets: [], claims, volumes, namespaces, csiNodes, simulated: ctx.provider.simulated}
  return judgeRoom(simulateDrain(input, [target.nodes]))
}

/** Pure. A pod without room stays away for as long as the fault is there: that is known before. */
export function judgeRoom({nodes}: DrainSimulation): GuardResult {
  const homeless = nodes.flatMap(({noRoom}) => noRoom)
  const unknown = nodes.flatMap((node) => node.unknown)
  const local = nodes.flatMap((node) => node.local.volumes)
  const bare = nodes.flatMap((node) => node.bare)
  const moved = nodes.reduce((sum, {evictions}) => sum + evictions, 0)
  const [first] = homeless
  if (first !== undefined) return {id: 'capacity', status: 'fail', reason: `${homeless.length} of ${moved} pods would find no other place: ${first.pod}: ${first.reason}`, fix: first.fix}
  const doubts = [...unknown.map(({pod, reason}) => `${pod}: ${reason}`), ...bare.map((pod) => `${pod} has nobody that runs it again`), ...local.map((pod) => `${pod} has its data on the node`)]
  if (doubts.length > 0) return {id: 'capacity', status: 'warn', reason: `${moved} pods find another place, as far as is known; ${doubts[0]}`}
  return {id: 'capacity', status: 'pass', reason: `all ${moved} pods find another place`}
}
