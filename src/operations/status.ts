/** Where a platform stands, from the journals and a glance at the cluster; `kp plan` looks closely. */
import type {StatusFacts} from '../context.ts'
import {listRuns} from '../engine/journal.ts'
import type {RunSummary} from '../engine/journal.ts'
import {madeHere} from '../platform/last-build.ts'
import type {BuildRecord} from '../platform/last-build.ts'
import type {ClusterPresence} from '../providers/types.ts'
import type {StatusResult} from '../ui/results.ts'

const RUNS_TO_LOOK_AT = 50
/** Phases that are built before there is a cluster. */
const WITHOUT_CLUSTER = new Set(['prerequisites', 'networking'])

/**
 * Makes the status from the facts, the journals and whether the cluster is there; asks nothing of the cluster.
 * @param built the last build that this checkout has seen
 */
export function statusOf(facts: StatusFacts, runsFolder: string, presence: ClusterPresence, built: BuildRecord | undefined): StatusResult {
  const runs = listRuns(runsFolder, RUNS_TO_LOOK_AT).filter((run) => run.environment === facts.environment && !run.dryRun && run.phases.length > 0)
  const phases = facts.phases.map(({id, number, title, skipped}): StatusResult['phases'][number] => {
    const base = {id, number, title}
    if (skipped !== null) return {...base, state: 'skipped', reason: skipped, lastRun: null}
    const last = lastRunOf(runs, id)
    if (presence.state !== 'running' && !WITHOUT_CLUSTER.has(id)) return {...base, state: 'pending', reason: presence.observed, lastRun: last?.lastRun ?? null}
    return {...base, state: last?.state ?? 'pending', reason: null, lastRun: last?.lastRun ?? null}
  })
  const open = phases.find((phase) => phase.state !== 'done' && phase.state !== 'skipped')
  const failed = phases.find((phase) => phase.state === 'failed')
  return {
    schema: 'kp/status/v1',
    environment: facts.environment,
    cluster: facts.cluster,
    phases,
    lastBuild: lastBuildOf(built, runsFolder),
    next: failed !== undefined ? `kp step ${failed.id}` : open !== undefined ? 'kp up' : 'kp verify',
  }
}

function lastBuildOf(record: BuildRecord | undefined, runsFolder: string): StatusResult['lastBuild'] {
  if (record === undefined) return null
  const {by, at, command, run} = record
  return {by, at, command, run, here: madeHere(runsFolder, record)}
}

function lastRunOf(runs: RunSummary[], phase: string): {state: StatusResult['phases'][number]['state']; lastRun: {run: string; at: string; result: string}} | undefined {
  for (const run of runs) {
    const found = run.phases.find((one) => one.id === phase)
    if (found === undefined) continue
    return {state: stateOf(found.state), lastRun: {run: run.id, at: found.finishedAt ?? found.startedAt ?? run.startedAt, result: found.state}}
  }
  return undefined
}

function stateOf(state: string): StatusResult['phases'][number]['state'] {
  return state === 'done' || state === 'failed' || state === 'interrupted' ? state : state === 'killed' ? 'interrupted' : 'pending'
}
