/** What is wrong, as people read it: causes first, each with its evidence and its fix. Pure. */
import type {Look} from './io.ts'
import {fixLines, labelled} from './render-common.ts'
import type {DiagnoseResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {clean, count, oneLine, wrap, wrapCommand} from './text.ts'

const AT = {indent: 2, width: 8}
const MOST_EVIDENCE = 4
const MOST_AFFECTED = 6

/** Shows the findings, then what could not be looked at. */
export function renderDiagnose(result: DiagnoseResult, look: Look): string {
  const {bold, yellow} = styleFor(look)
  const marks = marksFor(look)
  const {findings, unknown} = result
  const unseen = unknown.length === 0 ? [] : ['', bold('Could not be looked at'), ...unknown.slice(0, 10).flatMap(({what, reason}) => wrap(oneLine(`${what}: ${reason}`), look.columns, {first: '  '})).map(yellow)]
  if (findings.length === 0) {
    const text = unknown.length === 0 ? `Nothing known is wrong in ${result.environment} (cluster ${result.cluster}).` : `Nothing known was found in ${result.environment}, but not everything could be looked at.`
    return [...wrap(text, look.columns), ...unseen].join('\n')
  }
  const roots = findings.filter(({follows}) => follows.length === 0).length
  const head = `${count(findings.length, 'finding')} in ${result.environment} (cluster ${result.cluster})${roots === findings.length ? '' : `: ${count(roots, 'cause')} and what follows from ${roots === 1 ? 'it' : 'them'}`}`
  return [
    ...wrap(head, look.columns).map(bold),
    ...findings.flatMap((finding) => ['', ...findingLines(finding, look, marks.failed)]),
    '',
    ...wrap('kubectl and helm need the kubeconfig of this cluster in the shell:', look.columns),
    ...wrapCommand('eval "$(kp kubeconfig --export)"', look.columns, '  '),
    ...unseen,
  ].join('\n')
}

function findingLines(finding: DiagnoseResult['findings'][number], look: Look, mark: string): string[] {
  const {bold, dim, red} = styleFor(look)
  const head = wrap(oneLine(`${finding.code} ${finding.title}`), look.columns, {first: `${mark} `})
  const more = finding.affects.length - MOST_AFFECTED
  const affected = `${finding.affects.slice(0, MOST_AFFECTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [
    ...head.map((line) => bold(finding.follows.length === 0 ? red(line) : line)),
    ...labelled('object', finding.object, look, AT),
    ...(finding.follows.length === 0 ? [] : labelled('follows', `from ${finding.follows.join(', ')}: see to that first`, look, AT)),
    ...finding.evidence.slice(0, MOST_EVIDENCE).flatMap((line, index) => labelled(index === 0 ? 'seen' : '', clean(line), look, AT)).map(dim),
    ...labelled('cause', finding.cause, look, AT),
    ...(finding.affects.length === 0 ? [] : labelled('affects', affected, look, AT)),
    ...fixLines([...finding.fix, {text: 'See that it is fixed.', command: `kp verify --check ${finding.confirmBy}`}], look, '  '),
    ...(finding.runbook === null ? [] : labelled('runbook', `runbooks/${finding.runbook}`, look, AT)),
  ]
}
