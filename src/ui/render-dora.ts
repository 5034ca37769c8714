/** The four figures of DORA, as people read them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {formatTime, nextLines} from './render-common.ts'
import type {DoraResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

/** Each figure with what it is made of. */
export function renderDora({environment, cluster, since, until, deployments, leadTime, changeFailures, timeToRestore, openSince, unknown}: DoraResult, look: Look): string {
  const {bold, red, dim} = styleFor(look)
  const long = (seconds: number): string => (seconds >= 48 * 3600 ? `${Math.round(seconds / 8640) / 10} days` : formatDuration(seconds * 1000))
  return [
    ...wrap(clean(`${environment}, cluster ${cluster}: ${formatTime(since).slice(0, 10)} to ${formatTime(until).slice(0, 10)}`), look.columns).map(bold),
    '',
    ...tableLines([{header: 'Figure', shrink: false}, {header: 'Value', shrink: false}, {header: 'Made of'}], [
      ['Deployment frequency', `${deployments.perDay} a day`, `${count(deployments.kp, 'run')} of kp, ${deployments.gitops} by the GitOps tool`],
      ['Lead time', leadTime === null ? '-' : long(leadTime.medianSeconds), leadTime === null ? 'not known' : `median of ${leadTime.measured}, from commit to cluster`],
      ['Change failures', changeFailures === null ? '-' : `${changeFailures.percent} %`, changeFailures === null ? 'not known' : `${changeFailures.failed} of ${deployments.total}`],
      ['Time to restore', timeToRestore === null ? '-' : long(timeToRestore.medianSeconds), timeToRestore === null ? 'not known' : `median of ${timeToRestore.incidents}, to the next good one`],
    ], look),
    '',
    ...(openSince === null ? [] : [red(`Something has been broken since ${formatTime(openSince)}.`)]),
    ...unknown.flatMap((text) => wrap(clean(text), look.columns, {first: '  - ', rest: '    '}).map(dim)),
    '',
    ...nextLines(openSince === null ? ['kp history'] : ['kp status', 'kp history'], look),
  ].join('\n').replaceAll(/\n{3,}/g, '\n\n')
}
