/** What is known of a run while it goes on: events in, a value out. Pure. */
import type {Event} from '../engine/events.ts'
import {errorOf, itemsOf, numberOf, textOf, timeOf} from './event-data.ts'
import {lastLine, oneLine} from './text.ts'

/** Where a step is. */
export type StepPhase = 'waiting' | 'looking' | 'working' | 'retrying' | 'done' | 'satisfied' | 'skipped' | 'failed'

/** A step as it is shown. */
export interface StepState {
  id: string
  title: string
  state: StepPhase
  startedAt?: number
  durationMs?: number
  percent?: number
  /** What its tool said last. */
  output?: string
  /** Why it was skipped, retried or failed. */
  reason?: string
}

/** A phase as it is shown. */
export interface PhaseState {
  id: string
  title: string
  state: 'waiting' | 'working' | 'done' | 'failed' | 'skipped' | 'interrupted'
  startedAt?: number
  durationMs?: number
  reason?: string
  steps: StepState[]
}

/** A run as it is shown. */
export interface RunState {
  command: string
  startedAt?: number
  estimateMs?: number
  phases: PhaseState[]
  /** What everything waits for now: a lock, a leftover tool. */
  waiting?: string
  /** Notes and warnings, in order. */
  messages: {level: 'note' | 'warning'; text: string}[]
  interrupted: boolean
  result?: string
  durationMs?: number
  /** For commands that only read: what was looked at so far. */
  looked: {steps: number; checks: number; last: string}
}

/** A run of which nothing is known yet. */
export const EMPTY_RUN: RunState = {command: '', phases: [], messages: [], interrupted: false, looked: {steps: 0, checks: 0, last: ''}}

/** The run after an event. The value given in stays as it is. */
export function applyEvent(run: RunState, event: Event): RunState {
  if (event.code === 'note' || event.code === 'warning') return addMessage(run, event)
  if (event.code === 'step.probed' || event.code === 'check.finished') return countLook(run, event)
  const step = event.step ?? (event.code.startsWith('tool.') ? onlyStepAtWork(run) : undefined)
  const phase = event.phase ?? phaseOf(run, step)
  if (event.code.startsWith('run.') || phase === undefined) return applyToRun(run, event)
  if (run.startedAt === undefined) return {...run, looked: {...run.looked, last: oneLine(event.text ?? run.looked.last)}}
  // Within a run others are looked at too, to find what is to be done: none of that is a phase of the run.
  if (event.code === 'step.probing' && !run.phases.some(({id}) => id === phase)) return run
  const {waiting: _, ...moving} = run
  return changePhase(moving, phase, (before) => {
    if (event.code.startsWith('phase.')) return applyToPhase(before, event)
    return step === undefined ? before : changeStep(before, step, (state) => applyToStep(state, event))
  })
}

/** `held by anna@laptop since 10:02, 12s left`, for the events that say what is waited for. */
export function waitingText(event: Event): string {
  if (event.text !== undefined) return oneLine(event.text)
  if (event.code === 'leftover.waiting') return `waiting for a tool that an earlier run left: ${oneLine(textOf(event, 'command') ?? 'unknown')}`
  const remaining = numberOf(event, 'remainingMs')
  const left = remaining === undefined ? '' : `, ${Math.ceil(remaining / 1000)}s left`
  const since = textOf(event, 'since')
  return oneLine(`waiting for the lock of ${textOf(event, 'holder') ?? 'somebody else'}${since === undefined ? '' : ` (since ${since})`}${left}`)
}

function applyToRun(run: RunState, event: Event): RunState {
  switch (event.code) {
    case 'run.started': {
      const estimateMs = numberOf(event, 'estimateMs')
      return {
        ...run,
        command: textOf(event, 'command') ?? '',
        startedAt: timeOf(event),
        ...(estimateMs === undefined ? {} : {estimateMs}),
        phases: itemsOf(event, 'phases').map(({id, title}) => ({id, title: oneLine(title), state: 'waiting', steps: []})),
      }
    }
    case 'run.interrupted':
      return {...run, interrupted: true}
    case 'run.finished': {
      const durationMs = numberOf(event, 'durationMs')
      return {...run, result: textOf(event, 'result') ?? 'ok', ...(durationMs === undefined ? {} : {durationMs})}
    }
    case 'lock.waiting':
    case 'leftover.waiting':
      return {...run, waiting: waitingText(event)}
    case 'lock.takenOver':
    case 'leftover.ended': {
      const {waiting: _, ...rest} = run
      return event.text === undefined ? rest : addMessage(rest, event)
    }
    case 'note':
    case 'warning':
      return addMessage(run, event)
    default:
      return run
  }
}

function applyToPhase(phase: PhaseState, event: Event): PhaseState {
  if (event.code === 'phase.started') {
    const title = textOf(event, 'title')
    const steps = itemsOf(event, 'steps').map(({id, title: stepTitle}): StepState => ({id, title: oneLine(stepTitle), state: 'waiting'}))
    return {...phase, state: 'working', startedAt: timeOf(event), steps, ...(title === undefined ? {} : {title: oneLine(title)})}
  }
  const state = textOf(event, 'state')
  const durationMs = numberOf(event, 'durationMs')
  const reason = textOf(event, 'reason')
  return {
    ...phase,
    // Blocked: some of its steps ran, and what the others need failed.
    state: state === 'failed' || state === 'skipped' || state === 'interrupted' ? state : state === 'blocked' ? 'interrupted' : 'done',
    ...(durationMs === undefined ? {} : {durationMs}),
    ...(reason === undefined ? {} : {reason: oneLine(reason)}),
  }
}

function titleOf(step: StepState, event: Event): string {
  return step.title === step.id && event.text !== undefined ? oneLine(event.text) : step.title
}

function applyToStep(step: StepState, event: Event): StepState {
  const {reason: _, percent: __, ...bare} = step
  const startedAt = step.startedAt ?? timeOf(event)
  const {output: ___, ...still} = bare
  switch (event.code) {
    case 'step.probing':
      return step.state === 'waiting' ? {...still, title: titleOf(step, event), state: 'looking', startedAt} : step
    case 'step.skipped':
      return {...still, title: titleOf(step, event), state: 'skipped', reason: oneLine(textOf(event, 'reason') ?? 'nothing to do here')}
    case 'step.satisfied':
      return {...still, state: 'satisfied'}
    case 'step.started': {
      const title = textOf(event, 'title')
      return {...still, state: 'working', startedAt, ...(title === undefined ? {} : {title: oneLine(title)})}
    }
    case 'step.progress': {
      const percent = numberOf(event, 'percent') ?? step.percent
      const output = lastLine(event.text ?? '') || step.output
      return {...step, ...(percent === undefined ? {} : {percent}), ...(output === undefined ? {} : {output})}
    }
    case 'step.retrying': {
      const of = numberOf(event, 'of')
      const tries = `try ${(numberOf(event, 'attempt') ?? 1) + 1}${of === undefined ? '' : ` of ${of}`}`
      return {...bare, state: 'retrying', startedAt, reason: oneLine([tries, errorOf(event)].filter(Boolean).join(': '))}
    }
    case 'step.finished':
      return {...still, state: 'done', durationMs: numberOf(event, 'durationMs') ?? timeOf(event) - startedAt}
    case 'step.failed':
      return {...still, state: 'failed', durationMs: timeOf(event) - startedAt, reason: oneLine(errorOf(event) ?? event.text ?? 'failed')}
    case 'tool.started':
      return {...step, output: oneLine(textOf(event, 'command') ?? event.text ?? step.output ?? '')}
    default:
      return step
  }
}

function countLook(run: RunState, event: Event): RunState {
  const {steps, checks, last} = run.looked
  if (event.code === 'step.probed') return {...run, looked: {steps: steps + 1, checks, last}}
  return {...run, looked: {steps, checks: checks + 1, last: oneLine(event.text ?? last)}}
}

/** Tools do not say for which step they work; where only one is at work it is that one. */
function onlyStepAtWork(run: RunState): string | undefined {
  const busy = run.phases.flatMap(({steps}) => steps.filter(({state}) => state === 'working' || state === 'looking' || state === 'retrying'))
  return busy.length === 1 ? busy[0]?.id : undefined
}

/** Steps bear the name of their phase, but those of an upgrade. */
function phaseOf(run: RunState, step: string | undefined): string | undefined {
  return run.phases.find(({steps}) => steps.some(({id}) => id === step))?.id ?? step?.split('/')[0]
}

function addMessage(run: RunState, event: Event): RunState {
  if (event.text === undefined) return run
  const text = oneLine(event.text)
  const others = run.messages.filter((message) => message.text !== text)
  return {...run, messages: [...others, {level: event.code === 'note' ? 'note' : 'warning', text}]}
}

function changePhase(run: RunState, id: string, change: (phase: PhaseState) => PhaseState): RunState {
  const known = run.phases.some((phase) => phase.id === id)
  const phases: PhaseState[] = known ? run.phases : [...run.phases, {id, title: id, state: 'waiting', steps: []}]
  return {...run, phases: phases.map((phase) => (phase.id === id ? change(phase) : phase))}
}

function changeStep(phase: PhaseState, id: string, change: (step: StepState) => StepState): PhaseState {
  const known = phase.steps.some((step) => step.id === id)
  const steps: StepState[] = known ? phase.steps : [...phase.steps, {id, title: id, state: 'waiting'}]
  return {...phase, steps: steps.map((step) => (step.id === id ? change(step) : step))}
}
