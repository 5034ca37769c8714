/** A world for the engine of drills: a clock that goes only when somebody waits, and looks that a test plans. */
import type {DrillNumbers, DrillWorld, FiringAlert, GuardResult, Look, Moment, Undone} from '../../src/operations/drill/types.ts'

/** What a test plans. Times are seconds since the fault; what is looked at before it is at negative times. */
export interface PlannedWorld {
  /** Requests that fail, of ten a second. */
  failing?(at: number): number
  /** Whether the copies are ready. */
  ready?(at: number): boolean | undefined
  /** Names of the alerts that fire. */
  alerts?(at: number): string[] | undefined
  outside?(at: number): string[]
  blind?(at: number): string[]
  guards?: GuardResult[]
  prepare?(): Promise<void>
  inject?(): Promise<string[]>
  remedy?(): Promise<string[]>
  undo?(tries: number): Promise<Undone>
  stopping?(at: number): boolean
  /** Milliseconds that making the fault takes. */
  injectMs?: number
  /** Milliseconds that one look takes. */
  lookMs?: number
}

/** The world, and what happened in it. */
export interface TestWorld extends DrillWorld {
  acts: string[]
  moments: Moment[]
  /** Seconds since the fault. */
  at(): number
}

/** Numbers that suit most tests. */
export const NUMBERS: DrillNumbers = {
  hypothesis: {says: 'Users notice little.', lostSeconds: 10, recoverSeconds: 60},
  samples: 3, everyMs: 1000, gateSeconds: 20, holdSeconds: 10, alertWaitSeconds: 30, waitForUsers: true, limitSeconds: 120,
  abort: {lostSeconds: 40, blindSeconds: 10}, alerts: [], hasAlerts: true, expectedBlind: [], hasRemedy: false, scratch: false,
}

/** Makes it. The fault is there from `inject` to `undo`. */
export function testWorld(plan: PlannedWorld = {}): TestWorld {
  let now = 0
  let t0: number | undefined
  let counted = 0
  let failed = 0
  let sent = 0
  let gap = 0
  let longest = 0
  let undos = 0
  const acts: string[] = []
  const moments: Moment[] = []
  const at = (): number => (t0 === undefined ? -1 : (now - t0) / 1000)
  const alert = (name: string): FiringAlert => ({name, severity: name.startsWith('Page') ? 'page' : 'warning', key: name})
  const countTo = (): void => {
    for (; counted + 1000 <= now; counted += 1000) {
      const second = t0 === undefined ? -1 : (counted - t0) / 1000
      const bad = plan.failing?.(second) ?? 0
      sent += 10
      failed += bad
      gap = bad === 10 ? gap + 1000 : 0
      longest = Math.max(longest, gap)
    }
  }
  return {
    acts, moments, at,
    monotonic: () => now,
    sleep: (milliseconds) => Promise.resolve(void (now += milliseconds)),
    look(): Promise<Look> {
      now += plan.lookMs ?? 0
      if (now === 0) now += 1000
      countTo()
      const ready = plan.ready === undefined ? true : plan.ready(at())
      const alerts = plan.alerts === undefined ? [] : plan.alerts(at())
      return Promise.resolve({
        users: {sent, failed, longestGapMs: longest},
        steady: [{what: 'Deployment demo/demo', ok: ready, observed: ready === true ? '2 of 2 ready' : '1 of 2 ready'}],
        signals: [{what: 'Node n1 is ready', ok: ready, observed: 'Ready is Unknown'}],
        alerts: alerts?.map(alert),
        outside: plan.outside?.(at()) ?? [],
        blind: [...(alerts === undefined ? ['alerts'] : []), ...(plan.blind?.(at()) ?? [])],
      })
    },
    countUsers: () => {
      sent = failed = longest = gap = 0
      counted = now
    },
    guards: () => Promise.resolve(plan.guards ?? []),
    async prepare() {
      acts.push('prepare')
      await plan.prepare?.()
    },
    async inject() {
      acts.push('inject')
      t0 = now
      now += plan.injectMs ?? 0
      return plan.inject === undefined ? ['unplug n1'] : plan.inject()
    },
    async remedy() {
      acts.push('remedy')
      return plan.remedy === undefined ? ['restore'] : plan.remedy()
    },
    undo() {
      acts.push('undo')
      undos += 1
      return plan.undo === undefined ? Promise.resolve({done: ['plug n1 in'], left: []}) : plan.undo(undos)
    },
    stopping: () => plan.stopping?.(at()) ?? false,
    tell: (moment) => void moments.push(moment),
  }
}
