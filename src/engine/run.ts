/**
 * The run: each step looks, does what is missing, and looks again. Phases that
 * do not depend on each other run side by side, and so do steps that say what
 * they come after.
 */
import {asKpError, KpError} from './errors.ts'
import {runGraph, yielding} from './graph.ts'
import {Locks} from './locks.ts'
import {endPhase, finishPhase, nodesOf, openPhase, settlePhase, startPhase} from './phase-run.ts'
import type {PhaseResult, PhaseRun} from './phase-run.ts'
import {reportProbe, selectPhases} from './plan.ts'
import {failuresOf, soonerAtFirst} from './verify.ts'
import type {Changes, Check, EngineContext, Exec, Phase, Probe, Step} from './types.ts'

export type {PhaseResult, PhaseState, StepOutcome} from './phase-run.ts'

/** The result of a run. */
export interface RunResult {
  result: 'ok' | 'failed' | 'interrupted'
  phases: PhaseResult[]
  error?: KpError
}

/** How a run is made. */
export interface RunOptions {
  parallel: number
  /** Codes of the pitfalls that explain an error, most specific first. */
  diagnose(error: KpError, failedChecks: string[]): string[]
  /** Called after each phase that ended well, before those that depend on it begin. */
  afterPhase?(id: string): Promise<void>
}

const DEFAULT_STEP_TIMEOUT_MS = 10 * 60_000
const DEFAULT_SETTLE_MS = 15_000
/** The first look again comes soon, the later ones at this distance. */
const SETTLE_EVERY_MS = 500

/** Builds everything that is not as planned. Never throws: errors are in the result. */
export async function runPhases<C extends EngineContext>(phases: Phase<NoInfer<C>>[], ctx: C, options: RunOptions): Promise<RunResult> {
  const {active, inactive} = selectPhases(phases, ctx)
  const results = new Map<string, PhaseResult>()
  for (const {phase} of inactive) results.set(phase.id, {id: phase.id, state: 'skipped', steps: []})
  const locks = new Locks()
  const runs = active.map((phase) => openPhase(phase, ctx))
  let firstError: KpError | undefined
  const nodes = runs.flatMap((run) => nodesOf(run, ctx))
  await runGraph(yielding(nodes, (node) => node.step?.yieldsTo?.(ctx) ?? []), options.parallel, async ({run, step}) => {
    try {
      const error = step === undefined ? await endPhase(run, ctx, options.afterPhase) : await runInPhase(run, step, ctx, options, locks)
      firstError ??= error
      return error === undefined && run.result.state === 'done'
    } catch (thrown) {
      // Also what is thrown outside of a step (a journal that cannot be written) must not leave the phases beside it alone.
      run.result.state = 'failed'
      run.ended = true
      firstError ??= asKpError(thrown, run.phase.title)
      return false
    }
  })
  for (const run of runs) results.set(run.phase.id, settlePhase(run, ctx))
  const interrupted = ctx.stopping() || firstError?.code === 'INTERRUPTED'
  return {
    result: interrupted ? 'interrupted' : firstError === undefined ? 'ok' : 'failed',
    phases: phases.flatMap((phase) => results.get(phase.id) ?? []),
    ...(firstError === undefined ? {} : {error: firstError}),
  }
}

async function runInPhase<C extends EngineContext>(run: PhaseRun<C>, step: Step<C>, ctx: C, options: RunOptions, locks: Locks): Promise<KpError | undefined> {
  const {phase, result} = run
  // One that failed beside it: nothing of the phase begins any more.
  if (result.state !== 'done') return undefined
  startPhase(run, ctx)
  if (ctx.stopping()) {
    result.state = 'interrupted'
    if (run.atWork === 0) finishPhase(run, ctx)
    return undefined
  }
  run.atWork++
  const release = await locks.take(step.locks ?? [])
  let error: KpError | undefined
  try {
    result.steps.push(await runStep(phase, step, ctx))
  } catch (thrown) {
    const failure = thrown as StepFailure
    error = failure.error
    error.pitfalls = [...new Set([...error.pitfalls, ...options.diagnose(error, failure.failedChecks)])]
    const interrupted = error.code === 'INTERRUPTED'
    result.steps.push({id: step.id, result: interrupted ? 'interrupted' : 'failed', attempts: failure.attempts, durationMs: failure.durationMs})
    if (result.state === 'done') result.state = interrupted ? 'interrupted' : 'failed'
    ctx.emit({code: 'step.failed', phase: phase.id, step: step.id, text: error.message, data: {error: errorData(error)}})
    for (const code of error.pitfalls) ctx.emit({code: 'pitfall.offered', phase: phase.id, step: step.id, data: {code}})
  } finally {
    release()
    run.atWork--
  }
  if (result.state !== 'done' && run.atWork === 0) finishPhase(run, ctx)
  return error
}

/** A failed step with what is known about the failure. */
interface StepFailure {
  error: KpError
  failedChecks: string[]
  attempts: number
  durationMs: number
}

async function runStep<C extends EngineContext>(phase: Phase<C>, step: Step<C>, ctx: C): Promise<PhaseResult['steps'][number]> {
  const started = ctx.clock.now()
  const at = {phase: phase.id, step: step.id}
  const failure: StepFailure = {error: new KpError({code: 'BUG', message: 'no error'}), failedChecks: [], attempts: 0, durationMs: 0}
  try {
    const applies = step.appliesTo?.(ctx) ?? true
    if (applies !== true) {
      ctx.emit({code: 'step.skipped', ...at, text: step.title, data: {reason: applies}})
      return {id: step.id, result: 'skipped', attempts: 0, durationMs: 0}
    }
    ctx.emit({code: 'step.probing', ...at, text: step.title})
    const probe = await step.probe(ctx)
    reportProbe(ctx, phase.id, step.id, probe)
    if (probe.state === 'satisfied') {
      ctx.emit({code: 'step.satisfied', ...at, text: step.title, data: {observed: probe.observed}})
      return {id: step.id, result: 'satisfied', attempts: 0, durationMs: ctx.clock.now() - started}
    }
    if (probe.state === 'unknown') {
      if (!ctx.dryRun) throw unknownState(step, probe)
      ctx.emit({code: 'step.skipped', ...at, text: step.title, data: {reason: probe.observed}})
      return {id: step.id, result: 'skipped', attempts: 0, durationMs: 0}
    }
    const changes = await step.plan(ctx, probe)
    ctx.emit({code: 'step.started', ...at, text: step.title, data: {title: step.title, changes: changes.lines, commands: changes.commands}})
    failure.attempts = ctx.dryRun ? await recordStep(step, ctx, probe, changes, at) : await applyWithRetries(step, ctx, probe, at)
    ctx.changed()
    if (ctx.dryRun) return {id: step.id, result: 'recorded', attempts: failure.attempts, durationMs: ctx.clock.now() - started}
    await requireSettled(step, ctx, at)
    failure.failedChecks = await failuresOf(phase.id, proofsOf(phase, step), ctx)
    if (failure.failedChecks.length > 0) throw checksFailed(step, failure.failedChecks, phase)
    const durationMs = ctx.clock.now() - started
    ctx.emit({code: 'step.finished', ...at, text: step.title, data: {durationMs, attempts: failure.attempts}})
    return {id: step.id, result: 'applied', attempts: failure.attempts, durationMs}
  } catch (thrown) {
    throw {...failure, error: asKpError(thrown, step.title), durationMs: ctx.clock.now() - started} satisfies StepFailure
  }
}

async function applyWithRetries<C extends EngineContext>(step: Step<C>, ctx: C, probe: Probe, at: {phase: string; step: string}): Promise<number> {
  const tries = step.retry?.tries ?? 1
  for (let attempt = 1; ; attempt++) {
    try {
      await applyInTime(step, ctx, attempt === 1 ? probe : await step.probe(ctx), at)
      return attempt
    } catch (error) {
      const transient = attempt < tries && step.retry?.when(error) === true && !ctx.stopping() && !ctx.signal.aborted
      if (!transient) throw error
      ctx.emit({code: 'step.retrying', ...at, text: asKpError(error).message, data: {attempt, of: tries, error: asKpError(error).message}})
      await ctx.clock.sleep(step.retry?.delayMs ?? 1000, ctx.signal)
      ctx.changed()
    }
  }
}

/** What a dry run cannot go through with, since what comes before was only recorded. */
const NOT_THERE_YET = new Set(['CLUSTER_ABSENT', 'TOOL_MISSING', 'TOOL_OLD'])

/** Applies a step in a dry run: every change is recorded. Where it needs what is not there yet, the plan's commands are. */
async function recordStep<C extends EngineContext>(step: Step<C>, ctx: C, probe: Probe, changes: Changes, at: {phase: string; step: string}): Promise<number> {
  try {
    await applyInTime(step, ctx, probe, at)
  } catch (error) {
    if (!(error instanceof KpError) || !NOT_THERE_YET.has(error.code)) throw error
    for (const command of changes.commands) ctx.emit({code: 'tool.recorded', ...at, text: step.title, data: {command}})
  }
  return 1
}

async function applyInTime<C extends EngineContext>(step: Step<C>, ctx: C, probe: Probe, at: {phase: string; step: string}): Promise<void> {
  if (probe.state !== 'satisfied') await runInTime(step, ctx, at, (limited) => step.apply(limited, probe))
}

/** Does the work of a step with a signal of its own, so that its tools end when its time is up. */
export async function runInTime<C extends EngineContext>(step: Step<C>, ctx: C, at: {phase: string; step: string}, work: (limited: C) => Promise<void>): Promise<void> {
  const limit = step.timeoutMs ?? DEFAULT_STEP_TIMEOUT_MS
  const limited = new AbortController()
  const timer = setTimeout(() => limited.abort(), limit)
  try {
    await work({...ctx, signal: AbortSignal.any([ctx.signal, limited.signal]), exec: stepExec(ctx.exec, limited.signal, at)})
  } catch (error) {
    if (limited.signal.aborted && !ctx.signal.aborted) {
      const known = asKpError(error, step.title)
      throw new KpError({
        code: 'STEP_TIMEOUT',
        message: `"${step.title}" did not end within ${Math.round(limit / 1000)} seconds`,
        doing: step.title,
        ...(known.tool === undefined ? {} : {tool: known.tool}),
        next: ['run the same command again: kp looks first and goes on where it is'],
        cause: error,
      })
    }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Tool calls of a step end with it, and say in their events whose they are. */
function stepExec(exec: Exec, signal: AbortSignal, at: {phase: string; step: string}): Exec {
  return {run: (call) => exec.run({...call, at, signal: call.signal === undefined ? signal : AbortSignal.any([call.signal, signal])})}
}

/** Who waits longer is told for what. */
const TELL_AFTER_MS = 5000

/** After apply the probe must agree; what is eventual is given time. */
async function requireSettled<C extends EngineContext>(step: Step<C>, ctx: C, at: {phase: string; step: string}): Promise<void> {
  const begun = ctx.clock.now()
  const deadline = begun + (step.settleMs ?? DEFAULT_SETTLE_MS)
  let told = ''
  for (let look = 0; ; look++) {
    const probe = await step.probe(ctx)
    if (probe.state === 'satisfied') return
    if (probe.ended === true || ctx.clock.now() > deadline || ctx.signal.aborted) {
      throw new KpError({
        code: 'STEP_NOT_CONVERGED',
        message: `"${step.title}" was done, but the platform is not as wanted: ${probe.observed}`,
        doing: step.title,
        details: (probe.differences ?? []).slice(0, 10).map(formatDifference),
        next: probe.ended === true ? ['correct what it names; the same command then tries again'] : ['kp plan', 'something else may change the same objects: look who owns them'],
      })
    }
    if (ctx.clock.now() - begun >= TELL_AFTER_MS && probe.observed !== told) {
      told = probe.observed
      ctx.emit({code: 'step.progress', ...at, text: told})
    }
    await ctx.clock.sleep(soonerAtFirst(SETTLE_EVERY_MS, look), ctx.signal)
    ctx.changed()
  }
}

/** A difference in one line: `Deployment a/b spec.replicas: wanted 2, is 3`. */
export function formatDifference({object, field, wanted, seen}: {object: string; field?: string; wanted?: string; seen?: string}): string {
  if (field === undefined) return seen === undefined ? `${object}: is not there` : `${object}: ${seen}`
  return `${object} ${field}: wanted ${wanted ?? 'nothing'}, is ${seen ?? 'not set'}`
}

/** The checks that prove a step. */
function proofsOf<C extends EngineContext>(phase: Phase<C>, step: Step<C>): Check<C>[] {
  return (step.verify ?? []).map((id) => {
    const check = phase.checks.find((candidate) => candidate.id === id)
    if (check === undefined) throw new KpError({code: 'BUG', message: `step ${step.id} names the check ${id}, which phase ${phase.id} does not have`})
    return check
  })
}

function checksFailed<C extends EngineContext>(step: Step<C>, failed: string[], phase: Phase<C>): KpError {
  const ids = failed.map((line) => line.split(':')[0] ?? '')
  return new KpError({
    code: 'STEP_FAILED',
    message: `"${step.title}" was done, but ${failed.length === 1 ? 'a check does' : `${failed.length} checks do`} not agree: ${failed.join('; ')}`,
    doing: step.title,
    pitfalls: [...new Set(ids.flatMap((id) => phase.checks.find((check) => check.id === id)?.pitfalls ?? []))],
    next: [`kp verify ${phase.id}`, `kp explain ${ids[0]}`],
  })
}

function unknownState<C extends EngineContext>(step: Step<C>, probe: Probe): KpError {
  return new KpError({
    code: 'STEP_FAILED',
    message: `kp could not see whether "${step.title}" is needed: ${probe.observed}`,
    doing: step.title,
    next: ['kp doctor', 'run the same command again'],
  })
}

/** An error as plain data, for events and `--json`. */
export function errorData(error: KpError): Record<string, unknown> {
  return {
    code: error.code,
    exit: error.exit,
    message: error.message,
    ...(error.doing === undefined ? {} : {doing: error.doing}),
    ...(error.tool === undefined ? {} : {tool: error.tool}),
    ...(error.details.length === 0 ? {} : {details: error.details}),
    pitfalls: error.pitfalls,
    next: error.next,
    retrySafe: error.retrySafe,
  }
}
