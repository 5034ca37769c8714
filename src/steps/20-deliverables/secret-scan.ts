/** Finds Secrets in plain text, and texts that look like one, in the files of a repository. What it finds is never quoted. */
import {parseAllDocuments} from 'yaml'
import {looksLikeSecret} from '../../spec/secret-text.ts'

/** A finding: where, and what it is. */
export interface PlainSecretFile {
  path: string
  line?: number
  what: string
}

/** Larger files are no manifests. */
const LARGEST = 1024 * 1024
const MANIFEST = /\.(?:ya?ml|json)$/
const SECRET_KIND = /\bkind["']?:\s*["']?Secret\b/
/** Values that SOPS encrypted. */
const ENCRYPTED = /ENC\[AES256_GCM,/

/** What a template leaves to be filled in: `{{password}}`. */
const PLACEHOLDER = /\{\{[^{}]*\}\}/g

/** Looks at one file. */
export function scanText(path: string, text: string): PlainSecretFile[] {
  if (text.length > LARGEST || text.includes('\0')) return []
  const manifests = MANIFEST.test(path) && SECRET_KIND.test(text) ? secretsIn(path, text) : []
  const lines = text.split('\n').flatMap((line, index) => (looksLikeSecret(line.replaceAll(PLACEHOLDER, '')) && !ENCRYPTED.test(line) ? [{path, line: index + 1, what: 'looks like a key, token or password'}] : []))
  return [...manifests, ...lines]
}

interface Manifest {
  kind?: string
  metadata?: {name?: string; namespace?: string}
  data?: Record<string, unknown>
  stringData?: Record<string, unknown>
  sops?: unknown
  items?: Manifest[]
}

function secretsIn(path: string, text: string): PlainSecretFile[] {
  return parseAllDocuments(text, {logLevel: 'silent'}).flatMap((document) => {
    const value = document.errors.length > 0 ? undefined : (document.toJS() as Manifest | null)
    return [...(value?.kind === 'List' || value?.kind === 'SecretList' ? (value.items ?? []) : [value])].flatMap((one) => (one !== undefined && one !== null && isPlain(one) ? [{path, what: `holds Secret ${one.metadata?.namespace === undefined ? '' : `${one.metadata.namespace}/`}${one.metadata?.name ?? 'without a name'} in plain text`}] : []))
  })
}

/** A Secret with a value that is neither encrypted nor left to be filled in. */
function isPlain({kind, data, stringData, sops}: Manifest): boolean {
  if (kind !== 'Secret' || sops !== undefined) return false
  const values = [...Object.values(data ?? {}), ...Object.values(stringData ?? {})]
  return values.some((value) => value !== null && String(value) !== '' && !ENCRYPTED.test(String(value)))
}
