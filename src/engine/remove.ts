/** Takes a phase away: its steps in reverse order, each by its `undo`. What is gone already is passed over, so a killed removal goes on. */
import {asKpError, KpError} from './errors.ts'
import {runInTime} from './run.ts'
import type {RunResult, StepOutcome} from './run.ts'
import type {EngineContext, Phase, RemovalOptions, Standing, Step} from './types.ts'

/** What removing a step means. */
export interface RemovalStep extends Standing {
  id: string
  title: string
}

/** What removing a phase means, in the order in which it happens. */
export interface Removal {
  steps: RemovalStep[]
}

const GONE_MS = 120_000
const LOOK_EVERY_MS = 500

/** Looks at what of a phase stands. Also steps that kp.yaml has switched off meanwhile may have left something. */
export async function planRemoval<C extends EngineContext>(phase: Phase<NoInfer<C>>, ctx: C, options: RemovalOptions): Promise<Removal> {
  const steps: RemovalStep[] = []
  for (const step of phase.steps(ctx).toReversed()) {
    if (step.standing === undefined) continue
    const goes = new Set(steps.flatMap(({deletes}) => deletes))
    const standing = await step.standing(ctx, {...options, goes})
    steps.push({id: step.id, title: step.title, ...standing, deletes: standing.deletes.filter((name) => !goes.has(name))})
  }
  return {steps}
}

/** Removes what stands. Never throws: errors are in the result. */
export async function removePhase<C extends EngineContext>(phase: Phase<NoInfer<C>>, ctx: C, options: RemovalOptions): Promise<RunResult> {
  const started = ctx.clock.now()
  const steps = phase.steps(ctx).toReversed().filter((step) => step.standing !== undefined)
  ctx.emit({code: 'phase.started', phase: phase.id, text: phase.title, data: {title: phase.title, steps: steps.map(({id, title}) => ({id, title}))}})
  const done: RunResult['phases'][number]['steps'] = []
  let error: KpError | undefined
  for (const step of steps) {
    if (ctx.stopping()) break
    const at = {phase: phase.id, step: step.id}
    const begun = ctx.clock.now()
    const took = (): number => ctx.clock.now() - begun
    try {
      done.push({id: step.id, result: await removeStep(step, ctx, options, at), attempts: 1, durationMs: took()})
    } catch (thrown) {
      error = asKpError(thrown, `remove: ${step.title}`)
      done.push({id: step.id, result: error.code === 'INTERRUPTED' ? 'interrupted' : 'failed', attempts: 1, durationMs: took()})
      ctx.emit({code: 'step.failed', ...at, text: error.message, data: {error: {code: error.code, message: error.message, next: error.next}}})
      break
    }
  }
  const interrupted = error?.code === 'INTERRUPTED' || (error === undefined && ctx.stopping())
  const state = interrupted ? 'interrupted' : error === undefined ? 'removed' : 'failed'
  const finished = ctx.clock.now()
  ctx.emit({code: 'phase.finished', phase: phase.id, text: phase.title, data: {state, durationMs: finished - started}})
  return {
    result: interrupted ? 'interrupted' : error === undefined ? 'ok' : 'failed',
    phases: [{id: phase.id, state, startedAt: new Date(started).toISOString(), finishedAt: new Date(finished).toISOString(), steps: done}],
    ...(error === undefined ? {} : {error}),
  }
}

async function removeStep<C extends EngineContext>(step: Step<C>, ctx: C, options: RemovalOptions, at: {phase: string; step: string}): Promise<StepOutcome> {
  ctx.emit({code: 'step.probing', ...at, text: step.title})
  const standing = await step.standing?.(ctx, options)
  if (standing === undefined || standing.deletes.length === 0 || step.undo === undefined) {
    ctx.emit({code: 'step.skipped', ...at, text: step.title, data: {reason: 'nothing of it is to be removed'}})
    return 'skipped'
  }
  ctx.emit({code: 'step.started', ...at, text: `Remove: ${step.title}`, data: {title: `Remove: ${step.title}`, changes: standing.deletes.map((name) => `delete ${name}`), commands: []}})
  await runInTime(step, ctx, at, async (limited) => step.undo?.(limited, options))
  ctx.changed()
  if (ctx.dryRun) return 'recorded'
  await requireGone(step, ctx, options)
  ctx.emit({code: 'step.finished', ...at, text: `Remove: ${step.title}`, data: {durationMs: 0, attempts: 1}})
  return 'removed'
}

/** What was deleted may take a while to go: finalizers and controllers come first. */
async function requireGone<C extends EngineContext>(step: Step<C>, ctx: C, options: RemovalOptions): Promise<void> {
  const until = ctx.clock.now() + GONE_MS
  for (;;) {
    const left = (await step.standing?.(ctx, options))?.deletes ?? []
    if (left.length === 0) return
    if (ctx.clock.now() > until || ctx.signal.aborted) {
      throw new KpError({
        code: 'STEP_NOT_CONVERGED',
        message: `"${step.title}" was removed, but ${left.length === 1 ? `${left[0]} is` : `${left.length} objects are`} still there`,
        details: left.slice(0, 10),
        next: ['look for finalizers: kubectl get <kind> <name> -o yaml', 'run the same command again: it goes on where it is'],
      })
    }
    await ctx.clock.sleep(LOOK_EVERY_MS, ctx.signal)
    ctx.changed()
  }
}
