/** Reads what a simulation looks at. */
import type {PlatformContext} from '../../context.ts'
import type {DrainInput} from './simulate.ts'

/** @throws KpError where a list is refused: what was not seen must not count as absent */
export async function readDrainInput(ctx: Pick<PlatformContext, 'cluster' | 'provider'>): Promise<DrainInput> {
  const cluster = await ctx.cluster()
  const [nodes, pods, budgets, claims, volumes, namespaces, csiNodes] = await Promise.all([
    cluster.listKnown('v1', 'Node'),
    cluster.listKnown('v1', 'Pod', {whole: true}),
    cluster.listKnown('policy/v1', 'PodDisruptionBudget'),
    cluster.listKnown('v1', 'PersistentVolumeClaim'),
    cluster.listKnown('v1', 'PersistentVolume'),
    cluster.listKnown('v1', 'Namespace'),
    cluster.listKnown('storage.k8s.io/v1', 'CSINode'),
  ])
  return {nodes, pods, budgets, claims, volumes, namespaces, csiNodes, simulated: ctx.provider.simulated}
}
