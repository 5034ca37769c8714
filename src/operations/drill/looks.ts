/** What a look says. Pure. */
import type {Look} from './types.ts'

/** What is not as it should be. Users are judged by what came since the look before. */
export function wrongIn(look: Look, before: Look | undefined): string[] {
  const failed = failedSince(look, before)
  return [...(failed > 0 ? [`${failed} requests of users failed`] : []), ...look.steady.filter(({ok}) => ok === false).map(({what, observed}) => `${what}: ${observed}`)]
}

/** Whether everything was seen, and was as it should be. Users that were not asked yet say nothing. */
export function isGood(look: Look, before: Look | undefined): boolean {
  return wrongIn(look, before).length === 0 && look.steady.every(({ok}) => ok === true) && (look.users === undefined || look.users.sent > 0)
}

/** Requests that failed since the look before. */
export function failedSince(look: Look, before: Look | undefined): number {
  return look.users === undefined || before?.users === undefined ? 0 : Math.max(0, look.users.failed - before.users.failed)
}

/** Milliseconds as seconds with one figure behind the point. */
export function tenths(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10
}
