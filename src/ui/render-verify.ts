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

/** Shows every check by phase, what does not pass with its reason and fix, the counts, and what to do next. */
export function renderVerify(result: VerifyResult, look: Look, words: Words = {}): string {
  const {bold} = styleFor(look)
  const shared = sharedReason(result)
  const column = Math.max(...result.checks.map((check) => statusWord(check).length), 4)
  const phases = groupBy(result.checks, ({phase}) => phase).flatMap(([phase, checks]) => [
    bold(words.phaseTitle?.(phase) ?? phase),
    ...checks.flatMap((check) => checkLines(check, {column, shared}, look, words)),
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

function checkLines(check: VerifiedCheck, {column, shared}: {column: number; shared: string | undefined}, look: Look, words: Words): string[] {
  const style = styleFor(look)
  const word = statusWord(check)
  const why = word === 'ignored' ? ignoredReason(check) : check.status === 'skip' ? check.observed : word === 'pass (simulated)' ? check.simulatedBy : undefined
  const reason = why === undefined ? '' : `: ${why}`
  const lines = wrap(oneLine(`${check.title}${reason}`), look.columns, {first: `  ${pad(word, column)}  `})
  const colour = word === 'ignored' ? 'dim' : COLOURS[check.status]
  const [head = '', ...rest] = lines
  const painted = [`  ${style[colour](word)}${head.slice(2 + word.length)}`, ...rest]
  const told = check.status === 'unknown' && check.observed === shared
  const quiet = check.status === 'pass' || check.status === 'skip' || word === 'ignored' || told
  return quiet ? painted : [...painted, ...detailLines(check, look, words)]
}

function ignoredReason({status, ignored}: VerifiedCheck): string {
  return ignored === undefined ? '' : `${status}, set aside until ${ignored.until}: ${ignored.reason}`
}

function detailLines(check: VerifiedCheck, look: Look, words: Words): string[] {
  const at = {indent: 4, width: 8}
  // A check that could not look has seen no pitfall.
  const codes = check.status === 'unknown' ? [] : check.pitfalls
  const first = codes.flatMap((code) => words.pitfall?.(code) ?? [])[0]
  const shown = check.evidence.length === 1 && check.evidence[0] === check.observed ? [] : check.evidence
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
  return [...wrap(summaryText(result.summary), look.columns), ...wrap(verdictText(result), look.columns).map(style[colour]), ...why]
}

function nextOf({summary, checks}: VerifyResult, look: Look): string[] {
  const worst = checks.find(({status, ignored}) => status === 'fail' && ignored === undefined)
  if (worst !== undefined) {
    return ['', ...nextLines([`kp explain ${worst.pitfalls[0] ?? worst.id}`, `kp verify ${worst.phase}`], look)]
  }
  return summary.unknown > 0 ? ['', ...nextLines(['kp status', 'kp doctor'], look)] : []
}
