/** Checks of phase 4 about what the plugin does for nodes and pods. */
import {check, simulatedPods, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'

/** What failed longer ago than that counts as over. */
const RECENT_MS = 10 * 60_000

interface EventLike {
  involvedObject?: {namespace?: string; name?: string}
  message?: string
  count?: number
  lastTimestamp?: string
  eventTime?: string
  series?: {lastObservedTime?: string}
}

/** Sandboxes of pods, and what Cilium knows of each node. */
export const podChecks: PlatformCheck[] = [
  check({
    id: 'cni.sandboxes',
    title: 'Every pod gets its network',
    pitfalls: ['KP0417'],
    simulated: simulatedPods,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const events = await cluster.listKnown('v1', 'Event', {fieldSelector: 'reason=FailedCreatePodSandBox'})
      const pods = await cluster.metadata('v1', 'Pod', {fieldSelector: 'status.phase=Pending'})
      const complaints = events.flatMap((event) => {
        const {involvedObject, message = '', series, lastTimestamp, eventTime} = event as unknown as EventLike
        const time = Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '')
        const name = `${involvedObject?.namespace}/${involvedObject?.name}`
        return ctx.clock.now() - time <= RECENT_MS && pods?.has(name) === true ? [`pod ${name}: ${message.split('\n')[0]}`] : []
      })
      return verdict([...new Set(complaints)], `${pods?.size ?? 0} pods wait, none for its network`, 'no pod that waits with FailedCreatePodSandBox')
    },
  }),
  check({
    id: 'cni.nodes-known',
    title: 'Cilium has an address range for every node',
    pitfalls: ['KP0418'],
    appliesTo: (ctx) => (ctx.spec.phases.cni.plugin === 'cilium' ? (ctx.provider.simulated ? 'no agent of Cilium runs on simulated nodes' : true) : 'phases.cni.plugin is not cilium'),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [nodes, known] = await Promise.all([cluster.metadata('v1', 'Node'), cluster.list('cilium.io/v2', 'CiliumNode')])
      if (known === undefined) return {status: 'fail', observed: 'the cluster does not know CiliumNode', expected: "Cilium's kinds, which its operator makes"}
      const byName = new Map(known.map((node) => [nameOf(node.metadata), node]))
      const complaints = [...(nodes?.keys() ?? [])].flatMap((name) => {
        const found = byName.get(name)
        if (found === undefined) return [`node ${name} has no CiliumNode`]
        const {ipam} = (found['spec'] ?? {}) as {ipam?: {podCIDRs?: string[]; pool?: object; pools?: object}}
        const ranges = (ipam?.podCIDRs ?? []).length + Object.keys(ipam?.pool ?? {}).length + Object.keys(ipam?.pools ?? {}).length
        return ranges === 0 ? [`CiliumNode ${name} has no range for pods`] : []
      })
      return verdict(complaints, `${known.length} nodes`, 'a CiliumNode with spec.ipam for each node')
    },
  }),
]
