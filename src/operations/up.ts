/** Builds everything that is not as planned. */
import {readFileSync} from 'node:fs'
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {asKpError, KpError} from '../engine/errors.ts'
import {pastDurations} from '../engine/journal.ts'
import {planPhases, requireSamePlan, selectPhases} from '../engine/plan.ts'
import type {Plan} from '../engine/plan.ts'
import {errorData, runPhases} from '../engine/run.ts'
import type {PhaseResult, RunResult} from '../engine/run.ts'
import {recordBuild, whoami} from '../platform/build-record.ts'
import {prune} from '../platform/prune.ts'
import type {Session} from '../platform/session.ts'
import {consentsOf} from './consent.ts'
import {monthlyCost} from './cost-estimate.ts'
import {pitfallsOf} from './explain-error.ts'
import {planNotes} from './notes.ts'
import type {PlanNote} from './notes.ts'

/** What a person is shown beside the plan. */
export interface BesidePlan {
  notes: PlanNote[]
  /** What it costs a month; undefined where kp makes nothing that costs. */
  cost: ReturnType<typeof monthlyCost>
  /** What steps want to be agreed to. */
  consents: string[]
}

/** What an `up` (or a `step`) is asked to do. */
export interface BuildOptions {
  ctx: PlatformContext
  phases: PlatformPhase[]
  parallel: number
  command: string
  runId: string
  session: Session
  /** A saved plan that must still hold. */
  planFile?: string | undefined
  /** Shows the plan and asks, also for what steps want to be agreed to; throws where the answer is no. Not called where there is nothing to do. */
  confirm(plan: Plan, beside: BesidePlan): Promise<void>
  /** Called right before the first change. */
  beforeRun(): Promise<void>
}

/** Most steps that are looked at side by side. */
export const PARALLEL_LOOKS = 8

/** Plans, asks, does. Errors of the run itself are in the result; refusals are thrown. */
export async function build(options: BuildOptions): Promise<RunResult> {
  const {ctx, phases, session} = options
  const started = ctx.clock.now()
  const estimates = pastDurations(ctx.paths.runs)
  const {active} = selectPhases(phases, ctx)
  ctx.emit({
    code: 'run.started',
    text: options.command,
    data: {
      run: options.runId,
      command: options.command,
      environment: ctx.spec.environment.name,
      cluster: ctx.spec.environment.cluster,
      provider: ctx.provider.id,
      by: whoami(ctx.env),
      version: ctx.version,
      dryRun: ctx.dryRun,
      phases: active.map(({id, title}) => ({id, title})),
    },
  })
  let result: RunResult
  try {
    result = await planAndRun(options, estimates)
  } catch (error) {
    const known = session.lost() ?? asKpError(error)
    ctx.emit({code: 'run.finished', data: {result: known.code === 'INTERRUPTED' ? 'interrupted' : 'failed', durationMs: ctx.clock.now() - started, error: known.message}})
    throw known
  }
  await noteBuild(options, result)
  const lost = session.lost()
  if (lost !== undefined) result = {...result, result: 'failed', error: lost}
  ctx.emit({
    code: 'run.finished',
    text: result.result,
    data: {result: result.result, durationMs: ctx.clock.now() - started, ...(result.error === undefined ? {} : {error: result.error.message, errorData: errorData(result.error)})},
  })
  if (!ctx.dryRun) prune(ctx.paths, options.runId, ctx.clock.now())
  return result
}

/** Writes down who built the cluster; a build that is done does not fail for it. */
async function noteBuild({ctx, runId, command}: BuildOptions, result: RunResult): Promise<void> {
  const changed = result.phases.some(({steps}) => steps.some((step) => step.result === 'applied'))
  if (!changed && result.result !== 'ok') return
  await recordBuild(ctx, {id: runId, command, changed}).catch((error: unknown) => ctx.emit({code: 'warning', text: `who built the cluster could not be written down: ${asKpError(error).message}`}))
}

async function planAndRun(options: BuildOptions, estimates: Map<string, number>): Promise<RunResult> {
  const {ctx, phases, session} = options
  const plan = await planPhases(phases, ctx, {parallel: PARALLEL_LOOKS, estimates})
  if (options.planFile !== undefined) requireSamePlan(readPlan(options.planFile), plan)
  if (plan.summary.absent + plan.summary.drifted + plan.summary.unknown === 0) return nothingToDo(phases, plan, ctx)
  const notes = await planNotes(ctx, plan)
  for (const note of notes) ctx.emit({code: 'warning', text: [note.text, ...note.next].join('; '), data: {...note}})
  await options.confirm(plan, {notes, cost: monthlyCost(ctx), consents: await consentsOf(phases, plan, ctx)})
  await options.beforeRun()
  ctx.changed()
  return runPhases(phases, ctx, {
    parallel: options.parallel,
    diagnose: (error, failedChecks) => pitfallsOf(ctx.phases, error, failedChecks),
    // The lock of the cluster is taken as soon as there is a cluster.
    afterPhase: () => session.holdCluster(),
  })
}

function nothingToDo(phases: PlatformPhase[], plan: Plan, ctx: PlatformContext): RunResult {
  const {active, inactive} = selectPhases(phases, ctx)
  const at = new Date(ctx.clock.now()).toISOString()
  for (const {id, title} of active) {
    ctx.emit({code: 'phase.started', phase: id, text: title, data: {title, steps: []}})
    ctx.emit({code: 'phase.finished', phase: id, text: title, data: {state: 'done', durationMs: 0}})
  }
  const done: PhaseResult[] = active.map(({id}) => ({
    id,
    state: 'done',
    startedAt: at,
    finishedAt: at,
    steps: [
      ...plan.steps.filter((step) => step.phase === id).map((step) => ({id: step.id, result: 'satisfied' as const, attempts: 0, durationMs: 0})),
      ...plan.skipped.filter((step) => step.phase === id).map((step) => ({id: step.id, result: 'skipped' as const, attempts: 0, durationMs: 0})),
    ],
  }))
  return {result: 'ok', phases: [...done, ...inactive.map(({phase}) => ({id: phase.id, state: 'skipped' as const, steps: []}))]}
}

function readPlan(path: string): {digest: string} {
  try {
    const plan = JSON.parse(readFileSync(path, 'utf8')) as {schema?: string; digest?: string}
    if (plan.schema === 'kp/plan/v1' && typeof plan.digest === 'string') return {digest: plan.digest}
  } catch (error) {
    throw new KpError({code: 'USAGE', message: `the plan ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, next: ['kp plan --out FILE']})
  }
  throw new KpError({code: 'USAGE', message: `${path} is no plan of kp`, next: ['kp plan --out FILE']})
}
