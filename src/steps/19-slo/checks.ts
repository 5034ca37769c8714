/** Checks of phase 19 that read kp.yaml and the cluster's objects. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {check, SOON, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {SLO_ALERTS} from '../../components/slo-rules.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {bucketFor, routeMetrics, routeNamespace} from '../../spec/slo-indicators.ts'
import {burnRowsOf} from '../../spec/slo-windows.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {frontDoor} from '../shared/front-door.ts'
import {liveChecks} from './checks-live.ts'
import {hasSlos, ruleName, rulesNamespace, SEVERITIES} from './names.ts'

const RULE = 'monitoring.coreos.com/v1'
const EXPECTED_RULES = 'the recording rules, an alert for each row that can fire, and the alert that nothing is measured'

interface Rule {
  alert?: string
  record?: string
  expr?: string | number
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** Every rule of an object, whatever its group. */
function rulesOf(object: KubeObject): Rule[] {
  return ((object['spec'] as {groups?: {rules?: Rule[]}[]} | undefined)?.groups ?? []).flatMap(({rules = []}) => rules)
}

async function allRules(ctx: PlatformContext): Promise<{object: KubeObject; rule: Rule}[]> {
  const objects = await (await ctx.cluster()).listKnown(RULE, 'PrometheusRule')
  return objects.flatMap((object) => rulesOf(object).map((rule) => ({object, rule})))
}

/** Whether an expression compares so many errors a second with what looks like a share of them. */
export function comparesRate(expr: string): boolean {
  const bare = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => (/5\.\.|^"5|err/i.test(text) ? '"ERRORS"' : '""'))
  const found = /^\s*(?:sum\s*(?:by\s*\([^)]*\)\s*)?\(\s*)?(?:rate|irate|increase)\s*\((?<of>[^)]*)\)\s*\)?\s*>=?\s*(?<limit>0?\.\d+)\s*$/.exec(bare)?.groups
  return found !== undefined && /ERRORS|error|fail/i.test(found['of'] ?? '') && Number(found['limit']) < 1
}

/** Where the metrics of the way in are read from: a PodMonitor for the proxies of Envoy Gateway, else the chart's ServiceMonitor. */
function monitorOf(ctx: PlatformContext): {kind: string; matches(object: KubeObject): boolean; name: string} {
  const door = frontDoor(ctx)
  if (door.controller === 'envoy-gateway') return {kind: 'PodMonitor', name: `PodMonitor ${rulesNamespace(ctx)}/envoy-proxies`, matches: ({metadata}) => nameOf(metadata) === `${rulesNamespace(ctx)}/envoy-proxies`}
  return {kind: 'ServiceMonitor', name: `a ServiceMonitor of ${door.title}`, matches: ({metadata}) => metadata.namespace === door.namespace}
}

const measuresRoutes = (ctx: PlatformContext): true | string => {
  const some = ctx.spec.slos.some(({indicator}) => indicator.type !== 'prometheus')
  return hasSlos(ctx) === true ? (some ? true : 'no objective measures a route') : hasSlos(ctx)
}

/** Phase 19: rules, what they measure, who is told, and where the way out is written. */
export const checks: PlatformCheck[] = [
  check({
    id: 'slo.rules',
    title: 'Every objective has its rules in the cluster',
    pitfalls: ['KP1912'],
    appliesTo: hasSlos,
    within: SOON,
    async run(ctx) {
      const all = await (await ctx.cluster()).listKnown(RULE, 'PrometheusRule')
      const complaints = ctx.spec.slos.flatMap((slo) => {
        const name = `${rulesNamespace(ctx)}/${ruleName(slo.name)}`
        const found = all.find(({metadata}) => nameOf(metadata) === name)
        if (found === undefined) return [`PrometheusRule ${name} does not exist`]
        const alerts = rulesOf(found).filter(({alert}) => alert !== undefined)
        const missing = burnRowsOf(slo).kept.filter((row) => !alerts.some(({alert, labels}) => alert === SLO_ALERTS.burn && labels?.['burn_rate'] === String(row.factor)))
        return [
          ...missing.map((row) => `PrometheusRule ${name} has no alert at ${row.factor} times the budget`),
          ...(alerts.some(({alert}) => alert === SLO_ALERTS.notMeasured) ? [] : [`PrometheusRule ${name} has no alert ${SLO_ALERTS.notMeasured}: nobody hears that nothing is measured`]),
        ]
      })
      return verdict(complaints, `${ctx.spec.slos.length} ${ctx.spec.slos.length === 1 ? 'objective has' : 'objectives have'} rules and alerts`, EXPECTED_RULES)
    },
  }),
  check({
    id: 'slo.routes',
    title: 'The routes that objectives measure are there',
    pitfalls: ['KP1909'],
    appliesTo: measuresRoutes,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const gateway = frontDoor(ctx).api === 'gateway'
      const [apiVersion, kind] = gateway ? ['gateway.networking.k8s.io/v1', 'HTTPRoute'] : ['networking.k8s.io/v1', 'Ingress']
      const names = new Set((await cluster.listKnown(apiVersion ?? '', kind ?? '')).map(({metadata}) => nameOf(metadata)))
      const wanted = ctx.spec.slos.flatMap(({name, indicator}) => (indicator.type === 'prometheus' ? [] : [{name, route: `${routeNamespace(indicator)}/${indicator.route}`}]))
      return verdict(wanted.filter(({route}) => !names.has(route)).map(({name, route}) => `slo ${name} measures ${kind} ${route}, which does not exist`), wanted.map(({route}) => `${kind} ${route}`).join(', '), 'every route of slos exists')
    },
  }),
  check({
    id: 'slo.monitors',
    title: 'The metrics that objectives are made of are read',
    pitfalls: ['KP1910'],
    appliesTo: measuresRoutes,
    async run(ctx) {
      const {kind, matches, name} = monitorOf(ctx)
      const found = (await (await ctx.cluster()).listKnown(RULE, kind)).find(matches)
      return verdict(found === undefined ? [`${name} does not exist: nobody reads its metrics`] : [], `${kind} ${nameOf(found?.metadata ?? {name})}`, name)
    },
  }),
  check({
    id: 'slo.alerts-can-fire',
    title: 'Every alert of the objectives can fire',
    severity: 'warning',
    pitfalls: ['KP1904'],
    appliesTo: hasSlos,
    run(ctx) {
      const dropped = ctx.spec.slos.flatMap((slo) => burnRowsOf(slo).dropped.map((row) => `slo ${slo.name} has no ${row.severity} alert at ${row.factor} times the budget: ${row.reason}`))
      const found = verdict(dropped, 'all four of each objective', 'four alerts for each objective: from 93.06 % on, over 3d or more')
      return Promise.resolve(found.status === 'fail' ? {...found, status: 'warn'} : found)
    },
  }),
  check({
    id: 'slo.receivers',
    title: 'Somebody gets the alerts of the objectives',
    severity: 'warning',
    pitfalls: ['KP0809'],
    appliesTo: (ctx) => (ctx.provider.simulated && ctx.spec.phases.monitoring.receivers.length === 0 ? 'a lab needs no receivers' : hasSlos(ctx)),
    run(ctx) {
      const {slo, monitoring} = ctx.spec.phases
      const taken = new Set<string>(monitoring.receivers.flatMap(({severities}) => severities))
      const complaints = [['fast burn', slo.pageSeverity], ['slow burn', slo.ticketSeverity]].filter(([, severity = '']) => !taken.has(severity)).map(([what, severity]) => `no receiver of kp.yaml takes severity ${severity}: nobody hears of a ${what}`)
      const found = verdict(complaints, `${slo.pageSeverity} and ${slo.ticketSeverity} have receivers`, 'a receiver for both in phases.monitoring.receivers')
      return Promise.resolve(found.status === 'fail' ? {...found, status: 'warn'} : found)
    },
  }),
  check({
    id: 'slo.severities',
    title: 'Every alert in the cluster has a severity',
    severity: 'warning',
    pitfalls: ['KP1903'],
    async run(ctx) {
      const alerts = (await allRules(ctx)).filter(({rule}) => rule.alert !== undefined)
      const complaints = alerts.filter(({rule}) => !SEVERITIES.includes(rule.labels?.['severity'] ?? '')).map(({object, rule}) => `${rule.alert} of PrometheusRule ${nameOf(object.metadata)} has ${rule.labels?.['severity'] === undefined ? 'no severity' : `severity ${rule.labels['severity']}`}: nobody gets it`)
      return asWarning(complaints, `${alerts.length} alerts`, `one of ${SEVERITIES.slice(0, 4).join(', ')}`)
    },
  }),
  check({
    id: 'slo.share-not-rate',
    title: 'No alert that pages takes errors a second for a share',
    severity: 'warning',
    pitfalls: ['KP1901'],
    async run(ctx) {
      const paging = (await allRules(ctx)).filter(({rule}) => rule.alert !== undefined && ['page', 'critical'].includes(rule.labels?.['severity'] ?? ''))
      const complaints = paging.filter(({rule}) => comparesRate(String(rule.expr))).map(({object, rule}) => `${rule.alert} of PrometheusRule ${nameOf(object.metadata)} compares errors a second: ${String(rule.expr)}`)
      return asWarning(complaints, `${paging.length} alerts that page`, 'errors divided by all requests')
    },
  }),
  check({
    id: 'slo.runbooks',
    title: 'Every alert of the objectives leads to a runbook that is there',
    severity: 'warning',
    pitfalls: ['KP1913'],
    appliesTo: (ctx) => (ctx.spec.phases.slo.runbooks ? hasSlos(ctx) : 'phases.slo.runbooks is false'),
    async run(ctx) {
      const own = (await allRules(ctx)).filter(({object, rule}) => rule.alert !== undefined && ctx.spec.slos.some(({name}) => nameOf(object.metadata) === `${rulesNamespace(ctx)}/${ruleName(name)}`))
      if (own.length === 0) return {status: 'unknown', observed: 'there is no alert of an objective in the cluster'}
      const complaints = own.flatMap(({object, rule: {alert, annotations = {}}}) => {
        const file = annotations['runbook']
        if (annotations['runbook_url'] === undefined && file === undefined) return [`${alert} of ${object.metadata.name} names no runbook`]
        return file !== undefined && !existsSync(join(ctx.paths.root, file)) ? [`${alert} of ${object.metadata.name} leads to ${file}, which is not in the repository`] : []
      })
      return asWarning(complaints, `${own.length} alerts lead to a runbook`, 'an address, or a file of the repository')
    },
  }),
  check({
    id: 'slo.latency-bucket',
    title: 'Latency is measured at the time that is promised',
    severity: 'warning',
    pitfalls: ['KP1907'],
    appliesTo: (ctx) => (ctx.spec.slos.some(({indicator}) => indicator.type === 'http-latency') ? true : 'no objective is about latency'),
    run(ctx) {
      const complaints = ctx.spec.slos.flatMap(({name, indicator}) => {
        if (indicator.type !== 'http-latency') return []
        const metrics = routeMetrics(ctx.spec, indicator)
        const bucket = typeof metrics === 'string' ? undefined : bucketFor(metrics, indicator.threshold)
        const promised = durationMs(indicator.threshold)
        return bucket === undefined || bucket.seconds * 1000 === promised ? [] : [`slo ${name} promises ${indicator.threshold} and is measured at ${bucket.seconds * 1000}ms`]
      })
      return Promise.resolve(asWarning(complaints, 'at a bucket of its own', 'a threshold that the way in counts'))
    },
  }),
  check({
    id: 'slo.retention',
    title: 'Metrics are kept as long as the longest objective looks back',
    severity: 'warning',
    pitfalls: ['KP1908'],
    appliesTo: hasSlos,
    run(ctx) {
      const {retention} = ctx.spec.phases.monitoring
      const complaints = ctx.spec.slos.filter(({window}) => durationSeconds(window) > durationSeconds(retention)).map(({name, window}) => `slo ${name} looks back ${window}, metrics are kept ${retention}`)
      return Promise.resolve(asWarning(complaints, `metrics are kept ${retention}`, 'phases.monitoring.retention of the longest window or more'))
    },
  }),
  ...liveChecks,
]

function asWarning(complaints: string[], pass: string, expected: string): ReturnType<typeof verdict> {
  const found = verdict(complaints, pass, expected)
  return found.status === 'fail' ? {...found, status: 'warn'} : found
}

function durationMs(threshold: string): number {
  return threshold.endsWith('ms') ? Number(threshold.slice(0, -2)) : Number(threshold.slice(0, -1)) * 1000
}
