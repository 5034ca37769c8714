/** Chance that can be repeated: every test that uses it prints its seed. */

/** Numbers and choices from a seed. */
export interface Chance {
  seed: number
  /** From 0 up to and without `below`, whole. */
  below(below: number): number
  /** One of the items; there must be one. */
  pick<T>(items: readonly T[]): T
  /** The items in another order. */
  shuffle<T>(items: readonly T[]): T[]
}

/** The seed of KP_TEST_SEED, else one of today's; printed, so that a failure can be repeated. */
export function printedSeed(what: string): number {
  const given = Number(process.env['KP_TEST_SEED'])
  const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31)
  console.log(`${what}: KP_TEST_SEED=${seed}`)
  return seed
}

/** Makes it (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    seed,
    below,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to choose from')
      return items[below(items.length)] as (typeof items)[number]
    },
    shuffle(items) {
      const list = [...items]
      for (let i = list.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const [a, b] = [list[i], list[j]]
        list[i] = b as (typeof list)[number]
        list[j] = a as (typeof list)[number]
      }
      return list
    },
  }
}
