/** Checks of phase 1. */
import {check, conditionsOf, SOON, verdict, simulatedPods} from '../../checks/builders.ts'
import {STUCK_PODS} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {contains, overlaps, size, toCidr} from '../../spec/cidr.ts'
import {planAddresses} from '../../spec/address-plan.ts'
import {serviceChecks} from './checks-services.ts'

/** Networking: ranges, headroom, zones, DNS. */
export const checks: PlatformCheck[] = [
  check({
    id: 'networking.cidr-overlap',
    title: 'The address ranges of nodes, pods, Services and hosts do not overlap',
    pitfalls: ['KP0103'],
    async run(ctx) {
      const {network} = ctx.spec
      const ranges = [
        {name: 'network.vpcCidr', cidr: network.vpcCidr},
        {name: 'network.podCidr', cidr: network.podCidr},
        {name: 'network.serviceCidr', cidr: network.serviceCidr},
        ...network.hostCidrs.map((cidr, index) => ({name: `network.hostCidrs[${index}]`, cidr})),
      ]
      if ((await ctx.presence()).state === 'running') {
        const nodes = await (await ctx.cluster()).listKnown('v1', 'Node')
        for (const node of nodes) {
          const podCidr = (node['spec'] as {podCIDR?: string} | undefined)?.podCIDR
          if (podCidr !== undefined && !contains(toCidr(network.podCidr), toCidr(podCidr))) ranges.push({name: `node ${node.metadata.name}`, cidr: podCidr})
        }
      }
      const complaints: string[] = []
      for (const [index, a] of ranges.entries()) {
        for (const b of ranges.slice(index + 1)) {
          if (overlaps(toCidr(a.cidr), toCidr(b.cidr))) complaints.push(`${a.name} ${a.cidr} overlaps ${b.name} ${b.cidr}`)
        }
      }
      return verdict(complaints, `${ranges.length} ranges, none overlaps another`, 'ranges that do not overlap')
    },
  }),
  check({
    id: 'networking.ip-headroom',
    title: 'The pod and Service ranges have room for every pool at its largest',
    pitfalls: ['KP0104'],
    run(ctx) {
      const plan = planAddresses(ctx.spec, ctx.provider.zones(ctx.spec))
      const nodes = ctx.spec.nodePools.reduce((sum, pool) => sum + pool.max, 0)
      const services = size(toCidr(ctx.spec.network.serviceCidr))
      const complaints = [
        ...(plan.mostNodes < nodes ? [`the pod range ${plan.podCidr} has room for ${plan.mostNodes} nodes, the pools may have ${nodes}`] : []),
        ...(services < 256 ? [`the Service range ${plan.serviceCidr} has only ${services} addresses`] : []),
      ]
      return Promise.resolve(verdict(complaints, `room for ${plan.mostNodes} nodes (pools: at most ${nodes}) and ${services} Services`, 'a /24 of the pod range for each node'))
    },
  }),
  check({
    id: 'networking.zones',
    title: 'The nodes are spread over the zones of the plan',
    pitfalls: ['KP0106'],
    severity: 'warning',
    within: SOON,
    async run(ctx) {
      const wanted = ctx.provider.zones(ctx.spec)
      const nodes = await (await ctx.cluster()).listKnown('v1', 'Node')
      const seen = new Set(nodes.flatMap((node) => node.metadata.labels?.['topology.kubernetes.io/zone'] ?? []))
      if (ctx.provider.id === 'existing') return verdict(seen.size < 2 ? [`nodes are in ${seen.size} zone(s)`] : [], `nodes in ${seen.size} zones`, 'at least two zones')
      const missing = wanted.filter((zone) => !seen.has(zone))
      return verdict(missing.map((zone) => `no node is in zone ${zone}`), `nodes in ${[...seen].toSorted().join(', ')}`, `nodes in ${wanted.join(', ')}`)
    },
  }),
  check({
    id: 'networking.dns-cluster',
    title: 'The cluster DNS has ready endpoints',
    pitfalls: ['KP0107'],
    simulated: simulatedPods,
    appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated nodes run no DNS server' : true),
    async run(ctx) {
      const slices = await (await ctx.cluster()).listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const ready = slices
        .filter((slice) => slice.metadata.namespace === 'kube-system' && slice.metadata.labels?.['kubernetes.io/service-name'] === 'kube-dns')
        .flatMap((slice) => (slice['endpoints'] as {conditions?: {ready?: boolean}}[] | undefined) ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
      return verdict(ready.length < 2 ? [`kube-dns has ${ready.length} ready endpoints`] : [], `${ready.length} ready endpoints`, 'at least two')
    },
  }),
  check({
    id: 'networking.image-pulls',
    title: 'No pod waits for an image that cannot be pulled',
    pitfalls: ['KP0101', 'KP0111', 'KP0112'],
    simulated: simulatedPods,
    async run(ctx) {
      const pods = await (await ctx.cluster()).listKnown('v1', 'Pod', STUCK_PODS)
      const complaints = pods.flatMap((pod) => {
        const waiting = containersOf(pod).find((one) => /^(ImagePullBackOff|ErrImagePull|InvalidImageName)$/.test(one.state?.waiting?.reason ?? ''))
        return waiting === undefined ? [] : [`pod ${pod.metadata.namespace}/${pod.metadata.name}: ${waiting.state?.waiting?.reason} ${waiting.image ?? ''}`.trim()]
      })
      const silent = pods.filter((pod) => isSilent(pod, ctx.clock.now() - SILENT_MS)).map((pod) => `pod ${pod.metadata.namespace}/${pod.metadata.name}: its node says nothing of its containers`)
      if (complaints.length === 0 && silent.length > 0) return {status: 'unknown', observed: `${silent[0]}${silent.length > 1 ? `, and ${silent.length - 1} more` : ''}`, evidence: silent.slice(0, 10)}
      return verdict(complaints, pods.length === 0 ? 'no pod waits' : `${pods.length} pods do not run, none for want of its image`, 'nodes reach the registries of their images')
    },
  }),
  ...serviceChecks,
]

interface Waiting {
  image?: string
  state?: {waiting?: {reason?: string}}
}

/** What a kubelet takes at most to say that it makes the containers of a pod. */
const SILENT_MS = 10_000

function containersOf(pod: KubeObject): Waiting[] {
  const status = pod['status'] as {containerStatuses?: Waiting[]; initContainerStatuses?: Waiting[]} | undefined
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
}

/** Whether a pod has a node since before that time, and nothing is heard of its containers. */
function isSilent(pod: KubeObject, time: number): boolean {
  if ((pod['status'] as {phase?: string} | undefined)?.phase !== 'Pending' || containersOf(pod).length > 0) return false
  const scheduled = conditionsOf(pod).find((condition) => condition.type === 'PodScheduled' && condition.status === 'True')
  return scheduled?.lastTransitionTime !== undefined && Date.parse(scheduled.lastTransitionTime) < time
}
