/** Nearest spellings, for "did you mean": commands, phases, fields, values, environments and check ids. */

const LONGEST = 64

/** How many single edits (insert, delete, replace, swap of neighbours) lead from one word to the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({length: to.length + 1}, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}

/**
 * The known words that somebody may have meant, nearest first, at most `limit`.
 * A word is near when at most a third of what was typed differs, or when it begins with what was typed (three letters at least).
 * Case, dashes, underscores and spaces do not count.
 */
export function nearestSpellings(typed: string, known: Iterable<string>, limit = 3): string[] {
  if (typed.length > LONGEST) return []
  const wanted = plain(typed)
  const near: {word: string; distance: number}[] = []
  for (const word of new Set(known)) {
    const candidate = plain(word)
    const distance = editDistance(wanted, candidate)
    const isPrefix = wanted.length >= 3 && candidate.startsWith(wanted)
    if (distance <= Math.max(1, Math.floor(wanted.length / 3)) && distance < candidate.length) near.push({word, distance})
    else if (isPrefix) near.push({word, distance: wanted.length + distance})
  }
  return near
    .toSorted((a, b) => a.distance - b.distance || a.word.localeCompare(b.word))
    .slice(0, limit)
    .map(({word}) => word)
}

/** The nearest known word, or nothing where none is near. */
export function nearestSpelling(typed: string, known: Iterable<string>): string | undefined {
  return nearestSpellings(typed, known, 1)[0]
}

/** The end of an error's sentence: `; did you mean "cilium"?`, or an empty text where nothing is near. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const near = nearestSpelling(typed, known)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_\s]/g, '')
}
