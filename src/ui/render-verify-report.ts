/** A verify as a report for other places: Markdown for a merge request, JUnit for a CI system, HTML for a mail. Pure. */
import {groupBy} from './render-common.ts'
import type {Words} from './render-common.ts'
import {statusWord, summaryText, verdictText} from './render-verify.ts'
import type {VerifiedCheck, VerifyResult} from './results.ts'
import {oneLine} from './text.ts'
import {xml} from './xml.ts'

/** The checks as Markdown tables, one a phase. */
export function renderVerifyMarkdown(result: VerifyResult, words: Words = {}): string {
  const head = [`# Verify of ${markdown(result.environment)}`, '', (markdown(clusterText(result))), '', `**${verdictText(result)}** ${summaryText(result.summary)}`, '']
  const phases = groupBy(result.checks, ({phase}) => phase).flatMap(([phase, checks]) => [
    `## ${markdown(words.phaseTitle?.(phase) ?? phase)}`,
    '',
    '| Status | Check | Seen | Expected | Pitfalls |',
    '|---|---|---|---|---|',
    ...checks.map((check) => `| ${[statusWord(check), check.title, seenText(check), check.expected ?? '', pitfallText(check, words)].map(markdown).join(' | ')} |`),
    '',
  ])
  return [...head, ...phases].join('\n').trimEnd()
}

/** The checks as JUnit XML: a phase is a suite, a failed check a failure, one that could not look an error. */
export function renderVerifyJunit(result: VerifyResult, words: Words = {}, options: {failOnWarn?: boolean} = {}): string {
  const failOnWarn = options.failOnWarn ?? false
  const suites = groupBy(result.checks, ({phase}) => phase).flatMap(([phase, checks]) => [
    `  <testsuite ${attributes({name: phase, ...junitCounts(checks, failOnWarn)})}>`,
    ...checks.flatMap((check) => junitCase(check, words, failOnWarn)),
    '  </testsuite>',
  ])
  const root = attributes({name: `kp verify ${result.environment}`, ...junitCounts(result.checks, failOnWarn)})
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${root}>`, ...suites, '</testsuites>'].join('\n')
}

/** The checks as one HTML page without anything from elsewhere. */
export function renderVerifyHtml(result: VerifyResult, words: Words = {}): string {
  const title = `Verify of ${result.environment}`
  const phases = groupBy(result.checks, ({phase}) => phase).flatMap(([phase, checks]) => [
    `<h2>${xml(words.phaseTitle?.(phase) ?? phase)}</h2>`,
    '<table>',
    '<thead><tr><th scope="col">Status</th><th scope="col">Check</th><th scope="col">Seen</th><th scope="col">Pitfalls</th></tr></thead>',
    '<tbody>',
    ...checks.map((check) => htmlRow(check, words)),
    '</tbody>',
    '</table>',
  ])
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${xml(title)}</title><style>${STYLE}</style></head>`,
    '<body>',
    `<h1>${xml(title)}</h1>`,
    `<p>${xml(clusterText(result))}</p>`,
    `<p><strong>${xml(verdictText(result))}</strong> ${xml(summaryText(result.summary))}</p>`,
    ...phases,
    '</body>',
    '</html>',
  ].join('\n')
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}' +
  'table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}' +
  'td:first-child{white-space:nowrap;font-weight:600}pre{white-space:pre-wrap;margin:.3rem 0}' +
  '.pass{color:#176117}.fail{color:#a40000}.warn,.unknown{color:#7a4b00}.skip,.ignored{color:#555}'

function clusterText({cluster}: VerifyResult): string {
  const version = cluster.version === null ? 'did not answer' : `Kubernetes ${cluster.version}`
  return `Cluster ${cluster.name}, ${version}${cluster.simulated ? ', simulated nodes' : ''}`
}

function seenText(check: VerifiedCheck): string {
  return check.ignored === undefined ? check.observed : `${check.observed} (${check.status}, set aside until ${check.ignored.until}: ${check.ignored.reason})`
}

function pitfallText(check: VerifiedCheck, words: Words): string {
  return check.pitfalls.map((code) => [code, words.pitfall?.(code)?.title].filter(Boolean).join(' ')).join('; ')
}

type JunitVerdict = 'passed' | 'failure' | 'error' | 'skipped'

function junitVerdict(check: VerifiedCheck, failOnWarn: boolean): JunitVerdict {
  if (check.status === 'pass') return 'passed'
  if (check.status === 'skip' || check.ignored !== undefined) return 'skipped'
  if (check.status === 'fail' || (check.status === 'warn' && failOnWarn)) return 'failure'
  return check.status === 'unknown' ? 'error' : 'passed'
}

function junitCounts(checks: VerifiedCheck[], failOnWarn: boolean): Record<string, string> {
  const of = (verdict: JunitVerdict): string => String(checks.filter((check) => junitVerdict(check, failOnWarn) === verdict).length)
  const milliseconds = checks.reduce((sum, {durationMs}) => sum + durationMs, 0)
  return {tests: String(checks.length), failures: of('failure'), errors: of('error'), skipped: of('skipped'), time: seconds(milliseconds)}
}

function junitCase(check: VerifiedCheck, words: Words, failOnWarn: boolean): string[] {
  const open = `    <testcase ${attributes({classname: check.phase, name: `${check.id}: ${oneLine(check.title)}`, time: seconds(check.durationMs)})}`
  const verdict = junitVerdict(check, failOnWarn)
  if (verdict === 'skipped') return [`${open}>`, `      <skipped ${attributes({message: oneLine(seenText(check))})}/>`, '    </testcase>']
  if (verdict === 'failure' || verdict === 'error') {
    const body = xml(detailText(check, words))
    return [`${open}>`, `      <${verdict} ${attributes({type: check.status, message: oneLine(check.observed)})}>${body}</${verdict}>`, '    </testcase>']
  }
  const note = check.status === 'warn' ? `warning: ${detailText(check, words)}` : check.simulated ? 'simulated: the status was written by a simulation' : undefined
  return note === undefined ? [`${open}/>`] : [`${open}>`, `      <system-out>${xml(note)}</system-out>`, '    </testcase>']
}

function detailText(check: VerifiedCheck, words: Words): string {
  const fixes = check.pitfalls.flatMap((code) => words.pitfall?.(code)?.fix ?? [])
  return [
    `seen: ${check.observed}`,
    ...(check.expected === null ? [] : [`expected: ${check.expected}`]),
    ...check.evidence,
    ...(check.pitfalls.length === 0 ? [] : [`pitfalls: ${pitfallText(check, words)}`]),
    ...fixes.flatMap(({text, command}) => [`fix: ${text}`, ...(command === undefined ? [] : [`  ${command}`])]),
  ].join('\n')
}

function htmlRow(check: VerifiedCheck, words: Words): string {
  const word = statusWord(check)
  const kind = check.ignored !== undefined && check.status !== 'pass' ? 'ignored' : check.status
  const expected = check.expected === null || check.status === 'pass' ? '' : `<br>expected: ${xml(check.expected)}`
  const evidence = check.evidence.length === 0 || check.status === 'pass' ? '' : `<pre>${xml(check.evidence.join('\n'))}</pre>`
  return `<tr><td class="${kind}">${xml(word)}</td><td>${xml(check.title)}<br><code>${xml(check.id)}</code></td><td>${xml(seenText(check))}${expected}${evidence}</td><td>${xml(pitfallText(check, words))}</td></tr>`
}

function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${xml(value)}"`)
    .join(' ')
}

function markdown(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>|#]/g, String.raw`\$&`)
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}
