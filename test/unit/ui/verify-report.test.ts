import {describe, expect, test} from 'vitest'
import {renderVerifyHtml, renderVerifyJunit, renderVerifyMarkdown} from '../../../src/ui/render-verify-report.ts'
import type {VerifyResult} from '../../../src/ui/results.ts'
import {VERIFY, WORDS} from './samples.ts'

const NASTY: VerifyResult = {
  ...VERIFY,
  environment: `d"e<v>&'`,
  checks: VERIFY.checks.map((check) => ({...check, title: `${check.title} ]]> | <b>&amp; \u0000\ufffe\ud800 \u001b[31m`, evidence: ['<script>alert(1)</script>\n```']})),
}

/** Follows the tags of a document; gives back their names, and throws where it is not well-formed. */
function tagsOf(xml: string): string[] {
  const open: string[] = []
  const seen: string[] = []
  const pattern = /<(\?xml[^>]*\?|!doctype html|\/?[a-zA-Z][\w-]*)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/g
  for (const [whole, tag, , selfClosing, text, stray] of xml.matchAll(pattern)) {
    if (stray !== undefined) throw new Error(`stray <: ${xml.slice(0, 50)}`)
    if (text !== undefined && /&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)) throw new Error(`bare &: ${text}`)
    if (tag === undefined || tag.startsWith('?') || tag.startsWith('!')) continue
    if (tag.startsWith('/')) {
      if (open.pop() !== tag.slice(1)) throw new Error(`unexpected ${whole}`)
    } else {
      seen.push(tag)
      if (selfClosing !== '/' && tag !== 'br' && tag !== 'meta') open.push(tag)
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' ')}`)
  return seen
}

describe('junit', () => {
  test('exactly', async () => {
    await expect(`${renderVerifyJunit(VERIFY, WORDS)}\n`).toMatchFileSnapshot('./snapshots/verify.junit.xml')
  })

  test('stays well-formed with anything in it', () => {
    const xml = renderVerifyJunit(NASTY, WORDS)
    expect(tagsOf(xml).filter((tag) => tag === 'testcase')).toHaveLength(7)
    expect(xml.isWellFormed()).toBe(true)
    // oxlint-disable-next-line no-control-regex
    expect(xml).not.toMatch(/[\u0000-\u0008\ufffe]/)
  })

  test('warnings fail only where that is asked for', () => {
    expect(renderVerifyJunit(VERIFY, WORDS)).toContain('<testsuites name="kp verify dev" tests="7" failures="1" errors="1" skipped="2" time="60.970">')
    expect(renderVerifyJunit(VERIFY, WORDS, {failOnWarn: true})).toContain('failures="2"')
  })
})

test('markdown exactly', async () => {
  await expect(`${renderVerifyMarkdown(VERIFY, WORDS)}\n`).toMatchFileSnapshot('./snapshots/verify.md')
})

test('markdown rows keep their five columns with anything in them', () => {
  const rows = renderVerifyMarkdown(NASTY, WORDS).split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Status'))
  expect(rows).toHaveLength(7)
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6)
})

describe('html', () => {
  test('exactly', async () => {
    await expect(`${renderVerifyHtml(VERIFY, WORDS)}\n`).toMatchFileSnapshot('./snapshots/verify.html')
  })

  test('is well-formed, has no script and takes nothing from elsewhere', () => {
    const html = renderVerifyHtml(NASTY, WORDS)
    expect(tagsOf(html)).not.toContain('script')
    expect(html).not.toMatch(/(?:src|href)=/)
  })
})
