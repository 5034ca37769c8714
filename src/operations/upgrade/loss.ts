/** What users may lose while it goes on. */
import {KpError} from '../../engine/errors.ts'
import type {RequestCount} from '../requests.ts'

/** With fewer requests than these a share says nothing: then only a gap counts. */
const FEWEST = 100
/** One that was slow stops nothing. */
const FEWEST_FAILED = 3

/** How much may be lost. */
export interface LossBudget {
  /** Share of the requests, 0 to 1. */
  share: number
  /** Milliseconds without a good answer. */
  gapMs: number
}

/** Reads `--max-lost`. @throws KpError USAGE */
export function lossBudgetOf(percent: string, gapSeconds: number): LossBudget {
  const [, amount] = /^(\d+(?:\.\d+)?)%?$/.exec(percent.trim()) ?? []
  if (amount === undefined || Number(amount) > 100) throw new KpError({code: 'USAGE', message: `--max-lost takes a percentage, not "${percent}"`, next: ['--max-lost 1%']})
  return {share: Number(amount) / 100, gapMs: gapSeconds * 1000}
}

/** Why the upgrade must stop; undefined while users lose no more than they may. Pure. */
export function complainAboutLoss({sent, failed, longestGapMs}: RequestCount, {share, gapMs}: LossBudget): string | undefined {
  if (failed > 0 && longestGapMs > gapMs) return `nobody got a good answer for ${Math.round(longestGapMs / 100) / 10} seconds; ${gapMs / 1000} are allowed`
  if (sent >= FEWEST && failed >= FEWEST_FAILED && failed / sent > share) return `${failed} of ${sent} requests failed, ${Math.round((failed / sent) * 1000) / 10} %; ${share * 100} % are allowed`
  return undefined
}
