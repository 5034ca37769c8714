/** Takes secrets out of everything that is printed, journalled or put into an error. */
import {BLOCK_END, BLOCK_START, MASK, SECRET_FIELD, SHAPES} from './redact-shapes.ts'

/** Takes secrets out of texts and values. */
export interface Redactor {
  /** Adds values that became known later; what is shorter than four characters is ignored. */
  add(values: Iterable<string>): void
  /** A text of any number of lines. Redacting twice changes nothing. */
  text(text: string): string
  /** A value for JSON: every text in it, keys included. Numbers and shape stay, so it stays valid JSON. */
  value<T>(value: T): T
  /** A reader of one stream of lines; it knows when it is inside a private key of several lines. */
  lines(): (line: string) => string
}

const MIN_LENGTH = 4

/**
 * Makes a redactor for known secret values. It finds them as they are, in base64 (also within a
 * longer base64 text), URL-encoded, escaped for JSON, YAML, HTML or a shell; and it knows the
 * shapes of common secrets. Values may have several lines.
 */
export function createRedactor(values: Iterable<string> = []): Redactor {
  const forms = new Set<string>()
  let known: RegExp | undefined

  function add(more: Iterable<string>): void {
    const before = forms.size
    for (const secret of more) for (const form of formsOf(secret)) forms.add(form)
    if (forms.size === before) return
    const longestFirst = [...forms].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
    known = new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g')
  }

  function text(input: string): string {
    let output = maskKnown(input)
    for (const {pattern, replacement} of SHAPES) output = output.replace(pattern, replacement)
    return maskKnown(output)
  }

  // Every replacement is shorter than what it replaces, so this comes to an end.
  function maskKnown(input: string): string {
    if (known === undefined) return input
    let output = input
    for (;;) {
      const next = output.replace(known, MASK)
      if (next === output) return output
      output = next
    }
  }

  function value<T>(input: T): T {
    return deep(input, text) as T
  }

  function lines(): (line: string) => string {
    let inside = false
    return (line) => {
      if (inside) {
        if (!BLOCK_END.test(line)) return MASK
        inside = false
        return text(line.slice(line.search(BLOCK_END)))
      }
      const start = line.search(BLOCK_START)
      if (start === -1 || BLOCK_END.test(line.slice(start))) return text(line)
      inside = true
      return `${text(line.slice(0, start))}${BLOCK_START.exec(line)?.[0] ?? ''}${MASK}`
    }
  }

  add(values)
  return {add, text, value, lines}
}

function deep(input: unknown, text: (input: string) => string): unknown {
  if (typeof input === 'string') return text(input)
  if (Array.isArray(input)) return input.map((item) => deep(item, text))
  if (typeof input !== 'object' || input === null) return input
  if (Object.getPrototypeOf(input) !== Object.prototype && Object.getPrototypeOf(input) !== null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, item]) => [text(key), typeof item === 'string' && item !== '' && SECRET_FIELD.test(key) ? MASK : deep(item, text)]),
  )
}

function formsOf(value: string): Set<string> {
  const forms = new Set<string>()
  // A value with several lines is also looked for line by line: streams come in lines.
  const parts = new Set([value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())])
  for (const part of parts) {
    if (part.length < MIN_LENGTH) continue
    for (const form of [part, ...escapedForms(part), ...base64Forms(part)]) if (form.length >= MIN_LENGTH) forms.add(form)
  }
  return forms
}

function escapedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const url = encodeURIComponent(value.toWellFormed())
  return [
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams([['', value]]).toString().slice(1),
    value.replaceAll("'", "''"),
    value.replaceAll("'", String.raw`'\''`),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ]
}

/** Base64 of the value alone, and the part that stays the same wherever the value stands in a longer text. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const alone = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, '')]
  const within = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replace(/=+$/, '')
    const blurred = (offset + bytes.length) % 3 === 0 ? 0 : 1
    return encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - blurred)
  })
  // What is left of a very short value is too short to be told from other text.
  const standard = [...alone, ...within.filter((part) => part.length >= 6)]
  return standard.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}
