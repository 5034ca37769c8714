/** The real world of a drill: acts by the actions of scenarios, looks from outside, and writes down what takes each change back before it is made. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {identifySelf} from '../../engine/processes.ts'
import type {ScenarioAction} from '../../spec/scenario.ts'
import {askHost} from '../../tools/ask-host.ts'
import {watchRequests} from '../requests.ts'
import type {RequestTarget} from '../requests.ts'
import {act} from '../scenarios/actions.ts'
import type {ActionContext} from '../scenarios/actions.ts'
import {fillNames} from '../scenarios/load.ts'
import type {Change} from '../scenarios/memory.ts'
import {runDrill} from './engine.ts'
import {alertSource, createObserver} from './observe.ts'
import {expand, lastActions} from './fault.ts'
import {etcdSteps} from './etcd.ts'
import type {DrillPlan} from './index.ts'
import {drillFolder, openDrillMemory} from './memory.ts'
import type {ActiveDrill} from './memory.ts'
import {singleFlight} from './single-flight.ts'
import type {Target} from './targets.ts'
import {actionContext, undoDrill} from './undo.ts'
import type {DrillNumbers, DrillOutcome, DrillWorld, Moment} from './types.ts'

const EVERY_MS = 1000
const GATE_SECONDS = 60
/** When a user gives up. The connection stays for longer: what a proxy answers late is counted as failed by it, too. */
const USER_PATIENCE_MS = 2000
const PROXY_PATIENCE_MS = 35_000

/** What doing a drill needs besides its plan. */
export interface PerformOptions {
  id: string
  tell(moment: Moment): void
  /** Starts what takes the fault back where this process cannot any more. @param seconds until then */
  startDeadMan(seconds: number): {end(): void}
}

/** Does it. @throws KpError GATE where a drill of before is still there */
export async function performDrill(ctx: PlatformContext, plan: DrillPlan, options: PerformOptions): Promise<DrillOutcome & {alerts: string[]}> {
  const {drill, target, fault} = plan
  if (typeof target === 'string' || typeof fault === 'string') return {...(await refused(plan, ctx)), alerts: []}
  const monotonic = (): number => performance.now()
  const requests = plan.users.length === 0 ? undefined : watchUsers(plan.users, ctx)
  const observer = createObserver({ctx, api: actionContext(ctx, {...drill, names: plan.names}, {tolerant: true, remember: () => undefined, say: () => undefined}).api, drill, target, names: plan.names, users: requests?.watch, monotonic})
  const memory = openDrillMemory(drillFolder(ctx))
  if (memory.read() !== undefined) throw new KpError({code: 'GATE', message: 'a drill that was begun is not taken back yet', next: ['kp drills undo']})
  const work = await beginWork(ctx, plan, {id: options.id, target})
  let deadMan: {end(): void} | undefined
  const seenAlerts = new Set<string>()
  const world: DrillWorld = {
    monotonic,
    sleep: (milliseconds) => ctx.clock.sleep(milliseconds),
    async look() {
      const look = await observer.look()
      for (const {name} of look.alerts ?? []) seenAlerts.add(name)
      return look
    },
    countUsers() {
      seenAlerts.clear()
      if (requests !== undefined) observer.countUsers(requests.watch.mark())
    },
    guards: plan.guards,
    async prepare() {
      memory.keep(work.active)
      deadMan = options.startDeadMan(drill.limitSeconds + drill.hypothesis.recoverSeconds + GATE_SECONDS)
      await work.run(drill.before, plan.names)
      await requests?.watch.ready()
    },
    async inject() {
      work.active.injected = true
      memory.keep(work.active)
      return work.run(fault.actions, plan.names)
    },
    remedy: () => work.run(drill.remedy, plan.names),
    undo: singleFlight(async () => {
      const undone = await undoDrill(ctx, work.active)
      if (drill.target.kind === 'scratch') observer.forgetOwn()
      if (undone.left.length === 0) memory.forget()
      return undone
    }),
    stopping: ctx.stopping,
    tell: options.tell,
  }
  try {
    const outcome = await runDrill(numbersOf(ctx, plan), world)
    return {...outcome, alerts: [...seenAlerts].toSorted()}
  } finally {
    deadMan?.end()
    await requests?.stop()
    ctx.changed()
  }
}

/** The numbers of a drill, here. */
export function numbersOf(ctx: PlatformContext, {drill}: Pick<DrillPlan, 'drill'>): DrillNumbers {
  const {hypothesis, samples, holdSeconds, alertWaitSeconds, waitForUsers, limitSeconds, abort, alerts, blind, remedy, target} = drill
  return {hypothesis, samples, holdSeconds, alertWaitSeconds, waitForUsers, limitSeconds, abort, alerts, everyMs: EVERY_MS, gateSeconds: GATE_SECONDS, hasAlerts: alertSource(ctx) === true, expectedBlind: blind, hasRemedy: remedy.length > 0, scratch: target.kind === 'scratch'}
}

async function refused(plan: DrillPlan, ctx: PlatformContext): Promise<DrillOutcome> {
  const never = (): never => {
    throw new KpError({code: 'BUG', message: 'a drill without a target was begun'})
  }
  const world: DrillWorld = {monotonic: () => performance.now(), sleep: never, look: never, countUsers: never, guards: plan.guards, prepare: never, inject: never, remedy: never, undo: never, stopping: () => false, tell: () => undefined}
  return runDrill(numbersOf(ctx, plan), world)
}

interface Work {
  active: ActiveDrill
  /** Does actions, each written down before. @returns what was done */
  run(actions: DrillPlan['drill']['before'], names: Record<string, string>): Promise<string[]>
}

async function beginWork(ctx: PlatformContext, {drill, names, fault}: DrillPlan, {id, target}: {id: string; target: Target}): Promise<Work> {
  const memory = openDrillMemory(drillFolder(ctx))
  const system = await (await ctx.cluster()).get('v1', 'Namespace', 'kube-system')
  const actions = typeof fault === 'string' ? [] : fault.actions
  const fill = (list: DrillPlan['drill']['before']): ScenarioAction[] => list.flatMap((action) => {
    const found = expand(fillNames(action, names), target)
    return Array.isArray(found) ? found : []
  })
  const active: ActiveDrill = {
    id, drill: drill.name, environment: ctx.spec.environment.name, clusterUid: system?.metadata.uid ?? '', owner: identifySelf(), startedAt: new Date(ctx.clock.now()).toISOString(),
    names, target: target.title, hypothesis: drill.hypothesis.says, runbook: drill.runbook, changes: [], first: fill(drill.undo.first), last: [...fill(drill.undo.last), ...lastActions(actions, target)], injected: false,
  }
  const remember = (change: Change): void => {
    active.changes.push(change)
    memory.keep(active)
  }
  const etcd = etcdSteps(ctx, id, remember)
  return {
    active,
    async run(list) {
      const done: string[] = []
      const context: ActionContext = actionContext(ctx, {...drill, names}, {
        tolerant: false,
        remember,
        say: (text) => void done.push(text),
      })
      for (const action of list) {
        const steps = expand(fillNames(action, names), target)
        if (Array.isArray(steps)) for (const step of steps) await act(step, context)
        else done.push(await etcd(steps.etcd))
      }
      return done
    },
  }
}

/** Asks as users do, on a clock that never jumps. */
function watchUsers(targets: RequestTarget[], ctx: PlatformContext): {watch: ReturnType<typeof watchRequests>; stop(): Promise<void>} {
  const ended = new AbortController()
  const clock = {now: () => performance.now(), sleep: (milliseconds: number, signal?: AbortSignal) => ctx.clock.sleep(milliseconds, signal)}
  const watch = watchRequests({
    targets, clock, patienceMs: USER_PATIENCE_MS,
    async ask({scheme, host, path, address, port}, patienceMs) {
      const answer = askHost({scheme, address, port, host, path, timeoutMs: PROXY_PATIENCE_MS, signal: ended.signal, headers: {'user-agent': 'kp-drill'}})
      answer.catch(() => undefined)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} seconds`)), patienceMs)
      })
      try {
        return (await Promise.race([answer, late])).status
      } finally {
        clearTimeout(timer)
      }
    },
  })
  return {
    watch,
    async stop() {
      ended.abort()
      await watch.stop()
    },
  }
}
