/** The record of each drill: JSON and Markdown, in the environment's folder; and what several of them say together. */
import {existsSync, mkdirSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {formatDuration} from '../../engine/clock.ts'
import {writeFileAtomic} from '../../render/files.ts'
import type {DrillResult} from '../../ui/results.ts'

/** What is kept of a drill: its result, and which alerts came. */
export type DrillRecord = DrillResult & {alerts: string[]}

/** Writes both files. @returns the path of the Markdown */
export async function writeRecord(folder: string, record: DrillRecord, earlier: DrillRecord[]): Promise<string> {
  mkdirSync(folder, {recursive: true, mode: 0o700})
  await writeFileAtomic(join(folder, `${record.id}.json`), `${JSON.stringify(record, null, 2)}\n`, 0o600)
  const path = join(folder, `${record.id}.md`)
  await writeFileAtomic(path, recordMarkdown(record, earlier), 0o600)
  return path
}

/** All records, newest first. What cannot be read is none. */
export function readRecords(folder: string): DrillRecord[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^\d{8}T\d{6}Z-[0-9a-f]+\.json$/.test(name))
    .toSorted()
    .toReversed()
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as DrillRecord]
      } catch {
        return []
      }
    })
}

/** One drill as a page. Pure. */
export function recordMarkdown(record: DrillRecord, earlier: DrillRecord[]): string {
  const {users} = record
  const before = earlier.find(({name, verdict, id}) => name === record.name && id !== record.id && verdict !== 'not-started')
  const lines = [
    `# ${record.title}: ${record.verdict}`,
    '',
    `Drill ${record.name}, run ${record.id}, environment ${record.environment}, cluster ${record.cluster}${record.simulated ? ' (a lab: nodes and containers are simulated)' : ''}.`,
    '',
    `**Hypothesis.** ${record.hypothesis}`,
    '',
    `**Target.** ${record.target}. **Runbook.** ${record.runbook} (\`kp runbook ${record.runbook.replace(/\.md$/, '')}\`).`,
    ...(record.by === undefined ? [] : ['', `By ${record.by}, from ${record.startedAt} to ${record.endedAt}.`]),
    ...(record.reasons.length === 0 ? [] : ['', '## What was not as expected', '', ...record.reasons.map((reason) => `- ${reason}`)]),
    '', '## Measured', '', '| | this run | the run before |', '|---|---|---|',
    row('time to detect: the first alert', seconds(record.ttdSeconds, record.detectedBy ?? 'none came'), before && seconds(before.ttdSeconds, before.detectedBy ?? 'none came')),
    row('first sign of the platform', seconds(record.signalSeconds), before && seconds(before.signalSeconds)),
    row('time to recover: the steady state is back', seconds(record.ttrSeconds), before && seconds(before.ttrSeconds)),
    ...(users === null ? [] : [
      row('requests sent, failed', `${users.sent}, ${users.failed}`, before?.users ? `${before.users.sent}, ${before.users.failed}` : undefined),
      row('longest time without a good answer', formatDuration(users.longestGapMs), before?.users ? formatDuration(before.users.longestGapMs) : undefined),
      row('lost, as seconds of everything', `${users.lostSeconds} s`, before?.users ? `${before.users.lostSeconds} s` : undefined),
    ]),
    ...(record.budgetBurned === null ? [] : [row('error budget burned', percent(record.budgetBurned), before?.budgetBurned == null ? undefined : percent(before.budgetBurned))]),
    row('everything taken back', record.undone ? 'yes' : `no: ${record.left.join(', ')}`, undefined),
    '', '## Guards', '', ...record.guards.map(({id, status, reason, waived}) => `- ${id}: ${status}. ${reason}${waived === undefined ? '' : ` Set aside: ${waived}`}`),
    '', '## Timeline', '', ...record.timeline.map(({atSeconds, what, text}) => `- ${atSeconds} s, ${what}: ${text}`),
    '',
  ]
  return lines.join('\n')
}

function row(what: string, now: string, before: string | undefined): string {
  return `| ${what} | ${now} | ${before ?? ''} |`
}

function seconds(value: number | null, why = ''): string {
  return value === null ? why : `${value} s${why === '' || why === 'none came' ? '' : ` (${why})`}`
}

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(3))} %`
}

/** What the records of one drill say together. Pure. */
export interface DrillHistory {
  name: string
  runs: number
  held: number
  last: {id: string; verdict: DrillResult['verdict']; at: string; ttdSeconds: number | null; ttrSeconds: number | null; lostSeconds: number | null}
  /** Means over the runs that made their fault; null below three. */
  mttdSeconds: number | null
  mttrSeconds: number | null
  /** In how many of them an alert came. */
  detected: number
  /** Against the run before: seconds; negative is better. */
  ttrChange: number | null
}

/** By drill, in the order of their names. `records` are newest first. */
export function historyOf(records: DrillRecord[]): DrillHistory[] {
  return [...Map.groupBy(records, ({name}) => name)].toSorted(([one], [other]) => one.localeCompare(other)).map(([name, runs]) => {
    const made = runs.filter(({verdict, ttrSeconds}) => verdict !== 'not-started' && ttrSeconds !== null)
    const [last] = runs
    const mean = (values: (number | null)[]): number | null => {
      const known = values.filter((value) => value !== null)
      return known.length < 3 ? null : Math.round((known.reduce((sum, value) => sum + value, 0) / known.length) * 10) / 10
    }
    return {
      name,
      runs: runs.length,
      held: runs.filter(({verdict}) => verdict === 'held').length,
      last: {id: last?.id ?? '', verdict: last?.verdict ?? 'not-started', at: last?.startedAt ?? '', ttdSeconds: last?.ttdSeconds ?? null, ttrSeconds: last?.ttrSeconds ?? null, lostSeconds: last?.users?.lostSeconds ?? null},
      mttdSeconds: mean(made.map(({ttdSeconds}) => ttdSeconds)),
      mttrSeconds: mean(made.map(({ttrSeconds}) => ttrSeconds)),
      detected: made.filter(({ttdSeconds}) => ttdSeconds !== null).length,
      ttrChange: made.length < 2 || made[0]?.ttrSeconds == null || made[1]?.ttrSeconds == null ? null : Math.round((made[0].ttrSeconds - made[1].ttrSeconds) * 10) / 10,
    }
  })
}
