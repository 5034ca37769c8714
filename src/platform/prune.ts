/** What `.kp/` no longer needs: journals of runs long past, and caches that nobody has written for as long. */
import {existsSync, readdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformPaths} from '../context.ts'
import {LAST_BUILD, lastSeenBuild} from './last-build.ts'

/** Runs that stay whatever their age: `kp status` and the estimates look at them. */
export const KEPT_RUNS = 50
/** Days in which every run stays. */
export const KEPT_DAYS = 90
/** Runs that stay at most, for pipelines that run each few minutes. */
export const MOST_RUNS = 2000

const DAY_MS = 86_400_000
const RUN_ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/

/**
 * Takes away old runs and caches. What cannot be deleted stays.
 * @param current the run that is going on
 */
export function prune(paths: Pick<PlatformPaths, 'runs' | 'state'>, current: string, now: number): void {
  const environments = join(paths.state, 'environments')
  const folders = names(environments).map((name) => join(environments, name))
  // The last build of a cluster is told to be of this checkout by its run.
  const keep = new Set([current, ...folders.flatMap((folder) => lastSeenBuild(folder)?.run ?? [])])
  for (const id of oldRuns(names(paths.runs), keep, now)) remove(join(paths.runs, id))
  for (const folder of folders) pruneCache(join(folder, 'cache'), now)
}

/** The runs that go. */
export function oldRuns(ids: string[], keep: ReadonlySet<string>, now: number): string[] {
  const runs = ids.filter((id) => RUN_ID.test(id)).toSorted().toReversed()
  return runs.filter((id, index) => !keep.has(id) && index >= KEPT_RUNS && (index >= MOST_RUNS || startOf(id) < now - KEPT_DAYS * DAY_MS))
}

function pruneCache(folder: string, now: number): void {
  for (const name of names(folder)) {
    const path = join(folder, name)
    if (name !== LAST_BUILD && (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? now) < now - KEPT_DAYS * DAY_MS) remove(path)
  }
}

function startOf(id: string): number {
  const [, year, month, day, hour, minute, second] = RUN_ID.exec(id) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function remove(path: string): void {
  try {
    rmSync(path, {recursive: true, force: true})
  } catch {
    // not ours to delete, or in use: the next run tries again
  }
}
