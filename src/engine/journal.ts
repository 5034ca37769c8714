/**
 * The run journal: append-only JSON lines under `.kp/runs/<id>/journal.jsonl`,
 * flushed to the disk at each event that matters. It is evidence, not truth:
 * whether a step is done is decided by its probe.
 */
import {closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {randomBytes} from 'node:crypto'
import type {Event, EventCode} from './events.ts'

/** Events that are not worth a line on the disk. */
const NOT_KEPT: ReadonlySet<EventCode> = new Set(['step.probing', 'step.progress', 'lock.waiting'])
/** Events that must be on the disk before kp goes on. */
const FLUSHED: ReadonlySet<EventCode> = new Set([
  'run.started',
  'run.finished',
  'step.started',
  'step.finished',
  'step.failed',
  'tool.started',
  'phase.finished',
])

/** An open journal. */
export interface Journal {
  id: string
  dir: string
  append(event: Event): void
  close(): void
}

/** What `kp history` and `kp status` read of a run. */
export interface RunSummary {
  id: string
  dir: string
  command: string
  environment: string
  /** Account and machine; undefined for runs of an older kp. */
  by?: string
  /** A dry run changed nothing. */
  dryRun: boolean
  startedAt: string
  finishedAt?: string
  /** `ok`, `failed`, `interrupted`, or `killed` where the run has no end. */
  result: string
  error?: string
  phases: {id: string; state: string; startedAt?: string; finishedAt?: string}[]
}

/** A run id that sorts by time: `20261121T081500Z-3f9a`. */
export function newRunId(now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '')
  return `${stamp}-${randomBytes(2).toString('hex')}`
}

/**
 * Opens a journal for a new run. Its folder is made with the first event: a run that is refused leaves none.
 * @throws the file system's error at the first event where the folder cannot be written
 */
export function openJournal(runsDir: string, id: string, redact: <T>(value: T) => T): Journal {
  const dir = join(runsDir, id)
  let file: number | undefined
  let open = true
  return {
    id,
    dir,
    append(event) {
      if (!open || NOT_KEPT.has(event.code)) return
      file ??= createFile(dir)
      writeFileSync(file, `${JSON.stringify(redact(event))}\n`)
      if (FLUSHED.has(event.code)) fsyncSync(file)
    },
    close() {
      if (!open) return
      open = false
      if (file === undefined) return
      fsyncSync(file)
      closeSync(file)
    },
  }
}

function createFile(dir: string): number {
  mkdirSync(dir, {recursive: true, mode: 0o700})
  return openSync(join(dir, 'journal.jsonl'), 'a', 0o600)
}

/** The events of a run. A last line that was cut by a kill is left out. */
export function readJournal(dir: string): Event[] {
  const path = join(dir, 'journal.jsonl')
  if (!existsSync(path)) return []
  const events: Event[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    try {
      events.push(JSON.parse(line) as Event)
    } catch {
      // cut by a kill
    }
  }
  return events
}

/**
 * Ids of the runs that have no end, newest first: of every command, also of one that was killed while it still looked. Not all
 * of them are runs in the sense of `listRuns`.
 * @param limit how many of the newest are looked at
 */
export function unendedRuns(runsDir: string, limit: number): {id: string; dir: string}[] {
  return runFolders(runsDir).slice(0, limit).filter(({dir}) => !readJournal(dir).some(({code}) => code === 'run.finished'))
}

function runFolders(runsDir: string): {id: string; dir: string}[] {
  if (!existsSync(runsDir)) return []
  return readdirSync(runsDir).filter((id) => /^\d{8}T\d{6}Z-/.test(id)).toSorted().toReversed().map((id) => ({id, dir: join(runsDir, id)}))
}

/** The runs of a platform, newest first. What never began, or was killed before its first line, is none. */
export function listRuns(runsDir: string, limit = Number.POSITIVE_INFINITY): RunSummary[] {
  const runs: RunSummary[] = []
  for (const {id, dir} of runFolders(runsDir)) {
    if (runs.length >= limit) break
    const run = summarize(id, dir)
    if (run.startedAt !== '') runs.push(run)
  }
  return runs
}

function summarize(id: string, dir: string): RunSummary {
  const events = readJournal(dir)
  const started = events.find((event) => event.code === 'run.started')
  const finished = events.findLast((event) => event.code === 'run.finished')
  const phases = new Map<string, RunSummary['phases'][number]>()
  for (const event of events) {
    if (event.phase === undefined) continue
    if (event.code === 'phase.started') phases.set(event.phase, {id: event.phase, state: 'killed', startedAt: event.time})
    if (event.code === 'phase.finished') {
      phases.set(event.phase, {...phases.get(event.phase), id: event.phase, state: String(event.data?.['state']), finishedAt: event.time})
    }
  }
  const error = finished?.data?.['error']
  return {
    id,
    dir,
    command: String(started?.data?.['command'] ?? '?'),
    environment: String(started?.data?.['environment'] ?? '?'),
    ...(typeof started?.data?.['by'] === 'string' ? {by: started.data['by']} : {}),
    dryRun: started?.data?.['dryRun'] === true,
    startedAt: started?.time ?? '',
    ...(finished === undefined ? {} : {finishedAt: finished.time}),
    result: finished === undefined ? 'killed' : String(finished.data?.['result']),
    ...(typeof error === 'string' ? {error} : {}),
    phases: [...phases.values()],
  }
}

/** How long the steps of past runs took, by step id: the median of the last runs, in milliseconds. */
export function pastDurations(runsDir: string, runs = 5): Map<string, number> {
  const seen = new Map<string, number[]>()
  for (const run of listRuns(runsDir, runs)) {
    if (run.dryRun) continue
    for (const event of readJournal(run.dir)) {
      if (event.code !== 'step.finished' || event.step === undefined) continue
      const duration = event.data?.['durationMs']
      if (typeof duration === 'number') seen.set(event.step, [...(seen.get(event.step) ?? []), duration])
    }
  }
  return new Map([...seen].map(([step, durations]) => [step, durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0]))
}
