/** Small edits of sources: an import, and one more entry of a list. */
import {Refusal} from './names.ts'

const PAIRS: Record<string, string> = {'[': ']', '(': ')', '{': '}'}

/** Adds an import after the last one. @param of which of them counts as the last */
export function addImport(source: string, line: string, of = /^import .*$/gm): string {
  const last = [...source.matchAll(of)].at(-1)
  if (last === undefined) throw new Refusal('the file has no import to put another one after')
  const end = last.index + last[0].length
  return `${source.slice(0, end)}\n${line}${source.slice(end)}`
}

/** Adds an entry at the end of the list that begins at the first `[` behind `marker`. */
export function addEntry(source: string, marker: RegExp, entry: string): string {
  const found = marker.exec(source)
  if (found === null) throw new Refusal(`the file has no ${marker.source}`)
  const open = source.indexOf('[', found.index + found[0].length)
  const close = closing(source, open)
  const inside = source.slice(open + 1, close)
  if (inside.trim() === '') return `${source.slice(0, open + 1)}${entry}${source.slice(close)}`
  if (!inside.includes('\n')) return `${source.slice(0, close).trimEnd()}, ${entry}${source.slice(close)}`
  const indent = /^( *)\S/.exec(inside.slice(inside.indexOf('\n') + 1))?.[1] ?? '  '
  const body = source.slice(0, close).trimEnd()
  return `${body}${body.endsWith(',') ? '' : ','}\n${indent}${entry},\n${indent.slice(2)}${source.slice(close)}`
}

/** Adds a step at the end of what a phase returns, in whichever form it says it. */
export function addStep(source: string, entry: string): string {
  if (/^ {2}steps: \(\w*\) => \[/m.test(source)) return addEntry(source, /^ {2}steps: \(\w*\) => /m, entry)
  if (/^ {2}steps\(\w*\) \{/m.test(source)) return addEntry(source, /^ {2}steps\(\w*\) \{[^]*?\n {4}return /m, entry)
  const [whole, head = '', expression = ''] = /^( {2}steps: \(\w*\) => )(.+),$/m.exec(source) ?? []
  if (whole === undefined) throw new Refusal('phase.ts does not say its steps in a form that is known: add the step by hand')
  return source.replace(whole, () => `${head}[...${expression}, ${entry}],`)
}

/** Where the bracket at `open` ends; texts and comments are passed over. */
function closing(source: string, open: number): number {
  const wanted: string[] = []
  for (let at = open; at < source.length; at++) {
    const character = source[at] ?? ''
    if (character === "'" || character === '"' || character === '`') at = endOfText(source, at)
    else if (source.startsWith('//', at)) at = source.indexOf('\n', at)
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1
    else if (character === '/' && /(?:[(,=:[]|\n)\s*$/.test(source.slice(Math.max(0, at - 20), at))) at = endOfPattern(source, at)
    else if (PAIRS[character] !== undefined) wanted.push(PAIRS[character])
    else if (character === wanted.at(-1)) {
      wanted.pop()
      if (wanted.length === 0) return at
    }
  }
  throw new Refusal('a list of the file has no end')
}

function endOfText(source: string, at: number): number {
  const quote = source[at]
  for (let end = at + 1; end < source.length; end++) {
    if (source[end] === '\\') end++
    else if (source[end] === quote) return end
    else if (quote === '`' && source.startsWith('${', end)) end = closing(source, end + 1)
  }
  return source.length
}

function endOfPattern(source: string, at: number): number {
  let inClass = false
  for (let end = at + 1; end < source.length; end++) {
    if (source[end] === '\\') end++
    else if (source[end] === '[') inClass = true
    else if (source[end] === ']') inClass = false
    else if (source[end] === '/' && !inClass) return end
  }
  return source.length
}
