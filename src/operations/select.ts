/** Which phases a command is about. */
import type {PlatformPhase} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'

/** `--only a,b --from a --to b --skip a`, and phases named as arguments. */
export interface Selection {
  only?: string[] | undefined
  from?: string | undefined
  to?: string | undefined
  skip?: string[] | undefined
}

/**
 * The phases that a selection leaves, in order.
 * @throws KpError UNKNOWN_PHASE with the nearest spelling; USAGE where nothing is left
 */
export function selectByName(phases: PlatformPhase[], selection: Selection): PlatformPhase[] {
  const ids = phases.map((phase) => phase.id)
  const {only, from, to, skip} = selection
  for (const name of [...(only ?? []), ...(skip ?? []), ...[from, to].filter((one) => one !== undefined)]) {
    if (!ids.includes(name)) throw unknownPhase(name, ids)
  }
  const first = from === undefined ? 0 : ids.indexOf(from)
  const last = to === undefined ? ids.length - 1 : ids.indexOf(to)
  const left = phases.filter((phase, index) => index >= first && index <= last && (only === undefined || only.length === 0 || only.includes(phase.id)) && !(skip ?? []).includes(phase.id))
  if (left.length > 0) return left
  throw new KpError({code: 'USAGE', message: 'the selection leaves no phase', next: [`phases: ${ids.join(', ')}`]})
}

/** The error for a phase that does not exist. */
export function unknownPhase(name: string, ids: string[]): KpError {
  return new KpError({code: 'UNKNOWN_PHASE', message: `there is no phase "${name}"${didYouMean(name, ids)}`, next: [`phases: ${ids.join(', ')}`]})
}
