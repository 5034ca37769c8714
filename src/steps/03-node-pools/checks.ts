/** Checks of phase 3. */
import {check, complainAboutCondition, conditionsOf, SOON, verdict, simulatedNodes} from '../../checks/builders.ts'
import {setsUpHosts} from '../../checks/hosts/place.ts'
import {nameOf, STUCK_PODS} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {formatTaint, lacking, poolOf} from '../../spec/pools.ts'
import {healthChecks} from './checks-health.ts'
import {specialPoolChecks} from './checks-special.ts'
import {volumeChecks} from './checks-volumes.ts'

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'
const DEFAULT_SNAPSHOT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class'

interface NodeSpec {
  unschedulable?: boolean
}

const ownPools = (ctx: PlatformContext): true | string => (ctx.provider.id === 'existing' ? 'the pools of an existing cluster are not made by kp' : true)

async function nodesOf(ctx: PlatformContext): Promise<KubeObject[]> {
  return (await ctx.cluster()).listKnown('v1', 'Node')
}

function nodeInfo(node: KubeObject): {kubeletVersion?: string; containerRuntimeVersion?: string} {
  return (node['status'] as {nodeInfo?: {kubeletVersion?: string; containerRuntimeVersion?: string}} | undefined)?.nodeInfo ?? {}
}

/** What a kubelet says as long as there is no pod network. */
const NO_NETWORK = /NetworkPluginNotReady|cni plugin not initialized/

/** Whether kp brings the pod network later, and has not yet: on machines that kp sets up the nodes come first. */
async function waitsForPlugin(ctx: PlatformContext): Promise<boolean> {
  if (!ctx.spec.phases.cni.enabled || (ctx.provider.id !== 'kind' && !setsUpHosts(ctx.provider.id))) return false
  const sets = (await (await ctx.cluster()).metadata('apps/v1', 'DaemonSet')) ?? new Map<string, unknown>()
  return !sets.has('kube-system/cilium') && !sets.has('calico-system/calico-node')
}

/** Nodes, pools and storage. */
export const checks: PlatformCheck[] = [
  check({
    id: 'node-pools.ready',
    title: 'Every node is ready',
    pitfalls: ['KP0303'],
    simulated: simulatedNodes,
    within: SOON,
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      if (nodes.length === 0) return {status: 'fail', observed: 'there are no nodes', expected: 'at least one node'}
      const complaints = nodes.flatMap((node) => complainAboutCondition(node, 'Ready') ?? [])
      if (complaints.length > 0 && complaints.every((text) => NO_NETWORK.test(text)) && (await waitsForPlugin(ctx))) {
        return {status: 'skip', observed: `${complaints.length} nodes wait for the pod network, which comes in phase 4`}
      }
      return verdict(complaints, `${nodes.length} nodes are ready`, 'Ready=True on every node')
    },
  }),
  check({
    id: 'node-pools.pressure',
    title: 'No node is short of memory, disk or process ids',
    pitfalls: ['KP0306'],
    simulated: simulatedNodes,
    within: SOON,
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const complaints = nodes.flatMap((node) => {
        const conditions = conditionsOf(node)
        if (conditions.length === 0) return [`node ${node.metadata.name} reports no conditions`]
        return ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'].flatMap((type) => {
          const condition = conditions.find((one) => one.type === type)
          return condition !== undefined && condition.status !== 'False' ? [`node ${node.metadata.name}: ${type}=${condition.status} ${condition.message ?? ''}`.trim()] : []
        })
      })
      return verdict(complaints, `${nodes.length} nodes without pressure`, 'MemoryPressure, DiskPressure, PIDPressure and NetworkUnavailable are False')
    },
  }),
  check({
    id: 'node-pools.size',
    title: 'Every pool has as many nodes as kp.yaml asks for',
    pitfalls: ['KP0310'],
    appliesTo: ownPools,
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const counts = ctx.spec.nodePools.map((pool) => ({pool, count: nodes.filter((node) => poolOf(node, ctx.spec.nodePools) === pool).length}))
      const complaints = counts.filter(({pool, count}) => count < pool.min || count > pool.max).map(({pool, count}) => `pool ${pool.name} has ${count} nodes, kp.yaml says ${pool.min} to ${pool.max}`)
      return verdict(complaints, counts.map(({pool, count}) => `${pool.name} ${count}`).join(', '), 'between min and max of every pool')
    },
  }),
  check({
    id: 'node-pools.zones',
    title: 'Every pool is spread over its zones',
    pitfalls: ['KP0317'],
    severity: 'warning',
    appliesTo: ownPools,
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const complaints = ctx.spec.nodePools.flatMap((pool) => {
        const own = nodes.filter((node) => poolOf(node, ctx.spec.nodePools) === pool)
        const zones = new Set(own.map((node) => node.metadata.labels?.['topology.kubernetes.io/zone']))
        const wanted = Math.min(own.length, (pool.zones ?? ctx.provider.zones(ctx.spec)).length)
        return zones.size < wanted ? [`pool ${pool.name}: ${own.length} nodes in ${zones.size} zones`] : []
      })
      return verdict(complaints, 'every pool is spread', 'one zone more for each node, until all have one')
    },
  }),
  check({
    id: 'node-pools.labels',
    title: 'Every node has the labels and taints of its pool',
    pitfalls: ['KP0311'],
    appliesTo: (ctx) => (ctx.spec.nodePools.length > 0 ? true : 'kp.yaml names no pool'),
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const complaints = ctx.spec.nodePools.flatMap((pool) => {
        const own = nodes.filter((node) => poolOf(node, ctx.spec.nodePools) === pool)
        if (own.length === 0 && pool.min > 0) return [`no node belongs to pool ${pool.name}: give its nodes the label kp.dev/node-pool=${pool.name}`]
        return own.flatMap((node) => {
          const {labels, taints} = lacking(node, pool)
          return [
            ...Object.entries(labels).map(([key, {wanted, seen}]) => `node ${node.metadata.name}: label ${key} is ${seen ?? 'not set'}, not ${wanted}`),
            ...taints.map(({wanted, seen}) => `node ${node.metadata.name}: taint ${formatTaint(wanted)} is ${seen === undefined ? 'missing' : formatTaint(seen)}`),
          ]
        })
      })
      return verdict(complaints, `${nodes.length} nodes as their pools say`, 'the labels and taints of kp.yaml')
    },
  }),
  check({
    id: 'node-pools.skew',
    title: 'No kubelet is newer than the API server, or more than three minors older',
    pitfalls: ['KP0312'],
    simulated: simulatedNodes,
    within: SOON,
    async run(ctx) {
      const server = ((await (await ctx.cluster()).raw('/version')) as {gitVersion?: string} | undefined)?.gitVersion ?? ''
      const serverMinor = minorOf(server)
      const nodes = await nodesOf(ctx)
      if (serverMinor === undefined) return {status: 'unknown', observed: 'the version of the API server is not known'}
      const complaints = nodes.flatMap((node) => {
        const version = nodeInfo(node).kubeletVersion
        const minor = minorOf(version ?? '')
        if (minor === undefined) return [`node ${node.metadata.name} does not say its version`]
        return minor > serverMinor || minor < serverMinor - 3 ? [`node ${node.metadata.name} runs ${version}, the API server ${server}`] : []
      })
      return verdict(complaints, `kubelets ${[...new Set(nodes.map((node) => nodeInfo(node).kubeletVersion))].join(', ')}, API server ${server}`, 'the version skew policy of Kubernetes')
    },
  }),
  check({
    id: 'node-pools.runtime',
    title: 'Every node runs a container runtime that its Kubernetes supports',
    pitfalls: ['KP0313'],
    simulated: simulatedNodes,
    within: SOON,
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const complaints = nodes.flatMap((node) => {
        const runtime = nodeInfo(node).containerRuntimeVersion
        if (!runtime) return [`node ${node.metadata.name} does not say its runtime`]
        return /^containerd:\/\/[01]\./.test(runtime) ? [`node ${node.metadata.name} runs ${runtime}`] : []
      })
      return verdict(complaints, [...new Set(nodes.map((node) => nodeInfo(node).containerRuntimeVersion))].join(', '), 'containerd 2 or newer: 1.35 is the last Kubernetes for containerd 1')
    },
  }),
  check({
    id: 'node-pools.cordoned',
    title: 'No node was left cordoned',
    pitfalls: ['KP0319'],
    severity: 'warning',
    async run(ctx) {
      const nodes = await nodesOf(ctx)
      const complaints = nodes.filter((node) => (node['spec'] as NodeSpec | undefined)?.unschedulable === true).map((node) => `node ${node.metadata.name} is cordoned: kubectl uncordon ${node.metadata.name}`)
      return verdict(complaints, `${nodes.length} nodes take pods`, 'no unschedulable node outside of maintenance')
    },
  }),
  check({
    id: 'node-pools.default-storage-class',
    title: 'Exactly one StorageClass is the default',
    pitfalls: ['KP0304', 'KP0305'],
    async run(ctx) {
      const classes = await (await ctx.cluster()).listKnown('storage.k8s.io/v1', 'StorageClass')
      const defaults = classes.filter((one) => one.metadata.annotations?.[DEFAULT_CLASS] === 'true').map((one) => one.metadata.name)
      if (defaults.length === 1) return {status: 'pass', observed: defaults[0] ?? ''}
      return {status: 'fail', observed: defaults.length === 0 ? 'no StorageClass is the default' : `${defaults.length} are: ${defaults.join(', ')}`, expected: 'exactly one'}
    },
  }),
  check({
    id: 'node-pools.snapshot-class',
    title: 'Volumes of the default StorageClass can be snapshotted',
    pitfalls: ['KP0314'],
    appliesTo: (ctx) => (ctx.spec.phases['node-pools'].snapshots ? true : 'phases.node-pools.snapshots is off'),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const classes = await cluster.listKnown('storage.k8s.io/v1', 'StorageClass')
      const driver = classes.find((one) => one.metadata.annotations?.[DEFAULT_CLASS] === 'true')?.['provisioner']
      const snapshots = await cluster.list('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass')
      if (snapshots === undefined) return {status: 'fail', observed: 'the cluster does not know VolumeSnapshotClass', expected: 'the snapshot controller and its kinds'}
      const fitting = snapshots.filter((one) => one['driver'] === driver)
      const isDefault = fitting.filter((one) => one.metadata.annotations?.[DEFAULT_SNAPSHOT_CLASS] === 'true')
      const complaints = fitting.length === 0 ? [`no VolumeSnapshotClass is for the driver ${String(driver)}`] : isDefault.length === 1 ? [] : [`${isDefault.length} default snapshot classes for ${String(driver)}`]
      return verdict(complaints, `${fitting.map((one) => one.metadata.name).join(', ')} for ${String(driver)}`, 'one default VolumeSnapshotClass for the driver of the default StorageClass')
    },
  }),
  check({
    id: 'node-pools.volume-binds',
    title: 'Every volume claim that a pod uses is bound',
    pitfalls: ['KP0307', 'KP0308', 'KP0309'],
    simulated: (ctx) => ctx.provider.simulated && 'the lab makes the volumes',
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      // A pod runs only when its claims are bound: those that do not run are all that can wait for one.
      const [claims, pods] = [await cluster.listKnown('v1', 'PersistentVolumeClaim'), await cluster.listKnown('v1', 'Pod', STUCK_PODS)]
      const wanted = new Set(pods.flatMap((pod) => ((pod['spec'] as {volumes?: {persistentVolumeClaim?: {claimName: string}}[]}).volumes ?? []).flatMap((volume) => (volume.persistentVolumeClaim === undefined ? [] : [`${pod.metadata.namespace}/${volume.persistentVolumeClaim.claimName}`]))))
      const phaseOf = (claim: KubeObject): string | undefined => (claim['status'] as {phase?: string} | undefined)?.phase
      const complaints = claims
        .filter((claim) => phaseOf(claim) !== 'Bound' && (phaseOf(claim) === 'Lost' || wanted.has(nameOf(claim.metadata))))
        .map((claim) => `claim ${nameOf(claim.metadata)} is ${phaseOf(claim) ?? 'without a status'} (StorageClass ${(claim['spec'] as {storageClassName?: string}).storageClassName ?? 'none'})`)
      return verdict(complaints, `${claims.length} claims, no pod waits for one`, 'a StorageClass that exists, a provisioner that works, a node in the zone of the volume')
    },
  }),
  ...healthChecks,
  ...volumeChecks,
  ...specialPoolChecks,
]

function minorOf(version: string): number | undefined {
  const minor = version.match(/^v?1\.(\d+)/)?.[1]
  return minor === undefined ? undefined : Number(minor)
}
