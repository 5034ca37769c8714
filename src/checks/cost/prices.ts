/**
 * List prices, for an order of magnitude where there is no bill: on demand, Linux, a region of the cheapest class. OpenCost
 * and the bill know better; each figure here has its date and source. Pure.
 */
import {parseQuantity} from '../../spec/units.ts'

/** Where the figures are from, and when they held. */
export const PRICE_TABLE = {
  source: 'AWS list prices, on demand, Linux, us-east-1',
  date: '2025-06-01',
  currency: 'USD',
} as const

/** Hours of a month. */
export const HOURS = 730
/** Of an hour, by instance type. */
const INSTANCES: Readonly<Record<string, number>> = {
  't3.small': 0.0208, 't3.medium': 0.0416, 't3.large': 0.0832, 't3.xlarge': 0.1664, 't3.2xlarge': 0.3328,
  't3a.medium': 0.0376, 't3a.large': 0.0752, 't3a.xlarge': 0.1504,
  'm5.large': 0.096, 'm5.xlarge': 0.192, 'm5.2xlarge': 0.384, 'm5.4xlarge': 0.768,
  'm6i.large': 0.096, 'm6i.xlarge': 0.192, 'm6i.2xlarge': 0.384, 'm6i.4xlarge': 0.768,
  'm6g.large': 0.077, 'm6g.xlarge': 0.154, 'm7i.large': 0.1008, 'm7i.xlarge': 0.2016, 'm7i.2xlarge': 0.4032, 'm7g.large': 0.0816, 'm7g.xlarge': 0.1632,
  'c5.large': 0.085, 'c5.xlarge': 0.17, 'c6i.large': 0.085, 'c6i.xlarge': 0.17, 'c6i.2xlarge': 0.34, 'c7i.large': 0.08925, 'c7g.large': 0.0725,
  'r5.large': 0.126, 'r5.xlarge': 0.252, 'r6i.large': 0.126, 'r6i.xlarge': 0.252, 'r6i.2xlarge': 0.504, 'r7g.large': 0.1071,
  'i3.large': 0.156, 'i4i.large': 0.172, 'g4dn.xlarge': 0.526, 'g5.xlarge': 1.006, 'g5.2xlarge': 1.212, 'p3.2xlarge': 3.06,
}
/** Of an hour, where the type is not in the table: by what the machine has. */
const CPU_HOUR = 0.0316
const GIB_HOUR = 0.0042
/** What a node on spot costs of the list price: 60 to 90 % off. */
const SPOT = 0.35
/** Of a GiB and month of a volume (gp3). */
export const VOLUME_MONTH = 0.08
/** Of a load balancer, without traffic. */
export const BALANCER_MONTH = 16.4
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
  const listed = instanceType === null ? undefined : INSTANCES[instanceType]
  const hourly = listed ?? (parseQuantity(cpu) ?? 0) * CPU_HOUR + ((parseQuantity(memory) ?? 0) / GIB) * GIB_HOUR
  return {monthly: hourly * HOURS * (spot ? SPOT : 1), listed: listed !== undefined}
}

/** How the price of machines is shared by CPU and memory: a CPU weighs as much as 7.5 GiB. Prices of one CPU and one byte for a month. */
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
