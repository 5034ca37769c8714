/** Text measured in columns, not in bytes: width, cut, wrap, pad. Colour is put on afterwards. */
import {stripVTControlCharacters} from 'node:util'
import fastStringWidth from 'fast-string-width'

const ASCII = /^[\u0020-\u007e]*$/
// Control characters, and those that turn the direction of writing around.
const CONTROLS = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** How many columns a text takes on a terminal. */
export function width(text: string): number {
  return ASCII.test(text) ? text.length : fastStringWidth(text)
}

/** The characters as a person sees them: an emoji of several code points is one. */
export function characters(text: string): string[] {
  if (ASCII.test(text)) return [...text]
  return Array.from(new Intl.Segmenter(undefined, {granularity: 'grapheme'}).segment(text), ({segment}) => segment)
}

/** The text, cut to at most so many columns; what was cut ends in an ellipsis. */
export function truncate(text: string, columns: number, ellipsis = '…'): string {
  if (columns <= 0) return ''
  if (width(text) <= columns) return text
  const mark = width(ellipsis) < columns ? ellipsis : ''
  return takeColumns(text, columns - width(mark)).trimEnd() + mark
}

/** The text, filled up with spaces to so many columns. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - width(text)))
  return align === 'left' ? text + fill : fill + text
}

/** Where the lines of a wrapped text begin. */
export interface WrapOptions {
  /** Put before the first line. */
  first?: string
  /** Put before all others; default: as wide as `first`, blank. */
  rest?: string
}

/**
 * The text in lines of at most so many columns, broken at spaces; words that are too
 * long are broken anywhere. Line breaks and the indentation of each line stay.
 */
export function wrap(text: string, columns: number, options: WrapOptions = {}): string[] {
  const first = options.first ?? ''
  const rest = options.rest ?? ' '.repeat(width(first))
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    const indent = /^ */.exec(paragraph)?.[0] ?? ''
    const room = (): number => Math.max(4, columns - width(lines.length === 0 ? first : rest) - indent.length)
    const push = (line: string): void => void lines.push(`${lines.length === 0 ? first : rest}${line === '' ? '' : indent}${line}`.trimEnd())
    let line = ''
    for (const word of paragraph.trim().split(/ +/)) {
      if (line !== '' && width(line) + 1 + width(word) > room()) {
        push(line)
        line = ''
      }
      let left = line === '' ? word : `${line} ${word}`
      while (width(left) > room()) {
        const head = headOf(left, room())
        push(head)
        left = left.slice(head.length)
      }
      line = left
    }
    push(line)
  }
  return lines
}

/**
 * A command to copy, in lines that end in a backslash where it goes on. It is broken
 * only at spaces outside of quotes; a word that is too long stays whole.
 */
export function wrapCommand(command: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  for (const whole of command.split('\n')) {
    let line = ''
    const room = (): number => columns - width(indent) - 2
    for (const word of withValues(whole.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\]|['"\\])+/g) ?? [])) {
      if (line.trim() !== '' && width(line) + 1 + width(word) > room()) {
        lines.push(`${indent}${line} \\`)
        line = `  ${word}`
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(`${indent}${line}`)
  }
  return lines
}

/** Keeps a flag and its value together. */
function withValues(words: string[]): string[] {
  const units: string[] = []
  for (const word of words) {
    const last = units.at(-1)
    const isValue = last !== undefined && /^--?[a-z][\w-]*$/i.test(last) && !word.startsWith('-')
    if (isValue) units[units.length - 1] = `${last} ${word}`
    else units.push(word)
  }
  return units
}

/** One line without colour codes, control characters and line breaks, as it can be put anywhere. */
export function oneLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ').trim()
}

/** The last line that says something: what a tool shows now, progress bars included. */
export function lastLine(text: string): string {
  return clean(text.replaceAll('\r', '\n')).split('\n').findLast((line) => line.trim() !== '')?.trim() ?? ''
}

/** Several lines without colour codes and control characters; tabs become two spaces. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll('\t', '  ').replaceAll(CONTROLS, '')
}

/** A word as a shell takes it: quoted where that is needed. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** `1 step`, `2 steps`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}

/** As much of a word as fits; a path or address is broken behind a slash where that loses little. */
function headOf(word: string, columns: number): string {
  const head = takeColumns(word, columns) || (characters(word)[0] ?? word)
  const slash = head.lastIndexOf('/') + 1
  return slash > head.length / 2 ? head.slice(0, slash) : head
}

function takeColumns(text: string, columns: number): string {
  if (ASCII.test(text)) return text.slice(0, columns)
  let taken = ''
  let used = 0
  for (const character of characters(text)) {
    used += width(character)
    if (used > columns) break
    taken += character
  }
  return taken
}
