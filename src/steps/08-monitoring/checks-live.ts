/** Checks of phase 8 that ask Prometheus and Alertmanager themselves, through the API server. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {askPrometheus, prometheusRuns, queryPrometheus, unlessFresh} from '../../checks/prometheus.ts'
import {ALERTMANAGER, MONITORING_NAMESPACE} from './names.ts'

/** They have to be read once before they say anything. */
const AFTER_FIRST_READS = {deadlineMs: 3 * 60_000, everyMs: 5000}
/** What every platform has; without them most alerts can never fire. */
const REQUIRED_JOBS = ['apiserver', 'kubelet', 'kube-state-metrics', 'node-exporter']
/** What there is to read in the lab. */
const LAB_JOBS = ['apiserver']
const FULL = 0.8
const ALERTMANAGERS = 2

const runs = (ctx: PlatformContext): true | string => (ctx.provider.simulated ? 'simulated nodes: Prometheus and Alertmanager do not run in their pods' : true)

/** Asks a Service of the namespace. @throws KpError API_ERROR where it does not answer: no data is unknown */
async function ask(ctx: PlatformContext, service: string, port: number, path: string): Promise<unknown> {
  return (await ctx.cluster()).raw(`/api/v1/namespaces/${MONITORING_NAMESPACE}/services/http:${service}:${port}/proxy${path}`)
}

const SILENT = {status: 'unknown', observed: 'Prometheus gave no answer through the API server'} as const

/** What Prometheus reads, and what of it does not answer. */
export interface Target {
  labels: {job?: string; instance?: string}
  health: string
  lastError?: string
}

/** The verdict on a list of targets: a missing or silent one of every platform's is a failure, any other a warning. */
export function judgeTargets(targets: Target[], required: string[] = REQUIRED_JOBS): Awaited<ReturnType<PlatformCheck['run']>> {
  const down = targets.filter(({health}) => health === 'down')
  const expected = `every target up, among them ${required.join(', ')}`
  const jobs = new Set(targets.map(({labels}) => labels.job))
  const name = ({labels, lastError}: Target): string => `${labels.job ?? 'a target'} at ${labels.instance ?? 'an unknown address'} is down${lastError ? `: ${lastError}` : ''}`
  const bad = [...required.filter((job) => !jobs.has(job)).map((job) => `there is no target of ${job}`), ...down.filter(({labels}) => required.includes(labels.job ?? '')).map(name)]
  if (bad.length > 0 || down.length === 0) return verdict(bad, `${targets.length} targets, ${jobs.size} jobs`, expected)
  return {status: 'warn', observed: `${down.length} of ${targets.length} targets are down`, expected, evidence: down.slice(0, 10).map(name)}
}

/** The targets, those as down alone that did not answer once in two minutes: on a busy machine a single read may come too late. */
async function downForLong(ctx: PlatformContext, targets: Target[]): Promise<Target[]> {
  if (!targets.some(({health}) => health === 'down')) return targets
  const silent = await queryPrometheus(ctx, 'max_over_time(up[2m]) == 0').catch(() => undefined)
  const isSilent = ({labels}: Target): boolean => silent?.some(({metric}) => metric['job'] === labels.job && metric['instance'] === labels.instance) ?? true
  return targets.map((target) => (target.health === 'down' && !isSilent(target) ? {...target, health: 'unknown'} : target))
}

/** What only a running Prometheus can say. */
export const liveChecks: PlatformCheck[] = [
  check({
    id: 'monitoring.targets',
    title: 'Prometheus reads its targets',
    pitfalls: ['KP0805', 'KP0810'],
    within: AFTER_FIRST_READS,
    async run(ctx) {
      const data = await askPrometheus<{activeTargets?: Target[]}>(ctx, '/api/v1/targets?state=active')
      if (data?.activeTargets === undefined) return SILENT
      const targets = await downForLong(ctx, data.activeTargets)
      const judged = judgeTargets(targets, ctx.provider.simulated ? LAB_JOBS : REQUIRED_JOBS)
      return targets.some(({health}) => health === 'down') ? judged : unlessFresh(ctx, judged)
    },
  }),
  check({
    id: 'monitoring.rules',
    title: 'Prometheus evaluates its rules',
    pitfalls: ['KP0804'],
    within: AFTER_FIRST_READS,
    async run(ctx) {
      const data = await askPrometheus<{groups?: {name: string; rules: {name: string; health: string; lastError?: string}[]}[]}>(ctx, '/api/v1/rules')
      if (data?.groups === undefined) return SILENT
      const rules = data.groups.flatMap((group) => group.rules.map((rule) => ({...rule, group: group.name})))
      if (rules.length === 0 && ctx.provider.simulated) return {status: 'skip', observed: 'this lab has no rules: the chart that brings them is a stand-in'}
      if (rules.length === 0) return {status: 'fail', observed: 'Prometheus has no rules', expected: 'the rules of the chart'}
      return verdict(rules.filter(({health}) => health === 'err').map((rule) => `${rule.group}/${rule.name}: ${rule.lastError ?? 'does not evaluate'}`), `${rules.length} rules in ${data.groups.length} groups`, 'no rule with an error')
    },
  }),
  check({
    id: 'monitoring.disk',
    title: `The volumes of Prometheus are less than ${FULL * 100} % full`,
    severity: 'warning',
    pitfalls: ['KP0802'],
    appliesTo: runs,
    async run(ctx) {
      const query = `kubelet_volume_stats_used_bytes{namespace="${MONITORING_NAMESPACE}"} / kubelet_volume_stats_capacity_bytes`
      const data = await askPrometheus<{result?: {metric: {persistentvolumeclaim?: string}; value: [number, string]}[]}>(ctx, `/api/v1/query?query=${encodeURIComponent(query)}`)
      if (data?.result === undefined) return SILENT
      if (data.result.length === 0) return {status: 'unknown', observed: 'the kubelets say nothing of the volumes'}
      const full = data.result.map(({metric, value}) => ({claim: metric.persistentvolumeclaim ?? 'a claim', part: Number(value[1])}))
      return verdict(full.filter(({part}) => !(part < FULL)).map(({claim, part}) => `${claim} is ${Math.round(part * 100)} % full`), `the fullest is ${Math.round(Math.max(...full.map(({part}) => part)) * 100)} % full`, `less than ${FULL * 100} %`)
    },
  }),
  check({
    id: 'monitoring.firing',
    title: 'No alert that wakes somebody is firing',
    severity: 'warning',
    pitfalls: ['KP0817'],
    appliesTo: prometheusRuns,
    async run(ctx) {
      const data = await askPrometheus<{alerts?: {labels: Record<string, string>; state: string; activeAt?: string}[]}>(ctx, '/api/v1/alerts')
      if (data?.alerts === undefined) return SILENT
      const firing = data.alerts.filter(({state, labels}) => state === 'firing' && ['page', 'critical'].includes(labels['severity'] ?? ''))
      const where = ({namespace, pod, node, instance}: Record<string, string | undefined>): string => [namespace, pod ?? node ?? instance].filter((part) => part !== undefined).join('/')
      return verdict(firing.map(({labels, activeAt}) => `${labels['alertname']}${where(labels) === '' ? '' : ` at ${where(labels)}`}${activeAt === undefined ? '' : ` since ${activeAt}`}`), `${data.alerts.length} ${data.alerts.length === 1 ? 'alert' : 'alerts'}, none of severity page or critical`, 'no alert of severity page or critical')
    },
  }),
  check({
    id: 'monitoring.notifications',
    title: 'Alertmanager gets rid of what it has to tell',
    severity: 'warning',
    pitfalls: ['KP0818'],
    // The receivers of a lab are replaced: that they get it shows that routes lead to them.
    appliesTo: prometheusRuns,
    async run(ctx) {
      const query = 'sum by (integration, reason) (increase(alertmanager_notifications_failed_total[1h])) > 0'
      const data = await askPrometheus<{result?: {metric: {integration?: string; reason?: string}; value: [number, string]}[]}>(ctx, `/api/v1/query?query=${encodeURIComponent(query)}`)
      if (data?.result === undefined) return SILENT
      return verdict(data.result.map(({metric, value}) => `${Math.ceil(Number(value[1]))} notifications by ${metric.integration ?? 'a receiver'} failed in the last hour${metric.reason === undefined ? '' : `: ${metric.reason}`}`), 'none failed in the last hour', 'receivers that answer')
    },
  }),
  check({
    id: 'monitoring.peers',
    title: 'The copies of Alertmanager know each other',
    severity: 'warning',
    pitfalls: ['KP0819'],
    appliesTo: runs,
    within: AFTER_FIRST_READS,
    async run(ctx) {
      const status = (await ask(ctx, ALERTMANAGER, 9093, '/api/v2/status')) as {cluster?: {status?: string; peers?: unknown[]}} | undefined
      if (status?.cluster === undefined) return {status: 'unknown', observed: 'Alertmanager gave no answer through the API server'}
      const {status: state = 'unknown', peers = []} = status.cluster
      return verdict(state === 'ready' && peers.length >= ALERTMANAGERS ? [] : [`its cluster is ${state}, with ${peers.length} of ${ALERTMANAGERS} copies`], `${peers.length} copies`, 'each alert is told once: the copies reach each other on port 9094')
    },
  }),
  check({
    id: 'monitoring.watchdog',
    title: 'The alert that always fires reaches Alertmanager',
    pitfalls: ['KP0810'],
    appliesTo: runs,
    within: AFTER_FIRST_READS,
    async run(ctx) {
      const alerts = await ask(ctx, ALERTMANAGER, 9093, `/api/v2/alerts?active=true&filter=${encodeURIComponent('alertname="Watchdog"')}`)
      if (!Array.isArray(alerts)) return {status: 'unknown', observed: 'Alertmanager gave no answer through the API server'}
      return verdict(alerts.length === 0 ? ['Alertmanager has no alert Watchdog'] : [], 'Watchdog is there', 'the alert Watchdog: Prometheus evaluates, sends, and is heard')
    },
  }),
]
