/** The values behind the secret references of kp.yaml that this machine can see: known, so that they can be taken out of every output. */
import {readFileSync} from 'node:fs'

/** Values of `env:` and `file:` references; other stores are asked only when a secret is used. */
export function knownSecretValues(references: Record<string, string>, env: Record<string, string | undefined>): string[] {
  return Object.values(references).flatMap((reference) => {
    if (reference.startsWith('env:')) return env[reference.slice(4)] ?? []
    if (!reference.startsWith('file:')) return []
    try {
      return readFileSync(reference.slice(5), 'utf8').trim()
    } catch {
      return []
    }
  })
}
