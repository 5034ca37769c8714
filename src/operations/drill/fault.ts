/** Which of a drill's faults is made where, and as which actions. */
import type {PlatformContext} from '../../context.ts'
import type {DrillAction} from '../../spec/drill.ts'
import type {ScenarioAction} from '../../spec/scenario.ts'
import type {Target} from './targets.ts'
import type {Drill} from './types.ts'

/** A fault that can be made here. */
export interface PlayableFault {
  by: 'lab' | 'chaos-mesh' | 'any'
  actions: DrillAction[]
}

/** Marks that the lab's stages read: a test holds them against `LAB` of the lab. */
export const LAB_FAULT = 'lab.kp.dev/fault'
export const LAB_UNPLUGGED = 'lab.kp.dev/unplugged'

const CHAOS_API = 'chaos-mesh.org/v1alpha1'

/**
 * The way that fits: the lab's own, Chaos Mesh where it is installed and the namespace is on its allow-list, or one for every cluster.
 * @returns why there is none
 */
export async function playableHere(ctx: Pick<PlatformContext, 'lab' | 'spec' | 'cluster' | 'provider'>, {fault}: Pick<Drill, 'fault'>, namespace: string): Promise<PlayableFault | string> {
  if (ctx.lab !== undefined && fault.lab !== undefined) return {by: 'lab', actions: fault.lab}
  const mesh = ctx.lab === undefined ? fault['chaos-mesh'] : undefined
  let why: string | undefined
  if (mesh !== undefined) {
    const {enabled, namespaces} = ctx.spec.phases.chaos
    const installed = (await (await ctx.cluster()).list(CHAOS_API, 'PodChaos')) !== undefined
    if (!enabled || !installed) why = 'Chaos Mesh is not installed: phases.chaos.enabled in kp.yaml, then kp up'
    else if (!namespaces.includes(namespace)) why = `namespace ${namespace} is not on the allow-list of faults: phases.chaos.namespaces in kp.yaml`
    else return {by: 'chaos-mesh', actions: mesh}
  }
  if (fault.any !== undefined) return {by: 'any', actions: fault.any}
  return why ?? `kp has no way to make this fault on ${ctx.provider.title}`
}

/** The actions of scenarios that one of a drill's actions stands for. */
export function expand(action: DrillAction, target: Target): ScenarioAction[] | {etcd: 'snapshot' | 'restore'} {
  if ('etcd' in action) return action
  if ('unplug' in action) return target.nodes.map((node) => ({label: {kind: 'Node', name: node, set: {[LAB_FAULT]: 'unplug'}}}))
  return [action]
}

/** What takes a fault back besides its changes: a node that was unplugged is plugged in again. */
export function lastActions(actions: readonly DrillAction[], target: Target): ScenarioAction[] {
  if (!actions.some((action) => 'unplug' in action)) return []
  return target.nodes.flatMap((node): ScenarioAction[] => [
    {annotate: {kind: 'Node', name: node, set: {[LAB_UNPLUGGED]: null}}},
    {delete: {kind: 'Lease', namespace: 'kube-node-lease', name: node}},
  ])
}
