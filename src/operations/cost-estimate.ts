/** What an environment costs a month by list prices: of kp.yaml alone, and as the plans of its stacks say. */
import type {StackId} from '../components/terraform/ids.ts'
import type {PlatformContext} from '../context.ts'
import {ADDRESS, EKS_CLUSTER, instanceMonthly, isListed, KMS_KEY, monthlyOf, PRICES, volumeMonthly} from '../spec/aws-prices.ts'
import type {EnvironmentSpec, NodePool} from '../spec/types.ts'
import {parseQuantity} from '../spec/units.ts'
import type {PlanResult} from '../ui/results.ts'

/** One thing that costs. */
export interface CostItem {
  what: string
  dollars: number
  /** The stack that makes it; undefined where a controller in the cluster does. */
  stack?: StackId
  /** By the number of its CPUs alone: the table has no price for it. */
  guessed?: true
}

const GIB = 1024 ** 3
/** What a volume of type io2 does a second where nothing is said. */
const IO2_OPERATIONS = 3000
/** Endpoints that nodes need where there is no NAT gateway. */
const ENDPOINTS_WITHOUT_NAT = 12

/** Everything with the fewest nodes; nothing where kp makes no machines. */
export function costItems(spec: EnvironmentSpec): CostItem[] {
  const {provider, network, phases, environment} = spec
  if (provider.type !== 'eks' && provider.type !== 'kubeadm-aws') return []
  const {region} = provider
  const where = environment.name
  const nat = network.nat === 'per-zone' ? network.zones : network.nat === 'single' ? 1 : 0
  return [
    ...spec.nodePools.filter((pool) => pool.min > 0).map((pool) => machines(`${pool.min} × ${pool.instanceType}${pool.capacity === 'spot' ? ' (spot)' : ''} in ${where}`, pool.min, pool, region)),
    ...(provider.type === 'eks'
      ? [
          {what: `the control plane of ${where}`, dollars: EKS_CLUSTER, stack: 'eks' as const},
          ...(phases['control-plane'].encryption && provider.kmsKey === undefined ? [{what: `a key of KMS in ${where}`, dollars: KMS_KEY, stack: 'eks' as const}] : []),
        ]
      : [machines(`${provider.controlPlane.count} × ${provider.controlPlane.instanceType} as control plane of ${where}`, provider.controlPlane.count, {...provider.controlPlane, capacity: 'on-demand', volumes: []}, region)]),
    ...(nat === 0 ? [] : [{what: `${nat} NAT ${nat === 1 ? 'gateway' : 'gateways'} of ${where}`, dollars: nat * (monthlyOf('natGateway', region) + ADDRESS), stack: 'network' as const}]),
    ...(network.nat === 'none' ? [{what: `${ENDPOINTS_WITHOUT_NAT} endpoints in each zone of ${where}`, dollars: ENDPOINTS_WITHOUT_NAT * network.zones * monthlyOf('endpoint', region), stack: 'network' as const}] : []),
    ...(phases.ingress.enabled ? [{what: `a load balancer of ${where}`, dollars: monthlyOf('loadBalancer', region) + network.zones * ADDRESS}] : []),
  ]
}

function machines(what: string, count: number, {instanceType, capacity, disk, volumes}: Pick<NodePool, 'instanceType' | 'capacity' | 'disk' | 'volumes'>, region: string): CostItem {
  const disks = [{size: disk, type: 'gp3'}, ...volumes.filter(({type}) => type !== 'instance-store')]
  const storage = disks.reduce((sum, {size, type}) => sum + volumeMonthly({type, gigabytes: Math.ceil((parseQuantity(size) ?? 0) / GIB), operations: type === 'io2' ? IO2_OPERATIONS : undefined}, region), 0)
  return {what, dollars: count * (instanceMonthly(instanceType, region, capacity) + storage), stack: 'node-groups', ...(isListed(instanceType) ? {} : {guessed: true as const})}
}

/** What all of it costs together. */
export function totalOf(items: readonly CostItem[]): number {
  return items.reduce((sum, {dollars}) => sum + dollars, 0)
}

/** What a plan of a stack said it costs. */
interface PlannedStack {
  monthly?: {before: number; after: number}
}

/**
 * What the environment costs after the plan, and the difference that it makes; undefined where kp makes nothing that costs.
 * Where a stack was planned, what Terraform says counts; else kp.yaml.
 */
export function monthlyCost(ctx: Pick<PlatformContext, 'spec' | 'aws'>): PlanResult['monthlyCost'] {
  const items = costItems(ctx.spec)
  if (items.length === 0) return undefined
  const looks = new Map([...(ctx.aws?.looks ?? [])].map(([stack, {probe}]) => [stack, probe as {state: string; data?: PlannedStack & {waits?: boolean}}]))
  let [amount, before] = [0, 0]
  for (const stack of new Set(items.map((item) => item.stack))) {
    const byFile = totalOf(items.filter((item) => item.stack === stack))
    const look = stack === undefined ? undefined : looks.get(stack)
    const planned = look?.data?.monthly
    amount += planned?.after ?? byFile
    // What a controller makes is there when its stacks are; a stack that waits for another one is not there.
    before += planned?.before ?? (look?.state === 'satisfied' ? byFile : 0)
  }
  const built = [...looks.values()].some(({state, data}) => state !== 'absent' && data?.waits !== true)
  if (built) before += totalOf(items.filter(({stack}) => stack === undefined))
  const round = (dollars: number): number => Math.round(dollars * 100) / 100
  return {
    amount: round(amount),
    currency: 'USD',
    basis: `list prices of ${PRICES.asOf}, with the fewest nodes; no traffic, logs or volumes of workloads`,
    ...(looks.size === 0 ? {} : {before: round(before), difference: round(amount - before)}),
    items: items.toSorted((a, b) => b.dollars - a.dollars).map(({what, dollars, guessed}) => ({what, amount: round(dollars), ...(guessed === undefined ? {} : {guessed})})),
  }
}
