/** Zones, subnets, pools and load balancers: of the cluster where there is one, else as kp.yaml plans them. */
import type {PlatformContext} from '../context.ts'
import {planAddresses} from '../spec/address-plan.ts'
import {poolOf} from '../spec/pools.ts'
import {providerHas} from '../spec/provider-facts.ts'
import type {EnvironmentSpec, NodePool} from '../spec/types.ts'
import type {KubeObject} from '../tools/kube-api.ts'
import type {TopologyResult} from '../ui/results.ts'

type Zone = TopologyResult['zones'][number]
type ZonePool = Zone['pools'][number]
type Balancer = TopologyResult['loadBalancers'][number]

const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']
const TYPE_LABELS = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type']
/** Nodes that do not say where they are. */
const NO_ZONE = 'no zone'
/** Annotations by which clouds are asked for an address that is not public. */
const INTERNAL = /(?:^|[/-])(?:internal$|scheme$|load-balancer-type$|load-balancer-internal$)/

interface NodeStatus {
  conditions?: {type: string; status: string}[]
  addresses?: {type: string; address: string}[]
}

/** What of a context decides. */
export type TopologyContext = Pick<PlatformContext, 'spec' | 'provider' | 'presence' | 'cluster'>

/** Makes the topology. Reads only; the same cluster gives the same result. */
export async function topologyOf(ctx: TopologyContext): Promise<TopologyResult> {
  const presence = await ctx.presence()
  if (presence.state !== 'running') return {...commonOf(ctx, 'planned', presence.observed), ...planned(ctx)}
  const cluster = await ctx.cluster()
  const [nodes, services, version] = await Promise.all([cluster.listKnown('v1', 'Node'), cluster.listKnown('v1', 'Service'), cluster.raw('/version')])
  const seen = {...commonOf(ctx, 'cluster', null), kubernetes: (version as {gitVersion?: string} | undefined)?.gitVersion ?? ctx.spec.kubernetes.version}
  return {...seen, ...fromNodes(ctx, nodes), loadBalancers: balancersOf(services)}
}

function commonOf({spec, provider}: TopologyContext, source: TopologyResult['source'], reason: string | null): Omit<TopologyResult, 'zones' | 'pools' | 'loadBalancers'> {
  const {network} = spec
  const [vpc, addresses] = [providerHas.vpc(spec.provider), providerHas.addresses(spec.provider)]
  return {
    schema: 'kp/topology/v1',
    environment: spec.environment.name,
    cluster: spec.environment.cluster,
    provider: spec.provider.type,
    source,
    reason,
    simulated: provider.simulated,
    kubernetes: spec.kubernetes.version,
    network: {
      nodes: vpc ? network.vpcCidr : null,
      pods: addresses ? network.podCidr : null,
      services: addresses ? network.serviceCidr : null,
      endpoint: providerHas.awsNodes(spec.provider) ? network.endpoint : null,
      nat: providerHas.awsNodes(spec.provider) ? network.nat : null,
    },
  }
}

function planned(ctx: TopologyContext): Pick<TopologyResult, 'zones' | 'pools' | 'loadBalancers'> {
  const {spec} = ctx
  const names = ctx.provider.zones(spec)
  const spread = new Map(spec.nodePools.map((pool) => [pool.name, spreadOver(pool, names)]))
  const zones = zonesOf(spec, names, (zone) => spec.nodePools.map((pool): ZonePool => ({name: pool.name, count: spread.get(pool.name)?.get(zone) ?? 0, nodes: []})).filter(({count}) => count > 0))
  const {ingress} = spec.phases
  const balancer: Balancer = {name: ingress.controller, namespace: null, exposure: ingress.exposure, addresses: [], ports: [80, 443]}
  return {zones, pools: spec.nodePools.map((pool) => poolFacts(pool, pool.min)), loadBalancers: ingress.enabled ? [balancer] : []}
}

/** How many nodes of a pool stand in each zone: one more for each, in the order of the zones. */
function spreadOver(pool: NodePool, zones: string[]): Map<string, number> {
  const own = pool.zones === undefined ? zones : zones.filter((zone) => pool.zones?.includes(zone))
  return new Map(own.map((zone, index) => [zone, Math.floor(pool.min / own.length) + (index < pool.min % own.length ? 1 : 0)]))
}

function fromNodes(ctx: TopologyContext, nodes: KubeObject[]): Pick<TopologyResult, 'zones' | 'pools'> {
  const {spec} = ctx
  const byZone = Map.groupBy(nodes.toSorted(byName), (node) => labelOf(node, ZONE_LABELS) ?? NO_ZONE)
  const known = ctx.provider.id === 'existing' ? [] : ctx.provider.zones(spec)
  const others = [...byZone.keys()].filter((zone) => !known.includes(zone)).toSorted((a, b) => Number(a === NO_ZONE) - Number(b === NO_ZONE) || compare(a, b))
  const zones = zonesOf(spec, [...known, ...others], (zone) => {
    const here = Map.groupBy(byZone.get(zone) ?? [], (node) => poolOf(node, spec.nodePools)?.name ?? null)
    const order = [...spec.nodePools.map(({name}): string | null => name), null]
    return order.flatMap((name): ZonePool[] => {
      const own = here.get(name)
      return own === undefined ? [] : [{name, count: own.length, nodes: own.map(nodeFacts)}]
    })
  })
  return {zones, pools: spec.nodePools.map((pool) => poolFacts(pool, nodes.filter((node) => poolOf(node, spec.nodePools) === pool).length))}
}

/** The zones with their subnets, where kp plans them. */
function zonesOf(spec: EnvironmentSpec, names: string[], poolsOf: (zone: string) => ZonePool[]): Zone[] {
  const own = names.filter((name) => name !== NO_ZONE)
  const plan = providerHas.vpc(spec.provider) && own.length > 0 ? planAddresses(spec, own).zones : []
  return names.map((name) => {
    const found = plan.find(({zone}) => zone === name)
    return {name, private: found?.privateSubnet ?? null, public: found?.publicSubnet ?? null, pools: poolsOf(name)}
  })
}

function poolFacts({name, instanceType, capacity, min, max, labels, taints, gpu}: NodePool, count: number): TopologyResult['pools'][number] {
  return {name, instanceType, capacity, min, max, count, labels, taints, gpus: gpu?.count ?? 0}
}

function nodeFacts(node: KubeObject): ZonePool['nodes'][number] {
  const {conditions = [], addresses = []} = (node['status'] ?? {}) as NodeStatus
  return {
    name: node.metadata.name,
    ready: conditions.some(({type, status}) => type === 'Ready' && status === 'True'),
    cordoned: (node['spec'] as {unschedulable?: boolean} | undefined)?.unschedulable === true,
    address: addresses.find(({type}) => type === 'InternalIP')?.address ?? null,
    instanceType: labelOf(node, TYPE_LABELS) ?? null,
  }
}

function balancersOf(services: KubeObject[]): Balancer[] {
  return services
    .filter((service) => (service['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer')
    .map((service): Balancer => {
      const {ports = []} = service['spec'] as {ports?: {port: number}[]}
      const given = (service['status'] as {loadBalancer?: {ingress?: {ip?: string; hostname?: string}[]}} | undefined)?.loadBalancer?.ingress ?? []
      return {
        name: service.metadata.name,
        namespace: service.metadata.namespace ?? null,
        exposure: isInternal(service.metadata.annotations ?? {}) ? 'internal' : 'public',
        addresses: given.flatMap(({ip, hostname}) => ip ?? hostname ?? []),
        ports: ports.map(({port}) => port),
      }
    })
    .toSorted((a, b) => compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`))
}

function isInternal(annotations: Record<string, string>): boolean {
  return Object.entries(annotations).some(([key, value]) => INTERNAL.test(key) && /^(?:true|internal|0\.0\.0\.0\/0)$/i.test(value))
}

function labelOf(node: KubeObject, names: string[]): string | undefined {
  return names.map((name) => node.metadata.labels?.[name]).find((value) => value !== undefined)
}

/** By name, with numbers as numbers: node-2 comes before node-10. */
function byName(a: KubeObject, b: KubeObject): number {
  return compare(a.metadata.name, b.metadata.name)
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', {numeric: true})
}
