/**
 * What happens in a run, as coded events. The terminal view, `--json`, the
 * journal and the report are listeners; nothing else prints progress.
 */

/** Every event there is, with what it means. Codes are stable; texts are not. */
export const EVENTS = {
  'run.started': 'a command that can change something begins',
  'run.finished': 'it ended; data.result is ok, failed or interrupted',
  'run.interrupted': 'Ctrl-C or SIGTERM: the step in hand is finished, then the run ends',
  'lock.waiting': 'somebody else held the lock and may be dead; its expiry is waited for',
  'lock.takenOver': 'the lock of a dead process was taken over',
  'leftover.waiting': 'a tool that an earlier, killed run had started still runs and is waited for',
  'leftover.ended': 'such a tool was ended',
  'phase.started': 'a phase begins',
  'phase.finished': 'a phase ended; data.state is done, failed, skipped or interrupted',
  'step.probing': 'a step looks at the world',
  'step.probed': 'what it found; data.state, data.observed',
  'step.skipped': 'the step has nothing to do here; data.reason',
  'step.satisfied': 'the step is already as wanted',
  'step.started': 'the step begins to change something',
  'step.progress': 'a line of progress; data.percent where known',
  'step.retrying': 'a transient error; data.attempt, data.error',
  'step.finished': 'the step is done and its probe agrees; data.durationMs',
  'step.failed': 'the step failed; data.error',
  'tool.started': 'a program was started; data.pid, data.start, data.command',
  'tool.finished': 'it ended; data.exitCode, data.durationMs',
  'tool.recorded': 'a dry run recorded a call that would change something',
  'check.finished': 'a check has a result; data is the report',
  'pitfall.offered': 'a known failure was recognised; data.code',
  'prompt.answered': 'a person answered; data.question, data.answer (never a secret)',
  'note': 'something worth saying',
  'warning': 'something that may need attention',
} as const

/** The stable name of an event. */
export type EventCode = keyof typeof EVENTS

/** An event as it is emitted. */
export interface EventInput {
  code: EventCode
  phase?: string
  step?: string
  text?: string
  data?: Record<string, unknown>
}

/** An event as listeners get it. */
export interface Event extends EventInput {
  /** ISO 8601, UTC. */
  time: string
}

/** Something that is told of every event. */
export type Listener = (event: Event) => void
