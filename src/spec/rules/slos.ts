/** Rules about service level objectives: something measures them, and their alerts can fire. */
import type {Problem} from '../issues.ts'
import type {Path} from '../paths.ts'
import {bucketFor, metricsOf, routeMetrics, thresholdSeconds} from '../slo-indicators.ts'
import {burnRowsOf} from '../slo-windows.ts'
import type {EnvironmentSpec, Slo} from '../types.ts'
import {durationSeconds} from '../units.ts'
import {doubt, repeated, wrong} from './finding.ts'

/** Rates are taken over five minutes: fewer than two reads in them say nothing. */
const SLOWEST_SCRAPE_SECONDS = 120

/** SLOs have names of their own and windows that make sense; something measures them; their alerts can fire. */
export function slosFit(spec: EnvironmentSpec): Problem[] {
  const {slos, phases: {slo: phase, monitoring}} = spec
  const found = repeated(slos.map(({name}) => name)).map(({index, name}) => wrong(['slos', index, 'name'], `must be unique: there is another objective "${name}"`))
  const valid = slos.filter(({window}, i) => {
    const days = durationSeconds(window) / 86_400
    if (days >= 1 && days <= 90) return true
    found.push(wrong(['slos', i, 'window'], `must be from 1d to 90d (got "${window}")`))
    return false
  })
  if (slos.length === 0 || !phase.enabled) return found
  if (!monitoring.enabled) return [...found, wrong(['phases', 'monitoring', 'enabled'], 'cannot be off while there are slos: Prometheus measures them', ['slos'])]
  if (durationSeconds(monitoring.scrapeInterval) > SLOWEST_SCRAPE_SECONDS) {
    found.push(wrong(['phases', 'monitoring', 'scrapeInterval'], `${monitoring.scrapeInterval} is too slow for slos: their rates are taken over 5m, use 2m or less`, ['slos']))
  }
  return [...found, ...valid.flatMap((slo) => sloFits(spec, slo, ['slos', slos.indexOf(slo)]))]
}

function sloFits(spec: EnvironmentSpec, slo: Slo, path: Path): Problem[] {
  const {monitoring} = spec.phases
  const found: Problem[] = burnRowsOf(slo).dropped.map(({factor, long, short, severity, reason}) =>
    doubt([...path, 'objective'], `the ${severity} alert at ${factor} times the budget (${long} and ${short}) can never fire and is left out: ${reason}`))
  if (durationSeconds(monitoring.retention) < durationSeconds(slo.window)) {
    found.push(doubt(['phases', 'monitoring', 'retention'], `${monitoring.retention} is shorter than the window ${slo.window} of slo ${slo.name}: what is left of its budget is known for that long only`, [...path, 'window']))
  }
  return [...found, ...indicatorFits(spec, slo, path), ...notDropped(spec, slo)]
}

function indicatorFits(spec: EnvironmentSpec, {indicator}: Slo, path: Path): Problem[] {
  if (indicator.type === 'prometheus') return []
  const metrics = routeMetrics(spec, indicator)
  if (typeof metrics === 'string') return [wrong([...path, 'indicator', 'type'], `${indicator.type} cannot be measured: ${metrics}; use type prometheus with queries of your own`, ['phases', 'ingress'])]
  if (indicator.type !== 'http-latency') return []
  const place = [...path, 'indicator', 'threshold']
  const bucket = bucketFor(metrics, indicator.threshold)
  const choices = metrics.buckets.map((one) => `${(one / metrics.perSecond) * 1000}ms`).filter((one) => !one.includes('.')).slice(0, 10)
  if (bucket === undefined) return [wrong(place, `${indicator.threshold} is below all times that ${spec.phases.ingress.controller} counts: ${choices.join(', ')}`, ['phases', 'ingress', 'controller'])]
  if (bucket.seconds === thresholdSeconds(indicator.threshold)) return []
  return [doubt(place, `is measured at ${bucket.seconds * 1000}ms, the nearest below that ${spec.phases.ingress.controller} counts: ${choices.join(', ')}`)]
}

/** What monitoring throws away cannot be measured: the objective would be silent for ever. */
function notDropped(spec: EnvironmentSpec, slo: Slo): Problem[] {
  const {drop, dropLabels} = spec.phases.monitoring
  const {names, labels} = metricsOf(spec, slo)
  return [
    ...drop.flatMap((text, i) => {
      const name = names.find((one) => matchesWhole(text, one))
      return name === undefined ? [] : [wrong(['phases', 'monitoring', 'drop', i], `must not match ${name}: slo ${slo.name} is measured by it`, ['slos'])]
    }),
    ...dropLabels.flatMap((label, i) => (labels.includes(label) ? [wrong(['phases', 'monitoring', 'dropLabels', i], `must not be ${label}: slo ${slo.name} is measured by it`, ['slos'])] : [])),
  ]
}

/** Whether a drop rule takes a metric; one that is refused for other reasons takes none. */
function matchesWhole(text: string, name: string): boolean {
  try {
    const whole = new RegExp(`^(?:${text})$`)
    return !/\(\?<?[=!]/.test(text) && !whole.test('up') && whole.test(name)
  } catch {
    return false
  }
}
