/** Runs checks. No data is unknown, never pass. */
import {matchPitfalls} from './diagnosis.ts'
import {asKpError} from './errors.ts'
import {mapParallel} from './graph.ts'
import type {Check, CheckReport, CheckResult, EngineContext, Phase, Pitfall} from './types.ts'

/** Counts of a verify. `pass` counts all passes, `simulated` those of them that read a simulated status. */
export interface VerifySummary {
  pass: number
  simulated: number
  warn: number
  fail: number
  skip: number
  unknown: number
}

/**
 * Runs the checks of phases side by side; the reports keep the order of the phases.
 * What becomes true only after a while is waited for, `waitMs` at most for all of them together.
 */
export async function verifyPhases<C extends EngineContext>(
  phases: Phase<NoInfer<C>>[],
  ctx: C,
  options: {parallel: number; only?: (check: Check<C>) => boolean; waitMs?: number},
): Promise<CheckReport[]> {
  const all = phases.flatMap((phase) => phase.checks.filter((check) => options.only?.(check) ?? true).map((check) => ({phase, check})))
  const until = ctx.clock.now() + (options.waitMs ?? 0)
  return mapParallel(all, options.parallel, ({phase, check}) => runCheck(phase.id, check, ctx, {until, known: phase.pitfalls}))
}

/**
 * Runs one check; where it becomes true only after a while, looks again until its own deadline.
 * @param options until: a deadline of the caller's, in milliseconds since 1970; without one the check's own counts. known: pitfalls, by
 * which of those of the check that comes first which fits what was seen
 */
export async function runCheck<C extends EngineContext>(phase: string, check: Check<C>, ctx: C, {until = Number.POSITIVE_INFINITY, known = []}: {until?: number; known?: readonly Pitfall[]} = {}): Promise<CheckReport> {
  const started = ctx.clock.now()
  const {early: _, ...result} = await resultOf(check, ctx, until)
  const simulatedBy = result.status === 'skip' ? false : (check.simulated?.(ctx) ?? false)
  const report: CheckReport = {
    id: check.id,
    phase,
    title: check.title,
    severity: check.severity,
    simulated: simulatedBy !== false,
    ...(simulatedBy === false ? {} : {simulatedBy}),
    pitfalls: result.status === 'pass' || result.status === 'skip' ? [] : fitting(check, result, known),
    durationMs: Math.round(ctx.clock.now() - started),
    ...result,
  }
  ctx.emit({code: 'check.finished', phase, text: check.title, data: {...report}})
  return report
}

/** The pitfalls of a check, first that which fits what it saw. */
function fitting<C extends EngineContext>({id, pitfalls = []}: Check<C>, {observed}: CheckResult, known: readonly Pitfall[]): string[] {
  const own = known.filter(({code}) => pitfalls.includes(code))
  return [...new Set([...matchPitfalls(own, {checks: [{id, observed}], output: observed}).map(({code}) => code), ...pitfalls])]
}

/** Runs checks one after the other. @returns those that fail or cannot be seen, each as `id: what was observed` */
export async function failuresOf<C extends EngineContext>(phase: string, checks: Check<C>[], ctx: C): Promise<string[]> {
  const failed: string[] = []
  for (const check of checks) {
    const {id, status, observed} = await runCheck(phase, check, ctx)
    if (status === 'fail' || status === 'unknown') failed.push(`${id}: ${observed}`)
  }
  return failed
}

async function resultOf<C extends EngineContext>(check: Check<C>, ctx: C, until: number): Promise<CheckResult> {
  const applies = check.appliesTo?.(ctx) ?? true
  if (applies !== true) return {status: 'skip', observed: applies}
  const deadline = Math.min(until, ctx.clock.now() + (check.within?.deadlineMs ?? 0))
  for (let look = 0; ; look++) {
    const result = await once(check, ctx)
    // What cannot be asked now is not asked again and again: only a failure may still become a pass.
    const settled = result.status === 'unknown' ? result.early !== true : result.status !== 'fail' && result.status !== 'warn'
    if (settled || check.within === undefined || ctx.clock.now() + check.within.everyMs > deadline || ctx.signal.aborted) return result
    await ctx.clock.sleep(soonerAtFirst(check.within.everyMs, look), ctx.signal)
    ctx.changed()
  }
}

/** How long to wait before looking again: most of what is waited for comes at once, the rest is asked for rarely. @param look how often it was looked at before */
export function soonerAtFirst(everyMs: number, look: number): number {
  return Math.min(everyMs, Math.round(100 * 1.5 ** look))
}

async function once<C extends EngineContext>(check: Check<C>, ctx: C): Promise<CheckResult> {
  try {
    const result = await check.run(ctx)
    return result.status === 'fail' && check.severity === 'warning' ? {...result, status: 'warn'} : result
  } catch (error) {
    const known = asKpError(error)
    if (known.code === 'INTERRUPTED' || known.code === 'BUG') throw known
    return {status: 'unknown', observed: known.message, ...(known.details.length === 0 ? {} : {evidence: known.details})}
  }
}

/** Counts reports. */
export function summarize(reports: CheckReport[]): VerifySummary {
  const summary: VerifySummary = {pass: 0, simulated: 0, warn: 0, fail: 0, skip: 0, unknown: 0}
  for (const report of reports) {
    summary[report.status]++
    if (report.status === 'pass' && report.simulated) summary.simulated++
  }
  return summary
}
