/**
 * `kp backup verify`: what a backup is worth. What it says of itself counts for nothing: its content is held against the
 * cluster, and restored into scratch namespaces, in which nothing can run.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beganAt, SCHEDULE_LABEL, statusOf} from '../../checks/backups.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {durationSeconds} from '../../spec/units.ts'
import {downloadBackup} from '../../tools/velero.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {BackupVerifyResult} from '../../ui/results.ts'
import {recordProof} from '../proofs.ts'
import {skipStage, stage} from '../staged.ts'
import {readArchive} from './archive.ts'
import {areOfNewKinds, CLAIM, contentOf} from './content.ts'
import type {ContentLook} from './content.ts'
import {allBackups, factsOf, scopeOf} from './create.ts'
import {clusterUid} from './etcd.ts'
import {expectedIn} from './expected.ts'
import {complaintOf} from './follow.ts'
import {chooseNamespaces, restoreAndCompare} from './trial.ts'
import type {Trial} from './trial.ts'
import {endScratch, leftScratch} from './scratch.ts'
import {requireStore} from './store.ts'

/** Stages of it, as they are shown. */
export const VERIFY_STAGES = [
  {id: 'backup/content', title: 'Hold what is in it against the cluster'},
  {id: 'backup/restore', title: 'Restore it into scratch namespaces and compare'},
  {id: 'backup/clean', title: 'Take the scratch namespaces away'},
] as const

/** What is asked for. */
export interface VerifyOrder {
  /** Name of the backup; default the newest that ended. */
  name?: string | undefined
  /** Namespaces that are restored; default those of applications. */
  namespaces?: readonly string[] | undefined
  /** Whether anything is restored at all. */
  restore: boolean
}

/** A time that a backup itself may take; its age counts from its start. */
const TAKES_MS = 15 * 60_000

/**
 * Proves one backup, cleans up, and writes the proof down.
 * @throws KpError GATE, USAGE (no such backup), STEP_FAILED (store away); what the backup lacks is in the result
 */
export async function verifyBackup(ctx: PlatformContext, order: VerifyOrder): Promise<BackupVerifyResult> {
  await requireStore(ctx, {writes: false, doing: 'verify a backup'})
  const began = ctx.clock.now()
  const backup = await chosenBackup(ctx, order.name)
  const [contents, restore, clean] = VERIFY_STAGES
  const folder = mkdtempSync(join(tmpdir(), 'kp-backup-'))
  let content: ContentLook
  let trial: Trial | undefined
  let cleaned: boolean
  try {
    const chosen = await chooseNamespaces(ctx, scopeOf(ctx), order.namespaces)
    content = await stage(ctx, contents, (progress) => lookAtContent(ctx, backup, {file: join(folder, 'backup.tar.gz'), namespaces: chosen, progress}))
    try {
      if (order.restore && content.readable) trial = await stage(ctx, restore, (progress) => restoreAndCompare(ctx, {backup, namespaces: chosen, content, progress}))
      else skipStage(ctx, restore, order.restore ? 'its content cannot be read' : '--no-restore')
    } finally {
      cleaned = await stage(ctx, clean, () => cleanUp(ctx))
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
  return concluded(ctx, {backup, content, trial, cleaned, named: order.name !== undefined, began})
}

/** What is left of scratch namespaces goes, also of an earlier, killed kp. What does not go is told by the next verify. */
async function cleanUp(ctx: PlatformContext): Promise<boolean> {
  ctx.changed()
  await endScratch(ctx, await leftScratch(ctx))
  return true
}

async function chosenBackup(ctx: PlatformContext, name: string | undefined): Promise<KubeObject> {
  const all = await allBackups(ctx)
  if (name !== undefined) {
    const found = all.find(({metadata}) => metadata.name === name)
    if (found === undefined) throw new KpError({code: 'USAGE', message: `there is no backup ${name}${didYouMean(name, all.map(({metadata}) => metadata.name))}`, next: ['kp backup list']})
    return found
  }
  const newest = all.find((one) => one.metadata.labels?.[SCHEDULE_LABEL] !== undefined && statusOf(one).completionTimestamp !== undefined)
  if (newest === undefined) throw new KpError({code: 'GATE', message: 'there is no backup that has come to its end', next: ['kp backup create']})
  return newest
}

async function lookAtContent(ctx: PlatformContext, backup: KubeObject, {file, namespaces, progress}: {file: string; namespaces: readonly string[]; progress: (text: string) => void}): Promise<ContentLook> {
  const complaint = complaintOf(backup)
  progress('listing what must be in it')
  const since = beganAt(backup)
  const expected = await expectedIn(ctx, scopeOf(ctx), since)
  progress('fetching it from the store')
  try {
    await downloadBackup(ctx.exec, ctx.access, backup.metadata.name, file)
    // Claims whole, wherever they are: they name their snapshots. The name of a snapshot holds that of a long claim only in part.
    const archive = await readArchive(file, ({resource, namespace}) => resource === CLAIM || (namespace !== undefined && namespaces.includes(namespace)))
    return {...(await contentOf(ctx, {expected, archive, since})), ...(complaint === undefined ? {} : {complaint})}
  } catch (error) {
    const known = asKpError(error)
    if (known.code !== 'TOOL_FAILED' && known.code !== 'TOOL_RUBBISH' && known.code !== 'TOOL_TIMEOUT') throw known
    const said = known.tool?.output.trim().split('\n').at(-1) ?? ''
    return {readable: false, problem: `the store does not give it out whole: ${known.code === 'TOOL_RUBBISH' ? known.message : said}`, expected: expected.length, held: 0, missing: expected.map(({kind, namespace, name}) => ({kind, namespace: namespace ?? null, name})), changed: [], volumes: [], archive: undefined, marker: undefined, ...(complaint === undefined ? {} : {complaint})}
  }
}

const MOST_NAMED = 200

/** Kinds that were brought; none where they cannot be asked for: it is only about the words. */
async function definitions(ctx: PlatformContext): Promise<KubeObject[]> {
  return (await (await ctx.cluster()).list('apiextensions.k8s.io/v1', 'CustomResourceDefinition').catch(() => undefined)) ?? []
}

async function concluded(ctx: PlatformContext, found: {backup: KubeObject; content: ContentLook; trial: Trial | undefined; cleaned: boolean; named: boolean; began: number}): Promise<BackupVerifyResult> {
  const {backup, content, trial, cleaned, named, began} = found
  const {rpo, rto} = ctx.spec.backup
  const age = Math.max(0, began - beganAt(backup))
  const rpoOk = age <= durationSeconds(rpo) * 1000 + TAKES_MS
  const rtoOk = trial === undefined ? null : trial.seconds <= durationSeconds(rto)
  const volumesMissing = content.volumes.filter(({inBackup}) => !inBackup)
  const problems = [
    ...(content.complaint === undefined ? [] : [content.complaint]),
    ...(content.problem === undefined ? [] : [content.problem]),
    ...(content.readable && content.missing.length > 0 ? [`${content.missing.length} of ${content.expected} objects are not in it${areOfNewKinds(content.missing, await definitions(ctx), beganAt(backup)) ? ': their kinds were new, and velero looks for new kinds every five minutes; the next backup has them' : ''}`] : []),
    ...(content.changed.length > 0 ? [`${content.changed.length} objects are in it otherwise than they were`] : []),
    ...(volumesMissing.length > 0 ? [`${volumesMissing.length} of ${content.volumes.length} volumes are not in it`] : []),
    ...(trial?.problems ?? []),
    ...(!named && !rpoOk ? [`it is ${Math.round(age / 60_000)} minutes old: more than backup.rpo ${rpo}`] : []),
    ...(rtoOk === false ? [`the restore took ${trial?.seconds} seconds: more than backup.rto ${rto}`] : []),
  ]
  const ok = problems.length === 0
  const uid = await clusterUid(ctx)
  const at = new Date(ctx.clock.now()).toISOString()
  // What was only looked at is not proven.
  if (trial !== undefined || !ok) {
    await recordProof(ctx, {kind: 'objects', at, backup: backup.metadata.name, takenAt: new Date(beganAt(backup)).toISOString(), objects: trial?.compared ?? 0, ok, cluster: uid, ...(ok ? {} : {reason: problems[0] ?? 'it is not proven'})})
    if (content.volumes.length > 0) await recordProof(ctx, {kind: 'volumes', at, backup: backup.metadata.name, takenAt: new Date(beganAt(backup)).toISOString(), objects: trial?.volumes.mounted ?? 0, ok: volumesMissing.length === 0 && (trial?.volumes.failed.length ?? 1) === 0, cluster: uid})
  }
  return {
    schema: 'kp/backup-verify/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    kind: 'objects',
    at,
    ok,
    simulated: ctx.provider.simulated ? 'the data of volumes' : null,
    problems,
    backup: factsOf(backup),
    content: {expected: content.expected, held: content.held, missing: content.missing.slice(0, MOST_NAMED), changed: content.changed.slice(0, MOST_NAMED)},
    volumes: {claims: content.volumes.length, missing: volumesMissing.map(({namespace, name, reason}) => ({namespace, name, reason: reason ?? ''})), mounted: trial?.volumes.mounted ?? 0, failed: trial?.volumes.failed ?? []},
    restore: trial === undefined ? null : {name: trial.restore, namespaces: trial.namespaces, compared: trial.compared, lost: trial.lost, differing: trial.differing, warnings: trial.warnings},
    marker: trial?.marker ?? null,
    etcd: null,
    rpo: {target: rpo, seconds: Math.round(age / 1000), ok: named ? null : rpoOk},
    rto: {target: rto, seconds: trial?.seconds ?? null, ok: rtoOk},
    cleaned,
    durationMs: ctx.clock.now() - began,
  }
}
