/** Where in the text of kp.yaml something is written. */
import {isAlias, isMap, isPair, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair} from 'yaml'
import type {Path} from './paths.ts'

/** Line and column, both from 1. */
export interface Position {
  line: number
  column: number
}

/** What was found on the way along a path. */
export interface Location {
  position: Position
  /** How many parts of the path exist. */
  depth: number
}

/**
 * Walks along a path in the document as far as it exists.
 * @returns the position of the value, of its key where the value is empty or
 * where `at` is `key`, and of the last key on the way where something is missing
 */
export function locate(document: Document, lines: LineCounter, path: Path, at: 'value' | 'key' = 'value'): Location {
  let node: Node | null | undefined = follow(document.contents, document)
  let key: Node | undefined
  let depth = 0
  for (const part of path) {
    const step = child(node, part, document)
    if (step === undefined) break
    key = step.key ?? step.value ?? key
    node = step.value
    depth++
  }
  const complete = depth === path.length
  const empty = node === null || node === undefined || (isScalar(node) && node.value === null)
  const chosen = complete && at === 'value' && !empty ? node : key
  return {position: positionOf(chosen ?? undefined, lines), depth}
}

/** The position of a node, or the beginning of the text where it has none. */
export function positionOf(node: Node | undefined, lines: LineCounter): Position {
  return positionAt(node?.range?.[0] ?? 0, lines)
}

/** The position of an offset into the text. */
export function positionAt(offset: number, lines: LineCounter): Position {
  const {line, col} = lines.linePos(offset)
  return {line: Math.max(1, line), column: Math.max(1, col)}
}

function child(node: Node | null | undefined, part: string | number, document: Document): {key: Node | undefined; value: Node | null} | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item): item is Pair<Node, Node | null> => isPair(item) && keyText(item) === String(part))
    if (pair === undefined) return undefined
    return {key: pair.key, value: follow(pair.value, document) ?? null}
  }
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part] as Node | undefined
    return item === undefined ? undefined : {key: undefined, value: follow(item, document) ?? null}
  }
  return undefined
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}

/** An alias stands for its anchor's node; an alias itself has no children. */
function follow(node: Node | null | undefined, document: Document): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node
}
