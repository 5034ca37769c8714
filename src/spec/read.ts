/** From the bytes of kp.yaml to a YAML document; what is not one is told with line and column, never with its content. */
import {LineCounter, isNode, isScalar, parseDocument, visit, type Document, type ErrorCode as YamlCode, type YAMLError} from 'yaml'
import {positionAt, positionOf, type Position} from './positions.ts'

/** Something that is wrong, and where. */
export interface Flaw {
  position: Position
  message: string
}

/** A YAML document with its plain value, or what is wrong with it. */
export type Reading =
  | {text: string; document: Document.Parsed; lines: LineCounter; value: unknown}
  | {flaws: Flaw[]}

const LARGEST = 1024 * 1024
const DEEPEST = 64
const MOST_ALIASES = 100
const TOO_MANY_ALIASES = 'the file repeats itself too often by aliases (*name)'
const START: Position = {line: 1, column: 1}

/**
 * Reads a YAML text. It is untrusted: size, nesting and aliases are limited.
 * The YAML library's own messages may quote the text, which may hold a secret,
 * so they are replaced by ours.
 */
export function readYaml(input: Uint8Array | string): Reading {
  const text = typeof input === 'string' ? input.replace(/^\uFEFF/, '') : decode(input)
  if (text === undefined) return {flaws: [{position: START, message: 'the file is not UTF-8 text'}]}
  if (text.length > LARGEST) return {flaws: [{position: START, message: 'the file is larger than 1 MiB'}]}
  const lines = new LineCounter()
  const odd = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/.exec(text)
  if (odd !== null) return {flaws: [{position: positionInText(text, odd.index), message: 'the file holds bytes that are not text'}]}
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text)
  if (conflict !== null) return {flaws: [{position: positionInText(text, conflict.index), message: 'holds the mark of a merge conflict: keep what is wanted of both sides'}]}
  if (deepest(text) > DEEPEST) return {flaws: [{position: START, message: `the file is nested deeper than ${DEEPEST} levels`}]}
  let document: Document.Parsed
  try {
    document = parseDocument(text, {lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true, logLevel: 'error'})
  } catch {
    return {flaws: [{position: START, message: 'the file cannot be read as YAML'}]}
  }
  const errors = [...document.errors, ...document.warnings]
  if (errors.length > 0) return {flaws: onePerLine(errors, text, lines)}
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return {flaws: [{position: START, message: 'the file is empty'}]}
  }
  const strange = strangeNodes(document, lines)
  if (strange.length > 0) return {flaws: strange}
  try {
    return {text, document, lines, value: document.toJS({maxAliasCount: MOST_ALIASES})}
  } catch {
    return {flaws: [{position: START, message: TOO_MANY_ALIASES}]}
  }
}

const MESSAGES: Partial<Record<YamlCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias (*name) needs a name of an anchor (&name) that comes before it',
  BAD_DIRECTIVE: 'the line that begins with % is not understood',
  BAD_DQ_ESCAPE: 'there is a backslash in double quotes that means nothing; use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  BAD_SCALAR_START: 'a text cannot begin like this; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon in it needs quotes; a map begins on the next line, indented',
  BLOCK_IN_FLOW: 'inside { } and [ ] a text with a colon at its end needs quotes; indented maps and lists cannot be used',
  DUPLICATE_KEY: 'the key is written twice in the same map',
  KEY_OVER_1024_CHARS: 'the key is too long; is a line break or a quote missing?',
  MISSING_CHAR: 'a character is missing: a closing quote, a bracket, a comma, a colon or a space after one',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a colon or a quote missing?',
  MULTIPLE_ANCHORS: 'a value can have one anchor (&name) only',
  MULTIPLE_DOCS: 'the file holds several documents (---); kp.yaml is one',
  MULTIPLE_TAGS: 'a value can have one tag only',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'the file is too large or nested too deeply',
  TAB_AS_INDENT: 'a tab is used for indentation; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'a tag (!name) cannot be used; kp.yaml needs none',
  UNEXPECTED_TOKEN: 'something is here that does not belong here; is a quote, a comma or an indentation wrong?',
  BAD_COLLECTION_TYPE: 'the tag does not fit the value; kp.yaml needs none',
}

/** One mistake often makes several errors on a line: a missing character says most, then the first. */
function onePerLine(errors: readonly YAMLError[], text: string, lines: LineCounter): Flaw[] {
  const flaws = new Map<number, Flaw>()
  const end = text.trimEnd().length
  for (const error of errors.toSorted((a, b) => Number(b.code === 'MISSING_CHAR') - Number(a.code === 'MISSING_CHAR'))) {
    const position = positionAt(Math.min(error.pos[0], end), lines)
    if (!flaws.has(position.line)) flaws.set(position.line, {position, message: messageOf(error, text)})
  }
  return [...flaws.values()].toSorted((a, b) => a.position.line - b.position.line)
}

/** A key that is written twice is named: it is the name of a field, not a value. */
function messageOf({code, pos}: YAMLError, text: string): string {
  const key = /^[A-Za-z][\w.-]{0,40}(?=\s*:)/.exec(text.slice(pos[0]))?.[0]
  if (code === 'DUPLICATE_KEY' && key !== undefined) return `the key ${key} is written twice in the same map`
  return MESSAGES[code] ?? 'this is not valid YAML'
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes)
  } catch {
    return undefined
  }
}

function positionInText(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  return {line: before.split('\n').length, column: offset - before.lastIndexOf('\n')}
}

/** How deep brackets, list dashes and indentation nest at most: a cheap upper bound, before the parser recurses. */
function deepest(text: string): number {
  let brackets = 0
  let most = 0
  for (const line of text.split('\n')) {
    const dashes = /^[\s-]*/.exec(line)?.[0].split('-').length ?? 0
    for (const letter of line) {
      if (letter === '[' || letter === '{') brackets++
      else if ((letter === ']' || letter === '}') && brackets > 0) brackets--
      most = Math.max(most, brackets + dashes)
    }
    if (most > DEEPEST) return most
  }
  return most
}

/** What YAML can say and kp.yaml does not need: keys that are not text, merge keys, tags, aliases that lead nowhere or to themselves. */
function strangeNodes(document: Document.Parsed, lines: LineCounter): Flaw[] {
  const flaws: Flaw[] = []
  const add = (node: unknown, message: string) => flaws.push({position: positionOf(isNode(node) ? node : undefined, lines), message})
  let aliases = 0
  visit(document, {
    Alias(_, alias, path) {
      if (++aliases > MOST_ALIASES) return visit.BREAK
      const target = alias.resolve(document)
      if (target === undefined) add(alias, MESSAGES.BAD_ALIAS ?? '')
      else if (path.includes(target)) add(alias, 'an alias (*name) cannot stand for what it is part of')
      return undefined
    },
    Pair(_, {key}) {
      if (!isScalar(key) || key.value === null) add(key, 'a key must be text')
      else if (key.value === '<<') add(key, 'merge keys (<<) are not supported; write the values out')
      else if (key.value === '__proto__') add(key, 'the key __proto__ cannot be used')
    },
    Value(_, node) {
      if (node.tag !== undefined) add(node, MESSAGES.TAG_RESOLVE_FAILED ?? '')
    },
  })
  return aliases > MOST_ALIASES ? [{position: START, message: TOO_MANY_ALIASES}] : flaws
}
