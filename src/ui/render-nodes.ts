/** Nodes, and what was done to them, as people read it. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {actionLines, nextLines} from './render-common.ts'
import type {NodeListResult, NodeWorkResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

/** A line a node, then who would hold it. */
export function renderNodeList({environment, cluster, nodes}: NodeListResult, look: Look): string {
  const {bold} = styleFor(look)
  const held = new Map(nodes.flatMap(({blockedBy}) => blockedBy.map((one) => [`${one.pdb} ${one.owner ?? one.pod}`, one])))
  const cordoned = nodes.find(({cordonedBy}) => cordonedBy !== null)
  const rows = nodes.map(({name, pool, zone, version, ready, cordonedBy, pods, evictions, blockedBy}) => [
    name, pool ?? '', zone ?? '', version,
    ready ? (cordonedBy === null ? {text: 'ready', colour: 'green' as const} : {text: cordonedBy === 'somebody' ? 'cordoned' : `cordoned by ${cordonedBy}`, colour: 'yellow' as const}) : {text: 'not ready', colour: 'red' as const},
    String(pods),
    blockedBy.length === 0 ? `${evictions} move` : {text: `${blockedBy.length} held`, colour: 'red' as const},
  ])
  const next = cordoned === undefined ? [] : [`kubectl uncordon ${cordoned.name}`]
  return [
    ...wrap(`${environment}, cluster ${cluster}: ${count(nodes.length, 'node')}`, look.columns).map(bold),
    '',
    ...tableLines([{header: 'Node'}, {header: 'Pool'}, {header: 'Zone'}, {header: 'Kubelet'}, {header: 'State'}, {header: 'Pods', align: 'right', shrink: false}, {header: 'If emptied'}], rows, look),
    ...(held.size === 0 ? [] : ['', bold('What would hold a drain'), ...[...held.values()].flatMap(({pdb, pod, owner, reason, fix}) => [...wrap(clean(`budget ${pdb} holds ${pod}${owner === null ? '' : ` of ${owner}`}: ${reason}`), look.columns, {first: '  - ', rest: '    '}), ...actionLines(fix, look, '    ')])]),
    ...(next.length === 0 ? [] : ['', ...nextLines(next, look)]),
  ].join('\n')
}

/** What came of it, node by node. */
export function renderNodeWork({nodes, requests, result}: NodeWorkResult, action: 'drain' | 'patch' | 'replace', look: Look): string {
  const {green, red, yellow} = styleFor(look)
  const done = nodes.filter((node) => node.result === 'done')
  const verb = {drain: 'emptied', patch: 'patched', replace: 'replaced'}[action]
  const colour = {ok: green, failed: red, interrupted: yellow}[result]
  const rows = nodes.map((node) => [node.node, node.result === 'done' ? {text: verb, colour: 'green' as const} : {text: node.result === 'failed' ? 'failed' : 'not reached', colour: node.result === 'failed' ? ('red' as const) : ('yellow' as const)}, node.result === 'not-reached' ? '' : formatDuration(node.durationMs), String(node.evicted.length), node.requests === null ? '' : `${node.requests.failed} of ${node.requests.sent}`])
  return [
    ...wrap(`${done.length} of ${count(nodes.length, 'node')} ${verb}.`, look.columns).map(colour),
    '',
    ...tableLines([{header: 'Node'}, {header: 'Result', shrink: false}, {header: 'Took', shrink: false}, {header: 'Evicted', align: 'right', shrink: false}, {header: 'Requests lost', align: 'right'}], rows, look),
    '',
    ...wrap(requests === null ? 'Nobody could be asked from outside: what users lost is not known.' : `Users lost ${requests.failed} of ${count(requests.sent, 'request')}; the longest time without a good answer was ${requests.longestGapMs === 0 ? 'none' : formatDuration(requests.longestGapMs)}.`, look.columns),
    ...(result === 'ok' && action === 'drain' ? ['', ...nextLines(nodes.map(({node}) => `kubectl uncordon ${node}`), look, 'When you are done')] : []),
  ].join('\n')
}
