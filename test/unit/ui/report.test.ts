/** The page of a report: whole, escaped, and nothing in it from elsewhere. */
import {describe, expect, it} from 'vitest'
import {renderReport, verdictOf} from '../../../src/ui/render-report.ts'
import {reportSample, reportWords} from '../../helpers/report-sample.ts'

const page = renderReport(reportSample(), reportWords)

describe('the page of a report', () => {
  it('loads nothing from elsewhere and runs nothing', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|base)\b|@import|url\(|\bon\w+=|javascript:/i)
    expect([...page.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, target]) => target).filter((target) => target?.startsWith('#') !== true)).toEqual([])
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  it('escapes every name and message', () => {
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u202e')
    expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&amp;/g)?.length).toBeGreaterThan(6)
  })

  it('has an end for each element, and each link leads somewhere', () => {
    for (const name of ['section', 'ul', 'li', 'dl', 'div', 'p', 'table', 'tr', 'td', 'span', 'svg', 'html', 'body']) {
      expect([name, page.match(new RegExp(`<${name}[ >]`, 'g'))?.length]).toEqual([name, page.match(new RegExp(`</${name}>`, 'g'))?.length])
    }
    for (const [, id = ''] of page.matchAll(/href="#([^"]*)"/g)) expect(page, id).toContain(`id="${id}"`)
  })

  it('shows what is wrong first, what was set aside as such, and only failures that are known', () => {
    const order = [...page.matchAll(/<span class="word (\w+)">/g)].map(([, kind]) => kind)
    expect(order).toEqual(['fail', 'ignored', 'unknown', 'warn', 'pass', 'skip'])
    expect(page).toContain('Set aside until 2027-01-31: known')
    expect(page).toContain('id="KP0203"')
    expect(page).not.toContain('KP9999')
  })

  it('draws each bar within the page', () => {
    const bars = [...page.matchAll(/left:([\d.]+)%;width:([\d.]+)%/g)].map(([, left, width]) => [Number(left), Number(width)])
    expect(bars).toEqual([[0, 75], [0.83, 50], [75, 25]])
  })

  it('says where the checks come from', () => {
    const one = reportSample()
    expect(verdictOf(one)).toMatch(/^Not healthy: 1 check failed\. 1 pass/)
    expect(verdictOf({...one, checksFrom: 'run'})).toMatch(/^When it was built: Not healthy/)
    expect(verdictOf({...one, checks: null})).toBe('The last run ended failed. No check was run.')
    expect(verdictOf({...one, checks: null, run: null})).toBe('Nothing was built yet.')
  })

  it('is a page before anything was built', () => {
    const empty = renderReport(reportSample({run: null, timeline: [], checks: null, checksFrom: 'none', pitfalls: [], topology: null, versions: {kp: '0.1.0', kubernetes: null, tools: [], components: []}}), reportWords)
    expect(empty).toContain('No run of this environment has built anything yet.')
    expect(empty).not.toContain('href="#timeline"')
  })
})
