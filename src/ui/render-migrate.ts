/** A migration between two clusters, as people read it. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {MigratePlanResult, MigrateResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

/** Namespaces with their gates. */
export function renderMigratePlan({from, to, clusters, namespaces, weights, unfinished, finished, simulated}: MigratePlanResult, look: Look): string {
  const {bold, green, red, yellow, dim} = styleFor(look)
  const {done, failed, warning, skipped} = marksFor(look)
  const marks = {pass: green(done), fail: red(failed), unknown: yellow(warning), warn: yellow(warning), 'not-applicable': dim(skipped)}
  const ready = namespaces.filter(({allowed}) => allowed)
  const next = `--from ${from} --to ${to}`
  const open = namespaces.find(({weight, allowed}) => allowed && weight < 100)
  return [
    ...wrap(clean(`From ${from} (${clusters.from}) to ${to} (${clusters.to}): ${count(namespaces.length, 'namespace')} with hosts, ${ready.length} ready`), look.columns).map(bold),
    ...(unfinished === null ? [] : wrap(`A ${unfinished.action} of ${unfinished.namespaces.join(', ')} to ${unfinished.weight} % was begun at ${unfinished.at} and not brought to its end: run it again, or roll back.`, look.columns).map(yellow)),
    ...(finished === null ? [] : wrap(`It was finished at ${finished}.`, look.columns).map(green)),
    ...(weights === null ? [] : wrap(clean(`Traffic cannot be divided: ${weights}.`), look.columns).map(yellow)),
    ...(simulated === null ? [] : wrap(`In the lab: ${simulated}.`, look.columns).map(dim)),
    '',
    ...namespaces.flatMap(({name, hosts, weight, gates}) => [
      ...wrap(clean(`${name}: ${weight} % in the new cluster (${hosts.join(', ')})`), look.columns).map(bold),
      ...gates.flatMap(({id, status, reason, fix}) => [...wrap(clean(`${id}: ${reason}`), look.columns - 4, {}).map((line, index) => (index === 0 ? `  ${marks[status]} ${line}` : `    ${line}`)), ...(fix === null || status === 'pass' ? [] : wrap(clean(`fix: ${fix}`), look.columns, {first: '      ', rest: '      '}))]),
      '',
    ]),
    ...nextLines(namespaces.length === 0 ? ['nothing there is led to from outside: kp topology'] : open === undefined ? (namespaces.every(({weight}) => weight === 100) ? [`kp migrate finish ${next}`] : ['do what the fixes say, then look again']) : [`kp migrate shift ${open.name} ${next} --weight 10`], look),
  ].join('\n').trimEnd()
}

/** What was led where. */
export function renderMigrate({from, to, clusters, action, ok, problems, namespaces, durationMs}: MigrateResult, look: Look): string {
  const {green, red} = styleFor(look)
  const ends = `--from ${from} --to ${to}`
  const head = {shift: ok ? `Traffic was led to ${clusters.to} in ${formatDuration(durationMs)}.` : 'The new cluster failed: its traffic went back.', rollback: `All traffic is in ${clusters.from} again.`, finish: `The migration to ${clusters.to} is finished. ${clusters.from} still stands, with no traffic.`}[action]
  const asked = namespaces.some(({requests}) => requests.from.sent + requests.to.sent > 0)
  const all = namespaces.every(({after}) => after === 100)
  return [
    ...wrap(head, look.columns).map(ok ? green : red),
    ...problems.flatMap((problem) => wrap(clean(problem), look.columns, {first: '  - ', rest: '    '}).map(red)),
    '',
    ...tableLines(
      [{header: 'Namespace'}, {header: 'Before', align: 'right', shrink: false}, {header: 'Now', align: 'right', shrink: false}, ...(asked ? [{header: from, align: 'right' as const}, {header: to, align: 'right' as const}] : [])],
      namespaces.map(({name, before, after, requests}) => [name, `${before} %`, `${after} %`, ...(asked ? [`${requests.from.sent} sent, ${requests.from.failed} failed`, requests.to.failed > 0 ? {text: `${requests.to.sent} sent, ${requests.to.failed} failed`, colour: 'red' as const} : `${requests.to.sent} sent, 0 failed`] : [])]),
      look,
    ),
    '',
    ...nextLines(action === 'finish' ? [`kp destroy --env ${from}, when nothing needs it any more`] : !ok ? [`kp diagnose --env ${to}`, `kp migrate plan ${ends}`] : action === 'rollback' ? [`kp migrate plan ${ends}`] : all ? [`kp migrate finish ${ends}`] : [`kp migrate shift ${ends} --weight 100`, `kp migrate rollback ${ends}`], look),
  ].join('\n').trimEnd()
}
