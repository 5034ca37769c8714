/** Runs checks. No data is unknown, never pass. */
import {asKpError} from './errors.ts'
import {mapParallel} from './graph.ts'
import type {Check, CheckReport, CheckResult, EngineContext, Phase} from './types.ts'

/** Counts of a verify. `pass` counts all passes, `simulated` those of them that read a simulated status. */
export interface VerifySummary {
  pass: number
  simulated: number
  warn: number
  fail: number
  skip: number
  unknown: number
}

/** Runs the checks of phases side by side; the reports keep the order of the phases. */
export async function verifyPhases<C extends EngineContext>(
  phases: Phase<NoInfer<C>>[],
  ctx: C,
  options: {parallel: number; only?: (check: Check<C>) => boolean; wait?: boolean},
): Promise<CheckReport[]> {
  const all = phases.flatMap((phase) => phase.checks.filter((check) => options.only?.(check) ?? true).map((check) => ({phase, check})))
  return mapParallel(all, options.parallel, ({phase, check}) => runCheck(phase.id, check, ctx, options.wait ?? true))
}

/** Runs one check; where it becomes true only after a while, looks again until its deadline. */
export async function runCheck<C extends EngineContext>(phase: string, check: Check<C>, ctx: C, wait: boolean): Promise<CheckReport> {
  const started = ctx.clock.now()
  const result = await resultOf(check, ctx, wait)
  const report: CheckReport = {
    id: check.id,
    phase,
    title: check.title,
    severity: check.severity,
    simulated: result.status !== 'skip' && (check.simulated?.(ctx) ?? false),
    pitfalls: result.status === 'pass' || result.status === 'skip' ? [] : (check.pitfalls ?? []),
    durationMs: Math.round(ctx.clock.now() - started),
    ...result,
  }
  ctx.emit({code: 'check.finished', phase, text: check.title, data: {...report}})
  return report
}

async function resultOf<C extends EngineContext>(check: Check<C>, ctx: C, wait: boolean): Promise<CheckResult> {
  const applies = check.appliesTo?.(ctx) ?? true
  if (applies !== true) return {status: 'skip', observed: applies}
  const deadline = ctx.clock.now() + (wait && check.within !== undefined ? check.within.deadlineMs : 0)
  for (;;) {
    const result = await once(check, ctx)
    const settled = result.status === 'pass' || result.status === 'skip'
    if (settled || check.within === undefined || ctx.clock.now() + check.within.everyMs > deadline || ctx.stopping() || ctx.signal.aborted) return result
    await ctx.clock.sleep(check.within.everyMs, ctx.signal)
    ctx.changed()
  }
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
