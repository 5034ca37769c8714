/** What drills measured as one page of HTML that needs nothing from elsewhere. Pure. */
import {formatTime} from './render-common.ts'
import {REPORT_STYLE} from './report-style.ts'
import type {DrillsReportResult} from './results.ts'
import {xml} from './xml.ts'

/** The whole page. */
export function renderDrillsPage({environment, drills, runs}: DrillsReportResult, {platform, cluster}: {platform: string; cluster: string}): string {
  const title = `${platform}: drills of environment ${environment}`
  const held = runs.filter(({verdict}) => verdict === 'held').length
  return [
    '<!doctype html>', '<html lang="en">', '<head>', '<meta charset="utf-8">', '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">', `<title>${xml(title)}</title>`, `<style>${REPORT_STYLE}</style>`, '</head>', '<body>',
    `<header><h1>${xml(title)}</h1>`, `<p class="dim">Cluster ${xml(cluster)}</p>`, `<p class="verdict">${runs.length === 0 ? 'No drill was done yet' : `${held} of ${runs.length} drills held`}</p></header>`,
    ...(drills.length === 0 ? [] : ['<section id="drills"><h2>By drill</h2>', ...table(['Drill', 'Held', 'Last', 'Detected after', 'Recovered after', 'Change', 'Lost', 'With an alert', 'Mean to detect', 'Mean to recover'], drills.map((one) => [one.name, `${one.held} of ${one.runs}`, one.last.verdict, s(one.last.ttdSeconds), s(one.last.ttrSeconds), one.ttrChange === null ? '–' : `${one.ttrChange > 0 ? '+' : ''}${one.ttrChange} s`, s(one.last.lostSeconds), String(one.detected), s(one.mttdSeconds), s(one.mttrSeconds)])), '<p class="dim">Detected: the first alert. Recovered: the steady state is back. Lost: seconds in which everything fails. Means from three runs on.</p>', '</section>']),
    ...(runs.length === 0 ? [] : ['<section id="runs"><h2>Runs</h2>', ...table(['When', 'Drill', 'Verdict', 'Detected after', 'Recovered after', 'Lost', 'What was not as expected'], runs.map((run) => [formatTime(run.at), run.name, run.verdict, s(run.ttdSeconds), s(run.ttrSeconds), s(run.lostSeconds), run.reasons.join('; ')])), '</section>']),
    '</body>', '</html>', '',
  ].join('\n')
}

function table(head: string[], rows: string[][]): string[] {
  return ['<table>', `<thead><tr>${head.map((one) => `<th scope="col">${xml(one)}</th>`).join('')}</tr></thead>`, '<tbody>', ...rows.map((row) => `<tr>${row.map((cell) => `<td>${xml(cell)}</td>`).join('')}</tr>`), '</tbody>', '</table>']
}

function s(value: number | null): string {
  return value === null ? '–' : `${value} s`
}
