/** List prices of AWS, in US dollars. Dated: what they were, not what a bill says. */
import {instanceSize} from './instance-size.ts'
import {hourlyPrice, INSTANCES_AS_OF} from './instance-prices.ts'

/** When they held: the date of the oldest, those of the machines. `kp cost report` names the source of each. */
export const PRICES = {asOf: INSTANCES_AS_OF} as const

/** Hours of a month, as AWS counts. */
export const HOURS = 730

/** What m5.large costs in a region, over what it costs in us-east-1: other prices by the hour and gigabyte follow it closely. */
const REGIONS: Readonly<Record<string, number>> = {
  'us-east-1': 1, 'us-east-2': 1, 'us-west-2': 1, 'us-west-1': 1.17, 'ca-central-1': 1.11, 'sa-east-1': 1.59,
  'eu-west-1': 1.11, 'eu-central-1': 1.2, 'eu-west-2': 1.16, 'eu-west-3': 1.17, 'eu-north-1': 1.06, 'eu-south-1': 1.17, 'eu-central-2': 1.32,
  'ap-south-1': 1.05, 'ap-southeast-1': 1.25, 'ap-southeast-2': 1.25, 'ap-northeast-1': 1.29, 'ap-northeast-2': 1.23, 'ap-northeast-3': 1.29, 'ap-east-1': 1.38,
  'me-south-1': 1.22, 'me-central-1': 1.22, 'af-south-1': 1.32, 'il-central-1': 1.26, 'us-gov-west-1': 1.26, 'us-gov-east-1': 1.26,
}
/** A region that is not in the table. */
const OTHER_REGION = 1.25

/** The same in every region. */
export const EKS_CLUSTER = 0.1 * HOURS
/** What a cluster in extended support costs besides. */
export const EKS_EXTENDED = 0.5 * HOURS
/** A key of KMS, and a zone of Route 53. */
export const KMS_KEY = 1
export const HOSTED_ZONE = 0.5
/** A public address of version 4. */
export const ADDRESS = 0.005 * HOURS

/** In us-east-1, a month. */
const BASE = {
  natGateway: 0.045 * HOURS,
  loadBalancer: 0.0225 * HOURS,
  classicLoadBalancer: 0.025 * HOURS,
  endpoint: 0.01 * HOURS,
  /** A gigabyte of a volume. */
  gp3: 0.08,
  gp2: 0.1,
  io2: 0.125,
  io1: 0.125,
  st1: 0.045,
  sc1: 0.015,
  snapshot: 0.05,
  logsStored: 0.03,
} as const

/** What can be priced by itself. */
export type PricedThing = keyof typeof BASE

/** An operation a second of a volume of type io2. */
const IO2_OPERATION = 0.065

/** Dollars for a CPU and hour in us-east-1 where the type is not in the table: by the letters of its family. */
const PER_CPU: Readonly<Record<string, number>> = {t: 0.042, m: 0.05, c: 0.045, r: 0.063, i: 0.086, im: 0.09, is: 0.14, d: 0.12, x: 0.084, z: 0.093, g: 0.25, p: 0.5, inf: 0.095, trn: 0.17}
const OTHER_CPU = 0.05

/** Spot machines are 60 to 90 % cheaper; what they cost changes by the hour. */
export const SPOT_SHARE = 0.35

/** What one thing costs a month in a region. */
export function monthlyOf(thing: PricedThing, region: string): number {
  return BASE[thing] * factorOf(region)
}

/** What a volume costs a month. */
export function volumeMonthly({type, gigabytes, operations}: {type: string; gigabytes: number; operations?: number | undefined}, region: string): number {
  const perGigabyte = type in BASE ? BASE[type as PricedThing] : BASE.gp3
  const beyond = type === 'io2' || type === 'io1' ? (operations ?? 0) * IO2_OPERATION : 0
  return (gigabytes * perGigabyte + beyond) * factorOf(region)
}

/** What a machine costs a month that runs all the time. */
export function instanceMonthly(type: string, region: string, capacity: 'on-demand' | 'spot' = 'on-demand'): number {
  const hourly = hourlyPrice(type) ?? Number(instanceSize(type)?.cpu ?? 2) * (PER_CPU[/^[a-z]+/.exec(type)?.[0] ?? ''] ?? OTHER_CPU)
  return hourly * HOURS * factorOf(region) * (capacity === 'spot' ? SPOT_SHARE : 1)
}

/** Whether the table has a price for the type, or it is guessed by its CPUs. */
export function isListed(type: string): boolean {
  return hourlyPrice(type) !== undefined
}

function factorOf(region: string): number {
  return REGIONS[region] ?? OTHER_REGION
}
