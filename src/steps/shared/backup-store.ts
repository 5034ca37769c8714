/** The object store of `phases.backup`, for every phase that writes to it. Pure. */
import {regionOf} from '../../components/dns-credentials.ts'
import type {ManifestContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'

type Spec = Pick<ManifestContext, 'spec'>

/** The bucket of kp.yaml, or the one that goes with the cluster. */
export function bucketOf({spec}: Spec): string {
  return spec.phases.backup.store.bucket ?? `${spec.environment.cluster}-backup`
}

/** The region of the store. */
export function storeRegion({spec}: Spec): string {
  return spec.phases.backup.store.region ?? regionOf(spec)
}

/** The TCP ports at which the store listens. */
export function storePorts({spec}: Spec): number[] {
  const {endpoint} = spec.phases.backup.store
  const url = endpoint === undefined ? undefined : new URL(endpoint)
  return [...new Set([443, url === undefined ? 443 : Number(url.port) || (url.protocol === 'http:' ? 80 : 443)])]
}

/**
 * One field of a credentials file as AWS's own tools read it: of its profile `default`, or of the first.
 * @throws KpError PREREQUISITE_MISSING where the file has no such field; the message holds nothing of the file
 */
export function credential(file: string, field: 'aws_access_key_id' | 'aws_secret_access_key'): string {
  const profiles = file.split(/^\s*\[/m)
  const profile = profiles.find((text) => /^\s*default\s*\]/.test(text)) ?? profiles.find((text) => text.includes(field)) ?? ''
  const value = new RegExp(`^\\s*${field}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(profile)?.[1]
  if (value === undefined) throw new KpError({code: 'PREREQUISITE_MISSING', message: `the credentials file of phases.backup.store.secret has no ${field}`, doing: 'read the credentials of the object store', next: ['write it as AWS does: [default], then aws_access_key_id = … and aws_secret_access_key = …', 'then run the same command again']})
  return value
}
