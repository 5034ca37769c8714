/** A report as one page of HTML that needs nothing from elsewhere. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Pitfall} from '../engine/types.ts'
import {drawSvg} from './draw-topology.ts'
import {groupBy} from './render-common.ts'
import {statusWord, summaryText, verdictText} from './render-verify.ts'
import {REPORT_STYLE} from './report-style.ts'
import type {ReportResult, VerifiedCheck} from './results.ts'
import {xml} from './xml.ts'

/** What the page takes from the phases. */
export interface ReportWords {
  pitfall(code: string): Pitfall | undefined
  phaseTitle(id: string): string
  /** The class of the cost in sentences. */
  cost: string[]
}

type Bar = ReportResult['timeline'][number]['steps'][number]

/** Not as it should be comes first. */
const ORDER: VerifiedCheck['status'][] = ['fail', 'unknown', 'warn', 'pass', 'skip']
const SIGNS: Record<VerifiedCheck['status'], string> = {pass: '✓', fail: '✗', warn: '!', unknown: '?', skip: '–'}

/** The whole page. */
export function renderReport(report: ReportResult, words: ReportWords): string {
  const title = `${report.platform}: environment ${report.environment}`
  const sections: [string, string, string[]][] = [
    ['timeline', 'Timeline', timelineHtml(report)],
    ['checks', 'Checks', checksHtml(report, words)],
    ['pitfalls', 'Known failures', report.pitfalls.flatMap((code) => pitfallHtml(words.pitfall(code)))],
    ['topology', 'Topology', report.topology === null ? [] : [`<div class="picture">${drawSvg(report.topology).replace(/^<\?xml[^>]*>\s*/, '')}</div>`]],
    ['versions', 'Versions', versionsHtml(report, words)],
    ['cost', 'Cost', words.cost.map((line) => `<p>${xml(line)}</p>`)],
  ]
  const shown = sections.filter(([, , lines]) => lines.length > 0)
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${xml(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${xml(title)}</h1>`,
    `<p class="dim">Cluster ${xml(report.cluster)}, provider ${xml(report.provider)}, written ${timeHtml(report.generatedAt)} by kp ${xml(report.versions.kp)}</p>`,
    `<p class="verdict">${xml(verdictOf(report))}</p></header>`,
    `<nav aria-label="Parts">${shown.map(([id, name]) => `<a href="#${id}">${xml(name)}</a>`).join('')}</nav>`,
    ...runHtml(report),
    ...shown.flatMap(([id, name, lines]) => [`<section id="${id}"><h2>${xml(name)}</h2>`, ...lines, '</section>']),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** One sentence on how the platform is. */
export function verdictOf({checks, checksFrom, run}: Pick<ReportResult, 'checks' | 'checksFrom' | 'run'>): string {
  if (checks !== null) return `${checksFrom === 'run' ? 'When it was built: ' : ''}${verdictText(checks)} ${summaryText(checks.summary)}.`
  return run === null ? 'Nothing was built yet.' : `The last run ended ${run.result === 'ok' ? 'well' : run.result}. No check was run.`
}

function runHtml({run}: ReportResult): string[] {
  if (run === null) return ['<p>No run of this environment has built anything yet.</p>']
  const facts: [string, string][] = [
    ['Run', `<code>${xml(run.run)}</code>`],
    ['Command', `<code>${xml(run.command)}</code>`],
    ...(run.by === null ? [] : [['By', xml(run.by)] as [string, string]]),
    ['Began', timeHtml(run.startedAt)],
    ['Took', run.durationMs === null ? 'it has no end: it was killed' : xml(formatDuration(run.durationMs))],
    ['Ended', `<span class="${run.result === 'ok' ? 'pass' : 'fail'}">${xml(run.result)}</span>`],
    ...(run.error === null ? [] : [['Error', xml(run.error)] as [string, string]]),
  ]
  return [`<dl>${facts.map(([name, value]) => `<dt>${xml(name)}</dt><dd>${value}</dd>`).join('')}</dl>`]
}

function timelineHtml({timeline}: ReportResult): string[] {
  if (timeline.length === 0) return []
  const end = Math.max(1, ...timeline.map(({startMs, durationMs}) => startMs + durationMs))
  const bar = ({title, startMs, durationMs, result}: Bar, step: boolean): string => {
    const left = Math.min(99.5, (startMs / end) * 100)
    const width = Math.min(100 - left, (durationMs / end) * 100)
    const how = result === 'done' ? '' : ` (${result})`
    return `<li${step ? ' class="step"' : ''}><span class="name">${xml(title)}${xml(how)}</span><span class="track" aria-hidden="true"><span class="${xml(result)}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></span></span><span class="took">${xml(formatDuration(durationMs))}</span></li>`
  }
  return [`<p class="dim">${xml(formatDuration(end))} from the first phase to the last. Below each phase are the steps that changed something.</p>`, '<ul class="bars">', ...timeline.flatMap((phase) => [bar(phase, false), ...phase.steps.map((step) => bar(step, true))]), '</ul>']
}

function checksHtml({checks, checksFrom, generatedAt}: ReportResult, words: ReportWords): string[] {
  if (checks === null) return []
  const from = checksFrom === 'now' ? `Looked at ${timeHtml(generatedAt)}.` : 'As the run saw them; kp report looks again where the cluster can be reached.'
  return [
    `<p class="dim">${from}</p>`,
    ...groupBy(checks.checks, ({phase}) => phase).flatMap(([phase, own]) => [
      `<h3>${xml(words.phaseTitle(phase))}</h3>`,
      '<ul class="checks">',
      ...own.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status)).map((check) => checkHtml(check, words)),
      '</ul>',
    ]),
  ]
}

function checkHtml(check: VerifiedCheck, words: ReportWords): string {
  const {status, title, observed, expected, evidence, pitfalls, ignored, simulated, simulatedBy, id} = check
  const aside = ignored !== undefined && status !== 'pass'
  const kind = aside ? 'ignored' : status
  const word = status === 'pass' && simulated ? 'simulated' : statusWord(check)
  const open = ['fail', 'warn', 'unknown'].includes(status)
  const first = pitfalls.flatMap((code) => words.pitfall(code) ?? [])[0]
  return [
    `<li><span class="word ${kind}">${SIGNS[status]} ${xml(word)}</span><div><p>${xml(title)} <code class="dim">${xml(id)}</code></p>`,
    `<p class="dim">${xml(status === 'pass' && simulated ? `${observed} (${simulatedBy ?? 'simulated'})` : observed)}</p>`,
    ...(aside ? [`<p class="dim">Set aside until ${xml(ignored.until)}: ${xml(ignored.reason)}</p>`] : []),
    ...(open && expected !== null ? [`<p class="dim">Expected: ${xml(expected)}</p>`] : []),
    ...(open && evidence.length > 1 ? [`<pre>${xml(evidence.join('\n'))}</pre>`] : []),
    ...(open && first !== undefined ? [`<p><a href="#${xml(first.code)}">${xml(first.code)}</a> ${xml(first.title)}</p>`] : []),
    '</div></li>',
  ].join('')
}

function pitfallHtml(pitfall: Pitfall | undefined): string[] {
  if (pitfall === undefined) return []
  const {code, title, symptom, cause, fix, confirmBy} = pitfall
  return [
    `<div class="pitfall" id="${xml(code)}"><h3>${xml(code)} ${xml(title)}</h3>`,
    `<dl><dt>Symptom</dt><dd>${xml(symptom)}</dd><dt>Cause</dt><dd>${xml(cause)}</dd></dl>`,
    `<ol>${fix.map(({text, command}) => `<li>${xml(text)}${command === undefined ? '' : `<pre>${xml(command)}</pre>`}</li>`).join('')}</ol>`,
    `<p>Then look: <code>kp verify --check ${xml(confirmBy)}</code></p></div>`,
  ]
}

function versionsHtml({versions}: ReportResult, words: ReportWords): string[] {
  const {kp, kubernetes, tools, components} = versions
  const facts = [['kp', kp], ['Kubernetes', kubernetes ?? 'did not answer'], ...tools.map(({name, version}) => [name, version ?? 'missing'])]
  return [
    `<dl>${facts.map(([name = '', value = '']) => `<dt>${xml(name)}</dt><dd>${xml(value)}</dd>`).join('')}</dl>`,
    ...(components.length === 0 ? [] : ['<table><thead><tr><th scope="col">Component</th><th scope="col">Chart</th><th scope="col">Phase</th></tr></thead><tbody>', ...components.map(({title, chart, version, phase}) => `<tr><td>${xml(title)}</td><td>${xml(chart)} ${xml(version)}</td><td>${xml(words.phaseTitle(phase))}</td></tr>`), '</tbody></table>']),
  ]
}

/** A time as people read it, in UTC: a report is read in many places. */
function timeHtml(iso: string): string {
  return `<time datetime="${xml(iso)}">${xml(iso.replace('T', ' ').replace(/(:\d\d)(?::\d\d)(?:\.\d+)?Z$/, '$1 UTC'))}</time>`
}
