/** A verify as people read it on a terminal. Pure. */
import type {Look} from './io.ts'
import {fixLines, groupBy, labelled, nextLines} from './render-common.ts'
import type {Words} from './render-common.ts'
import type {VerifiedCheck, VerifyResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {count, oneLine, pad, wrap} from './text.ts'

const COLOURS: Record<VerifiedCheck['status'], Colour> = {pass: 'green', warn: 'yellow', fail: 'red', skip: 'dim', unknown: 'yellow'}
const MAX_EVIDENCE = 8
const MAX_FAILURES = 10

/** Shows every check by phase: first what does not pass, with its reason and fix; what shares a reason stands below it. Then the counts, and what to do next. */
export function renderVerify(result: VerifyResult, look: Look, words: Words = {}): string {
  const {bold} = styleFor(look)
  const shared = sharedReason(result)
  const phases = groupBy(result.checks, ({phase}) => phase).flatMap(([phase, checks]) => [
    bold(words.phaseTitle?.(phase) ?? phase),
    ...phaseLines(checks, shared, look, words),
    '',
  ])
  return [...headLines(result, look).map(bold), '', ...phases, ...summaryLines(result, look), ...nextOf(result, look)].join('\n')
}

/** `pass (simulated)`, `fail`, `ignored`: the word for a check. */
export function statusWord(check: VerifiedCheck): string {
  if (check.ignored !== undefined && check.status !== 'pass') return 'ignored'
  return check.status === 'pass' && check.simulated ? 'pass (simulated)' : check.status
}

/** The counts in one sentence. */
export function summaryText({pass, simulated, warn, fail, skip, unknown}: VerifyResult['summary']): string {
  const passed = simulated === 0 ? `${pass} pass` : `${pass} pass (${simulated} simulated)`
  return `${passed}, ${warn} warn, ${fail} fail, ${skip} skip, ${unknown} unknown`
}

/** Healthy or not, in one sentence. */
export function verdictText({summary, checks}: VerifyResult): string {
  if (summary.fail > 0) return `Not healthy: ${count(summary.fail, 'check')} failed.`
  if (summary.unknown > 0) return `Not known to be healthy: ${count(summary.unknown, 'check')} could not look.`
  if (checks.length === 0) return 'No check was selected.'
  return summary.warn > 0 ? `Healthy, with ${count(summary.warn, 'warning')}.` : 'Healthy.'
}

function headLines({environment, cluster}: VerifyResult, look: Look): string[] {
  const version = cluster.version === null ? '' : `, Kubernetes ${cluster.version}`
  return wrap(`Environment ${environment}, cluster ${cluster.name}${version}${cluster.simulated ? ', simulated nodes' : ''}`, look.columns)
}

/** Why several checks could not look, where it is one reason: it is said once, at the end. */
function sharedReason({checks}: VerifyResult): string | undefined {
  const unknown = checks.filter(({status, ignored}) => status === 'unknown' && ignored === undefined)
  const [reason, same] = groupBy(unknown, ({observed}) => observed).toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
  return (same?.length ?? 0) > 2 ? reason : undefined
}

/** What does not pass, what passes, and what passes only by a simulation, is skipped or was set aside: below the reason that they share. */
function phaseLines(checks: VerifiedCheck[], shared: string | undefined, look: Look, words: Words): string[] {
  const told = (check: VerifiedCheck): boolean => check.status === 'unknown' && check.observed === shared
  const loud = checks.filter((check) => LOUD.has(statusWord(check)))
  const plain = checks.filter((check) => statusWord(check) === 'pass')
  const reasoned = checks.filter((check) => !LOUD.has(statusWord(check)) && statusWord(check) !== 'pass')
  return [
    ...loud.flatMap((check) => [...titleLines(check, look), ...(told(check) ? [] : detailLines(check, look, words))]),
    ...plain.flatMap((check) => titleLines(check, look)),
    ...groupBy(reasoned, groupOf).toSorted(([, [a]], [, [b]]) => rankOf(a) - rankOf(b)).flatMap(([reason, own]) => [
      ...wrap(oneLine(reason), look.columns, {first: '  ', rest: '    '}).map(styleFor(look).dim),
      ...own.flatMap(({title}) => wrap(oneLine(title), look.columns, {first: ' '.repeat(TITLE_COLUMN)})),
    ]),
  ]
}

const LOUD: ReadonlySet<string> = new Set(['fail', 'warn', 'unknown'])
/** Where titles begin: behind the longest word that stands beside one. */
const TITLE_COLUMN = 2 + 'unknown'.length + 2

function titleLines(check: VerifiedCheck, look: Look): string[] {
  const word = statusWord(check)
  const [head = '', ...rest] = wrap(oneLine(check.title), look.columns, {first: `  ${pad(word, TITLE_COLUMN - 4)}  `})
  return [`  ${styleFor(look)[COLOURS[check.status]](word)}${head.slice(2 + word.length)}`, ...rest]
}

/** `skip: no pool has GPUs`. */
function groupOf(check: VerifiedCheck): string {
  const word = statusWord(check)
  return `${word}: ${word === 'ignored' ? ignoredReason(check) : check.status === 'skip' ? check.observed : (check.simulatedBy ?? 'the status was written by a simulation')}`
}

function rankOf(check: VerifiedCheck | undefined): number {
  return check === undefined ? 0 : ['pass (simulated)', 'skip', 'ignored'].indexOf(statusWord(check))
}

function ignoredReason({status, ignored}: VerifiedCheck): string {
  return ignored === undefined ? '' : `${status}, set aside until ${ignored.until}: ${ignored.reason}`
}

function detailLines(check: VerifiedCheck, look: Look, words: Words): string[] {
  const at = {indent: 4, width: 8}
  // A check that could not look has seen no pitfall.
  const codes = check.status === 'unknown' ? [] : check.pitfalls
  const first = codes.flatMap((code) => words.pitfall?.(code) ?? [])[0]
  // What was said already is not said again.
  const shown = check.evidence.every((text) => check.observed.includes(text)) ? [] : check.evidence
  const evidence = shown.slice(0, MAX_EVIDENCE)
  return [
    ...labelled(check.status === 'unknown' ? 'reason' : 'seen', check.observed, look, at),
    ...(check.expected === null ? [] : labelled('expected', check.expected, look, at)),
    ...evidence.flatMap((text, index) => labelled(index === 0 ? 'evidence' : '', text, look, at)),
    ...(shown.length > evidence.length ? labelled('', `and ${shown.length - evidence.length} more`, look, at) : []),
    ...codes.flatMap((code, index) => {
      const title = words.pitfall?.(code)?.title
      return labelled(index === 0 ? 'pitfall' : '', title === undefined ? code : `${code}  ${title}`, look, at)
    }),
    ...(first === undefined || first.fix.length === 0 ? [] : ['    fix', ...fixLines(first.fix, look, '      ')]),
    ...labelled('more', `kp explain ${codes[0] ?? check.id}`, look, at),
  ]
}

function summaryLines(result: VerifyResult, look: Look): string[] {
  const style = styleFor(look)
  const {fail, unknown, warn} = result.summary
  const colour: Colour = fail > 0 ? 'red' : unknown + warn > 0 ? 'yellow' : 'green'
  const shared = sharedReason(result)
  const why = shared === undefined ? [] : wrap(shared, look.columns, {first: '  reason  '})
  return [...wrap(summaryText(result.summary), look.columns), ...wrap(verdictText(result), look.columns).map(style[colour]), ...why, ...failureLines(result, look)]
}

/** Many phases scroll away: what failed is named once more at the end. */
function failureLines({checks}: VerifyResult, look: Look): string[] {
  const failed = checks.filter(({status, ignored}) => status === 'fail' && ignored === undefined)
  const more = failed.length > MAX_FAILURES ? [`  and ${failed.length - MAX_FAILURES} more`] : []
  return [...failed.slice(0, MAX_FAILURES).flatMap(({id, title, observed}) => [...wrap(oneLine(`${id}: ${title}`), look.columns, {first: '  ', rest: '    '}), ...wrap(oneLine(observed), look.columns, {first: '    '}).slice(0, 2).map(styleFor(look).dim)]), ...more]
}

function nextOf({summary, checks}: VerifyResult, look: Look): string[] {
  const worst = checks.find(({status, ignored}) => status === 'fail' && ignored === undefined)
  if (worst !== undefined) {
    return ['', ...nextLines([`kp explain ${worst.pitfalls[0] ?? worst.id}`, `kp verify ${worst.phase}`], look)]
  }
  return summary.unknown > 0 ? ['', ...nextLines(['kp status', 'kp doctor'], look)] : []
}
