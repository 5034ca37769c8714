/** What a platform costs a month, as a class: known before there is an account, a quote or a bill. */
import {defaultPlatform, type PlatformAnswers} from '../spec/defaults.ts'
import {instanceSize} from '../spec/instance-size.ts'
import {parseSpec} from '../spec/load.ts'
import {environmentNames, resolveEnvironment} from '../spec/resolve.ts'
import type {EnvironmentSpec, NodePool} from '../spec/types.ts'

/** A class with the range behind it, in US dollars a month, and what makes it. */
export interface CostClass {
  class: 'none' | 'low' | 'medium' | 'high'
  low: number
  high: number
  drivers: string[]
}

const HOURS = 730
/** On-demand dollars for a CPU and hour, the order of magnitude of published prices; families by their letters. */
const PER_CPU: Record<string, number> = {t: 0.042, m: 0.048, c: 0.043, r: 0.063, i: 0.078, im: 0.055, is: 0.055, d: 0.07, x: 0.084, z: 0.093, g: 0.25, p: 0.5, inf: 0.095, trn: 0.17}
const OTHER_CPU = 0.05
/** Spot is 60 to 90 % off. */
const SPOT = 0.3
const EKS_CLUSTER = 73
const NAT_GATEWAY = 33
const LOAD_BALANCER = 20
const GIGABYTE = 0.08
/** Regions differ, and traffic, logs and volumes of your own come on top. */
const SPREAD = {low: 0.8, high: 1.5}
const MEDIUM = 500
const HIGH = 2500

/** The class of some environments together. Where kp makes no machines there is no bill of its making. */
export function costClass(environments: readonly EnvironmentSpec[]): CostClass {
  const items = environments.flatMap(itemsOf)
  const total = items.reduce((sum, {dollars}) => sum + dollars, 0)
  if (total === 0) return {class: 'none', low: 0, high: 0, drivers: []}
  const high = Math.round(total * SPREAD.high)
  return {
    class: high < MEDIUM ? 'low' : high < HIGH ? 'medium' : 'high',
    low: Math.round(total * SPREAD.low),
    high,
    drivers: items.toSorted((a, b) => b.dollars - a.dollars).map(({what}) => what),
  }
}

/**
 * The class of a platform that is not written yet.
 * @throws KpError SPEC_INVALID where an answer is not allowed
 */
export function costOfAnswers(answers: PlatformAnswers): CostClass {
  const {spec} = parseSpec('kp.yaml', defaultPlatform(answers))
  return costClass(environmentNames(spec).map((name) => resolveEnvironment(spec, name)))
}

/** The class in words. It is no quote, and says so. */
export function costLines(cost: CostClass, provider: string): string[] {
  if (cost.class === 'none') {
    const why = provider === 'lab' || provider === 'kind' ? 'everything runs on this machine' : 'kp makes no machines there: the bill of that cluster is its own'
    return [`Class none: ${why}.`]
  }
  return [
    `Class ${cost.class}: in the order of $${round(cost.low)} to $${round(cost.high)} a month with the fewest nodes.`,
    `Driven by: ${cost.drivers.slice(0, 4).join('; ')}.`,
    'A class by list prices, not a quote: traffic, volumes and your region decide.',
  ]
}

interface Item {
  what: string
  dollars: number
}

function itemsOf(spec: EnvironmentSpec): Item[] {
  const {provider, network, environment} = spec
  if (provider.type !== 'eks' && provider.type !== 'kubeadm-aws') return []
  const where = environment.name
  const pools = spec.nodePools.filter((pool) => pool.min > 0).map((pool) => machines(`${pool.min} × ${pool.instanceType}${pool.capacity === 'spot' ? ' (spot)' : ''} in ${where}`, pool.min, pool))
  const nat = network.nat === 'per-zone' ? network.zones : network.nat === 'single' ? 1 : 0
  return [
    ...pools,
    ...(provider.type === 'eks'
      ? [{what: `the control plane of ${where}`, dollars: EKS_CLUSTER}]
      : [machines(`${provider.controlPlane.count} × ${provider.controlPlane.instanceType} as control plane of ${where}`, provider.controlPlane.count, {instanceType: provider.controlPlane.instanceType, capacity: 'on-demand', disk: provider.controlPlane.disk})]),
    ...(nat === 0 ? [] : [{what: `${nat} NAT ${nat === 1 ? 'gateway' : 'gateways'} of ${where}`, dollars: nat * NAT_GATEWAY}]),
    ...(spec.phases.ingress.enabled ? [{what: `a load balancer of ${where}`, dollars: LOAD_BALANCER}] : []),
  ]
}

function machines(what: string, count: number, {instanceType, capacity, disk}: Pick<NodePool, 'instanceType' | 'capacity' | 'disk'>): Item {
  const cpus = Number(instanceSize(instanceType)?.cpu ?? 2)
  const family = /^[a-z]+/.exec(instanceType)?.[0] ?? ''
  const hourly = cpus * (PER_CPU[family] ?? OTHER_CPU) * (capacity === 'spot' ? SPOT : 1)
  const gigabytes = Number(/^\d+/.exec(disk)?.[0] ?? 50)
  return {what, dollars: count * (hourly * HOURS + gigabytes * GIGABYTE)}
}

function round(dollars: number): string {
  const step = dollars < 200 ? 10 : dollars < 2000 ? 50 : 100
  return (Math.round(dollars / step) * step).toLocaleString('en-US')
}
