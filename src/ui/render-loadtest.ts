/** A load test, as people read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {LoadtestResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

/** Figures, limits, and what autoscalers did. */
export function renderLoadtest({target, connections, requests, latencyMs, seconds, scalers, ok, problems, simulated}: LoadtestResult, look: Look): string {
  const {green, red, dim, bold} = styleFor(look)
  const statuses = Object.entries(requests.statuses).map(([status, number]) => `${status}: ${number}`).join(', ')
  return [
    ...wrap(clean(`${target.url} at ${target.address}: ${count(connections, 'connection')} for ${Math.round(seconds)} seconds`), look.columns).map(bold),
    ...wrap(ok ? `${requests.perSecond} answers a second, ${requests.failed} failed.` : problems.join('; '), look.columns).map(ok ? green : red),
    '',
    ...tableLines(
      [{header: 'Sent', align: 'right'}, {header: 'Answered', align: 'right'}, {header: 'Failed', align: 'right'}, {header: 'A second', align: 'right'}, {header: 'p50', align: 'right'}, {header: 'p95', align: 'right'}, {header: 'p99', align: 'right'}, {header: 'Worst', align: 'right'}],
      [[String(requests.sent), String(requests.answered), requests.failed === 0 ? '0' : {text: `${requests.failed} (${requests.failedPercent} %)`, colour: 'red'}, String(requests.perSecond), ...(['p50', 'p95', 'p99', 'max'] as const).map((name) => (latencyMs === null ? '-' : `${latencyMs[name]} ms`))]],
      look,
    ),
    ...(statuses === '' ? [] : [dim(`Answers by status: ${statuses}`)]),
    '',
    ...(scalers.length === 0 ? ['No HorizontalPodAutoscaler is behind this host.', ''] : [...tableLines([{header: 'After', align: 'right', shrink: false}, {header: 'Autoscaler'}, {header: 'Replicas', align: 'right', shrink: false}, {header: 'Wanted', align: 'right', shrink: false}, {header: 'Of', align: 'right', shrink: false}, {header: 'CPU', align: 'right', shrink: false}], scalers.map(({atMs, name, replicas, desired, min, max, cpuPercent}) => [`${Math.round(atMs / 1000)} s`, name, String(replicas), String(desired), `${min}-${max}`, cpuPercent === null ? '-' : `${cpuPercent} %`]), look), '']),
    ...(simulated === null ? [] : [...wrap(`In the lab ${simulated}.`, look.columns).map(dim), '']),
    ...nextLines(ok ? ['kp slo report'] : ['kp diagnose', 'kp verify ingress autoscaling'], look),
  ].join('\n').trimEnd()
}
