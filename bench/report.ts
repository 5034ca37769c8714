/** Figures with their limits. */

/** One figure: the median of its runs, held against a limit. */
export interface Figure {
  name: string
  value: number
  limit: number
  unit: 'times' | 'MB'
  ok: boolean
  /** What each run gave. */
  runs: number[]
  /** What the ratio is made of, for people. */
  of: string
}

/** The one in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
}

/** Holds the median against its limit. */
export function judge(name: string, runs: number[], limit: number, of: string, unit: Figure['unit'] = 'times'): Figure {
  const value = median(runs)
  return {name, value, limit, unit, ok: value <= limit, runs, of}
}

/** A table of at most 80 columns. */
export function format(figures: Figure[]): string {
  const rows = figures.map(({name, value, limit, unit, ok, of}) => [name, show(value, unit), show(limit, unit), ok ? 'ok' : 'over', of])
  const head = ['WHAT', 'MEDIAN', 'LIMIT', '', '']
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('')
}

function show(value: number, unit: Figure['unit']): string {
  return unit === 'MB' ? `${Math.round(value)} MB` : value.toFixed(2)
}
