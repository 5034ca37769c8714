/** Status and history as people read them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {formatTime, nextLines} from './render-common.ts'
import type {HistoryResult, StatusResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell, Column} from './tables.ts'
import {oneLine, wrap} from './text.ts'

type PhaseStatus = StatusResult['phases'][number]

const STATES: Record<PhaseStatus['state'], {word: string; colour: Colour}> = {
  done: {word: 'done', colour: 'green'},
  failed: {word: 'failed', colour: 'red'},
  interrupted: {word: 'interrupted', colour: 'yellow'},
  pending: {word: 'to do', colour: 'yellow'},
  skipped: {word: 'off', colour: 'dim'},
}

/** Shows the phases with their state and last run, and what to do next. */
export function renderStatus(result: StatusResult, look: Look): string {
  const {bold, green} = styleFor(look)
  const rows = result.phases.map((phase): Cell[] => {
    const {word, colour} = STATES[phase.state]
    const last = phase.lastRun === null ? '-' : `${formatTime(phase.lastRun.at)} ${phase.lastRun.result}`
    return [String(phase.number), phase.id, {text: phase.reason === null ? word : oneLine(`${word}: ${phase.reason}`), colour}, last]
  })
  // In a narrow window the state is worth more than when it was last built.
  const columns: Column[] = [{header: '#', align: 'right', shrink: false}, {header: 'Phase', shrink: false}, {header: 'State'}]
  const table = tableLines(look.columns < 60 ? columns : [...columns, {header: 'Last run', shrink: false}], rows, look)
  const next = result.next === null ? [green('Nothing to do: everything is as planned.')] : nextLines([result.next], look)
  const last = result.lastBuild
  const built = last === null ? [] : [...wrap(`Last built by ${oneLine(last.by)} at ${formatTime(last.at)} (${oneLine(last.command)})${last.here ? '' : ', from another checkout'}.`, look.columns), '']
  return [...wrap(`Environment ${result.environment}, cluster ${result.cluster}`, look.columns).map(bold), '', ...table, '', ...built, ...next].join('\n')
}

/** Shows the runs, newest first. */
export function renderHistory(result: HistoryResult, look: Look): string {
  if (result.runs.length === 0) return 'No run yet.'
  const people = new Set(result.runs.flatMap(({by}) => by ?? []))
  // One person needs no column.
  const several = people.size > 1
  const colours: Record<string, Colour> = {ok: 'green', failed: 'red', interrupted: 'yellow', killed: 'red'}
  const rows = result.runs.map((run): Cell[] => [
    run.run,
    oneLine(run.command),
    run.environment,
    ...(several ? [run.by === null ? '-' : oneLine(run.by)] : []),
    run.durationMs === null ? '-' : formatDuration(run.durationMs),
    {text: oneLine([run.result, run.error].filter(Boolean).join(': ')), colour: colours[run.result] ?? 'dim'},
  ])
  const columns = [
    {header: 'Run', shrink: false},
    {header: 'Command'},
    {header: 'Environment'},
    ...(several ? [{header: 'By'}] : []),
    {header: 'Took', align: 'right' as const, shrink: false},
    {header: 'Result'},
  ]
  const last = several ? undefined : result.runs[0]?.by
  return [...tableLines(columns, rows, look), ...(last === undefined || last === null ? [] : ['', ...wrap(`Last run by ${oneLine(last)}.`, look.columns)])].join('\n')
}
