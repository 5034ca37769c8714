import {createHmac, generateKeyPairSync} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {createRedactor} from '../../../src/ui/redact.ts'

/** A small generator of numbers with a seed, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

const ALPHABETS = ['abcdef0123456789', 'ab*', `aA0+/=-_~.'"\\&%$#@!<>{}[]():;, \t`, 'äß日本語🎉e\u0301x', '\n\\"x', 'AbC9']

function randomText(random: () => number, alphabet: string, length: number): string {
  const letters = [...alphabet]
  return Array.from({length}, () => letters[Math.floor(random() * letters.length)]).join('')
}

/** Milliseconds that some work takes. */
function timeOf(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

describe('known values', () => {
  test.each(Array.from({length: 60}, (_, seed) => seed))('seed %i: no form of a value is left', (seed) => {
    const random = seeded(seed)
    const alphabet = ALPHABETS[seed % ALPHABETS.length]!
    const values = Array.from({length: 4}, () => randomText(random, alphabet, 4 + Math.floor(random() * 40)))
    const redactor = createRedactor(values)
    for (const value of values) {
      const before = randomText(random, ALPHABETS[0]!, Math.floor(random() * 20))
      const after = randomText(random, ALPHABETS[0]!, Math.floor(random() * 20))
      const forms = [
        value,
        JSON.stringify(value).slice(1, -1),
        JSON.stringify(JSON.stringify(value)),
        encodeURIComponent(value),
        Buffer.from(value).toString('base64'),
        Buffer.from(value).toString('base64url'),
        `'${value.replaceAll("'", `'\\''`)}'`,
      ]
      for (const form of forms) {
        const output = redactor.text(`${before} ${form} ${after}`)
        for (const secret of values) expect(output, `form ${form}`).not.toContain(secret)
        expect(output).not.toContain(form.length > 6 ? form : `\u0000${form}`)
        expect(redactor.text(output)).toBe(output)
      }
    }
  })

  test('base64 is found inside a longer base64 text, at every offset', () => {
    const secret = 'hunter2-hunter2'
    const redactor = createRedactor([secret])
    for (let offset = 0; offset < 12; offset++) {
      const encoded = Buffer.from(`${'x'.repeat(offset)}${secret}${'y'.repeat(offset % 5)}`).toString('base64')
      const decoded = Buffer.from(redactor.text(encoded).replaceAll('*', ''), 'base64').toString('latin1')
      expect(decoded).not.toContain('hunter2')
      expect(redactor.text(encoded)).toContain('***')
    }
  })

  test('what is shorter than four characters is left alone', () => {
    expect(createRedactor(['abc', '', ' x ']).text('abc and x')).toBe('abc and x')
  })

  test('values can be added, and those of several lines are found line by line', () => {
    const redactor = createRedactor()
    expect(redactor.text('swordfish')).toBe('swordfish')
    redactor.add(['swordfish\nsecond line of it'])
    const read = redactor.lines()
    expect([read('say swordfish'), read('second line of it')]).toEqual(['say ***', '***'])
  })

  test('a value that stays is valid JSON, whatever the secrets are', () => {
    const redactor = createRedactor(['true', '1234', '":{"', 'null'])
    const event = {pid: 12_345, ok: true, none: null, text: 'it is true that 1234', 'key true': [1234, 'null']}
    expect(redactor.value(event)).toEqual({pid: 12_345, ok: true, none: null, text: 'it is *** that ***', 'key ***': [1234, '***']})
  })

  test('fields that are named as secrets lose their text', () => {
    expect(createRedactor().value({password: 'x1', user: 'anna', deep: [{'client-key-data': 'QQ=='}], apiKey: ''})).toEqual({
      password: '***',
      user: 'anna',
      deep: [{'client-key-data': '***'}],
      apiKey: '',
    })
  })

  test('values with a class of their own are left as they are', () => {
    const when = new Date(0)
    expect(createRedactor(['1970']).value({when}).when).toBe(when)
  })
})

describe('shapes', () => {
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 1024})
  const pem = privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
  const body = pem.split('\n')[3]!
  const part = (text: string): string => Buffer.from(text).toString('base64url')
  const jwt = `${part('{"alg":"HS256","typ":"JWT"}')}.${part('{"sub":"system:serviceaccount:a:b"}')}.${createHmac('sha256', 'k').update('x').digest('base64url')}`
  const uuid = '11111111-2222-4333-8444-555555555555'
  const redactor = createRedactor()

  test.each<[string, string, string]>([
    ['private key', pem, body],
    ['private key in JSON', JSON.stringify({key: pem}), body],
    ['private key that was cut', pem.slice(0, 400), body],
    ['base64 of a private key', `data: ${Buffer.from(pem).toString('base64')}`, Buffer.from(pem).toString('base64').slice(60, 90)],
    ['bearer token', 'curl -H "Authorization: Bearer abc123def456ghi"', 'abc123def456ghi'],
    ['basic credentials', 'Authorization: Basic YW5uYTpodW50ZXIy', 'YW5uYTpodW50ZXIy'],
    ['JSON web token', `token is ${jwt}.`, jwt.split('.')[2]!],
    ['AWS secret key', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
    ['AWS secret key in JSON', '{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}', 'wJalrXUtnFEMI'],
    ['AWS secret key in the environment', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
    ['password in a URL', 'git clone https://anna:hunter2@git.example.com/x', 'hunter2'],
    ['token in a URL', 'https://ghp0123456789abcdefghijk@github.com/x', 'ghp0123456789abcdefghijk'],
    ['kubeconfig key', `    client-key-data: ${Buffer.from('0123456789').toString('base64')}`, 'MDEyMzQ1'],
    ['Splunk token', `Authorization: Splunk ${uuid}`, uuid],
    ['Splunk token alone', `Splunk ${uuid}`, uuid],
    ['password flag', 'helm install --set adminPassword=hunter2', 'hunter2'],
    ['password field', 'adminPassword: "hunter2x9"', 'hunter2x9'],
    ['age key', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`, 'QQQQQQ'],
  ])('%s', (_, text, secret) => {
    const output = redactor.text(text)
    expect(output).not.toContain(secret)
    expect(output).toContain('***')
    expect(redactor.text(output)).toBe(output)
  })

  test('a private key that comes line by line is masked until its end', () => {
    const read = redactor.lines()
    const lines = ['before', ...pem.trim().split('\n'), 'after'].map(read)
    expect(lines.join('\n')).not.toContain(body)
    expect(lines[0]).toBe('before')
    expect(lines.at(-1)).toBe('after')
    expect(lines[1]).toContain('BEGIN')
  })

  test.each([
    'a bearer token is missing',
    'Basic authentication is switched off',
    'https://example.com:8443/path@x and anna@example.com',
    'ssh://git@github.com/x.git',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t',
    'password: must not be empty',
    'secret/my-tls-secret configured',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'kubectl get secret -n kp-system internal-ca',
    'tokenreviews.authentication.k8s.io',
  ])('%j is not a secret', (text) => {
    expect(redactor.text(text)).toBe(text)
  })

  test('a JSON line stays valid JSON', () => {
    for (const text of [pem, `Bearer ${jwt}`, 'https://a:b4567@c', `client-key-data: ${part('x'.repeat(40))}`, 'password=ab"c\\d']) {
      expect(() => JSON.parse(redactor.text(JSON.stringify({text, after: 1})))).not.toThrow()
    }
  })
})

describe('long texts', () => {
  const redactor = createRedactor()

  test.each(['A', '-----BEGIN PRIVATE KEY-----\n', 'eyJ', 'http://a:'])('ten times as long take about ten times as long: %j', (part) => {
    const fastest = (times: number): number => Math.min(...[1, 2, 3].map(() => timeOf(() => redactor.text(part.repeat(times)))))
    // Quadratic would be a hundred times. What takes less than a millisecond cannot be measured.
    expect(fastest(20_000) / Math.max(fastest(2000), 1)).toBeLessThan(50)
  })
})
