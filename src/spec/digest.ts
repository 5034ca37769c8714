/** A stable name for the content of an environment. */
import {createHash} from 'node:crypto'
import type {EnvironmentSpec} from './types.ts'

/** SHA-256 of the environment in canonical JSON, in hex. The order of keys does not matter, that of lists does. */
export function digestEnvironment(spec: EnvironmentSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex')
}

/** JSON with sorted keys, without spaces and without undefined. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
