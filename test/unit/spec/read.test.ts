import {describe, expect, it} from 'vitest'
import {loadSpec, parseSpec} from '../../../src/spec/load.ts'
import type {KpError} from '../../../src/engine/errors.ts'
import {MINIMAL, errorOf, problems, problemsWith} from './helper.ts'

async function loadError(readFile: () => Promise<string>): Promise<KpError> {
  return loadSpec('/srv/acme/kp.yaml', {readFile}).then(() => { throw new Error('accepted') }, (error: KpError) => error)
}

describe('a file that is not there or cannot be read', () => {
  it('is SPEC_MISSING with the folder and kp init', async () => {
    const error = await loadError(() => Promise.reject(Object.assign(new Error('x'), {code: 'ENOENT'})))
    expect(error).toMatchObject({code: 'SPEC_MISSING', exit: 3, message: 'there is no kp.yaml in /srv/acme'})
    expect(error.next[0]).toBe('kp init')
  })

  it.each(['EACCES', 'EISDIR'])('%s is FILE_SYSTEM', async (code) => {
    const error = await loadError(() => Promise.reject(Object.assign(new Error('x'), {code, path: '/srv/acme/kp.yaml'})))
    expect(error.code).toBe('FILE_SYSTEM')
  })
})

describe('text that is not YAML, or not one YAML map', () => {
  const cases: [string, string | Uint8Array, string][] = [
    ['nothing', '', 'kp.yaml:1:1  the file is empty'],
    ['only a comment', '# later\n', 'kp.yaml:1:1  the file is empty'],
    ['an empty document', '---\n...\n', 'kp.yaml:1:1  the file is empty'],
    ['a list', '- a\n- b\n', 'kp.yaml:1:1  kp.yaml must be a map that begins with apiVersion: kp.dev/v1alpha1'],
    ['a word', 'hello\n', 'kp.yaml:1:1  kp.yaml must be a map that begins with apiVersion: kp.dev/v1alpha1'],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, 'kp.yaml:4:1  the file holds several documents (---); kp.yaml is one'],
    ['a key twice', `${MINIMAL}domain: a.io\ndomain: b.io\n`, 'kp.yaml:5:1  the key domain is written twice in the same map'],
    ['a tab', `${MINIMAL}network:\n\tzones: 3\n`, 'kp.yaml:5:1  a tab is used for indentation; YAML wants spaces'],
    ['a NUL byte', `${MINIMAL}domain: a\0b\n`, 'kp.yaml:4:10  the file holds bytes that are not text'],
    ['an escape sequence', `${MINIMAL}domain: a\u001B[31m\n`, 'kp.yaml:4:10  the file holds bytes that are not text'],
    ['Latin-1', Buffer.from('owner: M\u00FCller\n', 'latin1'), 'kp.yaml:1:1  the file is not UTF-8 text'],
    ['UTF-16', Buffer.from(MINIMAL, 'utf16le'), 'kp.yaml:1:2  the file holds bytes that are not text'],
    ['a quote that is not closed', `${MINIMAL}domain: "abc\n`, 'kp.yaml:4:13  a character is missing: a closing quote, a bracket, a comma, a colon or a space after one'],
    ['a brace that is not closed', `${MINIMAL}network: {zones: 3\n`, 'kp.yaml:4:19  the indentation does not fit the lines above, or a bracket is not closed'],
    ['no colon', `${MINIMAL}domain example.com\n`, 'kp.yaml:4:1  a character is missing: a closing quote, a bracket, a comma, a colon or a space after one'],
    ['wrong indentation', `${MINIMAL}network:\n    zones: 3\n  nat: single\n`, 'kp.yaml:6:1  the indentation does not fit the lines above, or a bracket is not closed'],
    ['an alias without an anchor', `${MINIMAL}domain: *nope\n`, 'kp.yaml:4:9  an alias (*name) needs a name of an anchor (&name) that comes before it'],
    ['an alias of itself', `${MINIMAL}components: &a {x: *a}\n`, 'kp.yaml:4:20  an alias (*name) cannot stand for what it is part of'],
    ['an alias bomb', bomb(), 'kp.yaml:1:1  the file repeats itself too often by aliases (*name)'],
    ['a hundred aliases and one', `a: &a 1\nb: [${'*a, '.repeat(101)}]\n`, 'kp.yaml:1:1  the file repeats itself too often by aliases (*name)'],
    ['a tag', `${MINIMAL}domain: !!binary aGVsbG8=\n`, 'kp.yaml:4:18  a tag (!name) cannot be used; kp.yaml needs none'],
    ['an unknown tag', `${MINIMAL}domain: !secret x\n`, 'kp.yaml:4:9  a tag (!name) cannot be used; kp.yaml needs none'],
    ['a merge key', `${MINIMAL}network:\n  <<: {zones: 3}\n`, 'kp.yaml:5:3  merge keys (<<) are not supported; write the values out'],
    ['__proto__', `${MINIMAL}components:\n  __proto__: {version: 1.0.0}\n`, 'kp.yaml:5:3  the key __proto__ cannot be used'],
    ['a map as key', `${MINIMAL}{a: b}: x\n`, 'kp.yaml:4:1  a key must be text'],
    ['100,000 brackets', `a: ${'['.repeat(100_000)}`, 'kp.yaml:1:1  the file is nested deeper than 64 levels'],
    ['5,000 dashes', `a:\n  ${'- '.repeat(5000)}x\n`, 'kp.yaml:1:1  the file is nested deeper than 64 levels'],
    ['2 MB', `a: ${'x'.repeat(2_000_000)}`, 'kp.yaml:1:1  the file is larger than 1 MiB'],
  ]

  it.each(cases)('%s', (_, text, expected) => {
    const error = errorOf(text)
    expect(error).toMatchObject({code: 'SPEC_INVALID', exit: 3, message: 'kp.yaml has a problem', details: [expected]})
    expect(error.next.length).toBeGreaterThan(0)
  })

  it('a bomb takes no time', () => {
    const start = performance.now()
    errorOf(bomb())
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe('text that is unusual and right', () => {
  it('has a byte order mark', () => {
    expect(parseSpec('kp.yaml', `\uFEFF${MINIMAL}`).spec.metadata.name).toBe('acme')
    expect(parseSpec('kp.yaml', Buffer.from(`\uFEFF${MINIMAL}`)).spec.metadata.name).toBe('acme')
  })

  it('has the line ends of Windows; positions stay right', () => {
    const text = MINIMAL.replaceAll('\n', '\r\n')
    expect(parseSpec('kp.yaml', text).spec.metadata.name).toBe('acme')
    expect(problems(`${text}network:\r\n  zones: 9\r\n`)).toEqual(['kp.yaml:5:10  network.zones  must be a whole number from 1 to 6 (got 9)'])
  })

  it('has anchors and aliases; a problem of an alias is told at its anchor', () => {
    expect(parseSpec('kp.yaml', `${MINIMAL}domain: &d acme.io\nphases: {ingress: {demo: {host: *d}}}\n`).spec.phases.ingress.demo.host).toBe('acme.io')
    expect(problemsWith('tools: {helm: &v one}\ncomponents: {cilium: {version: *v}}\n')).toContain('kp.yaml:4:18  components.cilium.version  must be a version such as 1.21.0 (got "one")')
  })

  it('is JSON', () => {
    expect(parseSpec('kp.yaml', '{"apiVersion":"kp.dev/v1alpha1","kind":"Platform","metadata":{"name":"acme"}}').spec.metadata.name).toBe('acme')
  })
})

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
  for (const [i, letter] of [...'bcdefgh'].entries()) {
    const before = '*abcdefgh'[i + 1]
    lines.push(`${letter}: &${letter} [${Array.from({length: 10}, () => `*${before}`).join(',')}]`)
  }
  return `${lines.join('\n')}\n`
}
