/** Backups, proofs and restores, as people read them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {formatTime, labelled, nextLines} from './render-common.ts'
import type {BackupCreateResult, BackupListResult, BackupScheduleResult, BackupVerifyResult, RestorePlan, RestoreResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Row = BackupListResult['backups'][number]
type Named = {kind: string; namespace: string | null; name: string}

const MOST = 10
const seconds = (value: number | null): string => (value === null ? '-' : formatDuration(value * 1000))
const nameOf = ({kind, namespace, name}: Named): string => `${kind} ${namespace === null ? name : `${namespace}/${name}`}`

/** A list with its rest as a number. */
function listed(heading: string, items: readonly string[], look: Look): string[] {
  if (items.length === 0) return []
  const {bold} = styleFor(look)
  return [bold(heading), ...items.slice(0, MOST).flatMap((item) => wrap(clean(item), look.columns, {first: '  ', rest: '    '})), ...(items.length > MOST ? [`  and ${items.length - MOST} more: --json has them`] : []), '']
}

/** What was made. */
export function renderBackupCreate({backup, etcd, cluster, durationMs}: BackupCreateResult, look: Look): string {
  const {green} = styleFor(look)
  return [
    ...(backup === null ? [] : wrap(`Backup ${backup.name} of ${cluster} is ${backup.phase}: ${count(backup.items, 'object')}, ${count(backup.snapshots.completed, 'volume')}, ${formatDuration(durationMs)}.`, look.columns).map(green)),
    ...(etcd === null ? [] : wrap(`etcd: ${count(etcd.keys, 'key')} in ${etcd.file}. It holds every Secret of the cluster.`, look.columns).map(green)),
    '',
    ...nextLines([backup === null ? 'kp backup verify --etcd' : `kp backup verify ${backup.name}`], look),
  ].join('\n')
}

/** Every backup with its proof. */
export function renderBackupList({backups, etcd, databases, rpo, environment, cluster}: BackupListResult, look: Look): string {
  const {bold, green, yellow, red} = styleFor(look)
  const newest = backups.find(({phase}) => phase === 'Completed')
  const verdict = rpo.seconds === null ? red('No backup is complete.') : rpo.ok === true ? green(`The newest is ${seconds(rpo.seconds)} old: within backup.rpo ${rpo.target}.`) : red(`The newest is ${seconds(rpo.seconds)} old: more than backup.rpo ${rpo.target}.`)
  const proven = backups.find(({proof}) => proof?.ok === true)
  return [
    bold(`${environment}, cluster ${cluster}: ${count(backups.length, 'backup')}`),
    ...wrap(verdict, look.columns),
    ...(proven === undefined ? wrap('None of them was proven: what nobody has restored is a hope.', look.columns).map(yellow) : []),
    '',
    ...(backups.length === 0 ? [] : [...tableLines([{header: 'Backup', shrink: false}, {header: 'Phase'}, {header: 'Begun', shrink: false}, {header: 'Objects', align: 'right', shrink: false}, {header: 'Volumes', align: 'right', shrink: false}, {header: 'Proven', shrink: false}], backups.map(rowOf), look), '']),
    ...(etcd.length === 0 ? [] : [...tableLines([{header: 'etcd'}, {header: 'Taken', shrink: false}, {header: 'Size', align: 'right', shrink: false}, {header: 'Proven', shrink: false}], etcd.map(({file, takenAt, bytes, proof}): Cell[] => [file.split('/').at(-1) ?? file, formatTime(takenAt), `${(bytes / 2 ** 20).toFixed(1)} MiB`, proofCell(proof)]), look), '']),
    ...(databases.length === 0 ? [] : [...tableLines([{header: 'Database dump'}, {header: 'Schedule', shrink: false}, {header: 'Last good', shrink: false}], databases.map(({namespace, name, schedule, lastGood}): Cell[] => [`${namespace}/${name}`, schedule, lastGood === null ? {text: 'never', colour: 'yellow'} : formatTime(lastGood)]), look), '']),
    ...nextLines([...(newest === undefined ? ['kp backup create'] : newest.proof === null ? [`kp backup verify ${newest.name}`] : []), ...(newest === undefined ? [] : [`kp restore ${newest.name} --namespace NAMESPACE --dry-run`])], look),
  ].join('\n').trimEnd()
}

function rowOf({name, phase, startedAt, items, snapshots, proof}: Row): Cell[] {
  const good = phase === 'Completed'
  const volumes = snapshots.attempted === snapshots.completed ? String(snapshots.completed) : {text: `${snapshots.completed} of ${snapshots.attempted}`, colour: 'red' as const}
  return [name, good ? phase : {text: phase, colour: /InProgress|New|Finalizing|Waiting/.test(phase) ? 'cyan' : 'red'}, startedAt === null ? '-' : formatTime(startedAt), String(items), volumes, proofCell(proof)]
}

function proofCell(proof: Row['proof']): Cell {
  return proof === null ? {text: 'no', colour: 'yellow'} : proof.ok ? {text: 'yes', colour: 'green'} : {text: 'FAILED', colour: 'red'}
}

/** What a backup is worth. */
export function renderBackupVerify(result: BackupVerifyResult, look: Look): string {
  const {green, red, dim} = styleFor(look)
  const {ok, backup, etcd, content, volumes, restore, marker, rpo, rto, problems} = result
  const what = backup === null ? `The snapshot ${etcd?.file.split('/').at(-1) ?? ''}` : `Backup ${backup.name}`
  const said = backup !== null && backup.phase === 'Completed' && !ok ? ' It says Completed.' : ''
  const rows: [string, string][] = [
    ...(content === null ? [] : [['Content', `${content.held} of ${content.expected} objects that were there are in it`] as [string, string]]),
    ...(volumes === null ? [] : [['Volumes', `${volumes.claims - volumes.missing.length} of ${volumes.claims} are in it; ${volumes.mounted} were mounted`] as [string, string]]),
    ...(restore === null ? [] : [['Restored', `${restore.compared - restore.lost.length} of ${restore.compared} objects of ${restore.namespaces.map(({from}) => from).join(', ')}, compared field by field`] as [string, string]]),
    ...(etcd === null ? [] : [['Restored', `${count(etcd.keys, 'key')} at revision ${etcd.revision}`] as [string, string]]),
    ['Marker', marker === null ? 'none was written before it (kp backup create writes one)' : marker.observed],
    ['Lost now', `${seconds(rpo.seconds)} of work; backup.rpo is ${rpo.target}`],
    ['Restore', rto.seconds === null ? 'not tried' : `${seconds(rto.seconds)}; backup.rto is ${rto.target}`],
  ]
  return [
    ...wrap(ok ? `${what} is proven.` : `${what} is not worth what it seems.${said}`, look.columns).map(ok ? green : red),
    '',
    ...problems.flatMap((problem) => wrap(clean(problem), look.columns, {first: '  - ', rest: '    '}).map(red)),
    ...(problems.length === 0 ? [] : ['']),
    ...rows.flatMap(([label, text]) => labelled(label, text, look, {indent: 0, width: 8})),
    ...(result.simulated === null ? [] : wrap(`Simulated: ${result.simulated}.`, look.columns).map(dim)),
    '',
    ...listed('Not in the backup', (content?.missing ?? []).map(nameOf), look),
    ...listed('In it with other fields', (content?.changed ?? []).map((one) => `${nameOf(one)}: ${one.fields.join(', ')}`), look),
    ...listed('Volumes without a snapshot', (volumes?.missing ?? []).map(({namespace, name, reason}) => `claim ${namespace}/${name}: ${reason}`), look),
    ...listed('Volumes that did not come back', (volumes?.failed ?? []).map(({namespace, name, reason}) => `claim ${namespace}/${name}: ${reason}`), look),
    ...listed('Did not come back', (restore?.lost ?? []).map(nameOf), look),
    ...listed('Came back with other fields', (restore?.differing ?? []).map((one) => `${nameOf(one)}: ${one.fields.join(', ')}`), look),
    ...listed('Keys that are missing', etcd?.missing ?? [], look),
    ...nextLines(ok ? ['kp backup list'] : nextOf(result), look),
  ].join('\n').trimEnd()
}

function nextOf({backup, kind}: BackupVerifyResult): string[] {
  if (kind === 'etcd') return ['kp backup create --etcd', 'kp backup verify --etcd']
  return ['kp verify backup', ...(backup === null ? [] : [`velero backup describe ${backup.name} --details`]), 'kp backup create, then kp backup verify']
}

/** When backups are made. */
export function renderBackupSchedule({schedules, changed, cluster}: BackupScheduleResult, look: Look): string {
  const {green} = styleFor(look)
  const rest = schedules.find(({paused}) => paused)
  return [
    ...(changed ? [green('The schedule was changed.'), ''] : []),
    ...(schedules.length === 0 ? [`There is no schedule in ${cluster}.`] : tableLines([{header: 'Schedule', shrink: false}, {header: 'Cron (UTC)', shrink: false}, {header: 'Kept', shrink: false}, {header: 'Covers'}, {header: 'Last'}, {header: 'State'}], schedules.map(({name, cron, keptFor, namespaces, last, paused, pausedUntil}): Cell[] => [name, cron, keptFor ?? '-', namespaces.includes('*') ? 'everything' : namespaces.join(', '), last === null ? 'none yet' : `${formatTime(last.at)} ${last.phase}`, paused ? {text: pausedUntil === null ? 'paused' : `paused until ${formatTime(pausedUntil)}`, colour: 'yellow'} : {text: 'runs', colour: 'green'}]), look)),
    '',
    ...nextLines(schedules.length === 0 ? ['kp step backup'] : rest === undefined ? ['kp backup list'] : ['kp backup schedule --resume'], look),
  ].join('\n')
}

/** What a restore would do. */
export function renderRestorePlan(plan: RestorePlan, look: Look): string {
  const {bold, yellow} = styleFor(look)
  const into = plan.namespaces.map(({from, to}) => (from === to ? from : `${from} into ${to}`)).join(', ')
  return [
    ...wrap(`Backup ${plan.backup}${plan.takenAt === null ? '' : ` of ${formatTime(plan.takenAt)}`} (${plan.phase}): restore ${into}`, look.columns).map(bold),
    '',
    `${count(plan.adds, 'object')} to be made, ${plan.same} there already as backed up, ${plan.overwrites.length} to be set back`,
    '',
    ...listed('Set back to the backup', plan.overwrites.map((one) => `${nameOf(one)}: ${one.fields.join(', ')}`), look),
    ...listed('Keep their present data: a claim that is there is not filled anew', plan.keepsData.map(({namespace, name}) => `claim ${namespace}/${name}`), look),
    ...(plan.risk === 'destroys' ? [...wrap('These namespaces are alive: what was changed in these objects since the backup is lost.', look.columns).map(yellow), ''] : []),
    ...wrap(`$ ${plan.command}`, look.columns, {rest: '    '}),
    '',
  ].join('\n')
}

/** What came of it. */
export function renderRestore({ok, problems, plan, restore, rto, dryRun}: RestoreResult, look: Look): string {
  const {green, red} = styleFor(look)
  if (dryRun || restore === null) return [renderRestorePlan(plan, look), 'Nothing was changed.'].join('\n')
  const head = `Restored ${restore.compared - restore.lost.length} of ${restore.compared} objects of ${plan.backup} in ${seconds(rto.seconds)}${ok ? '; all are as they were backed up.' : '.'}`
  return [
    ...wrap(head, look.columns).map(ok ? green : red),
    ...problems.flatMap((problem) => wrap(clean(problem), look.columns, {first: '  - ', rest: '    '}).map(red)),
    '',
    ...listed('Did not come back', restore.lost.map(nameOf), look),
    ...listed('Came back with other fields', restore.differing.map((one) => `${nameOf(one)}: ${one.fields.join(', ')}`), look),
    ...nextLines(ok ? plan.namespaces.map(({to}) => `kubectl -n ${to} get pods`) : [`velero restore describe ${restore.name} --details`, `velero restore logs ${restore.name}`], look),
  ].join('\n').trimEnd()
}
