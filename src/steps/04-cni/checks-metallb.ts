/** Checks of MetalLB: who gives addresses, whether there are any left, who waits for one, and who answers for them. */
import {parse} from 'yaml'
import {check, hasReadyEndpoint, simulatedPods, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {isNodeReady} from '../../checks/nodes.ts'
import {metallbOf, METALLB_NAMESPACE, METALLB_POOL} from '../../components/hosts/metallb.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {wantsMetallb} from './metallb.ts'

const V1 = 'metallb.io/v1beta1'
/** What keeps a speaker from answering on a node. */
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

interface Announced {
  node?: string
  serviceName?: string
  serviceNamespace?: string
}

const addressesOf = (service: KubeObject): string[] => ((service['status'] as {loadBalancer?: {ingress?: {ip?: string}[]}} | undefined)?.loadBalancer?.ingress ?? []).flatMap(({ip}) => ip ?? [])

/** Services that are MetalLB's: it leaves those with a class of their own alone. */
async function servicesOf(ctx: PlatformContext): Promise<KubeObject[]> {
  return (await (await ctx.cluster()).listKnown('v1', 'Service')).filter((service) => {
    const {type, loadBalancerClass} = (service['spec'] ?? {}) as {type?: string; loadBalancerClass?: string}
    return type === 'LoadBalancer' && loadBalancerClass === undefined
  })
}

const unknownKind = (kind: string) => ({status: 'fail' as const, observed: `the cluster does not know ${kind}`, expected: "MetalLB's kinds, which its chart brings"})

/** In the order in which an address comes about. */
export const metallbChecks: PlatformCheck[] = [
  workloadsReady({id: 'cni.metallb-ready', title: 'MetalLB is ready: its controller, and a speaker on every node', component: 'metallb', pitfalls: ['KP0421'], appliesTo: wantsMetallb}),
  check({
    id: 'cni.metallb-configuration',
    title: 'Each part of MetalLB takes what it is told',
    pitfalls: ['KP0422'],
    appliesTo: wantsMetallb,
    simulated: simulatedPods,
    within: SOON,
    async run(ctx) {
      const states = await (await ctx.cluster()).list(V1, 'ConfigurationState')
      if (states === undefined) return unknownKind('ConfigurationState')
      if (states.length === 0) return {status: 'unknown', observed: 'no part of MetalLB has said yet what it makes of its configuration'}
      const complaints = states.flatMap(({metadata, ...rest}) => {
        const {result, errorSummary} = (rest as {status?: {result?: string; errorSummary?: string}}).status ?? {}
        return result === 'Valid' ? [] : [`${metadata.name}: ${result ?? 'no result'}${errorSummary === undefined ? '' : `, ${errorSummary}`}`]
      })
      return verdict(complaints, `${states.length} ${states.length === 1 ? 'part takes' : 'parts take'} it`, 'ConfigurationState Valid for the controller and each speaker')
    },
  }),
  check({
    id: 'cni.address-pool',
    title: 'The pool has addresses left for load balancers',
    severity: 'warning',
    pitfalls: ['KP0423'],
    appliesTo: wantsMetallb,
    within: SOON,
    async run(ctx) {
      const pools = await (await ctx.cluster()).list(V1, 'IPAddressPool')
      if (pools === undefined) return unknownKind('IPAddressPool')
      const found = pools.find(({metadata}) => nameOf(metadata) === `${METALLB_NAMESPACE}/${METALLB_POOL}`)
      if (found === undefined) return {status: 'fail', observed: `IPAddressPool ${METALLB_NAMESPACE}/${METALLB_POOL} does not exist`, expected: 'the pool of provider.addresses'}
      const {assignedIPv4, availableIPv4} = (found['status'] ?? {}) as {assignedIPv4?: number; availableIPv4?: number}
      if (assignedIPv4 === undefined || availableIPv4 === undefined) return {status: 'unknown', observed: 'the controller has not counted its addresses yet'}
      const seen = `${assignedIPv4} of ${assignedIPv4 + availableIPv4} addresses are given`
      return verdict(availableIPv4 === 0 ? [`${seen}: the next Service gets none`] : [], seen, 'at least one that is free')
    },
  }),
  check({
    id: 'cni.addresses-given',
    title: 'Every Service of type LoadBalancer has its address',
    pitfalls: ['KP0424', 'KP0423'],
    appliesTo: wantsMetallb,
    simulated: simulatedPods,
    within: SOON,
    async run(ctx) {
      const [services, events] = await Promise.all([servicesOf(ctx), (await ctx.cluster()).listKnown('v1', 'Event', {fieldSelector: 'reason=AllocationFailed'})])
      const said = new Map<string, string>(events.map((event) => {
        const {involvedObject: {namespace = '', name = ''} = {}, message = ''} = event as unknown as {involvedObject?: {namespace?: string; name?: string}; message?: string}
        return [`${namespace}/${name}`, message] as const
      }))
      const complaints = services.filter((service) => addressesOf(service).length === 0).map(({metadata}) => `Service ${nameOf(metadata)}: ${said.get(nameOf(metadata)) ?? 'it has no address, and no event says why'}`)
      return verdict(complaints, services.length === 0 ? 'no Service asks for one' : `${services.length} ${services.length === 1 ? 'Service has' : 'Services have'} an address`, 'an address of the pool')
    },
  }),
  check({
    id: 'cni.addresses-announced',
    title: 'A node answers for every address that was given',
    pitfalls: ['KP0425', 'KP0426'],
    appliesTo: wantsMetallb,
    simulated: simulatedPods,
    within: SOON,
    run: announced,
  }),
  check({
    id: 'cni.strict-arp',
    title: 'No node but the one that MetalLB chose answers for an address',
    pitfalls: ['KP0427'],
    appliesTo: ({spec}) => {
      const {by} = metallbOf(spec) ?? {}
      return by === undefined ? 'provider.loadBalancer is not metallb' : by === 'bgp' ? 'routers are told by BGP' : true
    },
    async run(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'ConfigMap', 'kube-proxy', 'kube-system')
      const text = (found?.['data'] as Record<string, string> | undefined)?.['config.conf']
      if (text === undefined) return {status: 'skip', observed: 'no kube-proxy is set up here'}
      const {mode, ipvs} = (parse(text) ?? {}) as {mode?: string; ipvs?: {strictARP?: boolean}}
      const wrong = mode === 'ipvs' && ipvs?.strictARP !== true
      return verdict(wrong ? ['kube-proxy is in IPVS mode and ipvs.strictARP is off: every node answers for every address'] : [], `kube-proxy is in mode ${mode === undefined || mode === '' ? 'iptables' : mode}`, 'ipvs.strictARP where kube-proxy is in IPVS mode')
    },
  }),
]

/** Only a Service with somebody behind it is announced. */
async function announced(ctx: PlatformContext): ReturnType<PlatformCheck['run']> {
  const kind = metallbOf(ctx.spec)?.by === 'bgp' ? 'ServiceBGPStatus' : 'ServiceL2Status'
  const cluster = await ctx.cluster()
  const [services, statuses, slices, nodes] = await Promise.all([servicesOf(ctx), cluster.list(V1, kind), cluster.listKnown('discovery.k8s.io/v1', 'EndpointSlice'), cluster.listKnown('v1', 'Node')])
  if (statuses === undefined) return unknownKind(kind)
  const behind = new Set(slices.filter(hasReadyEndpoint).map(({metadata}) => `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`))
  const ready = new Set(nodes.filter(isNodeReady).map(({metadata}) => metadata.name))
  const answering = new Map<string, string[]>()
  for (const status of statuses) {
    const {node = '', serviceName, serviceNamespace} = (status['status'] ?? {}) as Announced
    answering.set(`${serviceNamespace}/${serviceName}`, [...(answering.get(`${serviceNamespace}/${serviceName}`) ?? []), node])
  }
  const excluded = nodes.length > 0 && nodes.every(({metadata}) => metadata.labels?.[EXCLUDED] !== undefined)
  const looked = services.filter((service) => addressesOf(service).length > 0 && behind.has(nameOf(service.metadata)))
  const complaints = looked.flatMap((service) => {
    const name = nameOf(service.metadata)
    const by = answering.get(name) ?? []
    if (by.some((node) => ready.has(node))) return []
    const where = `Service ${name}: ${addressesOf(service).join(', ')}`
    if (by.length > 0) return [`${where} is that of node ${by.join(', ')}, which is not ready`]
    return [`${where} is answered for by no node${excluded ? `: each bears ${EXCLUDED}` : ''}`]
  })
  return verdict(complaints, looked.length === 0 ? 'no address leads to anybody yet' : `${looked.length} ${looked.length === 1 ? 'address is' : 'addresses are'} answered for`, `a ${kind} with a node that is ready for each`)
}
