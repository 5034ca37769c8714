/** What a platform costs a month, as a class: known before there is an account, a quote or a bill. */
import {PRICES} from '../spec/aws-prices.ts'
import {defaultPlatform, type PlatformAnswers} from '../spec/defaults.ts'
import {parseSpec} from '../spec/load.ts'
import {environmentNames, resolveEnvironment} from '../spec/resolve.ts'
import type {EnvironmentSpec} from '../spec/types.ts'
import {costItems, totalOf} from './cost-estimate.ts'

/** A class with the range behind it, in US dollars a month, and what makes it. */
export interface CostClass {
  class: 'none' | 'low' | 'medium' | 'high'
  low: number
  high: number
  /** By list prices, with the fewest nodes. */
  monthly: number
  drivers: string[]
}

/** Traffic, logs and volumes of your own come on top; reservations and savings plans take away. */
const SPREAD = {low: 0.8, high: 1.5}
const MEDIUM = 500
const HIGH = 2500

/** The class of some environments together. Where kp makes no machines there is no bill of its making. */
export function costClass(environments: readonly EnvironmentSpec[]): CostClass {
  const items = environments.flatMap(costItems)
  const total = totalOf(items)
  if (total === 0) return {class: 'none', low: 0, high: 0, monthly: 0, drivers: []}
  const high = Math.round(total * SPREAD.high)
  return {
    class: high < MEDIUM ? 'low' : high < HIGH ? 'medium' : 'high',
    low: Math.round(total * SPREAD.low),
    high,
    monthly: Math.round(total),
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
    `Class ${cost.class}: about $${round(cost.monthly)} a month with the fewest nodes; in the order of $${round(cost.low)} to $${round(cost.high)}.`,
    `Driven by: ${cost.drivers.slice(0, 4).join('; ')}.`,
    `List prices of ${PRICES.asOf}, not a quote: traffic, logs and volumes come on top.`,
  ]
}

function round(dollars: number): string {
  const step = dollars < 200 ? 10 : dollars < 2000 ? 50 : 100
  return (Math.round(dollars / step) * step).toLocaleString('en-US')
}
