/** Nearest spelling of a word in a list. */

/** Number of letters to add, drop, change or swap to make `b` of `a`. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({length: b.length + 1}, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(at(rows, i - 1, j) + 1, at([row], 0, j - 1) + 1, at(rows, i - 1, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(rows, i - 2, j - 2) + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return at(rows, a.length, b.length)
}

/** The word of the list that was probably meant, or undefined when none is near. Case, dashes and underscores count little. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 64) return undefined
  const longer = words.filter((candidate) => word.length >= 3 && candidate.startsWith(word))
  if (longer.length === 1) return longer[0]
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_\s]/g, '')
  let found: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    const distance = editDistance(plain(word), plain(candidate))
    if (distance < least) {
      found = candidate
      least = distance
    }
  }
  return found
}

/** `; did you mean "cilium"?`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const found = nearest(word, words)
  return found === undefined ? '' : `; did you mean "${found}"?`
}

function at(rows: number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0
}
