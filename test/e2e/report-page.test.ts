/** The page of a report in a real browser: Chromium of the machine (Debian: `apt-get install chromium`); without one it is skipped and says so. */
import {execFile} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, it} from 'vitest'
import {renderReport} from '../../src/ui/render-report.ts'
import {reportSample, reportWords} from '../helpers/report-sample.ts'
import {tempFolder} from '../helpers/temp.ts'

const run = promisify(execFile)
const CHROMIUM = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))).find((path) => existsSync(path))
const WHY = 'there is no chromium on this machine; apt-get install chromium brings one'
if (CHROMIUM === undefined) process.stderr.write(`The page of kp report was not tried in a real browser: ${WHY}\n`)

/** What the browser measures of the page in a frame of that width. */
interface Measured {
  scroll: number
  ground: string
  text: string
  columns: string
  failed: number
}

const page = renderReport(reportSample(), reportWords)

async function chromium(args: string[]): Promise<string> {
  const {stdout} = await run(CHROMIUM ?? '', ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${tempFolder()}`, ...args], {timeout: 60_000, maxBuffer: 32 << 20})
  return stdout
}

/** Shows the page in a frame as wide as a phone or a screen, and asks the browser how it looks. */
async function measure(width: number, flags: string[] = []): Promise<Measured> {
  const file = join(tempFolder(), 'frame.html')
  const framed = page.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><body style="margin:0"><iframe id="f" srcdoc="${framed}" style="border:0;width:${width}px;height:900px"></iframe><script>
    f.onload = () => { const d = f.contentDocument, w = f.contentWindow, s = (e) => w.getComputedStyle(e)
      document.title = JSON.stringify({scroll: d.documentElement.scrollWidth, ground: s(d.body).backgroundColor, text: s(d.body).color, columns: s(d.querySelector('.bars li')).gridTemplateColumns, failed: w.performance.getEntriesByType('resource').length}) }
  </script>`)
  const dom = await chromium(['--window-size=1400,1000', '--virtual-time-budget=3000', ...flags, '--dump-dom', `file://${file}`])
  return JSON.parse((/<title>([^<]*)<\/title>/.exec(dom)?.[1] ?? '{}').replaceAll('&quot;', '"')) as Measured
}

describe.skipIf(CHROMIUM === undefined)(`the page of a report in a real browser${CHROMIUM === undefined ? ` (skipped: ${WHY})` : ''}`, () => {
  it('fits a phone without scrolling sideways, with each bar below its name', async () => {
    const {scroll, columns, failed} = await measure(390)
    expect(scroll).toBeLessThanOrEqual(390)
    expect(columns.split(' ')).toHaveLength(2)
    expect(failed).toBe(0)
  }, 90_000)

  it('has name, bar and time beside each other on a screen', async () => {
    const {scroll, columns, ground} = await measure(1200)
    expect(scroll).toBeLessThanOrEqual(1200)
    expect(columns.split(' ')).toHaveLength(3)
    expect(ground).toBe('rgb(255, 255, 255)')
  }, 90_000)

  it('is dark where the person has it dark', async () => {
    const {ground, text} = await measure(1200, ['--blink-settings=preferredColorScheme=0'])
    expect(ground).toBe('rgb(18, 22, 27)')
    expect(text).toBe('rgb(228, 233, 238)')
  }, 90_000)

  it('can be printed', async () => {
    const folder = tempFolder()
    const file = join(folder, 'page.html')
    writeFileSync(file, page)
    await chromium(['--no-pdf-header-footer', `--print-to-pdf=${join(folder, 'page.pdf')}`, `file://${file}`])
    const pdf = readFileSync(join(folder, 'page.pdf'), 'latin1')
    expect(pdf.startsWith('%PDF-')).toBe(true)
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(0)
  }, 90_000)
})
