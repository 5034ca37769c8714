/** Rules about mirrors, names of secrets and tools. */
import type {z} from 'zod'
import {nearestSpelling} from '../../engine/spelling.ts'
import type {Problem} from '../issues.ts'
import {isMap, type Path} from '../paths.ts'
import {bodySchema} from '../schema/platform.ts'
import {shorten} from '../secret-text.ts'
import type {EnvironmentSpec} from '../types.ts'
import {bare, member} from '../walk.ts'
import {wrong} from './finding.ts'

const CHARTS = 'must be oci://HOST/PATH, http(s)://HOST/PATH or a folder'
const IMAGES = 'must be HOST[:PORT]/PATH without a scheme, such as harbor.example.com/mirror'

/** Mirrors have one of the forms that are understood, without credentials. */
export function mirrorsAreValid(spec: EnvironmentSpec): Problem[] {
  const found: Problem[] = []
  const charts = spec.charts.mirror
  const images = spec.images.mirror
  const credentials = 'must not hold a user name or password (it is not shown)'
  if (charts !== undefined) {
    if (/\/\/[^/]*@/.test(charts)) found.push(wrong(['charts', 'mirror'], credentials))
    else if (!chartMirror(charts)) found.push(wrong(['charts', 'mirror'], `${CHARTS} (got "${shorten(charts)}")`))
  }
  if (images !== undefined) {
    if (images.includes('@')) found.push(wrong(['images', 'mirror'], credentials))
    else if (!imageMirror(images)) found.push(wrong(['images', 'mirror'], `${IMAGES} (got "${shorten(images)}")`))
  }
  return found
}

function chartMirror(text: string): boolean {
  if (text.startsWith('oci:')) return /^oci:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[a-z0-9._-]+)+\/?$/.test(text)
  if (/^https?:/.test(text)) return /^https?:\/\/(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(\/[^\s?#]*)?$/.test(text)
  return /^[^\0\n\r:]+$/.test(text) && text.trim() === text && text !== ''
}

function imageMirror(text: string): boolean {
  const match = /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?((\/[a-z0-9]+([._-]+[a-z0-9]+)*)*)$/.exec(text)
  const host = match?.[1] ?? ''
  return match !== null && (host.includes('.') || host === 'localhost' || match[3] !== undefined)
}

/** Every field that names an entry of `secrets` names one that is there. The name is not printed: it may be the secret itself. */
export function secretNamesExist(spec: EnvironmentSpec): Problem[] {
  const names = Object.keys(spec.secrets)
  return fieldsWithSecretNames(bodySchema, spec, []).flatMap(({path, name}) => {
    if (names.includes(name)) return []
    const meant = nearestSpelling(name, names)
    const known = names.length === 0 ? 'secrets has none' : `secrets has: ${names.join(', ')}`
    return [wrong(path, `is not the name of an entry of secrets${meant === undefined ? `; ${known}` : `; did you mean "${meant}"?`}`, ['secrets'])]
  })
}

/** Walks schema and value side by side and finds the fields whose type is the name of a secret. */
function fieldsWithSecretNames(schema: z.ZodType, value: unknown, path: Path): {path: Path; name: string}[] {
  const here = bare(schema)
  if (typeof value === 'string') return (here.meta() as {secretName?: boolean} | undefined)?.secretName === true ? [{path, name: value}] : []
  const parts: [string | number, unknown][] = Array.isArray(value) ? value.map((item, i) => [i, item]) : isMap(value) ? Object.entries(value) : []
  return parts.flatMap(([key, item]) => {
    const inner = member(here, key, value)
    return inner === undefined ? [] : fieldsWithSecretNames(inner, item, [...path, key])
  })
}
