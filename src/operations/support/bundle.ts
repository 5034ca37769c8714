/** A support bundle: evidence of a platform as one archive, without a secret in it. */
import {createHash} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {tar} from './tar.ts'
import type {Collection} from './collect.ts'

/** The archive and what is in it. */
export interface Bundle {
  archive: Buffer
  files: {path: string; bytes: number; about: string}[]
}

/** What takes secrets out; see `ui/redact.ts`. */
export interface Cleaner {
  text(text: string): string
  value<T>(value: T): T
  lines(): (line: string) => string
}

/** What of a bundle its manifest says besides its files. */
export interface BundleFacts {
  platform: string
  environment: string
  cluster: string
  kp: string
  /** Milliseconds since 1970. */
  time: number
}

/** Redacts every file, line by line and whole, and packs them with a manifest of their digests. Pure. */
export function makeBundle({files, missing}: Collection, facts: BundleFacts, redactor: Cleaner): Bundle {
  const clean = files.map(({path, about, text}) => ({path: safe(redactor.text(path)), about, content: Buffer.from(redactFile(path, text, redactor))}))
  const time = new Date(facts.time).toISOString()
  const manifest = {
    schema: 'kp/support-bundle-manifest/v1',
    ...facts,
    time,
    files: clean.map(({path, about, content}) => ({path, about, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex')})),
    missing: redactor.value(missing),
  }
  const folder = `kp-support-${facts.cluster}`
  const all = [{path: 'manifest.json', about: 'what is in here, with digests, and what is missing', content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)}, ...clean]
  return {
    archive: gzipSync(tar(all.map(({path, content}) => ({path: `${folder}/${path}`, content})), facts.time)),
    files: all.map(({path, about, content}) => ({path, about, bytes: content.length})),
  }
}

/** Of JSON the fields that are named like secrets go too, whatever they hold. */
function redactFile(path: string, text: string, redactor: Cleaner): string {
  if (path.endsWith('.json')) return `${JSON.stringify(redactor.value(JSON.parse(text)), null, 2)}\n`
  const line = redactor.lines()
  return redactor.text(text.split('\n').map((one) => (path.endsWith('.jsonl') ? redactJsonLine(one, redactor) : line(one))).join('\n'))
}

function redactJsonLine(text: string, redactor: Cleaner): string {
  try {
    return text === '' ? '' : JSON.stringify(redactor.value(JSON.parse(text)))
  } catch {
    // A line that a kill cut.
    return redactor.text(text)
  }
}

const safe = (path: string): string => path.replaceAll(/[^\w./-]/g, '_')
