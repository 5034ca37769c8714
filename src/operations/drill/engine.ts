/**
 * The one engine of all drills: steady state, guards, fault, observation, abort, undo, recovery, verdict. It knows a world of
 * looks and acts alone, so that every end can be tested. The fault is taken back whatever happens in between.
 */
import {asKpError} from '../../engine/errors.ts'
import {isBlocking} from './guard-results.ts'
import {isGood, tenths, wrongIn} from './looks.ts'
import {createWatch} from './watch.ts'
import type {Watch} from './watch.ts'
import type {DrillNumbers, DrillOutcome, DrillWorld, GuardResult, Look, Moment, Undone, Verdict} from './types.ts'

/** What the engine remembers while it goes. */
interface Course {
  guards: GuardResult[]
  reasons: string[]
  timeline: Moment[]
  began: number
  /** When the fault began. */
  t0: number | undefined
}

type Gate = {state: 'steady'; look: Look} | {state: 'unsteady' | 'blind' | 'stopped'; why: string}

/** What is said where a person stopped it. */
export const STOPPED = 'stopped by its operator'

/** Runs a drill to one of its five ends. Never throws for what the cluster does: that is `aborted` or `unrecovered`. */
export async function runDrill(numbers: DrillNumbers, world: DrillWorld): Promise<DrillOutcome> {
  const course: Course = {guards: [], reasons: [], timeline: [], began: world.monotonic(), t0: undefined}
  const tell = (what: Moment['what'], text: string): void => {
    const moment: Moment = {atSeconds: tenths(world.monotonic() - (course.t0 ?? world.monotonic())), what, text}
    course.timeline.push(moment)
    world.tell(moment)
  }
  course.guards = await world.guards()
  const blocked = course.guards.filter(isBlocking)
  if (blocked.some(({id}) => id === 'data')) return ended(course, world, 'aborted', blocked.map(({reason}) => reason))
  if (blocked.length > 0) return ended(course, world, 'not-started', blocked.map(({id, reason}) => `${id}: ${reason}`))
  if (course.guards.length > 0) tell('guards', `${course.guards.filter(({status}) => status !== 'not-applicable').length} guards let it through`)
  let undone: Undone | undefined
  try {
    await world.prepare()
    const gate = await waitSteady(numbers, world, {seconds: numbers.gateSeconds})
    if (gate.state !== 'steady') {
      const verdict = gate.state === 'unsteady' ? 'not-started' : 'aborted'
      undone = await world.undo()
      return ended(course, world, undone.left.length === 0 ? verdict : 'unrecovered', [gate.why], {undone})
    }
    tell('steady', `the steady state held for ${numbers.samples} looks`)
    return await breakAndHeal(numbers, world, {course, tell, before: gate.look})
  } catch (error) {
    const {message} = asKpError(error)
    tell('abort', message)
    undone ??= await undoSafely(world)
    return ended(course, world, undone.left.length === 0 ? 'aborted' : 'unrecovered', [message, ...undone.left], {undone})
  }
}

async function breakAndHeal(numbers: DrillNumbers, world: DrillWorld, {course, tell, before}: {course: Course; tell: (what: Moment['what'], text: string) => void; before: Look}): Promise<DrillOutcome> {
  world.countUsers()
  course.t0 = world.monotonic()
  const watch = createWatch(numbers, before, course.t0, tell)
  let why: string | undefined
  try {
    const done = await world.inject()
    watch.injected(world.monotonic())
    tell('fault', done.join('; '))
    why = await observe(numbers, world, watch)
    if (why === undefined && numbers.hasRemedy) {
      tell('remedy', 'what the runbook says begins')
      for (const line of await world.remedy()) tell('remedy', line)
    }
    if (why === undefined && (numbers.hasRemedy || numbers.scratch)) why = await observeUntilSteady(numbers, world, watch)
  } catch (error) {
    why = asKpError(error).message
  }
  // What the drill made itself goes with the undo: whether it came back is known now or never.
  const late = numbers.scratch && why === undefined && !watch.isSteady() ? [`the steady state did not come back within ${numbers.hypothesis.recoverSeconds} s`] : []
  if (why !== undefined) tell('abort', why)
  tell('undo', 'the fault is taken back')
  const undone = await undoSafely(world)
  tell('undone', undone.left.length === 0 ? 'nothing of it is left' : `still there: ${undone.left.join(', ')}`)
  const after = await waitSteady(numbers, {...world, stopping: () => false}, {seconds: numbers.hypothesis.recoverSeconds, mayBeBlind: ['alerts'], ...(numbers.scratch ? {} : {take: watch.take})})
  const reasons = [...(why === undefined ? [] : [why]), ...undone.left.map((one) => `still there: ${one}`), ...(after.state === 'steady' ? [] : [`the steady state is not back: ${after.why}`])]
  if (undone.left.length > 0 || after.state !== 'steady') return ended(course, world, 'unrecovered', reasons, {undone, watch})
  if (why !== undefined) return ended(course, world, 'aborted', reasons, {undone, watch})
  const deviations = [...late, ...watch.deviations()]
  return ended(course, world, deviations.length === 0 ? 'held' : 'deviated', deviations, {undone, watch})
}

/** Looks until the fault has been there long enough. @returns why it has to be taken back at once; undefined where all is well */
async function observe(numbers: DrillNumbers, world: DrillWorld, watch: Watch): Promise<string | undefined> {
  for (;;) {
    const problem = watch.take(await world.look(), world.monotonic()) ?? endOf(numbers, world, watch)
    if (problem !== undefined) return problem
    if (watch.heldLongEnough(world.monotonic())) return undefined
    await world.sleep(numbers.everyMs)
  }
}

/** The same after the remedy, until the steady state is back. */
async function observeUntilSteady(numbers: DrillNumbers, world: DrillWorld, watch: Watch): Promise<string | undefined> {
  const until = world.monotonic() + numbers.hypothesis.recoverSeconds * 1000
  for (;;) {
    const problem = watch.take(await world.look(), world.monotonic()) ?? endOf(numbers, world, watch)
    if (problem !== undefined) return problem
    if (watch.isSteady()) return undefined
    if (world.monotonic() > until) return undefined
    await world.sleep(numbers.everyMs)
  }
}

function endOf(numbers: DrillNumbers, world: DrillWorld, watch: Watch): string | undefined {
  if (world.stopping()) return STOPPED
  return watch.sinceFault(world.monotonic()) > numbers.limitSeconds ? `the fault was there for ${numbers.limitSeconds} s, which is its limit` : undefined
}

interface SteadyWait {
  seconds: number
  /** Sources that need not answer: they are no part of the steady state. */
  mayBeBlind?: string[]
  /** Is shown each look. */
  take?(look: Look, at: number): unknown
}

/** Waits for so many good looks in a row. */
async function waitSteady(numbers: DrillNumbers, world: Pick<DrillWorld, 'look' | 'monotonic' | 'sleep' | 'stopping'>, {seconds, mayBeBlind = [], take}: SteadyWait): Promise<Gate> {
  const until = world.monotonic() + seconds * 1000
  let good = 0
  let last: Look | undefined
  let blindSince: number | undefined
  for (;;) {
    const look = await world.look()
    const now = world.monotonic()
    take?.(look, now)
    const before = last
    last = look
    const wrong = [...wrongIn(look, before), ...look.outside]
    const blind = look.blind.filter((source) => !mayBeBlind.includes(source))
    good = isGood(look, before) && wrong.length === 0 && blind.length === 0 ? good + 1 : 0
    if (good >= numbers.samples) return {state: 'steady', look}
    if (world.stopping()) return {state: 'stopped', why: STOPPED}
    blindSince = blind.length === 0 ? undefined : (blindSince ?? now)
    if (blindSince !== undefined && now - blindSince >= numbers.abort.blindSeconds * 1000) return {state: 'blind', why: `no data from ${blind.join(', ')} for ${numbers.abort.blindSeconds} s: no data aborts`}
    if (now > until) return blind.length > 0 ? {state: 'blind', why: `no data from ${blind.join(', ')}`} : {state: 'unsteady', why: wrong[0] ?? 'it was not steady for long enough'}
    await world.sleep(numbers.everyMs)
  }
}

/** Tries again: a fault that stays is the worst end. */
async function undoSafely(world: Pick<DrillWorld, 'undo' | 'sleep'>): Promise<Undone> {
  for (let tries = 1; ; tries += 1) {
    try {
      const undone = await world.undo()
      if (undone.left.length === 0 || tries === 3) return undone
    } catch (error) {
      if (tries === 3) return {done: [], left: [asKpError(error).message]}
    }
    await world.sleep(2000)
  }
}

function ended(course: Course, world: DrillWorld, verdict: Verdict, reasons: string[], {undone, watch}: {undone?: Undone; watch?: Watch} = {}): DrillOutcome {
  const left = undone?.left ?? []
  return {
    verdict, reasons, guards: course.guards, timeline: course.timeline, left,
    ...(watch?.figures() ?? {ttdSeconds: null, detectedBy: null, signalSeconds: null, ttrSeconds: null, users: null}),
    undone: left.length === 0,
    durationSeconds: tenths(world.monotonic() - course.began),
  }
}
