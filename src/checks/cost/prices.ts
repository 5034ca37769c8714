/**
 * List prices, for an order of magnitude where there is no bill: on demand, Linux, us-east-1. OpenCost and the bill know
 * better; each figure here has its date and source. Pure.
 */
import {hourlyPrice, INSTANCES_AS_OF} from '../../spec/instance-prices.ts'
import {parseQuantity} from '../../spec/units.ts'

/** Where the figures are from, and when they held. */
export const PRICE_TABLE = {
  source: 'AWS list prices, on demand, Linux, us-east-1',
  /** The oldest of the figures: that of the machines. */
  date: INSTANCES_AS_OF,
  currency: 'USD',
  figures: [
    {what: 'machines', source: 'price list of Amazon EC2, us-east-1, as karpenter-provider-aws publishes it', date: '2026-07-20', confirmed: true},
    {what: 'volumes (gp3): $0.08 for a GB and month', source: 'price list of Amazon EC2, us-east-1, SKU JG3KUJMBRGHV3N8G', date: '2026-08-17', confirmed: true},
    {what: 'load balancers: $0.0225 an hour, without traffic', source: 'aws.amazon.com/elasticloadbalancing/pricing, examples', date: '2026-09-20', confirmed: true},
    {what: 'machines that the list has not: by their CPUs and memory', source: 'least squares over c6i, m6i, r6i, c7i, m7i and r7i of the same list; 4 % off at most', date: '2026-07-20', confirmed: false},
    {what: 'spot: 35 % of the list price', source: 'an assumption: spot prices change each hour', date: '2026-07-20', confirmed: false},
  ],
} as const

/** Hours of a month. */
export const HOURS = 730
/** Of an hour, where the type is not in the table: by what the machine has. */
const CPU_HOUR = 0.0359
const GIB_HOUR = 0.00355
/** What a node on spot is taken to cost of the list price. */
const SPOT = 0.35
/** Of a GiB and month of a volume (gp3). */
export const VOLUME_MONTH = 0.08
/** Of a load balancer, without traffic. */
export const BALANCER_MONTH = 0.0225 * HOURS
const GIB = 2 ** 30

/** A machine. */
export interface Machine {
  instanceType: string | null
  spot: boolean
  /** What pods may have of it. */
  cpu: string
  memory: string
}

/** The price of a machine for a month, and whether its type is in the table. */
export function priceOfMachine({instanceType, spot, cpu, memory}: Machine): {monthly: number; listed: boolean} {
  const listed = instanceType === null ? undefined : hourlyPrice(instanceType)
  const hourly = listed ?? (parseQuantity(cpu) ?? 0) * CPU_HOUR + ((parseQuantity(memory) ?? 0) / GIB) * GIB_HOUR
  return {monthly: hourly * HOURS * (spot ? SPOT : 1), listed: listed !== undefined}
}

/** How the price of machines is shared by CPU and memory: a CPU weighs as much as 10 GiB. Prices of one CPU and one byte for a month. */
export function unitPrices(monthly: number, cpus: number, bytes: number): {cpu: number; byte: number} {
  const weight = cpus * CPU_HOUR + (bytes / GIB) * GIB_HOUR
  if (weight === 0) return {cpu: 0, byte: 0}
  return {cpu: (monthly * CPU_HOUR) / weight, byte: (monthly * GIB_HOUR) / GIB / weight}
}

const SIGNS: Readonly<Record<string, string>> = {USD: '$', EUR: '€', GBP: '£'}

/** `$1,234`, `$0.80`. */
export function money(amount: number, currency: string): string {
  const text = amount >= 100 ? Math.round(amount).toLocaleString('en-US') : amount.toFixed(2)
  return `${SIGNS[currency] ?? `${currency} `}${text}`
}
