/** The windows over which an error budget is watched: multi-window, multi-burn-rate, as the SRE workbook has them. Pure. */
import type {Slo} from './types.ts'
import {durationSeconds} from './units.ts'

/** One row: the budget burns `factor` times too fast, over both windows. The short one makes the alert end soon after its cause. */
export interface BurnRow {
  severity: 'page' | 'ticket'
  factor: number
  long: string
  short: string
}

/** A row that makes no alert, and why. */
export interface DroppedRow extends BurnRow {
  reason: string
}

/** SRE workbook, table 5-8, and its extra row of one day. */
export const BURN_ROWS: readonly BurnRow[] = [
  {severity: 'page', factor: 14.4, long: '1h', short: '5m'},
  {severity: 'page', factor: 6, long: '6h', short: '30m'},
  {severity: 'ticket', factor: 3, long: '1d', short: '2h'},
  {severity: 'ticket', factor: 1, long: '3d', short: '6h'},
]

/** Every window over which the share of errors is recorded, the shortest first. */
export const BURN_WINDOWS: readonly string[] = [...new Set(BURN_ROWS.flatMap(({long, short}) => [long, short]))].toSorted((a, b) => durationSeconds(a) - durationSeconds(b))

/** The part of events that may be bad: 0.001 for 99.9 %. */
export function budgetOf({objective}: Pick<Slo, 'objective'>): number {
  return plain((100 - objective) / 100)
}

/** The part of events that must be good: 0.999 for 99.9 %. */
export function goodPartOf({objective}: Pick<Slo, 'objective'>): number {
  return plain(objective / 100)
}

/** The share of errors from which on a row fires. */
export function thresholdOf(slo: Pick<Slo, 'objective'>, {factor}: BurnRow): number {
  return plain(factor * budgetOf(slo))
}

/** Hours until the whole budget is gone at the rate of a row. */
export function exhaustsInHours({window}: Pick<Slo, 'window'>, {factor}: BurnRow): number {
  return durationSeconds(window) / 3600 / factor
}

/** The rows that can fire for an objective, and those that cannot: no more than all events can be bad, and no window is longer than the objective's. */
export function burnRowsOf(slo: Pick<Slo, 'objective' | 'window'>): {kept: BurnRow[]; dropped: DroppedRow[]} {
  const kept: BurnRow[] = []
  const dropped: DroppedRow[] = []
  for (const row of BURN_ROWS) {
    const reason = whyNever(slo, row)
    if (reason === undefined) kept.push(row)
    else dropped.push({...row, reason})
  }
  return {kept, dropped}
}

function whyNever(slo: Pick<Slo, 'objective' | 'window'>, row: BurnRow): string | undefined {
  const threshold = thresholdOf(slo, row)
  if (threshold >= 1) return `at ${slo.objective} % it would want more than ${plain(threshold * 100)} % of the events to be bad`
  if (durationSeconds(row.long) > durationSeconds(slo.window)) return `its window of ${row.long} is longer than the objective's ${slo.window}`
  return undefined
}

/** Without the dust of binary fractions: 0.1, not 0.09999999999999998. */
function plain(value: number): number {
  return Number(value.toPrecision(12))
}
