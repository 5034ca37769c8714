/** What guards say, and whether it stops a drill. Pure. */
import type {GuardResult} from './types.ts'

/** Guards that nobody can set aside: without them kp does not know what it would do. */
export const NOT_WAIVED = new Set(['data', 'target', 'cluster', 'fault', 'quorum'])

/** Those that a person may. */
export const WAIVABLE = ['environment', 'health', 'alerts', 'budget', 'capacity', 'copies'] as const

/** Whether a guard stops the drill. No data is unknown, and stops it too. */
export function isBlocking({status, waived}: GuardResult): boolean {
  return (status === 'fail' || status === 'unknown') && waived === undefined
}

/** Puts what a person sets aside beside the guard that it is about. */
export function waive(guards: GuardResult[], waived: ReadonlyMap<string, string>): GuardResult[] {
  return guards.map((guard) => {
    const reason = waived.get(guard.id)
    return reason === undefined || NOT_WAIVED.has(guard.id) || guard.status === 'pass' ? guard : {...guard, waived: reason}
  })
}
