/** What drills are made of, as values. */
import type {DrillFile} from '../../spec/drill.ts'

/** A drill, and where its file is. */
export interface Drill extends DrillFile {
  /** Folder and name of its file. */
  folder: string
  file: string
  /** Whether kp brought it. */
  own: boolean
}

/** How a drill ended. */
export type Verdict = 'held' | 'deviated' | 'aborted' | 'not-started' | 'unrecovered'

/** What one guard says. Fail and unknown stop the drill, where nobody has waived it. */
export interface GuardResult {
  id: string
  status: 'pass' | 'warn' | 'fail' | 'unknown' | 'not-applicable'
  reason: string
  fix?: string
  /** Why a person lets the drill go on in spite of it. */
  waived?: string
}

/** What users got since the fault. */
export interface Users {
  sent: number
  failed: number
  longestGapMs: number
}

/** One thing that was looked at; `ok` is undefined where nothing could be seen. */
export interface Seen {
  what: string
  ok: boolean | undefined
  observed: string
}

/** An alert that fires. */
export interface FiringAlert {
  name: string
  severity: string
  /** By which one is told from another. */
  key: string
}

/** One look from outside. */
export interface Look {
  /** Undefined where the drill does not ask users. */
  users: Users | undefined
  steady: Seen[]
  signals: Seen[]
  /** Undefined where Prometheus gave no answer. */
  alerts: FiringAlert[] | undefined
  /** What suffers that is not the target: nodes that are not ready. */
  outside: string[]
  /** Sources that gave no data. */
  blind: string[]
}

/** A moment of a drill. */
export interface Moment {
  /** Since the fault; negative before it. */
  atSeconds: number
  what: 'steady' | 'guards' | 'fault' | 'users-lost' | 'signal' | 'alert' | 'users-back' | 'remedy' | 'undo' | 'undone' | 'recovered' | 'abort' | 'note'
  text: string
}

/** What the engine is told about a drill. */
export interface DrillNumbers {
  hypothesis: DrillFile['hypothesis']
  samples: number
  /** Between two looks. */
  everyMs: number
  /** How long the steady state is waited for before the drill. */
  gateSeconds: number
  holdSeconds: number
  alertWaitSeconds: number
  /** Whether the fault stays until users are well in spite of it. */
  waitForUsers: boolean
  limitSeconds: number
  abort: DrillFile['abort']
  alerts: string[]
  /** Whether there is anybody who would fire one. */
  hasAlerts: boolean
  /** What is expected to give no data while the fault is there. */
  expectedBlind: string[]
  /** Whether the runbook's part is done by kp. */
  hasRemedy: boolean
  /** Whether it hits only what it made itself. */
  scratch: boolean
}

/** What taking back came to. */
export interface Undone {
  done: string[]
  /** What of the fault is still there. */
  left: string[]
}

/** The world of a drill; tests plant their own. Times are those of a clock that never jumps. */
export interface DrillWorld {
  monotonic(): number
  sleep(milliseconds: number): Promise<void>
  look(): Promise<Look>
  /** From here on users are counted. */
  countUsers(): void
  guards(): Promise<GuardResult[]>
  /** Makes its set-up and then the fault; what takes it back is on the disk before each change. */
  prepare(): Promise<void>
  inject(): Promise<string[]>
  remedy(): Promise<string[]>
  undo(): Promise<Undone>
  /** Whether somebody wants it to end. */
  stopping(): boolean
  tell(moment: Moment): void
}

/** What came of it. */
export interface DrillOutcome {
  verdict: Verdict
  /** Sentences: what was not as the hypothesis says, or why it was stopped. */
  reasons: string[]
  guards: GuardResult[]
  timeline: Moment[]
  ttdSeconds: number | null
  /** The alert that told. */
  detectedBy: string | null
  signalSeconds: number | null
  ttrSeconds: number | null
  users: (Users & {lostSeconds: number; firstErrorSeconds: number | null; backSeconds: number | null}) | null
  /** Whether nothing of the fault is left; also where there never was one. */
  undone: boolean
  left: string[]
  durationSeconds: number
}
