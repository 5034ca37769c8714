/** Looks at what a drill watches, from outside: what users get, what the API server says, which alerts fire. Each look has a time limit. */
import type {PlatformContext} from '../../context.ts'
import {askPrometheus, prometheusRuns} from '../../checks/prometheus.ts'
import type {DrillProbe} from '../../spec/drill.ts'
import type {ScenarioTarget} from '../../spec/scenario.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {KubeApi, KubeObject} from '../../tools/kube-api.ts'
import type {RequestWatch} from '../requests.ts'
import {select} from '../scenarios/actions.ts'
import {at, fillNames} from '../scenarios/load.ts'
import {isReadyNode} from './targets.ts'
import type {Target} from './targets.ts'
import type {Drill, FiringAlert, Look, Seen, Users} from './types.ts'

const PATIENCE_MS = 4000
/** Requests are under way for a while: a silence of that length is none. */
const SILENT_USERS_MS = 6000
/** Alerts that say nothing is wrong. */
const NOT_ALERTS = new Set(['Watchdog', 'InfoInhibitor'])

/** What looking needs. */
export interface ObserverOptions {
  ctx: PlatformContext
  api: KubeApi
  drill: Drill
  target: Target
  names: Record<string, string>
  users: Pick<RequestWatch, 'total'> | undefined
  monotonic(): number
}

/** Looks, and counts users from a moment on. */
export interface Observer {
  look(): Promise<Look>
  countUsers(from: () => Users): void
  /** What the drill made itself is gone: it is not looked at any more. */
  forgetOwn(): void
}

/** Whether somebody would fire an alert here, or why not. */
export function alertSource(ctx: PlatformContext): true | string {
  if (!ctx.spec.phases.monitoring.enabled) return 'phases.monitoring.enabled is false: nobody fires alerts'
  return prometheusRuns(ctx)
}

/** Makes the observer of a drill. */
export function createObserver({ctx, api, drill, target, names, users, monotonic}: ObserverOptions): Observer {
  let own = true
  let counted: (() => Users) | undefined
  let lastSent = {sent: -1, at: monotonic()}
  const asks = alertSource(ctx) === true
  const probes = (list: DrillProbe[]): Promise<Seen[]> => Promise.all(list.map((probe) => lookAt(probe, {ctx, api, target, names})))
  return {
    countUsers: (from) => void (counted = from),
    forgetOwn: () => void (own = false),
    async look() {
      const [steady, signals, nodes, alerts] = await Promise.all([
        probes(own ? drill.steady : []), probes(own ? drill.signals : []), soon(listOf(api, '/api/v1/nodes')), asks ? soon(firingAlerts(ctx)) : Promise.resolve([]),
      ])
      const seen = users === undefined ? undefined : (counted?.() ?? users.total())
      const now = monotonic()
      if (seen !== undefined && seen.sent !== lastSent.sent) lastSent = {sent: seen.sent, at: now}
      return {
        users: seen, steady, signals, alerts,
        outside: (nodes ?? []).filter((node) => !isReadyNode(node) && !target.nodes.includes(node.metadata.name)).map(({metadata}) => `Node ${metadata.name} is not ready`),
        blind: [...(nodes === undefined ? ['api'] : []), ...(alerts === undefined ? ['alerts'] : []), ...(seen !== undefined && now - lastSent.at > SILENT_USERS_MS ? ['users'] : [])],
      }
    },
  }
}

/** What fires now. @throws Error where Prometheus gives no answer */
export async function firingAlerts(ctx: PlatformContext): Promise<FiringAlert[]> {
  const data = await askPrometheus<{alerts?: {labels: Record<string, string>; state: string}[]}>(ctx, '/api/v1/alerts')
  if (data?.alerts === undefined) throw new Error('Prometheus gave no answer')
  return data.alerts
    .filter(({state, labels}) => state === 'firing' && !NOT_ALERTS.has(labels['alertname'] ?? ''))
    .map(({labels}) => ({name: labels['alertname'] ?? '?', severity: labels['severity'] ?? 'none', key: Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => `${key}=${value}`).join(',')}))
}

/** The value, or undefined where it does not come in time, or not at all. */
export async function soon<T>(promise: Promise<T>, milliseconds = PATIENCE_MS): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([promise.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}

async function listOf(api: KubeApi, path: string): Promise<KubeObject[]> {
  const answer = await api.request({path, timeoutMs: PATIENCE_MS})
  if (answer.status !== 200) throw new Error(`${answer.status}`)
  return (answer.body as {items?: KubeObject[]}).items ?? []
}

/** A server that gave no answer is asked again at the next look: the client itself would wait longer. */
function impatient(api: KubeApi): Pick<KubeApi, 'kinds' | 'resource' | 'get'> {
  return {
    kinds: () => api.kinds(),
    resource: (apiVersion, kind) => api.resource(apiVersion, kind),
    async get(path) {
      const answer = await api.request({path, timeoutMs: PATIENCE_MS})
      if (answer.status === 404) return undefined
      if (answer.status >= 300) throw apiError(answer, `read ${path}`)
      return answer.body
    },
  }
}

interface ProbeWorld {
  ctx: PlatformContext
  api: KubeApi
  target: Target
  names: Record<string, string>
}

async function lookAt(given: DrillProbe, {ctx, api, target, names}: ProbeWorld): Promise<Seen> {
  const probe = fillNames(given, names)
  if ('api' in probe) {
    const answer = await soon(api.request({path: '/readyz', timeoutMs: 2000}))
    return {what: 'the API server', ok: answer?.status === 200, observed: answer === undefined ? 'gives no answer' : `answers ${answer.status}`}
  }
  if ('programs' in probe) {
    ctx.lab?.lookAnew()
    const status = await ctx.lab?.status()
    const dead = status?.deadComponents ?? []
    return {what: 'the control plane', ok: status === undefined ? undefined : dead.length === 0, observed: dead.length === 0 ? 'all of it runs' : `${dead.join(', ')} does not run`}
  }
  if ('nodes' in probe) {
    const nodes = await soon(listOf(api, '/api/v1/nodes'))
    const bad = (nodes ?? []).filter((node) => !isReadyNode(node) && (target.nodes.length === 0 || target.nodes.includes(node.metadata.name)))
    return {what: target.nodes.length === 0 ? 'nodes' : target.title, ok: nodes === undefined ? undefined : bad.length === 0, observed: bad.length === 0 ? 'ready' : `not ready: ${bad.map(({metadata}) => metadata.name).join(', ')}`}
  }
  const wanted: ScenarioTarget = 'ready' in probe ? probe.ready : probe.field
  const objects = await soon(select(wanted, {api: impatient(api), tolerant: false}, {may: 'be absent'}))
  const what = `${wanted.kind} ${wanted.namespace === undefined ? '' : `${wanted.namespace}/`}${wanted.name ?? ''}`
  if (objects === undefined) return {what, ok: undefined, observed: 'cannot be seen'}
  if (objects.length === 0) return {what, ok: false, observed: 'is not there'}
  if ('ready' in probe) return {what, ...readyCopies(objects)}
  const values = objects.map((object) => textOf(at(object, probe.field.path)))
  const pattern = new RegExp(probe.field.is)
  return {what, ok: values.every((value) => pattern.test(value)), observed: `${probe.field.path} is ${values.map((value) => value.slice(0, 80) || 'absent').join(', ')}`}
}

/** How many copies are ready, of those that are wanted now. */
function readyCopies(objects: KubeObject[]): Pick<Seen, 'ok' | 'observed'> {
  const counts = objects.map((object) => {
    const {replicas: wanted = 1} = (object['spec'] ?? {}) as {replicas?: number}
    const {readyReplicas = 0, updatedReplicas, observedGeneration} = (object['status'] ?? {}) as {readyReplicas?: number; updatedReplicas?: number; observedGeneration?: number}
    const current = observedGeneration === undefined || observedGeneration >= ((object.metadata as {generation?: number}).generation ?? 0)
    return {wanted, ready: Math.min(readyReplicas, updatedReplicas ?? readyReplicas), current}
  })
  const sum = (pick: (one: (typeof counts)[number]) => number): number => counts.reduce((total, one) => total + pick(one), 0)
  return {ok: counts.every(({wanted, ready, current}) => current && ready >= wanted), observed: `${sum(({ready}) => ready)} of ${sum(({wanted}) => wanted)} copies are ready`}
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
