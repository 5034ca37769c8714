/**
 * A few platforms in which every alternative of every choice appears at least once. That it does is
 * proven by test/unit/spec/covering-set.test.ts; test/long/covering-set.test.ts builds them.
 */
import {CERTIFICATES} from '../data/certificates.ts'
import {COVERING_PLATFORMS} from './covering-platforms.ts'

/** One change of kp.yaml: values by path; undefined takes a field away. */
export interface CoveringChange {
  /** What is another then, for the name of a test. */
  what: string
  set: Record<string, unknown>
}

/** A platform that is built, and changed while it stands. */
export interface CoveringPlatform {
  /** A DNS label. */
  name: string
  /** Sections of kp.yaml. */
  spec: Record<string, unknown>
  changes: CoveringChange[]
}

/** Every secret that the platforms name, with a value that looks like one. */
export const COVERING_SECRETS: Readonly<Record<string, string>> = {
  'git-token': 'ci:glpat-covering-set-0123456789',
  'dns-key-id': 'AKIAIOSFODNN7EXAMPLE',
  'dns-secret': 'covering-set-dns-0123456789abcdef',
  'dns-key-json': '{"type":"service_account","project_id":"acme-dns","private_key_id":"covering"}',
  'tsig-key': 'Y292ZXJpbmctc2V0LXRzaWcta2V5LTAxMjM0NTY3ODk=',
  'ca-certificate': '-----BEGIN CERTIFICATE-----\nY292ZXJpbmctc2V0\n-----END CERTIFICATE-----\n',
  'ca-key': '-----BEGIN PRIVATE KEY-----\nY292ZXJpbmctc2V0LWtleQ==\n-----END PRIVATE KEY-----\n',
  'store-user': 'covering-writer',
  'store-password': 'covering-set-store-password',
  'slack-url': 'https://hooks.slack.example.com/services/T000/B000/covering',
  'pagerduty-key': 'covering0123456789abcdef01234567',
  'opsgenie-key': 'covering-0123-4567-89ab-opsgenie0000',
  'webhook-url': 'https://alerts.example.net/hook/covering-set',
  'mail-password': 'covering-set-mail-password',
  'store-credentials': '[default]\naws_access_key_id = AKIAIOSFODNN7COVERING\naws_secret_access_key = covering-set-store-0123456789abcdef\n',
  'grafana-password': 'covering-set-grafana-password',
  'log-token': 'covering-set-log-token-0123456789abcdef',
  'log-user': 'covering-log-writer',
  'log-password': 'covering-set-log-password',
  'log-ca': '-----BEGIN CERTIFICATE-----\nY292ZXJpbmctbG9nLWNh\n-----END CERTIFICATE-----\n',
  'unseal-keys': 'Y292ZXJpbmctc2V0LXVuc2VhbC1rZXktMDE= Y292ZXJpbmctc2V0LXVuc2VhbC1rZXktMDI= Y292ZXJpbmctc2V0LXVuc2VhbC1rZXktMDM=',
  'vault-token': 'hvs.CoveringSetToken0123456789',
  'vault-role-id': 'covering-role-0123-4567-89ab-cdef01234567',
  'vault-secret-id': 'covering-secret-0123-4567-89ab-cdef01234567',
  'age-key': 'AGE-SECRET-KEY-1COVERINGSET0123456789COVERINGSET0123456789COVERINGSET01',
  'aws-key-id': 'AKIAIOSFODNN7COVERING',
  'aws-key': 'covering-set-aws-key-0123456789abcdef01',
  'mesh-anchor': `${CERTIFICATES.long}\n`,
  'mesh-issuer': `${CERTIFICATES.long}\n`,
  'mesh-issuer-key': '-----BEGIN PRIVATE KEY-----\nY292ZXJpbmctbWVzaC1rZXk=\n-----END PRIVATE KEY-----\n',
}

/** Those that are read from a file of the repository; the others are variables. */
export const SECRET_FILES: readonly string[] = ['dns-key-json', 'ca-certificate', 'ca-key', 'store-credentials', 'log-ca', 'mesh-anchor', 'mesh-issuer', 'mesh-issuer-key']

/** Folder of the secret files, in the repository of the platform. */
export const SECRET_FOLDER = '.kp/covering'

/** The platforms. */
export const COVERING_SET: readonly CoveringPlatform[] = COVERING_PLATFORMS.map((platform) => ({...platform, spec: {...platform.spec, secrets: references(platform)}}))

/** Name of the variable that holds a secret. */
export function secretVariable(name: string): string {
  return `COVERING_${name.toUpperCase().replaceAll('-', '_')}`
}

/** What is in kp.yaml after a number of changes. */
export function specAfter({spec, changes}: CoveringPlatform, count: number): Record<string, unknown> {
  const result = structuredClone(spec)
  for (const {set} of changes.slice(0, count)) {
    for (const [path, value] of Object.entries(set)) put(result, path.split('.'), value)
  }
  return result
}

/** Every kp.yaml of the set: each platform as it is built, and after each of its changes. */
export function everyCoveringSpec(): {name: string; what: string; spec: Record<string, unknown>}[] {
  return COVERING_SET.flatMap((platform) => [
    {name: platform.name, what: 'as it is built', spec: specAfter(platform, 0)},
    ...platform.changes.map(({what}, index) => ({name: platform.name, what, spec: specAfter(platform, index + 1)})),
  ])
}

/** `secrets` of a platform: the entries that it, or one of its changes, names. */
function references({spec, changes}: CoveringPlatform): Record<string, string> {
  const text = JSON.stringify([spec, changes])
  return Object.fromEntries(Object.keys(COVERING_SECRETS)
    .filter((name) => text.includes(`"${name}"`))
    .map((name) => [name, SECRET_FILES.includes(name) ? `file:${SECRET_FOLDER}/${name}` : `env:${secretVariable(name)}`]))
}

function put(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    const below = (target[key] ?? {}) as Record<string, unknown>
    target[key] = below
    put(below, rest, value)
  } else if (value === undefined) delete target[key]
  else target[key] = structuredClone(value)
}
