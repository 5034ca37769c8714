/** The docs are up to date, and every link in them leads somewhere. */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {describe, expect, it} from 'vitest'
import {anchor} from '../../scripts/docs/markdown.ts'
import {docsPages, GENERATED_FOLDERS} from '../../scripts/docs/pages.ts'
import {EXIT, ERROR_CODES} from '../../src/engine/errors.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const DOCS = join(PROJECT, 'docs')
const pages = await docsPages(PROJECT)
const written = [...readdirSync(DOCS, {recursive: true, encoding: 'utf8'}).map((name) => join('docs', name)), ...readdirSync(PROJECT)].filter((name) => name.endsWith('.md')).toSorted()

describe('generated pages', () => {
  it.each([...pages.keys()])('%s is up to date (npm run generate)', (path) => {
    expect(readFileSync(join(DOCS, path), 'utf8')).toBe(pages.get(path))
  })

  it('are all that is in their folders', () => {
    const found = GENERATED_FOLDERS.flatMap((folder) => readdirSync(join(DOCS, folder)).map((name) => `${folder}/${name}`))
    expect(new Set(found)).toEqual(new Set(pages.keys()))
  })
})

describe('links', () => {
  it.each(written)('of %s lead to a file and a heading that exist', (path) => {
    expect(brokenLinks(path)).toEqual([])
  })

  it('that are broken are found', () => {
    expect(broken('docs/x.md', '[a](nowhere.md) [b](kp-yaml.md#no-such-heading) [c](https://example.com/x) [d](kp-yaml.md)\n```\n[e](nowhere.md)\n```\n')).toEqual(['nowhere.md', 'kp-yaml.md#no-such-heading'])
  })
})

describe('docs/exit-codes.md', () => {
  const text = readFileSync(join(DOCS, 'exit-codes.md'), 'utf8')

  it('has a row for each exit code', () => {
    const rows = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(rows).toEqual(Object.values(EXIT))
  })

  it('has a row for each error code, with its exit code', () => {
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)])
    expect(Object.fromEntries(rows)).toEqual(ERROR_CODES)
  })
})

it('the tree of docs/architecture.md names every folder of src, and no other', () => {
  const text = readFileSync(join(DOCS, 'architecture.md'), 'utf8')
  const tree = text.slice(text.indexOf('```\nbin/'), text.indexOf('```\n', text.indexOf('```\nbin/') + 3))
  const named = [...tree.matchAll(/^ {2}([a-z]+)\/\s/gm)].map(([, name]) => name)
  const folders = readdirSync(join(PROJECT, 'src')).filter((name) => statSync(join(PROJECT, 'src', name)).isDirectory())
  expect(new Set(named)).toEqual(new Set(folders))
})

function brokenLinks(path: string): string[] {
  return broken(path, readFileSync(join(PROJECT, path), 'utf8'))
}

function broken(path: string, text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^(?:https?:|mailto:)/.test(target) && !leadsSomewhere(path, target))
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const path = file === '' ? join(PROJECT, from) : join(PROJECT, dirname(from), file)
  if (relative(PROJECT, path).startsWith('..') || !existsSync(path)) return false
  return heading === undefined || anchorsOf(path).has(heading)
}

function anchorsOf(path: string): Set<string> {
  const text = readFileSync(path, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading.replaceAll(/[`\\]/g, '')))
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)])
}
