/** A phase while it runs: when it began, what its steps came to, and when nothing of it is at work any more. */
import {asKpError} from './errors.ts'
import type {KpError} from './errors.ts'
import type {EngineContext, Phase, Step} from './types.ts'

/** What became of a step. */
export type StepOutcome = 'satisfied' | 'applied' | 'removed' | 'recorded' | 'skipped' | 'failed' | 'interrupted'

/** What became of a phase. `blocked`: one that it depends on failed. */
export type PhaseState = 'done' | 'removed' | 'failed' | 'interrupted' | 'blocked' | 'skipped'

/** The result of a phase. */
export interface PhaseResult {
  id: string
  state: PhaseState
  startedAt?: string
  finishedAt?: string
  steps: {id: string; result: StepOutcome; attempts: number; durationMs: number}[]
}

/** A phase of a run. Its state is `done` as long as nothing stopped it. */
export interface PhaseRun<C extends EngineContext> {
  phase: Phase<C>
  steps: Step<C>[]
  result: PhaseResult
  startedAt?: number
  ended: boolean
  /** Steps at work. */
  atWork: number
  /** Why its steps could not even be listed. */
  unlisted?: unknown
}

/** A phase before its first step. */
export function openPhase<C extends EngineContext>(phase: Phase<C>, ctx: C): PhaseRun<C> {
  const run: PhaseRun<C> = {phase, steps: [], result: {id: phase.id, state: 'done', steps: []}, ended: false, atWork: 0}
  try {
    run.steps = phase.steps(ctx)
  } catch (thrown) {
    run.unlisted = thrown
  }
  return run
}

/**
 * What of a phase waits for what: a step without `after` for the one before it and for what its phase depends on; the phase ends with
 * its last step.
 * @returns a node for each step, and one for the phase, which has none
 */
export function nodesOf<C extends EngineContext>(run: PhaseRun<C>, ctx: C): {id: string; after: string[]; run: PhaseRun<C>; step: Step<C> | undefined}[] {
  const {phase, steps} = run
  const before = phase.dependsOn(ctx)
  return [
    ...steps.map((step, index) => ({id: step.id, after: step.after ?? [...before, ...steps.slice(Math.max(index - 1, 0), index).map(({id}) => id)], run, step})),
    {id: phase.id, after: [...before, ...steps.map(({id}) => id)], run, step: undefined},
  ]
}

/** Tells that a phase begins, once. */
export function startPhase<C extends EngineContext>(run: PhaseRun<C>, ctx: C): void {
  if (run.startedAt !== undefined) return
  const {phase, steps} = run
  run.startedAt = ctx.clock.now()
  run.result.startedAt = new Date(run.startedAt).toISOString()
  ctx.emit({code: 'phase.started', phase: phase.id, text: phase.title, data: {title: phase.title, steps: steps.map(({id, title}) => ({id, title}))}})
}

/** Tells that nothing of a phase is at work any more, once. */
export function finishPhase<C extends EngineContext>(run: PhaseRun<C>, ctx: C): void {
  if (run.startedAt === undefined || run.ended) return
  run.ended = true
  const finished = ctx.clock.now()
  run.result.finishedAt = new Date(finished).toISOString()
  ctx.emit({code: 'phase.finished', phase: run.phase.id, text: run.phase.title, data: {state: run.result.state, durationMs: finished - run.startedAt}})
}

/** All steps of a phase ended well. */
export async function endPhase<C extends EngineContext>(run: PhaseRun<C>, ctx: C, afterPhase: ((id: string) => Promise<void>) | undefined): Promise<KpError | undefined> {
  if (run.unlisted !== undefined) throw run.unlisted
  startPhase(run, ctx)
  finishPhase(run, ctx)
  try {
    await afterPhase?.(run.phase.id)
    return undefined
  } catch (thrown) {
    // The phase itself is done; what depends on it does not begin.
    return asKpError(thrown)
  }
}

/** The result of a phase when nothing runs any more. */
export function settlePhase<C extends EngineContext>(run: PhaseRun<C>, ctx: C): PhaseResult {
  const {result, steps} = run
  const order = (id: string): number => steps.findIndex((step) => step.id === id)
  result.steps.sort((a, b) => order(a.id) - order(b.id))
  if (!run.ended && result.state === 'done') result.state = ctx.stopping() ? 'interrupted' : 'blocked'
  finishPhase(run, ctx)
  return result
}
