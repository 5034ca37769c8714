/** Checks of phase 19 that ask Prometheus itself. */
import {check, verdict} from '../../checks/builders.ts'
import {budgetOf, burnRowsOf, thresholdOf} from '../../spec/slo-windows.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {ObjectRef} from '../../engine/facts.ts'
import type {CheckResult} from '../../engine/types.ts'
import {askPrometheus, PROMETHEUS_SILENT, prometheusRuns, queryPrometheus, unlessFresh} from '../../checks/prometheus.ts'
import {hasSlos, ruleName, rulesNamespace} from './names.ts'

/** Rules have to be read, loaded and looked at once. */
const AFTER_FIRST_LOOK = {deadlineMs: 3 * 60_000, everyMs: 5000}
/** More pages than that in a week, and nobody reads them any more: two a shift. */
const MOST_PAGES = 14
/** So many failed requests at least should stand behind a page. */
const FEWEST_ERRORS = 2

const asks = (ctx: PlatformContext): true | string => (hasSlos(ctx) === true ? prometheusRuns(ctx) : hasSlos(ctx))

/** The rules of the objectives: where they are gone, Prometheus knows of none. */
const throughRules = (ctx: PlatformContext): ObjectRef[] => ctx.spec.slos.map(({name}) => ({kind: 'PrometheusRule', name: ruleName(name), namespace: rulesNamespace(ctx)}))

/** The value that Prometheus has of each objective, by name; undefined where it is silent. */
async function valuesOf(ctx: PlatformContext, query: string): Promise<Map<string, number> | undefined> {
  const found = await queryPrometheus(ctx, query)
  return found === undefined ? undefined : new Map(found.map(({metric, value}) => [metric['slo'] ?? '', value]))
}

/** Complaints about objectives by their values, as a verdict. What has no value is not judged here. */
async function judge(ctx: PlatformContext, query: string, complain: (slo: PlatformContext['spec']['slos'][number], value: number) => string | undefined, texts: {pass: string; expected: string; status?: 'warn'}): Promise<CheckResult> {
  const values = await valuesOf(ctx, query)
  if (values === undefined) return PROMETHEUS_SILENT
  const seen = ctx.spec.slos.flatMap((slo) => (values.has(slo.name) ? [{slo, value: values.get(slo.name) ?? 0}] : []))
  if (seen.length === 0) return {status: 'unknown', observed: 'Prometheus has no record of any objective yet', early: true}
  const found = verdict(seen.flatMap(({slo, value}) => complain(slo, value) ?? []), texts.pass, texts.expected)
  return found.status === 'fail' && texts.status !== undefined ? {...found, status: texts.status} : found
}

/** What only a running Prometheus can say. */
export const liveChecks: PlatformCheck[] = [
  check({
    id: 'slo.evaluated',
    title: 'Prometheus evaluates the rules of the objectives',
    pitfalls: ['KP1911'],
    through: throughRules,
    appliesTo: asks,
    within: AFTER_FIRST_LOOK,
    async run(ctx) {
      const data = await askPrometheus<{groups?: {name: string; rules: {name: string; health: string; lastError?: string}[]}[]}>(ctx, '/api/v1/rules')
      if (data?.groups === undefined) return PROMETHEUS_SILENT
      const complaints = ctx.spec.slos.flatMap(({name}) => {
        const group = data.groups?.find((one) => one.name === `slo-${name}`)
        if (group === undefined) return [`Prometheus has no group slo-${name}`]
        return group.rules.filter(({health}) => health === 'err').map((rule) => `${rule.name} of slo-${name}: ${rule.lastError ?? 'does not evaluate'}`)
      })
      return unlessFresh(ctx, verdict(complaints, `${ctx.spec.slos.length} ${ctx.spec.slos.length === 1 ? 'group' : 'groups'} without an error`, 'a group for each objective, without an error'))
    },
  }),
  check({
    id: 'slo.measured',
    title: 'Every objective is measured',
    pitfalls: ['KP1910'],
    through: throughRules,
    appliesTo: asks,
    within: AFTER_FIRST_LOOK,
    async run(ctx) {
      const values = await valuesOf(ctx, 'slo:events_total:rate5m')
      if (values === undefined) return PROMETHEUS_SILENT
      return unlessFresh(ctx, verdict(ctx.spec.slos.filter(({name}) => !values.has(name)).map(({name}) => `slo ${name} is not measured: its metrics are not there`), `${ctx.spec.slos.length} measured`, 'events of every objective are counted'))
    },
  }),
  check({
    id: 'slo.traffic',
    title: 'Something happens that objectives can measure',
    severity: 'warning',
    pitfalls: ['KP1905'],
    appliesTo: asks,
    within: AFTER_FIRST_LOOK,
    run: (ctx) => judge(ctx, 'max_over_time(slo:events_total:rate5m[1h])', ({name}, value) => (value > 0 ? undefined : `slo ${name}: nothing has happened for an hour`), {pass: 'all have events', expected: 'events within the last hour', status: 'warn'}),
  }),
  check({
    id: 'slo.enough-traffic',
    title: 'A single failed request pages nobody',
    severity: 'warning',
    pitfalls: ['KP1906'],
    // The requests of a lab are those of kp and its drills.
    appliesTo: (ctx) => (ctx.provider.simulated && asks(ctx) === true ? 'a lab has no users of its own' : asks(ctx)),
    within: AFTER_FIRST_LOOK,
    run: (ctx) =>
      judge(ctx, 'avg_over_time(slo:events_total:rate5m[1h]) * 3600', (slo, events) => {
        const [first] = burnRowsOf(slo).kept
        const errors = first === undefined ? Infinity : events * thresholdOf(slo, first)
        return events > 0 && errors < FEWEST_ERRORS ? `slo ${slo.name}: with ${Math.round(events)} events an hour ${Math.max(1, Math.ceil(errors))} bad one pages` : undefined
      }, {pass: 'there is enough traffic', expected: `${FEWEST_ERRORS} bad events at least before somebody is paged`, status: 'warn'}),
  }),
  check({
    id: 'slo.answered',
    title: 'The gateway reaches somebody behind the measured routes',
    pitfalls: ['KP1914'],
    appliesTo: asks,
    async run(ctx) {
      const values = await valuesOf(ctx, 'slo:gateway_errors:rate5m > 0')
      if (values === undefined) return PROMETHEUS_SILENT
      return verdict(ctx.spec.slos.flatMap(({name}) => (values.has(name) ? [`slo ${name}: the gateway answers by itself, ${Math.round((values.get(name) ?? 0) * 10) / 10} times a second`] : [])), 'no request ends at the gateway', 'a ready pod behind every route')
    },
  }),
  check({
    id: 'slo.budget',
    title: 'Every objective has some of its error budget left',
    severity: 'warning',
    pitfalls: ['KP1915'],
    // One request of the first thousand that fails would be the whole budget of 99.9 %: a lab is not days old.
    appliesTo: (ctx) => (ctx.provider.simulated && asks(ctx) === true ? 'a lab is too young for the budget of weeks' : asks(ctx)),
    run: (ctx) => judge(ctx, 'slo:budget_remaining:ratio', (slo, left) => (left > 0 ? undefined : `slo ${slo.name}: the budget of ${Math.round(budgetOf(slo) * 1e6) / 1e4} % is gone, ${Math.round(-left * 100)} % more than it was burnt`), {pass: 'there is budget left', expected: 'more than 0 % of every budget', status: 'warn'}),
  }),
  check({
    id: 'slo.pages',
    title: `No more than ${MOST_PAGES} pages a week`,
    severity: 'warning',
    pitfalls: ['KP1902'],
    appliesTo: asks,
    async run(ctx) {
      const found = await queryPrometheus(ctx, 'sum(changes(ALERTS_FOR_STATE{severity=~"page|critical"}[7d]) + 1) or vector(0)')
      if (found === undefined) return PROMETHEUS_SILENT
      const pages = Math.round(found[0]?.value ?? 0)
      return pages > MOST_PAGES ? {status: 'warn', observed: `${pages} pages in seven days`, expected: `at most ${MOST_PAGES}: what wakes people must want them`} : {status: 'pass', observed: `${pages} pages in seven days`}
    },
  }),
]
