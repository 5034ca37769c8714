/** The rules of objectives: names, links, severities, and what is left out. */
import {describe, expect, it} from 'vitest'
import {SLO_ALERTS, sloGroups} from '../../../src/components/slo-rules.ts'
import type {PrometheusRule} from '../../../src/components/slo-rules.ts'
import {firesAfter, sloTests} from '../../../src/components/slo-tests.ts'
import {BURN_ROWS, burnRowsOf, exhaustsInHours, thresholdOf} from '../../../src/spec/slo-windows.ts'
import type {EnvironmentSpec, Slo} from '../../../src/spec/types.ts'
import {MINIMAL, resolved} from '../spec/helper.ts'

const spec = (lines = '', base = MINIMAL): EnvironmentSpec => resolved(`${base}${lines}`)
const [demo] = spec().slos as [Slo]
const rulesOf = (of: EnvironmentSpec, slo: Slo = of.slos[0] ?? demo): PrometheusRule[] => sloGroups(of, slo).flatMap(({rules}) => rules)
const burns = (rules: PrometheusRule[]): PrometheusRule[] => rules.filter(({alert}) => alert === SLO_ALERTS.burn)

describe('alerts', () => {
  it('are four, with the thresholds of the SRE workbook', () => {
    expect(burns(rulesOf(spec())).map(({labels, expr}) => [labels['severity'], labels['burn_rate'], expr])).toEqual([
      ['page', '14.4', 'slo:error_ratio:rate1h{slo="demo-availability"} > 0.0144 and slo:error_ratio:rate5m{slo="demo-availability"} > 0.0144'],
      ['page', '6', 'slo:error_ratio:rate6h{slo="demo-availability"} > 0.006 and slo:error_ratio:rate30m{slo="demo-availability"} > 0.006'],
      ['warning', '3', 'slo:error_ratio:rate1d{slo="demo-availability"} > 0.003 and slo:error_ratio:rate2h{slo="demo-availability"} > 0.003'],
      ['warning', '1', 'slo:error_ratio:rate3d{slo="demo-availability"} > 0.001 and slo:error_ratio:rate6h{slo="demo-availability"} > 0.001'],
    ])
  })

  it('have the severities of kp.yaml', () => {
    expect(new Set(burns(rulesOf(spec('phases: {slo: {pageSeverity: critical, ticketSeverity: info}}\n'))).map(({labels}) => labels['severity']))).toEqual(new Set(['critical', 'info']))
  })

  it('tell of silence and of nothing that happens', () => {
    const rules = rulesOf(spec())
    expect(rules.find(({alert}) => alert === SLO_ALERTS.notMeasured)?.expr).toBe('absent(slo:events_total:rate5m{slo="demo-availability"})')
    expect(rules.find(({alert}) => alert === SLO_ALERTS.noTraffic)?.labels['severity']).toBe('info')
  })

  it.each([
    ['nothing is said', '', '', {runbook: 'runbooks/error-budget-burns.md'}],
    ['a folder of the repository', 'metadata: {name: acme, runbooks: docs/runbooks}\n', '', {runbook: 'docs/runbooks/error-budget-burns.md'}],
    ['an address', 'metadata: {name: acme, runbooks: "https://git.acme.io/runbooks/"}\n', '', {runbook_url: 'https://git.acme.io/runbooks/error-budget-burns.md'}],
    ['the objective\'s own', '', 'slos: [{name: a, objective: 99, indicator: {type: http-errors, route: demo}, runbook: "https://wiki.acme.io/a"}]\n', {runbook_url: 'https://wiki.acme.io/a'}],
  ])('lead to their runbook: %s', (_what, metadata, lines, expected) => {
    const base = metadata === '' ? MINIMAL : `apiVersion: kp.dev/v1alpha1\nkind: Platform\n${metadata}`
    expect(burns(rulesOf(spec(lines, base)))[0]?.annotations).toMatchObject(expected)
  })

  it('lead nowhere where kp.yaml wants no runbooks', () => {
    expect(Object.keys(burns(rulesOf(spec('phases: {slo: {runbooks: false}}\n')))[0]?.annotations ?? {})).toEqual(['summary', 'description'])
  })
})

describe('rows', () => {
  const dropped = (objective: number, window = '30d'): number[] => burnRowsOf({objective, window}).dropped.map(({factor}) => factor)

  it('that want more than everything are left out', () => {
    expect([93.05, 93.06, 83.3, 83.4, 66.6, 66.7].map((objective) => dropped(objective))).toEqual([[14.4], [], [14.4, 6], [14.4], [14.4, 6, 3], [14.4, 6]])
    expect(burns(rulesOf(spec('slos: [{name: a, objective: 90, indicator: {type: http-errors, route: demo}}]\n'))).map(({labels}) => labels['burn_rate'])).toEqual(['6', '3', '1'])
  })

  it('that look back further than the objective are left out', () => {
    expect([dropped(99, '1d'), dropped(99, '2d'), dropped(99, '3d')]).toEqual([[1], [1], []])
  })

  it('use up the budget in the time of the workbook', () => {
    expect(BURN_ROWS.map((row) => exhaustsInHours({window: '30d'}, row))).toEqual([50, 120, 240, 720])
    expect(thresholdOf({objective: 99.99}, {severity: 'page', factor: 14.4, long: '1h', short: '5m'})).toBe(0.00144)
  })
})

describe('what is measured', () => {
  it.each([
    ['envoy-gateway', 'envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"httproute/shop/web/rule/.+"}'],
    ['traefik', 'traefik_router_requests_total{router=~"httproute-shop-web-gw-.+"}'],
    ['ingress-nginx', 'nginx_ingress_controller_requests{exported_namespace="shop",ingress="web"}'],
  ])('requests of %s', (controller, metric) => {
    const of = spec(`slos: [{name: a, objective: 99, indicator: {type: http-errors, route: web, namespace: shop}}]\nphases: {ingress: {controller: ${controller}}}\n`)
    expect(rulesOf(of).find(({record}) => record === 'slo:events_total:rate5m')?.expr).toContain(metric)
  })

  it('is measured below a threshold that lies between two buckets, with either spelling of a whole number', () => {
    const of = spec('slos: [{name: a, objective: 99, indicator: {type: http-latency, route: demo, threshold: 300ms}}]\n')
    expect(rulesOf(of).find(({record}) => record === 'slo:events_bad:rate5m')?.expr).toContain(String.raw`le=~"250(\\.0)?"`)
  })

  it('queries of one\'s own are taken as they are', () => {
    const of = spec('slos: [{name: a, objective: 99, indicator: {type: prometheus, good: "rate(good[5m])", total: "rate(all[5m])"}}]\n')
    expect(rulesOf(of).slice(0, 2).map(({expr}) => expr)).toEqual(['sum(rate(all[5m]))', 'clamp_min(sum(slo:events_total:rate5m{slo="a"}) - (sum(rate(good[5m])) or 0 * sum(slo:events_total:rate5m{slo="a"})), 0)'])
  })
})

describe('tests for promtool', () => {
  it('state for each objective which rows fire', () => {
    expect(sloTests(spec(), demo).map(({name}) => name)).toEqual([
      'demo-availability: every event is good: nothing fires',
      'demo-availability: 21.15 % are bad: 14.4x, 6x, 3x, 1x fire',
      'demo-availability: 0.768 % are bad: 6x, 3x, 1x fire',
      'demo-availability: 0.36 % are bad: 3x, 1x fire',
      'demo-availability: 0.14 % are bad: 1x fire',
      'demo-availability: everything fails: 14.4x fires after 3 min, 6x fires after 5 min',
      'demo-availability: nothing happens: that is said, and nothing is bad',
      'demo-availability: nothing is measured: that is said',
    ])
  })

  it('know that a row never fires at too few errors', () => {
    expect(firesAfter(demo, BURN_ROWS[0] as (typeof BURN_ROWS)[number], 0.01)).toBeUndefined()
  })
})
