/** What is spent, by namespace and team: counted from what pods ask for, with list prices. */
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {nameOf} from '../cluster.ts'
import type {ClusterReader} from '../cluster.ts'
import {quantity, roundBytes} from '../quantities.ts'
import {askedByNamespace} from '../requests.ts'
import {BALANCER_MONTH, PRICE_TABLE, priceOfMachine, unitPrices, VOLUME_MONTH} from './prices.ts'

/** What a namespace asks for and costs a month. */
export interface NamespaceCost {
  name: string
  team: string | null
  pods: number
  cpu: number
  memory: number
  /** Bytes of its claims. */
  volumes: number
  balancers: number
  monthly: number
}

/** One resource of a quota. */
export interface QuotaUse {
  namespace: string
  quota: string
  resource: string
  used: string
  hard: string
  percent: number
}

/** The whole. Money is a month, in the currency of the price table. */
export interface CostReport {
  currency: string
  prices: {source: string; date: string; currency: string; figures: {what: string; source: string; date: string; confirmed: boolean}[]}
  nodes: {count: number; spot: number; cpu: number; memory: number; monthly: number; notListed: string[]}
  namespaces: NamespaceCost[]
  teams: {name: string; namespaces: string[]; monthly: number; budget: number | null}[]
  quotas: QuotaUse[]
  /** Of the machines nobody asked for. */
  idle: {cpu: number; memory: number; monthly: number}
  budget: {amount: number; warnAtPercent: number; spent: number; percent: number; status: 'within' | 'near' | 'over'} | null
  /** What is paid for and used by nobody. */
  unused: {what: string; why: string; monthly: number}[]
  /** Machines, volumes and load balancers together. */
  monthly: number
}

const GIB = 2 ** 30
const TYPE_LABELS = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type']
const SPOT_LABELS: readonly [string, string][] = [['eks.amazonaws.com/capacityType', 'SPOT'], ['karpenter.sh/capacity-type', 'spot'], ['kp.dev/capacity', 'spot'], ['node-role', 'spot']]

/**
 * Counts. Reads only.
 * @throws KpError where a list is refused: half a bill is none
 */
export async function costReport(ctx: Pick<PlatformContext, 'spec'>, cluster: ClusterReader): Promise<CostReport> {
  const [nodes, pods, claims, volumes, services, slices, quotas] = await Promise.all([
    cluster.listKnown('v1', 'Node'), cluster.listKnown('v1', 'Pod'), cluster.listKnown('v1', 'PersistentVolumeClaim'), cluster.listKnown('v1', 'PersistentVolume'),
    cluster.listKnown('v1', 'Service'), cluster.listKnown('discovery.k8s.io/v1', 'EndpointSlice'), cluster.listKnown('v1', 'ResourceQuota'),
  ])
  const machines = machinesOf(nodes)
  const unit = unitPrices(machines.monthly, machines.cpu, machines.memory)
  const asked = askedByNamespace(pods)
  const balancers = services.filter((service) => (service['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer')
  const teamOf = new Map(ctx.spec.phases.cost.teams.flatMap(({name, namespaces}) => namespaces.map((namespace) => [namespace, name] as const)))
  const names = new Set([...asked.keys(), ...claims.map(namespaceOf), ...balancers.map(namespaceOf), ...teamOf.keys()])
  const namespaces = [...names].map((name): NamespaceCost => {
    const {cpu, memory, pods: count} = asked.get(name) ?? {cpu: 0, memory: 0, pods: 0}
    const bytes = sum(claims.filter((claim) => namespaceOf(claim) === name).map(claimSize))
    const own = balancers.filter((service) => namespaceOf(service) === name).length
    const monthly = cpu * unit.cpu + memory * unit.byte + (bytes / GIB) * VOLUME_MONTH + own * BALANCER_MONTH
    return {name, team: teamOf.get(name) ?? null, pods: count, cpu, memory, volumes: bytes, balancers: own, monthly: cents(monthly)}
  }).toSorted((a, b) => b.monthly - a.monthly || a.name.localeCompare(b.name, 'en'))
  const unused = [...unusedVolumes(volumes), ...unusedBalancers(balancers, slices)]
  const volumesCost = (sum(volumes.map(volumeSize)) / GIB) * VOLUME_MONTH
  const monthly = cents(machines.monthly + volumesCost + balancers.length * BALANCER_MONTH)
  const idleCpu = Math.max(0, machines.cpu - sum(namespaces.map(({cpu}) => cpu)))
  const idleMemory = Math.max(0, machines.memory - sum(namespaces.map(({memory}) => memory)))
  return {
    currency: ctx.spec.phases.cost.currency,
    prices: {...PRICE_TABLE, figures: PRICE_TABLE.figures.map((figure) => ({...figure}))},
    nodes: {...machines, monthly: cents(machines.monthly)},
    namespaces,
    teams: ctx.spec.phases.cost.teams.map((team) => ({name: team.name, namespaces: team.namespaces, monthly: cents(sum(namespaces.filter(({team: of}) => of === team.name).map((one) => one.monthly))), budget: team.budget ?? null})),
    quotas: quotas.flatMap(usesOf).toSorted((a, b) => b.percent - a.percent),
    idle: {cpu: idleCpu, memory: idleMemory, monthly: cents(idleCpu * unit.cpu + idleMemory * unit.byte)},
    budget: budgetOf(ctx, monthly),
    unused,
    monthly,
  }
}

function budgetOf({spec}: Pick<PlatformContext, 'spec'>, spent: number): CostReport['budget'] {
  const {budget, warnAtPercent} = spec.phases.cost
  if (budget === undefined) return null
  const percent = Math.round((spent / budget) * 100)
  return {amount: budget, warnAtPercent, spent, percent, status: percent >= 100 ? 'over' : percent >= warnAtPercent ? 'near' : 'within'}
}

function machinesOf(nodes: KubeObject[]): CostReport['nodes'] {
  const priced = nodes.map((node) => {
    const labels = node.metadata.labels ?? {}
    const {cpu = '0', memory = '0'} = (node['status'] as {allocatable?: Record<string, string>} | undefined)?.allocatable ?? {}
    const instanceType = TYPE_LABELS.map((name) => labels[name]).find((value) => value !== undefined) ?? null
    const spot = SPOT_LABELS.some(([key, value]) => labels[key] === value)
    return {instanceType, spot, cpu: quantity(cpu), memory: quantity(memory), ...priceOfMachine({instanceType, spot, cpu, memory})}
  })
  return {
    count: nodes.length,
    spot: priced.filter(({spot}) => spot).length,
    cpu: sum(priced.map(({cpu}) => cpu)),
    memory: sum(priced.map(({memory}) => memory)),
    monthly: sum(priced.map(({monthly}) => monthly)),
    notListed: [...new Set(priced.filter(({listed}) => !listed).map(({instanceType}) => instanceType ?? 'no type'))].toSorted(),
  }
}

function usesOf(quota: KubeObject): QuotaUse[] {
  const {hard = {}, used = {}} = (quota['status'] ?? {}) as {hard?: Record<string, string>; used?: Record<string, string>}
  const {namespace = 'default', name} = quota.metadata
  return Object.entries(hard).map(([resource, most]) => {
    const now = used[resource] ?? '0'
    const percent = quantity(most) === 0 ? 100 : Math.round((quantity(now) / quantity(most)) * 100)
    return {namespace, quota: name, resource, used: now, hard: most, percent}
  })
}

function unusedVolumes(volumes: KubeObject[]): CostReport['unused'] {
  return volumes.flatMap((volume) => {
    const phase = (volume['status'] as {phase?: string} | undefined)?.phase
    if (phase !== 'Released' && phase !== 'Available' && phase !== 'Failed') return []
    const bytes = volumeSize(volume)
    return [{what: `PersistentVolume ${volume.metadata.name}`, why: `${roundBytes(bytes)}, ${phase === 'Available' ? 'never claimed' : 'its claim is gone'}`, monthly: cents((bytes / GIB) * VOLUME_MONTH)}]
  })
}

function unusedBalancers(services: KubeObject[], slices: KubeObject[]): CostReport['unused'] {
  const ready = new Set(slices.filter((slice) => ((slice as unknown as {endpoints?: {conditions?: {ready?: boolean}}[] | null}).endpoints ?? []).some(({conditions}) => conditions?.ready !== false)).map((slice) => `${namespaceOf(slice)}/${slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`))
  return services.filter(({metadata}) => !ready.has(nameOf(metadata))).map(({metadata}) => ({what: `Service ${nameOf(metadata)}`, why: 'a load balancer that leads to no pod', monthly: BALANCER_MONTH}))
}

const namespaceOf = ({metadata}: KubeObject): string => metadata.namespace ?? 'default'
const claimSize = (claim: KubeObject): number => quantity((claim['status'] as {capacity?: {storage?: string}} | undefined)?.capacity?.storage)
const volumeSize = (volume: KubeObject): number => quantity((volume['spec'] as {capacity?: {storage?: string}} | undefined)?.capacity?.storage)
const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0)
const cents = (amount: number): number => Math.round(amount * 100) / 100
