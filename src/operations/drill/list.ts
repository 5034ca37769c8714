/** Which drills there are, and what they measured. */
import type {PlatformContext} from '../../context.ts'
import type {DrillsListResult, DrillsReportResult} from '../../ui/results.ts'
import {unfitDrill} from './index.ts'
import {drillNames, readDrill} from './load.ts'
import {drillFolder} from './memory.ts'
import {historyOf, readRecords} from './records.ts'
import {leftDrill} from './settle.ts'

/** kp's own drills, and how each ended last here. */
export function listDrills(ctx: PlatformContext): DrillsListResult {
  const records = readRecords(drillFolder(ctx))
  const active = leftDrill(ctx)
  return {
    schema: 'kp/drills-list/v1',
    drills: drillNames(ctx.home).map((name) => {
      const drill = readDrill(ctx.home, name)
      const last = records.find((record) => record.name === name)
      return {name, title: drill.title, hypothesis: drill.hypothesis.says, runbook: drill.runbook, fits: unfitDrill(ctx, drill) ?? null, last: last === undefined ? null : {verdict: last.verdict, at: last.startedAt}}
    }),
    active: active === undefined ? null : {name: active.drill, target: active.target, startedAt: active.startedAt},
  }
}

/** The records of an environment, run against run. */
export function reportDrills(ctx: Pick<PlatformContext, 'paths' | 'spec'>): DrillsReportResult {
  const records = readRecords(drillFolder(ctx))
  return {
    schema: 'kp/drills-report/v1',
    environment: ctx.spec.environment.name,
    drills: historyOf(records),
    runs: records.map(({id, name, verdict, startedAt, ttdSeconds, ttrSeconds, users, reasons}) => ({id, name, verdict, at: startedAt, ttdSeconds, ttrSeconds, lostSeconds: users?.lostSeconds ?? null, reasons})),
  }
}
