/** `kp slo report`: what was kept of what was promised, from Prometheus. No data is unknown, never kept. */
import {prometheusRuns, queryPrometheus} from '../checks/prometheus.ts'
import type {Sample} from '../checks/prometheus.ts'
import type {PlatformContext} from '../context.ts'
import {asKpError} from '../engine/errors.ts'
import {BURN_WINDOWS, budgetOf, burnRowsOf, thresholdOf} from '../spec/slo-windows.ts'
import type {Slo} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import type {SloReportResult} from '../ui/results.ts'
import {requireSlos} from './slo.ts'

type Reported = SloReportResult['slos'][number]

/** What Prometheus says, by name of the objective. */
export interface Measured {
  period: Map<string, number>
  left: Map<string, number>
  /** By window. */
  ratios: Map<string, Map<string, number>>
  rate: Map<string, number>
  firing: {slo: string; alert: string; severity: string}[]
}

/** @throws KpError USAGE where kp.yaml has no slos */
export async function reportSlos(ctx: PlatformContext): Promise<SloReportResult> {
  requireSlos(ctx.spec)
  const measured = await measure(ctx)
  const slos = ctx.spec.slos.map((slo) => reported(slo, measured))
  const count = (status: Reported['status']): number => slos.filter((one) => one.status === status).length
  return {
    schema: 'kp/slo-report/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    at: new Date(ctx.clock.now()).toISOString(),
    unknown: typeof measured === 'string' ? measured : null,
    summary: {kept: count('kept'), burning: count('burning'), missed: count('missed'), unknown: count('unknown')},
    slos,
  }
}

/** Everything at once; a sentence where Prometheus does not answer. */
async function measure(ctx: PlatformContext): Promise<Measured | string> {
  const runs = prometheusRuns(ctx)
  if (runs !== true) return runs
  try {
    const ask = async (query: string): Promise<Sample[]> => {
      const found = await queryPrometheus(ctx, query)
      if (found === undefined) throw new Error('Prometheus gave no answer')
      return found
    }
    const [period, left, rate, firing, ...ratios] = await Promise.all([ask('slo:error_ratio:period'), ask('slo:budget_remaining:ratio'), ask('slo:events_total:rate5m'), ask('ALERTS{alertstate="firing",slo!=""}'), ...BURN_WINDOWS.map((window) => ask(`slo:error_ratio:rate${window}`))])
    return {
      period: bySlo(period),
      left: bySlo(left),
      rate: bySlo(rate),
      ratios: new Map(BURN_WINDOWS.map((window, index) => [window, bySlo(ratios[index] ?? [])])),
      firing: firing.map(({metric}) => ({slo: metric['slo'] ?? '', alert: metric['alertname'] ?? '', severity: metric['severity'] ?? ''})),
    }
  } catch (error) {
    return asKpError(error).message.replace(/^unexpected error: /, '')
  }
}

/** What is no number was not measured. */
const bySlo = (samples: readonly Sample[]): Map<string, number> => new Map(samples.filter(({value}) => !Number.isNaN(value)).map(({metric, value}) => [metric['slo'] ?? '', value]))

/** One objective. Pure. */
export function reported(slo: Slo, measured: Measured | string): Reported {
  const {name, objective, window} = slo
  const budget = budgetOf(slo)
  const none = {name, objective, window, status: 'unknown' as const, attainment: null, budgetLeftPercent: null, budgetLeftMinutes: null, eventsPerSecond: null, exhaustedInHours: null, burn: [], firing: []}
  if (typeof measured === 'string') return {...none, reason: measured}
  const ratio = measured.period.get(name)
  if (ratio === undefined) return {...none, reason: measured.rate.has(name) ? 'nothing has happened yet that could be good or bad' : 'its metrics are not there: kp verify slo'}
  const left = measured.left.get(name) ?? 1 - ratio / budget
  const burn = BURN_WINDOWS.flatMap((length) => {
    const share = measured.ratios.get(length)?.get(name)
    return share === undefined ? [] : [{window: length, rate: tidy(share / budget), errorPercent: tidy(share * 100)}]
  })
  const shareOf = (length: string): number => measured.ratios.get(length)?.get(name) ?? 0
  const burning = burnRowsOf(slo).kept.some((row) => shareOf(row.long) > thresholdOf(slo, row) && shareOf(row.short) > thresholdOf(slo, row))
  const hour = burn.find(({window: length}) => length === '1h')?.rate ?? 0
  const windowSeconds = durationSeconds(window)
  return {
    name,
    objective,
    window,
    status: left <= 0 ? 'missed' : burning ? 'burning' : 'kept',
    reason: null,
    attainment: tidy((1 - ratio) * 100),
    budgetLeftPercent: tidy(left * 100),
    budgetLeftMinutes: tidy((left * budget * windowSeconds) / 60),
    eventsPerSecond: measured.rate.has(name) ? tidy(measured.rate.get(name) ?? 0) : null,
    // At the rate of the last hour.
    exhaustedInHours: left > 0 && hour > 0 ? tidy((left * windowSeconds) / 3600 / hour) : null,
    burn,
    firing: measured.firing.filter((one) => one.slo === name).map(({alert, severity}) => ({alert, severity})),
  }
}

function tidy(value: number): number {
  return Number(value.toPrecision(6))
}
