/** Makes results of what the engine found, so that JSON and what people read come from one value. */
import type {KpError} from '../engine/errors.ts'
import type {Plan} from '../engine/plan.ts'
import type {RunResult} from '../engine/run.ts'
import type {CheckReport} from '../engine/types.ts'
import type {ErrorBody, ErrorResult, PlanResult, StepResult, UpResult, VerifiedCheck, VerifyResult} from './results.ts'

/** A check that a person set aside, until when and why. */
export type Ignored = NonNullable<VerifiedCheck['ignored']>

/** What `kp verify` gives back. */
export function verifyResult(input: {
  environment: string
  cluster: VerifyResult['cluster']
  reports: CheckReport[]
  ignored?: ReadonlyMap<string, Ignored>
}): VerifyResult {
  const summary: VerifyResult['summary'] = {pass: 0, simulated: 0, warn: 0, fail: 0, skip: 0, unknown: 0}
  const checks = input.reports.map((report): VerifiedCheck => {
    const ignored = input.ignored?.get(report.id)
    if (ignored === undefined) {
      summary[report.status]++
      if (report.status === 'pass' && report.simulated) summary.simulated++
    }
    const {id, phase, title, severity, status, simulated, observed, pitfalls, durationMs} = report
    const {expected = null, evidence = [], simulatedBy} = report
    return {id, phase, title, severity, status, simulated, ...(simulatedBy === undefined ? {} : {simulatedBy}), observed, expected, evidence, pitfalls, durationMs, ...(ignored === undefined ? {} : {ignored})}
  })
  return {schema: 'kp/verify/v1', environment: input.environment, cluster: input.cluster, summary, checks}
}

/** What `kp plan` gives back. The estimate counts the steps that have something to do, where all of them have one. */
export function planResult(input: {environment: string; cluster: string; plan: Plan; monthlyCost?: PlanResult['monthlyCost']; notes?: NonNullable<PlanResult['notes']>}): PlanResult {
  const {digest, steps, skipped, summary} = input.plan
  const todo = steps.filter(({state}) => state !== 'satisfied')
  const known = todo.length > 0 && todo.every(({estimateMs}) => estimateMs !== undefined)
  return {
    schema: 'kp/plan/v1',
    environment: input.environment,
    cluster: input.cluster,
    digest,
    steps,
    skipped,
    summary,
    ...(input.notes === undefined || input.notes.length === 0 ? {} : {notes: input.notes}),
    ...(known ? {estimateMs: todo.reduce((sum, {estimateMs}) => sum + (estimateMs ?? 0), 0)} : {}),
    ...(input.monthlyCost === undefined ? {} : {monthlyCost: input.monthlyCost}),
  }
}

/** What is known of a run besides the engine's result. */
export interface RunFacts {
  environment: string
  cluster: string
  run: string
  dryRun: boolean
  durationMs: number
  /** For a dry run: what would have been run. */
  commands?: string[]
  /** What the phases say at the end of a good run. */
  hints?: {phase: string; lines: string[]}[]
}

/** What `kp up` gives back. */
export function upResult(facts: RunFacts, result: RunResult): UpResult {
  return {schema: 'kp/up/v1', ...runFields(facts, result)}
}

/** What `kp step` gives back. */
export function stepResult(facts: RunFacts, result: RunResult, kept?: string[]): StepResult {
  return {schema: 'kp/step/v1', ...runFields(facts, result), ...(kept === undefined ? {} : {kept})}
}

/** An error as `--json` prints it. */
export function errorResult(error: KpError): ErrorResult {
  return {schema: 'kp/error/v1', ...errorBodyOf(error)}
}

/** An error within a result. */
export function errorBodyOf(error: KpError): ErrorBody {
  const {code, exit, message, details, pitfalls, next, retrySafe} = error
  const tool = error.tool === undefined ? null : {...error.tool, exitCode: error.tool.exitCode ?? null}
  return {code, exit, message, doing: error.doing ?? null, tool, details, pitfalls, next, retrySafe}
}

function runFields(facts: RunFacts, result: RunResult): Omit<UpResult, 'schema'> {
  const {environment, cluster, run, dryRun, durationMs, commands, hints = []} = facts
  return {
    environment,
    cluster,
    run,
    dryRun,
    result: result.result,
    durationMs,
    phases: result.phases.map(({id, state, startedAt = null, finishedAt = null, steps}) => ({id, state, startedAt, finishedAt, steps})),
    ...(commands === undefined ? {} : {commands}),
    ...(hints.length === 0 ? {} : {hints}),
    ...(result.error === undefined ? {} : {error: errorBodyOf(result.error)}),
  }
}
