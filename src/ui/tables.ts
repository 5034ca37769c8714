/** Tables of plain text that fit the window. */
import type {Look} from './io.ts'
import {marksFor, styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {pad, truncate, width, wrap} from './text.ts'

/** A column of a table. */
export interface Column {
  header: string
  /** Numbers stand right. */
  align?: 'left' | 'right'
  /** What happens to a text that is too wide; default `wrap`. */
  overflow?: 'wrap' | 'truncate'
  /** Whether the column may become narrower than its widest cell; default true. */
  shrink?: boolean
}

/** A cell: a text, with a colour where one helps. */
export type Cell = string | {text: string; colour: Colour}

const GAP = '  '
const MIN_WIDTH = 8

/**
 * The lines of a table. The widest column gives way first, by wrapping or cutting; where even
 * that is too wide (many columns, narrow window), each row becomes a block of `header  value` lines.
 */
export function tableLines(columns: Column[], rows: Cell[][], look: Look): string[] {
  const natural = columns.map((column, index) => Math.max(width(column.header), ...rows.map((row) => width(textOf(row[index])))))
  const widths = shrinkToFit(columns, natural, look.columns)
  if (widths === undefined) return blockLines(columns, rows, look)
  const style = styleFor(look)
  const head = columns.map(({header, align}, index) => pad(header.toUpperCase(), widths[index] ?? 0, align)).join(GAP).trimEnd()
  return [style.dim(head), ...rows.flatMap((row) => rowLines(columns, row, widths, look))]
}

function shrinkToFit(columns: Column[], natural: number[], room: number): number[] | undefined {
  const widths = [...natural]
  const gaps = GAP.length * (columns.length - 1)
  const floors = columns.map((column, index) => {
    if (column.shrink === false) return natural[index] ?? 0
    return Math.min(natural[index] ?? 0, Math.max(MIN_WIDTH, width(column.header)))
  })
  for (;;) {
    const surplus = widths.reduce((sum, one) => sum + one, gaps) - room
    if (surplus <= 0) return widths
    let widest = -1
    for (const [index, one] of widths.entries()) {
      if (one > (floors[index] ?? 0) && one > (widths[widest] ?? 0)) widest = index
    }
    if (widest === -1) return undefined
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}

function rowLines(columns: Column[], row: Cell[], widths: number[], look: Look): string[] {
  const style = styleFor(look)
  const cells = columns.map((column, index) => {
    const room = widths[index] ?? 0
    const text = textOf(row[index])
    return column.overflow === 'truncate' ? [truncate(text, room, marksFor(look).ellipsis)] : wrap(text, room)
  })
  const height = Math.max(1, ...cells.map((lines) => lines.length))
  return Array.from({length: height}, (_, at) =>
    columns
      .map(({align}, index) => {
        const cell = row[index]
        const text = cells[index]?.[at] ?? ''
        const fill = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(text)))
        const painted = typeof cell === 'object' ? style[cell.colour](text) : text
        return align === 'right' ? fill + painted : painted + fill
      })
      .join(GAP)
      .trimEnd(),
  )
}

function blockLines(columns: Column[], rows: Cell[][], look: Look): string[] {
  const style = styleFor(look)
  const label = Math.max(...columns.map(({header}) => width(header)))
  return rows.flatMap((row, at) => [
    ...(at === 0 ? [] : ['']),
    ...columns.flatMap(({header}, index) => {
      const cell = row[index]
      const lines = wrap(textOf(cell), look.columns, {first: `${pad(header, label)}${GAP}`})
      return typeof cell === 'object' ? lines.map((line) => line.slice(0, label) + style[cell.colour](line.slice(label))) : lines
    }),
  ])
}

function textOf(cell: Cell | undefined): string {
  return (typeof cell === 'object' ? cell.text : cell) ?? ''
}
