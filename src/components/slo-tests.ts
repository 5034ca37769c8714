/** Tests of an objective's rules for `promtool test rules`: traffic is made up, and which alerts fire is stated. Pure. */
import {bucketFor, routeMetrics, routeNamespace} from '../spec/slo-indicators.ts'
import {burnRowsOf, thresholdOf} from '../spec/slo-windows.ts'
import type {BurnRow} from '../spec/slo-windows.ts'
import type {Slo} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import {SLO_ALERTS} from './slo-rules.ts'
import type {SloPlatform} from './slo-rules.ts'

/** A stretch of time with the same traffic: minutes, events a minute, and the part of them that is bad. */
export interface Stretch {
  minutes: number
  events: number
  bad: number
}

/** A series of `promtool test rules`. */
export interface InputSeries {
  series: string
  values: string
}

/** One test of a file for promtool. */
export interface PromtoolTest {
  name: string
  interval: string
  input_series: InputSeries[]
  promql_expr_test: {expr: string; eval_time: string; exp_samples: {labels: string; value: number}[]}[]
}

/** Events a minute of the made-up traffic. */
const EVENTS = 60_000
/** All rates are taken over that. */
const RATE_MINUTES = 5
/** How long all is well before an outage. */
const GOOD_MINUTES = 360
const TOLERANCE = 3

/**
 * The objective as it can be tested: of queries of one's own nothing is known, so counters that are made up stand for them.
 */
export function testable(slo: Slo): Slo {
  return slo.indicator.type === 'prometheus' ? {...slo, indicator: {type: 'prometheus', good: 'rate(kp_slo_test_good[5m])', total: 'rate(kp_slo_test_total[5m])'}} : slo
}

/** Series that make the traffic of the stretches. */
export function trafficSeries(spec: SloPlatform, {indicator}: Slo, stretches: readonly Stretch[]): InputSeries[] {
  const good = (part: Stretch): number => part.events * (1 - part.bad)
  const bad = (part: Stretch): number => part.events * part.bad
  const all = (part: Stretch): number => part.events
  if (indicator.type === 'prometheus') {
    return [{series: 'kp_slo_test_total', values: counter(stretches, all)}, {series: 'kp_slo_test_good', values: counter(stretches, good)}]
  }
  const metrics = routeMetrics(spec, indicator)
  if (typeof metrics === 'string') throw new RangeError(metrics)
  const {controller} = spec.phases.ingress
  const route = `${routeNamespace(indicator)}/${indicator.route}`
  const dashed = route.replace('/', '-')
  const labels = {
    'envoy-gateway': `envoy_cluster_name="httproute/${route}/rule/0"`,
    traefik: `router="httproute-${dashed}-gw-traefik-platform-ep-websecure-0-1234567890@kubernetesgateway"`,
    'ingress-nginx': `exported_namespace="${routeNamespace(indicator)}",ingress="${indicator.route}"`,
    'aws-load-balancer-controller': '',
  }[controller]
  const code = {'envoy-gateway': ['envoy_response_code_class="2"', 'envoy_response_code_class="5"'], traefik: ['code="200"', 'code="503"'], 'ingress-nginx': ['status="200"', 'status="503"'], 'aws-load-balancer-controller': []}[controller]
  const presence = {series: controller === 'envoy-gateway' ? `${metrics.presence}{envoy_http_conn_manager_prefix="https-10443",envoy_response_code_class="2"}` : metrics.presence, values: gauge(stretches, () => 1)}
  if (indicator.type === 'http-errors') {
    return [presence, {series: `${metrics.requests}{${labels},${code[0]}}`, values: counter(stretches, good)}, {series: `${metrics.requests}{${labels},${code[1]}}`, values: counter(stretches, bad)}]
  }
  const bucket = bucketFor(metrics, indicator.threshold)?.bucket
  return [presence, {series: `${metrics.times}_bucket{${labels},le="${bucket}"}`, values: counter(stretches, good)}, {series: `${metrics.times}_count{${labels}}`, values: counter(stretches, all)}]
}

function counter(stretches: readonly Stretch[], perMinute: (part: Stretch) => number): string {
  let at = 0
  return stretches.map((part) => {
    const step = tidy(perMinute(part))
    const text = `${tidy(at)}+${step}x${part.minutes - 1}`
    at += step * part.minutes
    return text
  }).join(' ')
}

function gauge(stretches: readonly Stretch[], value: (part: Stretch) => number): string {
  return stretches.map((part) => `${tidy(value(part))}+0x${part.minutes - 1}`).join(' ')
}

function tidy(value: number): number {
  return Number(value.toPrecision(10))
}

/** Every row of an objective that fires while this share of events is bad for long. */
export function firingRows(slo: Slo, bad: number): BurnRow[] {
  return burnRowsOf(slo).kept.filter((row) => bad > thresholdOf(slo, row))
}

/**
 * Minutes from the begin of an outage, in which this share of events is bad, until a row fires; undefined where it never
 * does. Before it all was well for longer than the row's window.
 */
export function firesAfter(slo: Slo, row: BurnRow, bad: number): number | undefined {
  const threshold = thresholdOf(slo, row)
  const [long, short] = [minutesOf(row.long), minutesOf(row.short)]
  const shares: number[] = []
  const seen = (window: number): number => shares.slice(-window).reduce((sum, share) => sum + share, 0) / window
  for (let minute = 1; minute <= long + RATE_MINUTES; minute++) {
    // A rate over five minutes has seen an outage whole after five.
    shares.push(bad * Math.min(1, minute / RATE_MINUTES))
    if (seen(long) > threshold && (short <= RATE_MINUTES ? (shares.at(-1) ?? 0) : seen(short)) > threshold) return minute
  }
  return undefined
}

/** The tests of one objective: all is well, each row alone reached, everything fails, nothing happens, nothing is measured. */
export function sloTests(spec: SloPlatform, slo: Slo): PromtoolTest[] {
  const {kept} = burnRowsOf(slo)
  const thresholds = [...kept.map((row) => thresholdOf(slo, row)), 1].toSorted((a, b) => a - b)
  const steady = (name: string, bad: number): PromtoolTest => ({
    ...testOf(spec, slo, name, [{minutes: 61, events: EVENTS, bad}]),
    promql_expr_test: [firing(spec, slo, '1h', {rows: firingRows(slo, bad)})],
  })
  return [
    steady('every event is good: nothing fires', 0),
    ...kept.map((row) => {
      const own = thresholdOf(slo, row)
      const next = thresholds.find((one) => one > own) ?? 1
      const bad = tidy(own + (next - own) * 0.2)
      return steady(`${percent(bad)} are bad: ${firingRows(slo, bad).map(({factor}) => `${factor}x`).join(', ')} fire`, bad)
    }),
    outage(spec, slo),
    {
      ...testOf(spec, slo, 'nothing happens: that is said, and nothing is bad', [{minutes: 121, events: 0, bad: 0}]),
      promql_expr_test: [
        firing(spec, slo, '30m', {}), firing(spec, slo, '2h', {others: [SLO_ALERTS.noTraffic]}),
        {expr: `slo:error_ratio:rate5m{slo="${slo.name}"}`, eval_time: '2h', exp_samples: [{labels: `slo:error_ratio:rate5m{slo="${slo.name}"}`, value: 0}]},
      ],
    },
    {
      name: `${slo.name}: nothing is measured: that is said`, interval: '1m', input_series: [],
      promql_expr_test: [firing(spec, slo, '5m', {}), firing(spec, slo, '30m', {others: [SLO_ALERTS.notMeasured]})],
    },
  ]
}

/** Six hours are well, then everything fails: when each alert that looks back no longer than that fires. */
function outage(spec: SloPlatform, slo: Slo): PromtoolTest {
  const times = burnRowsOf(slo).kept.filter(({long}) => minutesOf(long) <= GOOD_MINUTES).map((row) => ({row, minute: firesAfter(slo, row, 1) ?? 0}))
  const last = Math.max(0, ...times.map(({minute}) => minute))
  const at = (minute: number): string => `${GOOD_MINUTES + minute}m`
  return {
    ...testOf(spec, slo, `everything fails: ${times.map(({row, minute}) => `${row.factor}x fires after ${minute} min`).join(', ')}`, [{minutes: GOOD_MINUTES, events: EVENTS, bad: 0}, {minutes: last + slackOf(last) + 1, events: EVENTS, bad: 1}]),
    promql_expr_test: [
      firing(spec, slo, at(-1), {}),
      ...times.flatMap(({row, minute}) => {
        const slack = slackOf(minute)
        return [...(minute > slack ? [isFiring(slo, at(minute - slack), {row, yes: false})] : []), isFiring(slo, at(minute + slack), {row, yes: true})]
      }),
    ],
  }
}

/** Reads and looks are a minute apart each. */
function slackOf(minute: number): number {
  return Math.max(TOLERANCE, Math.round(minute * 0.02))
}

function testOf(spec: SloPlatform, slo: Slo, name: string, stretches: Stretch[]): Omit<PromtoolTest, 'promql_expr_test'> {
  return {name: `${slo.name}: ${name}`, interval: '1m', input_series: trafficSeries(spec, slo, stretches)}
}

/** Everything that fires for an objective at a time: the rows, and alerts of other names. */
export function firing(spec: SloPlatform, slo: Slo, evalTime: string, {rows = [], others = []}: {rows?: BurnRow[]; others?: (typeof SLO_ALERTS.notMeasured | typeof SLO_ALERTS.noTraffic)[]}): PromtoolTest['promql_expr_test'][number] {
  const {pageSeverity, ticketSeverity} = spec.phases.slo
  const severity = {[SLO_ALERTS.notMeasured]: ticketSeverity, [SLO_ALERTS.noTraffic]: 'info'}
  return {
    expr: `sum by (alertname, severity, burn_rate) (ALERTS{alertstate="firing",slo="${slo.name}"})`,
    eval_time: evalTime,
    exp_samples: [
      ...rows.map((row) => ({labels: `{alertname="${SLO_ALERTS.burn}", severity="${row.severity === 'page' ? pageSeverity : ticketSeverity}", burn_rate="${row.factor}"}`, value: 1})),
      ...others.map((name) => ({labels: `{alertname="${name}", severity="${severity[name]}"}`, value: 1})),
    ],
  }
}

/** Whether a row fires at a time. */
export function isFiring(slo: Slo, evalTime: string, {row, yes}: {row: BurnRow; yes: boolean}): PromtoolTest['promql_expr_test'][number] {
  return {expr: `sum(ALERTS{alertname="${SLO_ALERTS.burn}",alertstate="firing",slo="${slo.name}",burn_rate="${row.factor}"})`, eval_time: evalTime, exp_samples: yes ? [{labels: '{}', value: 1}] : []}
}

function minutesOf(window: string): number {
  return durationSeconds(window) / 60
}

function percent(part: number): string {
  return `${tidy(Number((part * 100).toPrecision(4)))} %`
}
