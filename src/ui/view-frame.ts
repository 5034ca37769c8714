/** The picture of a run: state in, lines out, never wider or higher than the window. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {marksFor, styleFor} from './style.ts'
import type {Colour, Marks, Style} from './style.ts'
import {count, pad, truncate, width, wrap} from './text.ts'
import type {PhaseState, RunState, StepState} from './view-state.ts'

/** What a picture needs besides the run. */
export interface FrameOptions extends Look {
  /** Height to fit in; Infinity for the last picture, which stays. */
  rows: number
  /** Milliseconds since 1970. */
  now: number
  /** Counts up; turns the spinner. */
  tick: number
  /** Whether the run is over: everything is shown, and nothing turns. */
  final: boolean
}

/** A line, and how soon it is left out where the window is too low: 0 never, 1 last. */
interface Line {
  text: string
  rank: number
}

interface Pen {
  options: FrameOptions
  marks: Marks
  style: Style
  spin: string
}

const MAX_ERROR_LINES = 4
const MOST_MESSAGE_LINES = 3

/** The lines of a run as it is now. */
export function frameOf(run: RunState, options: FrameOptions): string[] {
  const marks = marksFor(options)
  const spin = marks.spinner[options.tick % marks.spinner.length] ?? '*'
  const pen: Pen = {options, marks, style: styleFor(options), spin}
  const lines = run.phases.flatMap((phase) => phaseLines(pen, phase))
  const summary = summaryLines(pen, run)
  return [...fitHeight(lines, options.rows - 1 - summary.length), ...summary]
}

/** How long it takes still, in words; nothing where that is not known or has passed. */
export function remainingText(run: RunState, now: number): string | undefined {
  if (run.estimateMs === undefined || run.startedAt === undefined) return undefined
  const left = run.estimateMs - (now - run.startedAt)
  if (left <= 0) return undefined
  return left < 60_000 ? 'less than a minute left' : `about ${formatDuration(Math.ceil(left / 60_000) * 60_000)} left`
}

function phaseLines(pen: Pen, phase: PhaseState): Line[] {
  const {marks, options} = pen
  switch (phase.state) {
    case 'waiting':
      return options.final ? [] : [line(pen, 0, 9, ' ', 'dim', phase.title)]
    case 'done':
      return [line(pen, 0, 7, marks.done, 'green', phase.title, elapsed(pen, phase))]
    case 'skipped':
      return [line(pen, 0, 7, marks.skipped, 'yellow', phase.title, phase.reason ?? 'skipped')]
    case 'interrupted':
      return [line(pen, 0, 1, marks.interrupted, 'yellow', phase.title, 'interrupted'), ...stepLines(pen, phase)]
    case 'failed':
      return [line(pen, 0, 1, marks.failed, 'red', phase.title, phase.reason ?? elapsed(pen, phase)), ...stepLines(pen, phase)]
    default: {
      const mark = options.final ? marks.interrupted : pen.spin
      return [line(pen, 0, 2, mark, options.final ? 'yellow' : 'cyan', phase.title, progress(pen, phase)), ...stepLines(pen, phase)]
    }
  }
}

function progress(pen: Pen, phase: PhaseState): string {
  const ended = phase.steps.filter((step) => ['done', 'satisfied', 'skipped'].includes(step.state)).length
  return [phase.steps.length < 2 ? '' : `${ended}/${phase.steps.length}`, elapsed(pen, phase)].filter((part) => part !== '').join('  ')
}

function stepLines(pen: Pen, phase: PhaseState): Line[] {
  return phase.steps.flatMap((step) => linesOfStep(pen, step))
}

function linesOfStep(pen: Pen, step: StepState): Line[] {
  const {marks, options} = pen
  switch (step.state) {
    case 'waiting':
      return []
    case 'done':
      return [line(pen, 1, 8, marks.done, 'green', step.title, elapsed(pen, step))]
    case 'satisfied':
      return [line(pen, 1, 8, marks.done, 'green', step.title, 'as planned')]
    case 'skipped':
      return [line(pen, 1, 8, marks.skipped, 'yellow', step.title, step.reason)]
    case 'failed':
      return [line(pen, 1, 1, marks.failed, 'red', step.title, elapsed(pen, step)), ...reasonLines(pen, step.reason)]
    default: {
      const percent = step.percent === undefined ? '' : `${Math.round(step.percent)}%`
      const suffix = [percent, step.state === 'looking' ? 'looking' : '', elapsed(pen, step)].filter((part) => part !== '').join('  ')
      const retry = step.state === 'retrying' ? step.reason : undefined
      const detail = options.final ? undefined : (retry ?? step.output)
      const head = line(pen, 1, 3, options.final ? marks.interrupted : pen.spin, options.final ? 'yellow' : 'cyan', step.title, suffix)
      return detail === undefined || detail === '' ? [head] : [head, line(pen, 2, 6, marks.detail, 'dim', detail, undefined, 'dim')]
    }
  }
}

function reasonLines(pen: Pen, reason: string | undefined): Line[] {
  if (reason === undefined) return []
  const room = pen.options.columns - 1
  return wrap(reason, room, {first: '    ', rest: '    '})
    .slice(0, MAX_ERROR_LINES)
    .map((text) => ({text: pen.style.red(truncate(text, room, pen.marks.ellipsis)), rank: 4}))
}

function summaryLines(pen: Pen, run: RunState): string[] {
  const {marks, style, options} = pen
  const room = options.columns - 1
  const messages = (options.final ? run.messages : run.messages.slice(-1)).flatMap(({level, text}) => {
    const lines = wrap(text, room, {first: `${level === 'warning' ? marks.warning : marks.detail} `})
    // While it turns the newest has a few lines, and none is cut within a word.
    const shown = options.final || lines.length <= MOST_MESSAGE_LINES ? lines : [...lines.slice(0, MOST_MESSAGE_LINES - 1), `  ${marks.ellipsis}`]
    return level === 'warning' ? shown.map(style.yellow) : shown
  })
  if (options.final) return [...notStarted(pen, run), ...messages]
  const waiting = run.waiting === undefined ? [] : [style.yellow(truncate(`${pen.spin} ${run.waiting}`, room, marks.ellipsis))]
  const interrupted = run.interrupted ? [style.yellow(truncate('Stopping after the steps in hand. Ctrl-C again stops at once.', room, marks.ellipsis))] : []
  const ended = run.phases.filter((phase) => phase.state === 'done' || phase.state === 'skipped').length
  const spent = run.startedAt === undefined ? undefined : formatDuration(Math.max(0, Math.floor((options.now - run.startedAt) / 1000) * 1000))
  const parts = [`${ended} of ${count(run.phases.length, 'phase')} done`, spent?.replace('0.0s', '0s'), remainingText(run, options.now)]
  if (run.phases.length === 0) return [...messages, ...waiting, ...interrupted, ...lookLines(pen, run)]
  const status = [style.dim(truncate(parts.filter((part) => part !== undefined).join(', '), room, marks.ellipsis))]
  return [...messages, ...waiting, ...interrupted, ...status]
}

/** What was not reached, in one sentence. */
function notStarted({options, style, marks}: Pen, {phases}: RunState): string[] {
  const titles = phases.filter(({state}) => state === 'waiting').map(({title}) => title)
  if (titles.length === 0) return []
  return wrap(`not started: ${titles.join(', ')}`, options.columns - 1, {first: `${marks.dash} `}).map(style.dim)
}

/** One turning line for commands that only look. */
function lookLines(pen: Pen, run: RunState): string[] {
  const {steps, checks, last} = run.looked
  const counts = [...(steps === 0 ? [] : [`looked at ${count(steps, 'step')}`]), ...(checks === 0 ? [] : [count(checks, 'check')])]
  return [line(pen, 0, 0, pen.spin, 'cyan', counts.length === 0 ? 'looking' : counts.join(', '), last).text]
}

function elapsed(pen: Pen, item: {startedAt?: number; durationMs?: number}): string {
  if (item.durationMs !== undefined) return formatDuration(item.durationMs)
  if (item.startedAt === undefined) return ''
  const seconds = Math.floor(Math.max(0, pen.options.now - item.startedAt) / 1000)
  return seconds === 0 ? '' : formatDuration(seconds * 1000)
}

function line(pen: Pen, level: number, rank: number, mark: string, colour: Colour, title: string, suffix = '', titleColour?: Colour): Line {
  const indent = '  '.repeat(level)
  const room = pen.options.columns - 1 - indent.length - 2
  const titleRoom = suffix === '' ? room : Math.max(Math.min(width(title), Math.ceil(room / 2)), room - width(suffix) - 2)
  const shown = truncate(title, titleRoom, pen.marks.ellipsis)
  const rest = suffix === '' ? '' : truncate(suffix, room - width(shown) - 2, pen.marks.ellipsis)
  const painted = titleColour === undefined ? shown : pen.style[titleColour](shown)
  return {text: `${indent}${pen.style[colour](pad(mark, 1))} ${painted}${rest === '' ? '' : `  ${pen.style.dim(rest)}`}`.trimEnd(), rank}
}

/** Leaves out lines of the highest rank until the rest fits: of what waits the last ones, of all else the first. */
function fitHeight(lines: Line[], room: number): string[] {
  const kept = [...lines]
  while (kept.length > Math.max(1, room)) {
    const worst = Math.max(...kept.map(({rank}) => rank))
    const index = worst === 9 ? kept.findLastIndex(({rank}) => rank === worst) : kept.findIndex(({rank}) => rank === worst)
    kept.splice(index, 1)
  }
  return kept.map(({text}) => text)
}
