/** A drill as the result of its command, and as its record. */
import type {PlatformContext} from '../../context.ts'
import {whoami} from '../../platform/build-record.ts'
import {budgetOf} from '../../spec/slo-windows.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {DrillResult} from '../../ui/results.ts'
import {sloOf} from './guards.ts'
import type {DrillPlan} from './index.ts'
import {drillFolder} from './memory.ts'
import {writeRecord} from './records.ts'
import type {DrillOutcome} from './types.ts'

/** Makes the result and writes the record. */
export async function recordDrill(ctx: PlatformContext, plan: DrillPlan, {id, startedAt, outcome}: {id: string; startedAt: number; outcome: DrillOutcome & {alerts: string[]}}): Promise<DrillResult> {
  const {drill, target} = plan
  const {users, alerts, ...rest} = outcome
  const slo = sloOf(ctx)
  const result: DrillResult = {
    schema: 'kp/drill/v1', id, name: drill.name, title: drill.title, environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, simulated: ctx.provider.simulated,
    hypothesis: drill.hypothesis.says, target: typeof target === 'string' ? 'none' : target.title, runbook: drill.runbook,
    startedAt: new Date(startedAt).toISOString(), endedAt: new Date(Math.max(startedAt, ctx.clock.now())).toISOString(), by: whoami(ctx.env),
    ...rest, users,
    requests: users === null ? {sent: 0, failed: 0, longestGapMs: 0} : {sent: users.sent, failed: users.failed, longestGapMs: users.longestGapMs},
    objective: slo?.name ?? null,
    budgetBurned: users === null || slo === undefined ? null : budgetBurned(users.lostSeconds, {windowSeconds: durationSeconds(slo.window), budget: budgetOf(slo)}),
    record: null,
  }
  if (outcome.verdict === 'not-started') return result
  const path = await writeRecord(drillFolder(ctx), {...result, alerts}, plan.records)
  return {...result, record: path}
}

/** The part of a window's error budget that so many bad seconds are: 43.2 minutes of 30 days at 99.9 %. */
export function budgetBurned(badSeconds: number, {windowSeconds, budget}: {windowSeconds: number; budget: number}): number {
  return Number((badSeconds / (windowSeconds * budget)).toPrecision(4))
}
