/** An upgrade as people read it: gates, what drains would meet, the order, what came of it. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {actionLines, labelled, nextLines} from './render-common.ts'
import type {UpgradePlanResult, UpgradeResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Plan = Omit<UpgradePlanResult, 'schema'>
type Gate = Plan['gates'][number]

const COLOURS: Record<Gate['status'], Colour> = {pass: 'green', warn: 'yellow', fail: 'red', unknown: 'yellow', 'not-applicable': 'dim'}
/** So many problems of one gate are told; `--json` has all. */
const SHOWN = 8

/** The plan: what stands in the way first is what is read first. */
export function renderUpgradePlan(plan: Plan, look: Look, options: {brief?: boolean} = {}): string {
  const {bold, green, red, yellow} = styleFor(look)
  const head = plan.from === plan.to ? `${plan.environment}, cluster ${plan.cluster}: Kubernetes ${plan.from}` : `${plan.environment}, cluster ${plan.cluster}: Kubernetes ${plan.from} to ${plan.to}`
  if (!plan.needed) return [...wrap(head, look.columns).map(bold), '', ...wrap('There is nothing to do: the control plane and every node have this version.', look.columns).map(green)].join('\n')
  const blocked = plan.gates.filter(isBlocking)
  const first = blocked.flatMap((gate) => gate.first ?? [])
  const verdict: [(text: string) => string, string] = blocked.length === 0 ? [green, 'No gate stands in the way.'] : blocked.length > first.length ? [red, `${count(blocked.length, 'gate stands', 'gates stand')} in the way.`] : [yellow, `One thing is missing, and comes first${plan.allowed ? '' : ' with --yes, or when you agree'}: ${first.join(', ')}.`]
  return [
    ...wrap(head, look.columns).map(bold),
    '',
    ...tableLines([{header: 'Gate', shrink: false}, {header: 'Status', shrink: false}, {header: 'What was seen'}], plan.gates.map(({id, status, reason, waived}) => [id, waived === null ? {text: status === 'not-applicable' ? 'n/a' : status, colour: COLOURS[status]} : {text: 'waived', colour: 'yellow'}, clean(waived === null ? reason : `${waived} (${status}: ${reason})`)]), look),
    '',
    ...blocked.flatMap((gate) => [...gateLines(gate, look), '']),
    ...drainLines(plan, look),
    ...(plan.addons.length === 0 ? [] : [bold('Components that go with it'), ...plan.addons.flatMap(({component, from, to}) => wrap(`${component}, ${from} to ${to}`, look.columns, {first: '  '})), '']),
    ...(options.brief === true ? [] : orderLines(plan, look)),
    ...plan.notes.flatMap((note) => [...wrap(clean(note), look.columns), '']),
    ...wrap(verdict[1], look.columns).map(verdict[0]),
  ].join('\n')
}

const isBlocking = ({status, waived}: Gate): boolean => (status === 'fail' || status === 'unknown') && waived === null

function gateLines({id, title, reason, fix, problems}: Gate, look: Look): string[] {
  const {bold, red} = styleFor(look)
  const shown = problems.slice(0, SHOWN)
  return [
    ...wrap(`${id}: ${title}`, look.columns).map((line) => red(bold(line))),
    ...(shown.length === 0 ? wrap(clean(reason), look.columns, {first: '  '}) : shown.flatMap(({what, source, fix: one}) => [...wrap(clean(what), look.columns, {first: '  - ', rest: '    '}), ...labelled('seen', source, look, {indent: 4, width: 4}), ...fixLine(one, look)])),
    ...(problems.length > shown.length ? [`  and ${problems.length - shown.length} more: --json has them all`] : []),
    ...(shown.length === 0 && fix !== null ? fixLine(fix, look) : []),
  ]
}

function fixLine(fix: string, look: Look): string[] {
  const lines = actionLines(fix, look, '          ')
  return lines.map((line, index) => (index === 0 ? `    fix   ${line.trimStart()}` : line))
}

function drainLines({drain}: Plan, look: Look): string[] {
  if (drain.length === 0) return []
  const {bold} = styleFor(look)
  const rows = drain.map(({node, zone, evictions, blockedBy, noRoom, bare, unknown}) => [
    node, zone ?? '', String(evictions),
    blockedBy.length + bare.length === 0 ? '0' : {text: String(blockedBy.length + bare.length), colour: 'red' as const},
    noRoom.length === 0 ? '0' : {text: String(noRoom.length), colour: 'red' as const},
    unknown.length === 0 ? '0' : {text: String(unknown.length), colour: 'yellow' as const},
  ])
  const some = rows.slice(0, 30)
  return [
    bold('Drains, simulated in this order'),
    ...tableLines([{header: 'Node'}, {header: 'Zone'}, {header: 'Evicted', align: 'right', shrink: false}, {header: 'Held', align: 'right', shrink: false}, {header: 'No room', align: 'right', shrink: false}, {header: 'Unknown', align: 'right', shrink: false}], some, look),
    ...(rows.length > some.length ? [`and ${rows.length - some.length} more nodes`] : []),
    '',
  ]
}

function orderLines({order}: Plan, look: Look): string[] {
  if (order.length === 0) return []
  const total = order.reduce((sum, {estimateSeconds, nodes}) => sum + (estimateSeconds ?? 0) * Math.max(1, nodes.length), 0)
  return [
    styleFor(look).bold('Order'),
    ...order.flatMap(({id, title, estimateSeconds}, index) => wrap(`${title}${estimateSeconds === null || id === 'soak' ? '' : ` (about ${formatDuration(estimateSeconds * 1000)})`}`, look.columns, {first: `${String(index + 1).padStart(3)}. `, rest: '     '})),
    ...(order.every(({id, nodes, estimateSeconds}) => nodes.length === 0 || id === 'soak' || estimateSeconds === null) ? ['     How long it takes is known after the first time.'] : [`     In all about ${formatDuration(total * 1000)}, by what is known of past runs.`]),
    '',
  ]
}

/** What came of it. @param again the command as it was typed: it goes on where it was stopped */
export function renderUpgrade(result: UpgradeResult, look: Look, again: string): string {
  const {green, red, yellow} = styleFor(look)
  if (result.result === 'nothing-to-do') return renderUpgradePlan(result, look)
  if (result.result === 'refused') return [renderUpgradePlan(result, look, {brief: true}), '', ...nextLines(result.error?.next ?? [], look)].join('\n')
  const time = formatDuration(result.durationMs)
  const headline = {ok: green(`Kubernetes ${result.to} in ${time}.`), failed: red(`The upgrade to ${result.to} failed after ${time}.`), interrupted: yellow(`Stopped after ${time}; everything is journalled.`)}[result.result]
  const rows = result.nodes.map(({node, zone, from, to, result: came, evictions, durationMs, requests}) => [node, zone ?? '', `${from} to ${to}`, came === 'failed' ? (result.result === 'interrupted' ? {text: 'stopped', colour: 'yellow' as const} : {text: 'failed', colour: 'red' as const}) : formatDuration(durationMs), String(evictions), requests === null ? 'not asked' : `${requests.failed} of ${requests.sent}`])
  return [
    headline,
    '',
    ...(rows.length === 0 ? [] : [...tableLines([{header: 'Node'}, {header: 'Zone'}, {header: 'Kubelet'}, {header: 'Took', shrink: false}, {header: 'Evicted', align: 'right', shrink: false}, {header: 'Requests lost', align: 'right'}], rows, look), '']),
    ...wrap(result.requests === null ? 'Nobody could be asked from outside: what users lost is not known.' : `Users lost ${result.requests.failed} of ${count(result.requests.sent, 'request')}; ${result.requests.longestGapMs === 0 ? 'they were answered all the while' : `the longest time without a good answer was ${formatDuration(result.requests.longestGapMs)}`}.`, look.columns),
    ...(result.objects === null ? [] : wrap(result.objects.lost.length === 0 ? `All ${count(result.objects.before, 'object')} from before are there; now there are ${result.objects.after}.` : `${count(result.objects.lost.length, 'object')} from before ${result.objects.lost.length === 1 ? 'is' : 'are'} not there any more:`, look.columns)),
    ...(result.objects?.lost ?? []).slice(0, SHOWN).flatMap((name) => wrap(name, look.columns, {first: '  - '})),
    '',
    ...(result.result === 'ok' ? nextLines(['kp verify', 'kp plan'], look) : result.result === 'interrupted' ? nextLines([again, 'it goes on where it was stopped'], look) : []),
  ].join('\n').trimEnd()
}
