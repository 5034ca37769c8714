import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {loadSpec, parseSpec} from '../../../src/spec/load.ts'
import {isSecretKey, looksLikeSecret} from '../../../src/spec/secret-text.ts'
import {EKS, MINIMAL, problemsWith, warningsWith} from './helper.ts'

const PLANTED = 'Pl4nted-S3cret-value'

/** Everything that an error could carry into a log. */
function everythingOf(error: unknown): string {
  const texts: string[] = []
  for (let here: unknown = error; here !== undefined && here !== null; here = (here as Error).cause) {
    texts.push(String(here), (here as Error).stack ?? '', JSON.stringify(here, Object.getOwnPropertyNames(here)))
  }
  return texts.join('\n')
}

describe('references', () => {
  it.each(['env:SPLUNK_TOKEN', 'file:secrets/token', 'file:/run/secrets/a', 'aws-sm:prod/db', 'aws-sm:prod/db#password', 'aws-sm:arn:aws:secretsmanager:eu-central-1:111111111111:secret:x-AbCdEf', 'vault:secret/data/db#password'])('%s is one', (reference) => {
    expect(parseSpec('kp.yaml', `${MINIMAL}secrets: {a: "${reference}"}\n`).spec.secrets).toEqual({a: reference})
  })

  it.each(['hunter2', '"env:"', 'env:1A', 'env:A B', 'vault:secret/data/db', '"file:"', 'gcp-sm:x', 'ENV:A', '"12345"', 'true', '[a]', '{a: b}'])('%s is none', (value) => {
    expect(problemsWith(`secrets: {a: ${value}}\n`)).toEqual(['kp.yaml:4:14  secrets.a  must be a reference: env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY (it is not shown)'])
  })

  it('a field names an entry that is there; the name is not printed, it may be the secret', () => {
    const backend = (token: string) => `phases: {logging: {backend: {type: splunk-hec, host: s.acme.io, token: ${token}}}}\n`
    expect(problemsWith(`${backend(PLANTED)}secrets: {splunkToken: env:S}\n`)).toEqual(['kp.yaml:4:72  phases.logging.backend.token  is not the name of an entry of secrets; secrets has: splunkToken'])
    expect(problemsWith(`${backend('splunkTokn')}secrets: {splunkToken: env:S}\n`)).toEqual(['kp.yaml:4:72  phases.logging.backend.token  is not the name of an entry of secrets; did you mean "splunkToken"?'])
    expect(problemsWith(backend('x'))).toEqual(['kp.yaml:4:72  phases.logging.backend.token  is not the name of an entry of secrets; secrets has none'])
    expect(parseSpec('kp.yaml', `${MINIMAL}${backend('t')}secrets: {t: env:S}\n`).warnings).toEqual([])
  })
})

describe('secrets in plain text', () => {
  it.each(['adminPassword', 'password', 'token', 'hecToken', 'secretKey', 'secretAccessKey', 'apiKey', 'api_key', 'clientSecret', 'passphrase', 'privateKey'])('values.%s is refused', (key) => {
    expect(isSecretKey(key)).toBe(true)
    expect(problemsWith(`components: {vault: {values: {a: {${key}: ${PLANTED}}}}}\n`)[0]).toMatch(new RegExp(`values\\.a\\.${key} {2}holds a secret in plain text`))
  })

  it.each(['existingSecret', 'passwordKey', 'passwordSecretRef', 'tokenPath', 'secretName', 'keys', 'automountServiceAccountTokens', 'replicas'])('values.%s is none', (key) => {
    expect(parseSpec('kp.yaml', `${MINIMAL}components: {vault: {values: {${key}: some-name}}}\n`).warnings).toEqual([])
  })

  it('a plain word may be a name: that is a warning, for a password it is not', () => {
    expect(warningsWith('components: {vault: {values: {secretKey: thanos.yaml}}}\n')).toEqual([
      'kp.yaml:4:42  components.vault.values.secretKey  may hold a secret in plain text: put a reference in secrets and name it instead (it is not shown)',
    ])
    expect(problemsWith('components: {vault: {values: {password: changeme}}}\n')).toHaveLength(1)
    expect(warningsWith('components: {vault: {values: {password: "", token: "{{ .token }}"}}}\n')).toEqual([])
  })

  it.each([
    'AKIAABCDEFGHIJKLMNOP', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'xoxb-1234567890-abcdef', 'hvs.CAESIabcdefghijklmnopqrstuv', '-----BEGIN RSA PRIVATE KEY-----',
    'https://user:pass@git.example.com/a.git', 'https://hooks.slack.com/services/T01ABC/B02/xyz', 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQ', 'glpat-abcdefghijklmnopqrst',
  ])('%s is refused wherever it is', (text) => {
    expect(looksLikeSecret(text)).toBe(true)
    for (const line of [`domain: "${text}"`, `components: {a: {values: {note: "${text}"}}}`, `provider: {type: lab, x: "${text}"}`]) {
      expect(problemsWith(`${line}\n`).join('\n')).not.toContain(text)
    }
    expect(problemsWith(`components: {a: {values: {note: "${text}"}}}\n`)[0]).toContain('looks like a secret')
  })
})

describe('no error ever prints a planted secret', () => {
  const places: [string, string][] = [
    ['an entry', `${MINIMAL}secrets: {a: ${PLANTED}}\n`],
    ['an entry of an environment', `${MINIMAL}environments: [{name: a, secrets: {a: ${PLANTED}}}]\n`],
    ['instead of the map', `${MINIMAL}secrets: ${PLANTED}\n`],
    ['a list', `${MINIMAL}secrets: [${PLANTED}]\n`],
    ['a nested map', `${MINIMAL}secrets: {a: {value: ${PLANTED}}}\n`],
    ['a block text', `${MINIMAL}secrets:\n  a: |\n    ${PLANTED}\n`],
    ['an entry with a bad name', `${MINIMAL}secrets: {"a b": ${PLANTED}}\n`],
    ['a misspelt section', `${MINIMAL}secret: {a: ${PLANTED}}\n`],
    ['a misspelt section of an environment', `${MINIMAL}environments: [{name: a, secrts: {a: ${PLANTED}}}]\n`],
    ['chart values', `${MINIMAL}components: {grafana: {values: {adminPassword: ${PLANTED}}}}\n`],
    ['chart values of an environment', `${MINIMAL}environments: [{name: a, components: {grafana: {values: {token: ${PLANTED}}}}}]\n`],
    ['a field that names a secret', `${MINIMAL}phases: {gitops: {secret: ${PLANTED}}}\n`],
    ['a field that names a secret, with a form that no name has', `${MINIMAL}phases: {gitops: {secret: "${PLANTED} !"}}\n`],
    ['a token', `${MINIMAL}phases: {logging: {backend: {type: http, url: "http://a.b", token: ${PLANTED}}}}\n`],
    ['a key that is not known and tells', `${MINIMAL}phases: {gitops: {password: ${PLANTED}}}\n`],
    ['an address', `${MINIMAL}metadata2: {}\ncharts: {mirror: "https://me:${PLANTED}@h/c"}\n`],
    ['a repository', `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: a, repository: "https://me:${PLANTED}@git.acme.io/a.git"}\n`],
    ['a registry', `${MINIMAL}images: {mirror: "me:${PLANTED}@harbor.acme.io/m"}\n`],
    ['an alias', `${MINIMAL}domain: &d ${PLANTED}\nsecrets: {a: *d}\n`],
    ['an alias of something long', `${MINIMAL}domain: &d ${PLANTED}${'x'.repeat(60)}\nsecrets: {a: *d}\n`],
    ['an alias of something with a quote', `${MINIMAL}domain: &d '${PLANTED}"${PLANTED}'\nsecrets: {a: *d}\n`],
    ['a key twice', `${MINIMAL}secrets:\n  a: ${PLANTED}\n  a: ${PLANTED}\n`],
    ['a broken line', `${MINIMAL}secrets:\n  a: ${PLANTED}: ${PLANTED}\n`],
    ['a broken quote', `${MINIMAL}secrets:\n  a: "${PLANTED}\n`],
    ['a bad escape', `${MINIMAL}secrets:\n  a: "\\q${PLANTED}"\n`],
    ['a tag', `${MINIMAL}secrets:\n  a: !${PLANTED} x\n`],
    ['an alias without an anchor', `${MINIMAL}secrets:\n  a: *${PLANTED}\n`],
    ['a tab', `${MINIMAL}secrets:\n\ta: ${PLANTED}\n`],
    ['a line without a colon', `${MINIMAL}secrets:\n  ${PLANTED}\n`],
    ['a word after a quote', `${MINIMAL}secrets:\n  a: "x" ${PLANTED}\n`],
    ['a directive', `%${PLANTED}\n---\n${MINIMAL}`],
    ['a NUL byte behind it', `${MINIMAL}secrets: {a: ${PLANTED}\0}\n`],
    ['many problems at once', `${EKS}secrets: {a: ${PLANTED}}\nnetwork: {zones: 9}\nfoo: ${PLANTED}\nemail2: x\n`],
  ]

  it.each(places)('%s', async (_, text) => {
    const error = await loadSpec('/srv/kp.yaml', {readFile: () => Promise.resolve(text)}).then(({warnings}) => warnings, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(KpError)
    expect(error).toMatchObject({code: 'SPEC_INVALID'})
    expect(everythingOf(error)).not.toContain(PLANTED)
  })
})
