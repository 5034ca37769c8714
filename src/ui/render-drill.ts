/** Drills as people read of them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {formatTime, labelled, nextLines} from './render-common.ts'
import type {DrillResult, DrillsListResult, DrillsReportResult, DrillsUndoResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, oneLine, wrap} from './text.ts'

/** What is about to be done. */
export interface DrillAnnouncement {
  name: string
  title: string
  hypothesis: string
  target: string
  /** Who makes the fault; undefined where nobody can. */
  by: string | undefined
  /** Seconds that the fault stays at most. */
  limitSeconds: number
  runbook: string
  /** What of it is played. */
  simulated: string | undefined
}

const WIDTH = 12
const MADE_BY: Record<string, string> = {lab: 'the lab', 'chaos-mesh': 'Chaos Mesh', any: 'kp'}
const WORDS: Record<DrillResult['verdict'], string> = {
  held: 'the hypothesis held',
  deviated: 'it was not as the hypothesis says',
  aborted: 'it was stopped, and taken back',
  'not-started': 'a guard refused: nothing was touched',
  unrecovered: 'not everything is back: act now',
}

/** What would be hit, before it is asked about. */
export function renderDrillPlan(plan: DrillAnnouncement, look: Look): string {
  const {bold} = styleFor(look)
  const line = (label: string, text: string): string[] => labelled(label, text, look, {indent: 2, width: WIDTH})
  return [
    ...wrap(oneLine(`${plan.name}: ${plan.title}`), look.columns).map(bold),
    ...line('hypothesis', plan.hypothesis),
    ...line('target', plan.target),
    ...(plan.by === undefined ? [] : line('made by', MADE_BY[plan.by] ?? plan.by)),
    ...(plan.simulated === undefined ? [] : line('played', plan.simulated)),
    ...line('stays', `${formatDuration(plan.limitSeconds * 1000)} at most; Ctrl-C takes it back at once`),
    ...line('runbook', `kp runbook ${plan.runbook.replace(/\.md$/, '')}`),
    '', '',
  ].join('\n')
}

/** What came of it. `planned`: only the guards were asked. */
export function renderDrill(result: DrillResult, look: Look, {planned = false}: {planned?: boolean} = {}): string {
  const {bold} = styleFor(look)
  const marks = marksFor(look)
  const line = (label: string, text: string): string[] => labelled(label, text, look, {indent: 2, width: WIDTH})
  const {users} = result
  const told = result.guards.filter(({status}) => planned || (status !== 'pass' && status !== 'not-applicable'))
  const guards = told.length === 0 ? [] : ['', bold('Guards'), ...told.flatMap(({id, status, reason, fix, waived}) => [
    ...wrap(clean(`${id}: ${status}. ${reason}`), look.columns, {first: `${status === 'fail' || status === 'unknown' ? marks.failed : status === 'warn' ? marks.warning : marks.done} `, rest: '  '}),
    ...(waived !== undefined ? wrap(clean(`set aside: ${waived}`), look.columns, {first: '    '}) : fix === undefined ? [] : wrap(clean(fix), look.columns, {first: '    '})),
  ])]
  if (planned) return [...guards.slice(1), '', ...nextLines([`kp drill ${result.name}`], look)].join('\n')
  const made = result.verdict !== 'not-started' && result.timeline.some(({what}) => what === 'fault')
  return [
    '',
    ...wrap(oneLine(`${result.name}: ${result.verdict}, ${WORDS[result.verdict]}`), look.columns, {first: `${result.verdict === 'held' ? marks.done : marks.failed} `}).map(bold),
    ...result.reasons.flatMap((reason) => wrap(clean(reason), look.columns, {first: '  - ', rest: '    '})),
    ...(made ? [
      ...line('detected', result.ttdSeconds === null ? `by no alert${result.signalSeconds === null ? '' : `; the platform showed it after ${result.signalSeconds} s`}` : `after ${result.ttdSeconds} s by ${result.detectedBy}${result.signalSeconds === null ? '' : `; first sign after ${result.signalSeconds} s`}`),
      ...line('recovered', result.ttrSeconds === null ? 'not seen' : result.ttrSeconds === 0 ? 'the steady state was never left' : `after ${result.ttrSeconds} s`),
      ...(users === null ? [] : line('users', `${users.failed} of ${users.sent} requests failed, longest time without a good answer ${formatDuration(users.longestGapMs)}; as much as ${users.lostSeconds} s of everything`)),
      ...(result.budgetBurned === null ? [] : line('budget', `${Number((result.budgetBurned * 100).toPrecision(3))} % of ${result.objective}`)),
      ...line('taken back', result.undone ? 'yes, nothing of it is left' : `NO: ${result.left.join(', ')}`),
    ] : []),
    ...guards,
    ...(result.record === null ? [] : ['', ...wrap(`The record is in ${result.record}`, look.columns)]),
    '',
    ...nextLines(nextOf(result), look),
  ].join('\n')
}

function nextOf({verdict, runbook, name}: DrillResult): string[] {
  const followed = `kp runbook ${runbook.replace(/\.md$/, '')}`
  switch (verdict) {
    case 'held':
      return ['kp drills report']
    case 'deviated':
      return [followed, 'kp drills report']
    case 'aborted':
      return ['kp verify', followed]
    case 'not-started':
      return [`kp drill ${name} --plan`, 'kp verify']
    case 'unrecovered':
      return ['kp drills undo', 'kp verify', followed]
  }
}

/** The list: what can be done here first. */
export function renderDrillsList({drills, active}: DrillsListResult, look: Look): string {
  const {bold, dim} = styleFor(look)
  const item = ({name, title, hypothesis, fits, last}: DrillsListResult['drills'][number]): string[] => [
    ...wrap(oneLine(`${name}: ${title}`), look.columns, {first: '  ', rest: '    '}),
    ...wrap(clean(hypothesis), look.columns, {first: '    '}).map(dim),
    ...(fits !== null ? wrap(clean(fits), look.columns, {first: '    '}) : last === null ? [] : wrap(`last: ${last.verdict}, ${formatTime(last.at)}`, look.columns, {first: '    '})),
  ]
  const groups: [string, DrillsListResult['drills']][] = [['Can be done here', drills.filter(({fits}) => fits === null)], ['Not here', drills.filter(({fits}) => fits !== null)]]
  return [
    ...(active === null ? [] : [...wrap(clean(`The drill ${active.name} (${active.target}) of ${formatTime(active.startedAt)} was cut off: kp drills undo takes it back`), look.columns, {first: `${marksFor(look).warning} `}), '']),
    count(drills.length, 'drill'),
    ...groups.filter(([, items]) => items.length > 0).flatMap(([heading, items]) => ['', bold(heading), ...items.flatMap(item)]),
    '',
    ...nextLines(['kp drill NAME --plan', 'kp drill NAME', 'kp drills report'], look),
  ].join('\n')
}

/** Run against run. */
export function renderDrillsReport({environment, drills, runs}: DrillsReportResult, look: Look): string {
  const {bold} = styleFor(look)
  const s = (value: number | null): string => (value === null ? marksFor(look).dash : `${value} s`)
  if (runs.length === 0) return [`Environment ${environment}: no drill was done yet`, '', ...nextLines(['kp drills list'], look)].join('\n')
  const rows = drills.map(({name, runs: times, held, last, mttdSeconds, mttrSeconds, detected, ttrChange}) => [name, `${held}/${times}`, last.verdict, s(last.ttdSeconds), s(last.ttrSeconds), ttrChange === null ? marksFor(look).dash : `${ttrChange > 0 ? '+' : ''}${ttrChange} s`, s(last.lostSeconds), `${detected}`, mttdSeconds === null && mttrSeconds === null ? marksFor(look).dash : `${s(mttdSeconds)} / ${s(mttrSeconds)}`])
  return [
    bold(`Environment ${environment}: ${count(runs.length, 'drill')}`), '',
    ...tableLines([{header: 'Drill'}, {header: 'Held', align: 'right'}, {header: 'Last'}, {header: 'TTD', align: 'right'}, {header: 'TTR', align: 'right'}, {header: 'Change', align: 'right'}, {header: 'Lost', align: 'right'}, {header: 'Alerts', align: 'right'}, {header: 'Means', align: 'right'}], rows, look), '',
    ...wrap('TTD: until the first alert. TTR: until the steady state was back. Lost: seconds of everything. Means of TTD and TTR from three runs on.', look.columns), '',
    ...runs.filter(({reasons}) => reasons.length > 0).slice(0, 5).flatMap(({name, verdict, at, reasons}) => wrap(clean(`${formatTime(at)} ${name}, ${verdict}: ${reasons[0]}`), look.columns, {first: '- ', rest: '  '})),
  ].join('\n')
}

/** What was taken back. */
export function renderDrillsUndo({drill, target, done, left}: DrillsUndoResult, look: Look): string {
  if (drill === null) return 'No drill is there that would have to be taken back.'
  return [
    ...wrap(clean(`${drill} (${target}) is taken back`), look.columns, {first: `${marksFor(look).done} `}),
    ...done.flatMap((line) => wrap(clean(line), look.columns, {first: '  - ', rest: '    '})),
    ...left.flatMap((line) => wrap(clean(`still there: ${line}`), look.columns, {first: `${marksFor(look).failed} `, rest: '    '})),
    '', ...nextLines(['kp verify'], look),
  ].join('\n')
}
