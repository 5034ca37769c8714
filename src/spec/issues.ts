/** From what the schema library found to sentences for people. */
import type {z} from 'zod'
import {didYouMean} from '../engine/spelling.ts'
import {isMap, valueAt, type Path} from './paths.ts'
import {isPrintable, shorten} from './secret-text.ts'
import {allowedKeys} from './walk.ts'

/** Something that is wrong with kp.yaml. */
export interface Problem {
  path: Path
  message: string
  severity: 'error' | 'warning'
  /** Whether it is about the key rather than about its value. */
  at: 'key' | 'value'
  /** Whether the field is missing. */
  missing: boolean
  /** Further fields that the problem is about. */
  also?: Path[]
}

type Issue = z.core.$ZodIssue

/** Checks a value and lists all problems. */
export function check<T extends z.ZodType>(schema: T, value: unknown): {data: z.output<T>} | {problems: Problem[]} {
  // One document is read once: compiling the schema first would take longer than it saves.
  const result = schema.safeParse(value, {jitless: true})
  if (result.success) return {data: result.data}
  return {problems: result.error.issues.flatMap((issue) => explain(issue, schema, value))}
}

function explain(issue: Issue, schema: z.ZodType, root: unknown): Problem[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    const known = allowedKeys(schema, path, root) ?? []
    return issue.keys.map((key) => problem([...path, key], unknownKey(key, known), 'key'))
  }
  if (issue.code === 'invalid_key') {
    return [problem(path, `is not a possible name: ${issue.issues[0]?.message ?? 'must be text'}`, 'key')]
  }
  const value = valueAt(root, path)
  const must = sentence(issue, value)
  if (value === undefined) return [{...problem(path, `is missing: ${must}`, 'key'), missing: true}]
  if (value === null) return [problem(path, 'is empty: give it a value or remove the line', 'key')]
  return [problem(path, must + got(path, value, must), 'value')]
}

function problem(path: Path, message: string, at: 'key' | 'value'): Problem {
  return {path, message, severity: 'error', at, missing: false}
}

function unknownKey(key: string, known: string[]): string {
  const meant = didYouMean(key, known)
  if (meant !== '') return `is not known${meant}`
  return known.length > 0 && known.length <= 12 ? `is not known; known here: ${known.join(', ')}` : 'is not known'
}

/** What is allowed, as "must be …". */
function sentence(issue: Issue, value: unknown): string {
  if (issue.message.startsWith('must ') || issue.code === 'custom' || issue.message.startsWith('cannot ')) return issue.message
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String), value)
  if (issue.code === 'invalid_union' && 'options' in issue) return oneOf((issue.options as unknown[]).map(String), value)
  return 'is not valid'
}

const KINDS: Record<string, string> = {
  object: 'a map', record: 'a map', array: 'a list', string: 'text', boolean: 'true or false', number: 'a number', int: 'a whole number',
}

function oneOf(values: string[], value: unknown): string {
  if ((typeof value === 'number' || typeof value === 'boolean') && values.includes(String(value))) return `must be text: put it in quotes, "${value}"`
  return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`
}

/** ` (got "x")`, with the nearest spelling where there is a list; nothing of what may be a secret. */
function got(path: Path, value: unknown, must: string): string {
  if (must.includes('not shown')) return ''
  if (Array.isArray(value)) return ' (got a list)'
  if (isMap(value)) return ' (got a map)'
  if (!isPrintable(path, value)) return ' (it is not shown)'
  const text = String(value)
  const shown = typeof value === 'string' ? `"${shorten(text)}"` : text
  const list = /^must be one of (.*)$/.exec(must)?.[1]?.split(', ') ?? []
  const meant = typeof value === 'string' ? didYouMean(value, list) : ''
  return ` (got ${shown})${meant}`
}
