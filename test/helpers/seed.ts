/** Chance that can be had again: every seed is printed, and KP_TEST_SEED sets it. */

/** A source of chance with its seed. */
export interface Chance {
  seed: number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** One of several. */
  pick<T>(from: readonly T[]): T
}

/** Opens a source of chance and prints its seed: KP_TEST_SEED, else one of now. @param of what it decides, for the printed line */
export function openChance(of: string): Chance {
  const given = Number(process.env['KP_TEST_SEED'])
  const seed = Number.isInteger(given) && given > 0 ? given : (Date.now() % 1_000_000_000) + 1
  process.stdout.write(`${of}: KP_TEST_SEED=${seed}\n`)
  return chanceOf(seed)
}

/** A source of chance for a seed. */
export function chanceOf(seed: number): Chance {
  // mulberry32: small, fast, good enough to choose moments.
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    seed,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick<T>(from: readonly T[]): T {
      const found = from[Math.floor(next() * from.length)]
      if (found === undefined) throw new Error('nothing to choose from')
      return found
    },
  }
}
