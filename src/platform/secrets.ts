/** The values behind the secret references of kp.yaml that this machine can see: known, so that they can be taken out of every output. */
import {readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {basename, isAbsolute, join} from 'node:path'
import {KpError} from '../engine/errors.ts'

/** A secret whose value is known. */
export interface KnownSecret {
  /** Its name under `secrets`. */
  name: string
  value: string
}

/**
 * Values of `env:` and `file:` references; other stores are asked only when a secret is used.
 * @param root the platform repository, from which relative paths count; `~/` is the home folder
 */
export function knownSecrets(references: Record<string, string>, env: Record<string, string | undefined>, root: string): KnownSecret[] {
  return Object.entries(references).flatMap(([name, reference]) => {
    const value = reference.startsWith('env:') ? env[reference.slice(4)] : reference.startsWith('file:') ? readSecretFile(reference.slice(5), root) : undefined
    return value === undefined || value === '' ? [] : [{name, value}]
  })
}

/**
 * Refuses a kp.yaml that holds the value of one of its own secrets: it would go into the repository and the cluster.
 * @throws KpError SPEC_INVALID that names the place and not the value
 */
export function refuseWrittenSecrets(path: string, text: string, secrets: readonly KnownSecret[]): void {
  const details = secrets.filter(({value}) => isTelling(value)).flatMap(({name, value}) => {
    const at = text.indexOf(value)
    if (at === -1) return []
    const before = text.slice(0, at).split('\n')
    return [`${basename(path)}:${before.length}:${(before.at(-1) ?? '').length + 1}  holds the value of secrets.${name} (it is not shown)`]
  })
  if (details.length === 0) return
  throw new KpError({code: 'SPEC_INVALID', message: `${basename(path)} holds a secret in plain text`, details, next: ['take it out of kp.yaml and out of Git, and make a new secret: this one is known to everybody who can read the repository']})
}

/** Words of everyday, such as a user name, may stand in kp.yaml for other reasons. */
function isTelling(value: string): boolean {
  return value.length >= 8 && /[A-Za-z]/.test(value) && /\d/.test(value)
}

/** The text of a secret's file without white space around it; undefined where it cannot be read. */
export function readSecretFile(path: string, root: string): string | undefined {
  const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : isAbsolute(path) ? path : join(root, path)
  try {
    return readFileSync(full, 'utf8').trim()
  } catch {
    return undefined
  }
}
