/** Prometheus rules of an objective: what is recorded, and which alerts come of it. Pure. */
import {bucketFor, routeMetrics, routeNamespace} from '../spec/slo-indicators.ts'
import type {RouteMetrics} from '../spec/slo-indicators.ts'
import {BURN_WINDOWS, budgetOf, burnRowsOf, exhaustsInHours, goodPartOf, thresholdOf} from '../spec/slo-windows.ts'
import type {BurnRow} from '../spec/slo-windows.ts'
import type {EnvironmentSpec, Slo} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import {sloRunbook} from './slo-runbook.ts'

/** A rule as Prometheus reads it. */
export interface PrometheusRule {
  record?: string
  alert?: string
  expr: string
  for?: string
  labels: Record<string, string>
  annotations?: Record<string, string>
}

/** A group of rules that are evaluated one after the other. */
export interface RuleGroup {
  name: string
  interval: string
  rules: PrometheusRule[]
}

/** What decides the rules. */
export type SloPlatform = Pick<EnvironmentSpec, 'phases' | 'slos' | 'runbooks' | 'repository'>

/** Names of the alerts. */
export const SLO_ALERTS = {burn: 'SLOErrorBudgetBurn', notMeasured: 'SLONotMeasured', noTraffic: 'SLOWithoutTraffic'} as const

/** A gateway answers by itself where a route has nobody behind it: counted for a route that had requests within this time. */
const HAD_REQUESTS = '1d'

/** The groups of one objective. Windows are sums of five-minute rates: the share of all events, not a mean of shares. */
export function sloGroups(spec: SloPlatform, slo: Slo): RuleGroup[] {
  const label = {slo: slo.name}
  const record = (name: string, expr: string): PrometheusRule => ({record: name, expr, labels: label})
  const of = (name: string): string => `${name}{slo="${slo.name}"}`
  const [bad, total] = [of('slo:events_bad:rate5m'), of('slo:events_total:rate5m')]
  const windows = BURN_WINDOWS.filter((window) => window === '5m' || burnRowsOf(slo).kept.some(({long, short}) => long === window || short === window))
  const events = eventQueries(spec, slo)
  return [
    {
      name: `slo-${slo.name}`,
      interval: '30s',
      rules: [
        ...(events.gateway === undefined ? [] : [record('slo:gateway_errors:rate5m', events.gateway)]),
        record('slo:events_total:rate5m', events.total),
        record('slo:events_bad:rate5m', events.bad),
        ...windows.map((window) => record(`slo:error_ratio:rate${window}`, window === '5m' ? share(bad, total) : share(`sum_over_time(${bad}[${window}])`, `sum_over_time(${total}[${window}])`))),
        ...burnRowsOf(slo).kept.map((row) => burnAlert(spec, slo, row)),
        notMeasured(spec, slo),
        noTraffic(spec, slo),
      ],
    },
    {
      // Nobody waits for it, and it reads a whole window.
      name: `slo-${slo.name}-budget`,
      interval: '5m',
      rules: [
        record('slo:objective:ratio', `vector(${goodPartOf(slo)})`),
        record('slo:error_ratio:period', share(`sum_over_time(${bad}[${slo.window}])`, `sum_over_time(${total}[${slo.window}])`)),
        record('slo:budget_remaining:ratio', `1 - ${of('slo:error_ratio:period')} / ${budgetOf(slo)}`),
      ],
    },
  ]
}

/** Without events nothing is bad: 0, and not the silence of 0 / 0. */
function share(bad: string, total: string): string {
  return `(${bad} / (${total} > 0)) or (${total} * 0)`
}

interface EventQueries {
  total: string
  bad: string
  /** Answers of a gateway that reached nobody, where it does not count them for the route. */
  gateway?: string
}

function eventQueries(spec: SloPlatform, {name, indicator}: Slo): EventQueries {
  const all = `slo:events_total:rate5m{slo="${name}"}`
  if (indicator.type === 'prometheus') {
    const total = `sum(${indicator.total})`
    return {total, bad: `clamp_min(sum(${all}) - (sum(${indicator.good}) or 0 * sum(${all})), 0)`}
  }
  const metrics = routeMetrics(spec, indicator)
  if (typeof metrics === 'string') throw new RangeError(`slo ${name} cannot be measured: ${metrics}`)
  const rate = (metric: string, ...matchers: string[]): string => `sum(rate(${metric}{${[metrics.selector, ...matchers].join(',')}}[5m]))`
  const present = `0 * count(${metrics.presence})`
  if (indicator.type === 'http-latency') {
    const bucket = bucketFor(metrics, indicator.threshold)
    if (bucket === undefined) throw new RangeError(`slo ${name} cannot be measured: no bucket is below ${indicator.threshold}`)
    // Prometheus 3 writes whole buckets as 250.0, earlier ones as 250.
    const fast = rate(`${metrics.times}_bucket`, `le=~"${String(bucket.bucket).replaceAll('.', '\\\\.')}${Number.isInteger(bucket.bucket) ? '(\\\\.0)?' : ''}"`)
    return {total: `${rate(`${metrics.times}_count`)} or ${present}`, bad: `clamp_min(sum(${all}) - (${fast} or 0 * sum(${all})), 0)`}
  }
  const [requests, failed] = [`${rate(metrics.requests)} or ${present}`, `${rate(metrics.requests, metrics.failed)} or 0 * sum(${all})`]
  if (spec.phases.ingress.controller !== 'envoy-gateway') return {total: requests, bad: failed}
  const unanswered = `(sum(slo:gateway_errors:rate5m{slo="${name}"}) or vector(0))`
  return {gateway: gatewayErrors(spec, metrics), total: `(${requests}) + ${unanswered}`, bad: `(${failed}) + ${unanswered}`}
}

/**
 * Envoy Gateway answers 503 by itself while a route has no ready endpoint, and counts that for the listener alone. It is
 * counted for a route that had requests and has none now.
 */
function gatewayErrors(spec: SloPlatform, metrics: RouteMetrics): string {
  const quiet = `${Math.max(120, 4 * durationSeconds(spec.phases.monitoring.scrapeInterval))}s`
  const listeners = 'sum(rate(envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"https-.+",envoy_response_code_class="5"}[5m]))'
  const routes = '(sum(rate(envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"(httproute|grpcroute)/.+",envoy_response_code_class="5"}[5m])) or vector(0))'
  const requests = (window: string): string => `sum(rate(${metrics.requests}{${metrics.selector}}[${window}]))`
  return `(${listeners} - ${routes} > 0) and ((${requests(quiet)} or vector(0)) == 0) and (${requests(HAD_REQUESTS)} > 0)`
}

function burnAlert(spec: SloPlatform, slo: Slo, row: BurnRow): PrometheusRule {
  const {pageSeverity, ticketSeverity} = spec.phases.slo
  const threshold = thresholdOf(slo, row)
  const ratio = (window: string): string => `slo:error_ratio:rate${window}{slo="${slo.name}"} > ${threshold}`
  return {
    alert: SLO_ALERTS.burn,
    expr: `${ratio(row.long)} and ${ratio(row.short)}`,
    labels: {slo: slo.name, severity: row.severity === 'page' ? pageSeverity : ticketSeverity, burn_rate: String(row.factor), long_window: row.long, short_window: row.short},
    annotations: {
      summary: `${slo.name}: the error budget burns ${row.factor === 1 ? 'faster than it lasts' : `${row.factor} times as fast as it lasts`}`,
      description: `{{ $value | humanizePercentage }} of ${eventsOf(slo)} were bad in ${row.long}; ${slo.objective} % good is promised over ${slo.window}. At this rate the whole budget is gone in ${time(exhaustsInHours(slo, row))}.`,
      ...runbook(spec, slo, 'burn'),
    },
  }
}

/** The alert about the alerts: what is not measured can never fire. */
function notMeasured(spec: SloPlatform, slo: Slo): PrometheusRule {
  return {
    alert: SLO_ALERTS.notMeasured,
    expr: `absent(slo:events_total:rate5m{slo="${slo.name}"})`,
    for: '10m',
    labels: {slo: slo.name, severity: spec.phases.slo.ticketSeverity},
    annotations: {
      summary: `${slo.name} is not measured`,
      description: `There are no metrics of ${eventsOf(slo)}: none of the alerts of this objective can fire.`,
      ...runbook(spec, slo, 'notMeasured'),
    },
  }
}

function noTraffic(spec: SloPlatform, slo: Slo): PrometheusRule {
  return {
    alert: SLO_ALERTS.noTraffic,
    expr: `slo:events_total:rate5m{slo="${slo.name}"} == 0`,
    for: '1h',
    // A night without users is no fault.
    labels: {slo: slo.name, severity: 'info'},
    annotations: {
      summary: `${slo.name}: nothing has happened for an hour`,
      description: `There were none of ${eventsOf(slo)}. An objective without events is met and says nothing.`,
      ...runbook(spec, slo, 'noTraffic'),
    },
  }
}

function runbook(spec: SloPlatform, slo: Slo, alert: keyof typeof SLO_ALERTS): Record<string, string> {
  return spec.phases.slo.runbooks ? sloRunbook(spec, slo, alert) : {}
}

/** What an objective counts, in words. */
export function eventsOf({indicator}: Pick<Slo, 'indicator'>): string {
  if (indicator.type === 'prometheus') return 'the events'
  const route = `the requests to route ${routeNamespace(indicator)}/${indicator.route}`
  return indicator.type === 'http-latency' ? `${route} that should be answered within ${indicator.threshold}` : route
}

function time(hours: number): string {
  return hours >= 48 ? `${round(hours / 24)} days` : `${round(hours)} hours`
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}
