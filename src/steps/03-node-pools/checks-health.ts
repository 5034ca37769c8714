/** Checks of phase 3 about single nodes: heartbeats, what watches their kernels, taints that are left, versions. */
import {check, conditionsOf, simulatedNodes, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {poolOf, taintsOf} from '../../spec/pools.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** A kubelet renews its Lease every ten seconds; after forty its node counts as lost. */
const SILENT_SECONDS = 40
const CLOUD_TAINT = 'node.cloudprovider.kubernetes.io/uninitialized'
/** Conditions of node-problem-detector: True is bad. */
const PROBLEMS = /^(?:KernelDeadlock|ReadonlyFilesystem|XfsShutdown|CperHardwareErrorFatal|CorruptDockerOverlay2|FrequentUnregisterNetDevice|FrequentKubeletRestart|FrequentDockerRestart|FrequentContainerdRestart|KubeletUnhealthy|ContainerRuntimeUnhealthy|KubeletProblem|ContainerRuntimeProblem)$/
/** Conditions of the node monitoring agent of EKS: False is bad. */
const READY = /^(?:KernelReady|NetworkingReady|StorageReady|ContainerRuntimeReady|AcceleratedHardwareReady)$/

async function nodesOf(ctx: PlatformContext): Promise<KubeObject[]> {
  return (await ctx.cluster()).listKnown('v1', 'Node')
}

/** Single nodes. */
export const healthChecks: PlatformCheck[] = [
  check({
    id: 'node-pools.heartbeat',
    title: 'Every kubelet says every ten seconds that it is alive',
    pitfalls: ['KP0322', 'KP0303'],
    simulated: simulatedNodes,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [nodes, leases] = await Promise.all([nodesOf(ctx), cluster.listKnown('coordination.k8s.io/v1', 'Lease')])
      const renewed = new Map(leases.filter(({metadata}) => metadata.namespace === 'kube-node-lease').map((lease) => [lease.metadata.name, (lease['spec'] as {renewTime?: string} | undefined)?.renewTime]))
      if (nodes.length === 0) return {status: 'unknown', observed: 'there are no nodes'}
      const complaints = nodes.flatMap(({metadata: {name}}) => {
        const time = renewed.get(name)
        if (time === undefined) return [`node ${name} has no Lease`]
        const age = Math.round((ctx.clock.now() - Date.parse(time)) / 1000)
        return age > SILENT_SECONDS ? [`node ${name} has been silent for ${age} seconds`] : []
      })
      return verdict(complaints, `${nodes.length} nodes, none silent for more than ${SILENT_SECONDS} seconds`, 'a Lease in kube-node-lease that is renewed')
    },
  }),
  check({
    id: 'node-pools.problems',
    title: 'What watches the kernels of the nodes reports no problem',
    pitfalls: ['KP0323'],
    simulated: simulatedNodes,
    async run(ctx) {
      const reports = (await nodesOf(ctx)).flatMap((node) => conditionsOf(node).flatMap((condition) => (PROBLEMS.test(condition.type) ? [{node, condition, bad: condition.status === 'True'}] : READY.test(condition.type) ? [{node, condition, bad: condition.status === 'False'}] : [])))
      if (reports.length === 0) return {status: 'skip', observed: 'nothing watches the kernels: no node-problem-detector'}
      const complaints = reports.filter(({bad}) => bad).map(({node, condition: {type, status, reason, message}}) => `node ${node.metadata.name}: ${type}=${status} (${reason ?? 'no reason'}) ${message ?? ''}`.trim())
      return verdict(complaints, `${reports.length} reports of ${new Set(reports.map(({node}) => node.metadata.name)).size} nodes`, 'no kernel, disk or runtime problem')
    },
  }),
  check({
    id: 'node-pools.initialized',
    title: 'No node still waits for the cloud to say which machine it is',
    pitfalls: ['KP0324'],
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const waiting = nodes.filter((node) => taintsOf(node).some(({key}) => key === CLOUD_TAINT))
      return verdict(waiting.map(({metadata}) => `node ${metadata.name} has the taint ${CLOUD_TAINT}`), `${nodes.length} nodes without the taint`, 'the cloud controller manager takes the taint away')
    },
  }),
  check({
    id: 'node-pools.same-version',
    title: 'The nodes of a pool run one version of the kubelet',
    severity: 'warning',
    pitfalls: ['KP0325'],
    simulated: simulatedNodes,
    async run(ctx) {
      const byPool = new Map<string, Map<string, number>>()
      for (const node of await nodesOf(ctx)) {
        const pool = poolOf(node, ctx.spec.nodePools)?.name ?? 'no pool'
        const version = (node['status'] as {nodeInfo?: {kubeletVersion?: string}} | undefined)?.nodeInfo?.kubeletVersion || undefined
        if (version === undefined) return {status: 'unknown', observed: `node ${node.metadata.name} does not say its version`}
        const versions = byPool.get(pool) ?? new Map<string, number>()
        byPool.set(pool, versions.set(version, (versions.get(version) ?? 0) + 1))
      }
      if (byPool.size === 0) return {status: 'unknown', observed: 'there are no nodes'}
      const mixed = [...byPool].filter(([, versions]) => versions.size > 1)
      return verdict(mixed.map(([pool, versions]) => `${pool === 'no pool' ? 'nodes of no pool' : `pool ${pool}`}: ${[...versions].map(([version, count]) => `${count} with ${version}`).join(', ')}`), [...byPool].map(([pool, versions]) => `${pool} ${[...versions.keys()].join('')}`).join(', '), 'an upgrade that went through')
    },
  }),
]
