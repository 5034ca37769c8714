/** The view where there is no terminal: one plain line for each event that means something. */
import {formatDuration, systemClock} from '../engine/clock.ts'
import type {Clock} from '../engine/clock.ts'
import type {Event} from '../engine/events.ts'
import {errorOf, itemsOf, numberOf, textOf, timeOf} from './event-data.ts'
import type {Output, View} from './io.ts'
import {count, oneLine, pad} from './text.ts'
import {waitingText} from './view-state.ts'

/** What may be chosen. */
export interface PlainViewOptions {
  stdout: Output
  unicode: boolean
  /** Also prints when steps begin, what tools run and what they say. */
  verbose?: boolean
  clock?: Pick<Clock, 'now'>
  /** Silence after which a line says that something still runs; default 30 seconds. */
  heartbeatMs?: number
}

/** Words of a line: who and what. Nothing where the event says nothing to a person. */
export interface PlainLine {
  scope: string
  text: string
}

interface Running {
  title: string
  startedAt: number
  /** Whether it only looks at the world yet. */
  looking: boolean
  /** What it said last of its progress. */
  last?: string
}

/** Countdowns are told every second; a log wants them now and then. */
const WAITING_EVERY_MS = 10_000
/** Events whose text is the title of their step. */
const TITLED: ReadonlySet<string> = new Set(['step.probing', 'step.started', 'step.satisfied', 'step.skipped'])
const STEP_ENDS: ReadonlySet<string> = new Set(['step.finished', 'step.failed', 'step.satisfied', 'step.skipped'])

/** Starts the plain view. Its lines are never wrapped or cut: logs are read by other programs too. */
export function createPlainView(options: PlainViewOptions): View {
  const clock = options.clock ?? systemClock
  const titles = new Map<string, string>()
  const running = new Map<string, Running>()
  /** Reasons of the steps that a phase skips, told in one line when it ends. */
  const skipped = new Map<string, string[]>()
  let scopeWidth = 0
  let toldWaiting = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let ended = false

  function print(time: number, {scope, text}: PlainLine): void {
    try {
      options.stdout.write(`${[clockTime(time), ...(scopeWidth === 0 ? [] : [pad(scope, scopeWidth)]), text].join('  ').trimEnd()}\n`)
    } catch {
      // the reader is gone; the run goes on
    }
    wait()
  }

  function wait(): void {
    clearTimeout(timer)
    if (ended) return
    timer = setTimeout(beat, options.heartbeatMs ?? 30_000)
    timer.unref()
  }

  function beat(): void {
    const now = clock.now()
    for (const [step, {title, startedAt, looking, last}] of running) {
      const doing = last ?? (looking ? 'still looking' : 'still running')
      print(now, {scope: step.split('/')[0] ?? '', text: `${title}: ${doing} (${formatDuration(now - startedAt)})`})
    }
    wait()
  }

  function remember(event: Event): void {
    for (const item of [...itemsOf(event, 'steps'), ...itemsOf(event, 'phases')]) titles.set(item.id, oneLine(item.title))
    for (const {id} of itemsOf(event, 'phases')) scopeWidth = Math.max(scopeWidth, id.length)
    scopeWidth = Math.max(scopeWidth, event.phase?.length ?? 0)
    if (event.code === 'phase.finished') for (const step of running.keys()) if (step.startsWith(`${event.phase}/`)) running.delete(step)
    if (event.step === undefined) return
    const title = textOf(event, 'title') ?? (TITLED.has(event.code) && !titles.has(event.step) ? event.text : undefined)
    if (title !== undefined) titles.set(event.step, oneLine(title))
    const doing = running.get(event.step)
    if (event.code === 'step.progress' && event.text !== undefined && doing !== undefined) doing.last = oneLine(event.text)
    const looking = event.code === 'step.probing'
    if (event.code === 'step.started' || (looking && !running.has(event.step))) {
      running.set(event.step, {title: titles.get(event.step) ?? event.step, startedAt: timeOf(event), looking})
    }
    const looked = event.code === 'step.probed' && running.get(event.step)?.looking === true
    if (looked || STEP_ENDS.has(event.code)) running.delete(event.step)
  }

  function isRepeated(event: Event): boolean {
    if (event.code !== 'lock.waiting' && event.code !== 'leftover.waiting') return false
    const repeated = timeOf(event) - toldWaiting < WAITING_EVERY_MS
    if (!repeated) toldWaiting = timeOf(event)
    return repeated
  }

  function tellSkipped(event: Event): void {
    const scope = event.phase ?? ''
    if (options.verbose === true) return
    if (event.code === 'step.skipped') skipped.set(scope, [...(skipped.get(scope) ?? []), oneLine(textOf(event, 'reason') ?? 'nothing to do here')])
    if (event.code !== 'phase.finished') return
    const reasons = skipped.get(scope) ?? []
    skipped.delete(scope)
    for (const text of skippedLines(reasons)) print(timeOf(event), {scope, text})
  }

  return {
    listen(event) {
      if (ended) return
      remember(event)
      if (isRepeated(event)) return
      tellSkipped(event)
      const line = plainLine(event, titles, {unicode: options.unicode, verbose: options.verbose ?? false})
      if (line !== undefined) print(timeOf(event), line)
    },
    finish() {
      ended = true
      clearTimeout(timer)
      return Promise.resolve()
    },
    abandon() {
      ended = true
      clearTimeout(timer)
    },
  }
}

/** The words for an event; `titles` are the titles of phases and steps by id. Pure. */
export function plainLine(event: Event, titles: ReadonlyMap<string, string>, look: {unicode: boolean; verbose: boolean}): PlainLine | undefined {
  const scope = event.phase ?? ''
  const title = titles.get(event.step ?? '') ?? event.step ?? ''
  const dots = look.unicode ? '…' : '...'
  const text = words(event, title, dots, look.verbose)
  return text === undefined || text === '' ? undefined : {scope, text}
}

function words(event: Event, title: string, dots: string, verbose: boolean): string | undefined {
  switch (event.code) {
    case 'run.started':
      return startWords(event)
    case 'run.interrupted':
      return 'stopping after the steps in hand'
    case 'run.finished':
      return `${textOf(event, 'result') ?? 'ok'}${inTime(event, ' after ')}${withReason(errorOf(event))}`
    case 'lock.waiting':
    case 'leftover.waiting':
      return waitingText(event)
    case 'phase.finished':
      return `${textOf(event, 'state') ?? 'done'}${inTime(event, ' (', ')')}${withReason(textOf(event, 'reason'))}`
    case 'step.skipped':
      return verbose ? `${title}: skipped${withReason(textOf(event, 'reason'))}` : undefined
    case 'step.satisfied':
      return `${title}: as planned`
    case 'step.started':
      return verbose ? `${title} ${dots}` : undefined
    case 'step.progress':
      return verbose ? oneLine(event.text ?? '') : undefined
    case 'step.retrying':
      return `${title}: trying again${withReason(errorOf(event))}`
    case 'step.finished':
      return `${title} ${dots} done${inTime(event, ' (', ')')}`
    case 'step.failed':
      return `${title} ${dots} failed${withReason(errorOf(event) ?? event.text)}`
    case 'tool.started':
      return verbose ? `$ ${oneLine(textOf(event, 'command') ?? '')}` : undefined
    case 'tool.recorded':
      return `would run: ${oneLine(textOf(event, 'command') ?? event.text ?? '')}`
    case 'check.finished':
      return checkWords(event, verbose)
    case 'pitfall.offered':
      return `known pitfall ${textOf(event, 'code') ?? ''}${withReason(event.text)}`
    case 'lock.takenOver':
    case 'leftover.ended':
    case 'note':
      return event.text === undefined ? undefined : oneLine(event.text)
    case 'warning':
      return event.text === undefined ? undefined : `warning: ${oneLine(event.text)}`
    default:
      return undefined
  }
}

/** A line for each reason, the most frequent first. */
function skippedLines(reasons: readonly string[]): string[] {
  const alike = [...Map.groupBy(reasons, (reason) => reason)].toSorted(([, one], [, other]) => other.length - one.length)
  return alike.map(([reason, list]) => `${count(list.length, 'step')} skipped: ${reason}`)
}

function startWords(event: Event): string {
  const where = [
    ['environment', textOf(event, 'environment')],
    ['cluster', textOf(event, 'cluster')],
    ['provider', textOf(event, 'provider')],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  const phases = itemsOf(event, 'phases')
  const estimate = numberOf(event, 'estimateMs')
  const command = textOf(event, 'command')
  return [
    ...(command === undefined ? [] : [command.startsWith('kp') ? command : `kp ${command}`]),
    ...where,
    ...(phases.length === 0 ? [] : [count(phases.length, 'phase')]),
    ...(estimate === undefined ? [] : [`about ${formatDuration(estimate)}`]),
  ].join(', ')
}

function checkWords(event: Event, verbose: boolean): string | undefined {
  const status = textOf(event, 'status')
  const quiet = status === 'pass' || status === 'skip'
  if (status === undefined || (quiet && !verbose)) return undefined
  return `check ${textOf(event, 'id') ?? ''}: ${status}${withReason(textOf(event, 'observed'))}`
}

function inTime(event: Event, before: string, after = ''): string {
  const duration = numberOf(event, 'durationMs')
  return duration === undefined ? '' : `${before}${formatDuration(duration)}${after}`
}

function withReason(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${oneLine(reason)}`
}

function clockTime(time: number): string {
  const date = new Date(time)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
