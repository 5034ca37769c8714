/** What must hold before a fault is made. Each says pass, warn, fail, unknown, or why it is about nothing here; fail and unknown stop the drill. */
import {isControlPlane} from '../../checks/nodes.ts'
import type {PlatformContext} from '../../context.ts'
import {queryPrometheus} from '../../checks/prometheus.ts'
import {selectPhases} from '../../engine/plan.ts'
import {verifyPhases} from '../../engine/verify.ts'
import {budgetOf} from '../../spec/slo-windows.ts'
import type {Slo} from '../../spec/types.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {alertSource, firingAlerts, soon} from './observe.ts'
import {roomGuard} from './room.ts'
import type {DrillRecord} from './records.ts'
import {singleCopies} from './targets.ts'
import type {Target, TargetFacts} from './targets.ts'
import type {Drill, FiringAlert, GuardResult} from './types.ts'

/** What guards look at. */
export interface GuardContext {
  ctx: PlatformContext
  drill: Drill
  /** Or why there is none. */
  target: Target | string
  /** Why the fault cannot be made here; true where it can. */
  playable: true | string
  /** Whether anybody can be asked from outside. */
  users: boolean
  facts: TargetFacts
  /** Drills of before, newest first. */
  records: DrillRecord[]
}

const PARALLEL_CHECKS = 12
const PAGES = new Set(['page', 'critical'])
/** What is left of the budget afterwards, at least. */
const RESERVE = 0.1
const SAMPLE_SECONDS = 30
/** An alert that an earlier drill raised may still fire for that long. */
const ECHO_MS = 3600_000
const TRIES = 5
const BUDGET_TRIES = 14

/** Asks all of them. The first that make the others senseless end it. */
export async function askGuards(guard: GuardContext): Promise<GuardResult[]> {
  const {ctx, drill, target, playable} = guard
  const first: GuardResult[] = [
    typeof target === 'string' ? {id: 'target', status: 'fail', reason: target, fix: 'kp drill NAME --target NAME, to choose another'} : {id: 'target', status: 'pass', reason: `exactly one: ${target.title}`},
    playable === true ? {id: 'fault', status: 'pass', reason: ctx.lab === undefined ? 'can be made here' : 'can be made in the lab'} : {id: 'fault', status: 'fail', reason: playable},
    guardProtected(ctx),
  ]
  if (typeof target === 'string' || playable !== true) return first
  const {alerts, guards: data} = await guardData(guard)
  if (data.status !== 'pass' && data.status !== 'not-applicable') return [...first, data]
  const [health, budget, room] = await Promise.all([guardHealth(ctx), guardBudget(ctx, drill), roomGuard(ctx, target)])
  return [...first, data, health, guardAlerts(alerts, guard.records, ctx.clock.now()), budget, room, guardCopies(target, guard.facts), guardQuorum(ctx, drill, target, guard.facts.nodes)]
}

function guardProtected(ctx: PlatformContext): GuardResult {
  const {name, protected: guarded} = ctx.spec.environment
  return guarded ? {id: 'environment', status: 'warn', reason: `${name} is protected: its cluster was confirmed by name`} : {id: 'environment', status: 'pass', reason: `${name} is not protected`}
}

/** Without eyes nothing is begun. */
async function guardData({ctx, drill, users}: GuardContext): Promise<{guards: GuardResult; alerts: FiringAlert[]}> {
  if (drill.users && !users) return {alerts: [], guards: {id: 'data', status: 'unknown', reason: 'nobody can be asked from outside: no data from users', fix: 'kp step ingress'}}
  const source = alertSource(ctx)
  if (source !== true) return {alerts: [], guards: {id: 'data', status: 'pass', reason: source}}
  for (let tries = 1; ; tries += 1) {
    const alerts = await soon(firingAlerts(ctx))
    if (alerts !== undefined) return {alerts, guards: {id: 'data', status: 'pass', reason: 'users, API server and Prometheus answer'}}
    if (tries === TRIES) return {alerts: [], guards: {id: 'data', status: 'unknown', reason: 'no data from alerts: Prometheus gives no answer', fix: 'kp step monitoring'}}
    await ctx.clock.sleep(1000, ctx.signal)
  }
}

async function guardHealth(ctx: PlatformContext): Promise<GuardResult> {
  ctx.changed()
  const quiet = {...ctx, emit: () => undefined}
  const reports = await verifyPhases(selectPhases<PlatformContext>(ctx.phases, quiet).active, quiet, {parallel: PARALLEL_CHECKS, waitMs: 20_000})
  const failed = reports.filter(({status}) => status === 'fail')
  const unknown = reports.filter(({status}) => status === 'unknown')
  if (failed.length > 0) return {id: 'health', status: 'fail', reason: `kp verify: ${failed.slice(0, 3).map(({id, observed}) => `${id}: ${observed}`).join('; ')}${failed.length > 3 ? ` and ${failed.length - 3} more` : ''}`, fix: 'kp verify, and kp diagnose for the causes'}
  return unknown.length > 0 ? {id: 'health', status: 'warn', reason: `no check fails, ${unknown.length} cannot be seen: ${unknown[0]?.id}`} : {id: 'health', status: 'pass', reason: `${reports.length} checks, none fails`}
}

/** A page before the drill would be taken for its own, and somebody works on it. What the last drill raised is known. */
export function guardAlerts(alerts: FiringAlert[], records: DrillRecord[], now: number): GuardResult {
  const pages = alerts.filter(({severity}) => PAGES.has(severity))
  if (pages.length === 0) return {id: 'alerts', status: 'pass', reason: 'no alert that wakes somebody fires'}
  const names = [...new Set(pages.map(({name}) => name))]
  const raised = records.find(({endedAt, alerts: own}) => now - Date.parse(endedAt) < ECHO_MS && names.every((name) => own.includes(name)))
  if (raised !== undefined) return {id: 'alerts', status: 'warn', reason: `${names.join(', ')} still fires since the drill ${raised.name} (${raised.id}): it cannot tell again`}
  return {id: 'alerts', status: 'fail', reason: `fires already: ${names.join(', ')}`, fix: 'wait until it is over, or kp drill … --waive alerts --reason TEXT'}
}

/** The objective that the users of the drill are about. */
export function sloOf(ctx: Pick<PlatformContext, 'spec'>): Slo | undefined {
  const {slos, phases} = ctx.spec
  return phases.slo.enabled ? (slos.find(({indicator}) => indicator.type === 'http-errors' && indicator.route === 'demo') ?? slos.find(({indicator}) => indicator.type === 'http-errors')) : undefined
}

/**
 * What is left of the error budget. Bad events of the window, against those that the window allows at the present rate: a young
 * platform has not used up a month's budget by one error.
 */
async function guardBudget(ctx: PlatformContext, drill: Drill): Promise<GuardResult> {
  const slo = sloOf(ctx)
  if (!drill.users) return {id: 'budget', status: 'not-applicable', reason: 'users have no part in it'}
  if (slo === undefined) return {id: 'budget', status: 'not-applicable', reason: 'kp.yaml promises nothing for the demo (slos)'}
  if (alertSource(ctx) !== true) return {id: 'budget', status: 'not-applicable', reason: 'nobody measures it here'}
  const of = (record: string): string => `sum_over_time(slo:events_${record}:rate5m{slo="${slo.name}"}[${slo.window}]) * ${SAMPLE_SECONDS}`
  const queries = [of('bad'), of('total'), `slo:events_total:rate5m{slo="${slo.name}"}`]
  for (let tries = 1; ; tries += 1) {
    const [bad, total, rate] = await Promise.all(queries.map(async (query) => (await soon(queryPrometheus(ctx, query)))?.[0]?.value))
    const judged = judgeBudget(slo, {bad, total, rate}, drill.hypothesis.lostSeconds)
    // Rules are evaluated each half minute: right after a build there is nothing yet.
    if (judged.status !== 'unknown' || tries === BUDGET_TRIES || ctx.stopping()) return judged
    await ctx.clock.sleep(5000, ctx.signal)
  }
}

/** Pure: see above. */
export function judgeBudget(slo: Slo, {bad, total, rate}: {bad: number | undefined; total: number | undefined; rate: number | undefined}, plannedSeconds: number): GuardResult {
  if (bad === undefined || total === undefined || rate === undefined) return {id: 'budget', status: 'unknown', reason: `${slo.name} is not measured yet`, fix: 'wait a minute for the first events, or kp slo list'}
  const window = durationSeconds(slo.window)
  const allowed = Math.max(total, rate * window) * budgetOf(slo)
  if (allowed === 0) return {id: 'budget', status: 'unknown', reason: `${slo.name} has no events to be measured by`}
  const left = 1 - bad / allowed
  const planned = plannedSeconds / (window * budgetOf(slo))
  const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
  const said = `${percent(left)} of the error budget of ${slo.name} is left, the drill may take ${percent(planned)}`
  return left - planned >= RESERVE ? {id: 'budget', status: 'pass', reason: said} : {id: 'budget', status: 'fail', reason: `${said}, and ${percent(RESERVE)} stay in reserve`, fix: 'wait, or kp drill … --waive budget --reason TEXT'}
}

/** What has one copy is down with the node. */
export function guardCopies({nodes}: Target, {pods}: Pick<TargetFacts, 'pods'>): GuardResult {
  if (nodes.length === 0) return {id: 'copies', status: 'not-applicable', reason: 'no node is lost'}
  const singles = singleCopies(pods).filter((pod) => nodes.includes((pod['spec'] as {nodeName?: string} | undefined)?.nodeName ?? '')).map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
  return singles.length === 0 ? {id: 'copies', status: 'pass', reason: 'everything on it has another copy'} : {id: 'copies', status: 'warn', reason: `the only copy is there: ${singles.slice(0, 4).join(', ')}${singles.length > 4 ? ` and ${singles.length - 4} more` : ''}`}
}

/** Whether most members of the control plane stay. */
export function guardQuorum({lab}: Pick<PlatformContext, 'lab'>, {name}: Pick<Drill, 'name'>, target: Target, nodes: readonly KubeObject[]): GuardResult {
  const members = nodes.filter(({metadata}) => isControlPlane(metadata)).map(({metadata}) => metadata.name)
  const lost = members.filter((member) => target.nodes.includes(member)).length
  if (target.kind === 'program') {
    return lab === undefined ? {id: 'quorum', status: 'fail', reason: `kp does not end ${target.title} of a cluster that is no lab`} : {id: 'quorum', status: 'warn', reason: `the lab has one ${target.title}: it is away until kp starts it again`}
  }
  if (lost === 0) return {id: 'quorum', status: 'not-applicable', reason: `no member of the control plane is lost by ${name}`}
  const needed = Math.floor(members.length / 2) + 1
  return members.length - lost >= needed ? {id: 'quorum', status: 'pass', reason: `${members.length - lost} of ${members.length} members stay`} : {id: 'quorum', status: 'fail', reason: `only ${members.length - lost} of ${members.length} members would stay, and ${needed} are needed`}
}
