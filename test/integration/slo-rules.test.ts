/**
 * The rules of objectives of 90, 99, 99.9 and 99.99 %, checked and run by the real promtool: which alert fires when. All is
 * well for as long as the rows look back, then a part of the requests fails. The times are of the SRE workbook's arithmetic: a row fires
 * once the long window holds factor times the budget, and the short one too.
 */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {sloGroups} from '../../src/components/slo-rules.ts'
import type {SloPlatform} from '../../src/components/slo-rules.ts'
import {firing, sloTests, testable, trafficSeries} from '../../src/components/slo-tests.ts'
import type {PromtoolTest, Stretch} from '../../src/components/slo-tests.ts'
import {openToolbox} from '../../src/platform/toolbox.ts'
import {BURN_ROWS} from '../../src/spec/slo-windows.ts'
import type {Slo} from '../../src/spec/types.ts'
import {tempFolder} from '../helpers/temp.ts'

const toolbox = openToolbox({env: process.env, emit: () => {}, redact: (text) => text, signal: new AbortController().signal})
const platform = (controller = 'envoy-gateway'): SloPlatform =>
  ({phases: {ingress: {enabled: true, controller}, monitoring: {scrapeInterval: '30s'}, slo: {runbooks: true, pageSeverity: 'page', ticketSeverity: 'warning'}}, slos: []}) as unknown as SloPlatform
const slo = (objective: number, indicator: Slo['indicator'] = {type: 'http-errors', route: 'demo'}): Slo => ({name: 'demo', objective, window: '30d', indicator})

async function promtool(folder: string, args: string[]): Promise<{exitCode: number; output: string}> {
  const found = await toolbox.look('promtool')
  if (!('path' in found)) throw new Error(`promtool is not there (kp tools install --all): ${found.reason}`)
  const {exitCode, stdout, stderr} = await toolbox.exec.run({tool: found.path, args, mutates: false, doing: 'test the rules', cwd: folder, okExitCodes: [0, 1, 2]})
  return {exitCode, output: `${stdout}${stderr}`}
}

/** Runs tests against the rules of an objective. */
async function run(one: Slo, tests: PromtoolTest[], {of = platform(), every = '1m'}: {of?: SloPlatform; every?: string} = {}): Promise<void> {
  const folder = tempFolder()
  const [watched, budget] = sloGroups(of, one)
  writeFileSync(join(folder, 'rules.yaml'), stringify({groups: [watched]}, {version: '1.1', lineWidth: 0}))
  // The sum over the whole window decides no alert, and would be most of the work.
  writeFileSync(join(folder, 'budget.yaml'), stringify({groups: [budget]}, {version: '1.1', lineWidth: 0}))
  writeFileSync(join(folder, 'test.yaml'), stringify({rule_files: ['rules.yaml'], evaluation_interval: every, tests}, {version: '1.1', lineWidth: 0, aliasDuplicateObjects: false}))
  expect(await promtool(folder, ['check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml', 'budget.yaml'])).toMatchObject({exitCode: 0})
  expect(await promtool(folder, ['test', 'rules', 'test.yaml'])).toMatchObject({exitCode: 0})
}

type Severity = 'page' | 'warning'
type Expected = PromtoolTest['promql_expr_test'][number]

/** What fires of a severity so many minutes into a fault, by factor: these and no others. */
const expects = (severity: Severity, well: number) => (minutes: number, ...factors: number[]): Expected => ({
  expr: `sum by (burn_rate) (ALERTS{alertname="SLOErrorBudgetBurn",alertstate="firing",severity="${severity}"})`,
  eval_time: `${well + minutes}m`,
  exp_samples: factors.map((factor) => ({labels: `{burn_rate="${factor}"}`, value: 1})),
})

/** All is well for longer than every window of the rows that are asked about, then this part of the requests fails, then all is well again. */
function fault(one: Slo, bad: number, {well, minutes, after = 0}: {well: number; minutes: number; after?: number}, expected: Expected[]): PromtoolTest {
  const stretches: Stretch[] = [{minutes: well, events: 60_000, bad: 0}, {minutes, events: 60_000, bad}, ...(after === 0 ? [] : [{minutes: after, events: 60_000, bad: 0}])]
  return {name: `${one.objective} %, ${bad * 100} % bad`, interval: '1m', input_series: trafficSeries(platform(), one, stretches), promql_expr_test: expected}
}

/** Rows that page look back six hours. */
const SIX_HOURS = 360
const pages = expects('page', SIX_HOURS)
const paging = (one: Slo, bad: number, minutes: number, expected: Expected[], after = 0): PromtoolTest => fault(one, bad, {well: SIX_HOURS, minutes, after}, expected)
/** Rows that make a ticket look back three days: looked at each ten minutes. */
const THREE_DAYS = 3 * 1440
const tickets = expects('warning', THREE_DAYS)
const ticketing = (one: Slo, bad: number, minutes: number, expected: Expected[]): PromtoolTest => fault(one, bad, {well: THREE_DAYS, minutes}, expected)

describe('everything fails: somebody is paged', () => {
  test.each([
    ['90 %: never at 14.4 times, which would be 144 %; at 6 times after 3 h 39 min', 90, [pages(0), pages(214), pages(224, 6)]],
    ['99 %: at 14.4 times after 11 minutes, at 6 times after 24', 99, [pages(0), pages(8), pages(14, 14.4), pages(20, 14.4), pages(28, 14.4, 6)]],
    ['99.9 %: at 14.4 times after 3 minutes, at 6 times after 5', 99.9, [pages(0), pages(4, 14.4), pages(8, 14.4, 6)]],
    ['99.99 %: at both within 3 minutes', 99.99, [pages(0), pages(4, 14.4, 6)]],
  ])('%s', async (_what, objective, expected) => {
    await run(slo(objective), [paging(slo(objective), 1, 230, expected)])
  }, 120_000)

  test('it is over soon after its end: at 14.4 times after 5 minutes, at 6 times after half an hour', async () => {
    await run(slo(99.9), [paging(slo(99.9), 1, 10, [pages(9, 14.4, 6), pages(18, 6), pages(60)], 120)])
  }, 120_000)
})

describe('everything fails: tickets', () => {
  test.each([
    ['90 %: after 7 h 15 min', 90, 450, [tickets(0), tickets(420), tickets(450, 3, 1)]],
    ['99 %: after 46 minutes', 99, 60, [tickets(0), tickets(40), tickets(60, 3, 1)]],
    ['99.9 %: within 10 minutes', 99.9, 20, [tickets(0), tickets(10, 3, 1)]],
    ['99.99 %: within 10 minutes', 99.99, 20, [tickets(0), tickets(10, 3, 1)]],
  ])('%s', async (_what, objective, minutes, expected) => {
    await run(slo(objective), [ticketing(slo(objective), 1, minutes + 10, expected)], {every: '10m'})
  }, 120_000)
})

describe('99.9 %, and a part fails for long', () => {
  test('2 % bad: pages at 14.4 times after 46 minutes; 1 %: at 6 times alone, after 3 h 40 min; 0.5 %: nobody is paged', async () => {
    const one = slo(99.9)
    await run(one, [
      paging(one, 0.02, 100, [pages(38), pages(50, 14.4)]),
      paging(one, 0.01, 240, [pages(205), pages(230, 6)]),
      paging(one, 0.005, 240, [pages(240)]),
    ])
  }, 120_000)

  test('0.4 % bad: tickets after 18 hours; 0.2 %: one, after 36 hours; 0.05 %: the budget lasts, nobody is told', async () => {
    const one = slo(99.9)
    await run(one, [
      ticketing(one, 0.004, 1120, [tickets(1060), tickets(1110, 3, 1)]),
      ticketing(one, 0.002, 2220, [tickets(2100), tickets(2210, 1)]),
      ticketing(one, 0.0005, 2220, [tickets(2210)]),
    ], {every: '10m'})
  }, 120_000)
})

describe('every kind of indicator by every way in', () => {
  const kinds: Slo['indicator'][] = [{type: 'http-errors', route: 'demo'}, {type: 'http-latency', route: 'demo', threshold: '300ms'}, {type: 'prometheus', good: 'rate(good[5m])', total: 'rate(total[5m])'}]
  test.each(kinds.flatMap((indicator) => ['envoy-gateway', 'traefik', 'ingress-nginx'].map((controller) => [indicator.type, controller, indicator] as const)))('%s, %s: what kp slo test states holds', async (_type, controller, indicator) => {
    const one = testable(slo(99.9, indicator))
    await run(one, sloTests(platform(controller), one), {of: platform(controller)})
  }, 120_000)
})

describe('a route with nobody behind it', () => {
  const cluster = (values: string, of = 'demo/demo'): PromtoolTest['input_series'][number] => ({series: `envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/${of}/rule/0",envoy_response_code_class="2"}`, values})
  const listener = (code: number, values: string): PromtoolTest['input_series'][number] => ({series: `envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix="https-10443",envoy_response_code_class="${code}"}`, values})
  const one = slo(99.9)

  test('pages: the gateway answers 503 by itself, and the route counts nothing any more', async () => {
    await run(one, [{
      name: 'nobody is behind the route', interval: '1m',
      input_series: [cluster('0+600x120 72000+0x60'), listener(2, '0+600x120 72000+0x60'), listener(5, '0+0x120 0+600x60')],
      promql_expr_test: [firing(platform(), one, '120m', {}), firing(platform(), one, '130m', {rows: [...BURN_ROWS]})],
    }])
  })

  test('is not blamed for another route that has nobody, as long as it answers itself', async () => {
    await run(one, [{
      name: 'another route has nobody', interval: '1m',
      input_series: [cluster('0+600x180'), cluster('0+600x120 72000+0x60', 'shop/shop'), listener(2, '0+1200x120 144000+600x60'), listener(5, '0+0x120 0+600x60')],
      promql_expr_test: [firing(platform(), one, '150m', {})],
    }])
  })
})
