/** Recognises secrets that are written where they must not be, so that they are refused and never printed. */
import {isMap, type Path} from './paths.ts'

const SECRET_KEY = /(passw(or)?d|passphrase|token|api[-_]?key|access[-_]?key|private[-_]?key|secret[-_]?key|client[-_]?secret|credentials?|webhook[-_]?url)$/i
const NOT_A_VALUE = /^existing|ref$/i
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{30,}\b/,
  /\bglpat-[A-Za-z0-9_-]{20,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/,
  /\bhv[sbr]\.[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./,
  /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/,
  /\bdckr_pat_[A-Za-z0-9_-]{20,}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /hooks\.slack\.com\/services\/T[A-Z0-9]+\//,
  /:\/\/[^\s/:@]+:[^\s/@]+@/,
]
const REFERENCE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\n\r]+|aws-sm:[A-Za-z0-9/_+=.@:#-]+|vault:[A-Za-z0-9/_.-]+#[A-Za-z0-9_.-]+)$/

/** Whether a text looks like a key, token or password by its form alone. */
export function looksLikeSecret(text: string): boolean {
  return SHAPES.some((shape) => shape.test(text))
}

/** Whether a key usually holds a secret: `adminPassword`, `token`; not `existingSecret` or `passwordKey`. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) && !NOT_A_VALUE.test(key)
}

/** Whether a value may be printed in an error: nothing of `secrets`, below a telling key, or of a secret's form. */
export function isPrintable(path: Path, value: unknown): boolean {
  if (inSecrets(path) || path.some((part) => typeof part === 'string' && (isSecretKey(part) || /(secret|password)/i.test(part) && part !== 'secrets'))) return false
  const text = String(value)
  return !looksLikeSecret(text) && !/:[^/\s]*@|\/\/[^/\s]*@/.test(text)
}

/** A secret that is written in plain text, and where. */
export interface PlainSecret {
  path: Path
  text: string
  /** Why it counts as one: an entry of `secrets`, a chart value with a telling key, or its form. */
  reason: 'entry' | 'value' | 'form'
  /** Whether it may be something harmless, such as the name of a file or of a Secret. */
  doubtful: boolean
}

/** Finds every plain secret of a kp.yaml value: in `secrets`, in chart values with telling keys, and by form anywhere. */
export function findPlainSecrets(value: unknown, path: Path = []): PlainSecret[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    if (inSecrets(path)) return REFERENCE.test(text) ? [] : [{path, text, reason: 'entry', doubtful: false}]
    if (looksLikeSecret(text)) return [{path, text, reason: 'form', doubtful: false}]
    const key = path.findLast((part) => typeof part === 'string')
    const inValues = path.includes('components') && path.includes('values')
    if (!inValues || key === undefined || !isSecretKey(key) || text === '' || /\{\{|\$\{/.test(text)) return []
    return [{path, text, reason: 'value', doubtful: /^[a-z]+([-./][a-z]+)*$/.test(text) && !/passw|passphrase/i.test(key)}]
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => findPlainSecrets(item, [...path, i]))
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => findPlainSecrets(item, [...path, key]))
  return []
}

/**
 * Takes known secrets out of what a message quotes; the message's own words stay.
 * Short ones are left: they would garble what is quoted, and are not printed in the first place.
 */
export function hideSecrets(text: string, secrets: readonly PlainSecret[]): string {
  const known = secrets.flatMap((secret) => (secret.text.length < 5 ? [] : [secret.text, shorten(secret.text)]))
  return text.replaceAll(/\(got .*\)|"[^"]*"/gs, (quoted) => known.reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), quoted))
}

/** What a message shows of a long value. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function inSecrets(path: Path): boolean {
  return path[0] === 'secrets' || (path[0] === 'environments' && path[2] === 'secrets')
}
