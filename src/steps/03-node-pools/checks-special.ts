/** Checks of pools with GPUs and of spot pools. */
import {check, simulatedNodes, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {poolOf} from '../../spec/pools.ts'
import {wantsDevicePlugin, wantsTerminationHandler} from './special-pools.ts'

const GPU = 'nvidia.com/gpu'

interface Resources {
  capacity?: Record<string, string>
  allocatable?: Record<string, string>
}

/** GPUs, their plugin, and what empties spot nodes. */
export const specialPoolChecks: PlatformCheck[] = [
  workloadsReady({id: 'node-pools.device-plugin', title: 'The NVIDIA device plugin runs on every GPU node', component: 'nvidia-device-plugin', appliesTo: wantsDevicePlugin, pitfalls: ['KP0301', 'KP0320']}),
  check({
    id: 'node-pools.gpu',
    title: 'Nodes of GPU pools offer their GPUs',
    pitfalls: ['KP0320', 'KP0301'],
    simulated: simulatedNodes,
    within: SOON,
    appliesTo: ({spec}) => (spec.nodePools.some((pool) => pool.gpu !== undefined) ? true : 'no pool has GPUs'),
    async run(ctx) {
      const nodes = await (await ctx.cluster()).listKnown('v1', 'Node')
      const counted = nodes.flatMap((node) => {
        const gpu = poolOf(node, ctx.spec.nodePools)?.gpu
        return gpu === undefined ? [] : [{node, wanted: gpu.count}]
      })
      if (counted.length === 0) return {status: 'pass', observed: 'no GPU node is there at the moment'}
      return verdict(counted.flatMap(({node, wanted}) => complainAboutGpus(node, wanted) ?? []), `${counted.length} GPU nodes offer ${counted.reduce((sum, {wanted}) => sum + wanted, 0)} GPUs`, 'driver and device plugin on every node of the pool: allocatable nvidia.com/gpu as kp.yaml says')
    },
  }),
  workloadsReady({id: 'node-pools.spot-handler', title: 'Spot nodes are emptied before they are taken away', component: 'aws-node-termination-handler', appliesTo: wantsTerminationHandler, pitfalls: ['KP0321']}),
]

/** Why a node does not offer its GPUs; undefined where it does. */
function complainAboutGpus(node: KubeObject, wanted: number): string | undefined {
  const {capacity = {}, allocatable = {}} = (node['status'] ?? {}) as Resources
  const [has, offers] = [Number(capacity[GPU] ?? 0), Number(allocatable[GPU] ?? 0)]
  if (offers >= wanted) return undefined
  if (has === 0) return `node ${node.metadata.name} offers no ${GPU}: driver or device plugin is missing`
  return offers < has ? `node ${node.metadata.name} offers ${offers} of its ${has} ${GPU}: the others are unhealthy` : `node ${node.metadata.name} offers ${offers} ${GPU}, kp.yaml says ${wanted}`
}
