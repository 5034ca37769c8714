/** `kp backup create`: a backup of what the schedule covers, now, by velero itself. */
import {newestFirst, beganAt, SCHEDULE, SCHEDULE_LABEL, statusOf, VELERO_API, VELERO_NAMESPACE} from '../../checks/backups.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {backupLogs, createBackup} from '../../tools/velero.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {BackupCreateResult} from '../../ui/results.ts'
import {stage} from '../staged.ts'
import {clusterUid, saveEtcd, whyNoEtcd} from './etcd.ts'
import type {Scope} from './expected.ts'
import {complaintOf, follow} from './follow.ts'
import {writeMarker} from './marker.ts'
import {requireStore, storeError} from './store.ts'

/** Stages of it, as they are shown. */
export const CREATE_STAGES = [
  {id: 'backup/marker', title: 'Write a marker that only this backup can hold'},
  {id: 'backup/objects', title: 'Back up objects and volumes'},
  {id: 'backup/etcd', title: 'Take a snapshot of etcd'},
] as const

/** What a backup of kp.yaml covers. */
export function scopeOf({spec}: Pick<PlatformContext, 'spec'>): Scope {
  const {includeNamespaces, excludeNamespaces} = spec.phases.backup
  return {include: includeNamespaces, exclude: excludeNamespaces}
}

/** `platform-20261128t221500`, of the schedule or with a name of its own. */
export function backupName(ctx: Pick<PlatformContext, 'clock'>, given: string | undefined): string {
  const stamp = new Date(ctx.clock.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return given ?? `${SCHEDULE}-${stamp}`
}

/** What is asked for. */
export interface CreateOrder {
  name?: string | undefined
  /** Also (or, with `objects: false`, only) a snapshot of etcd. */
  etcd: boolean
  objects: boolean
}

/**
 * Makes it, and waits for its end.
 * @throws KpError STEP_FAILED where the store or velero refuses, GATE where there are no backups
 */
export async function makeBackup(ctx: PlatformContext, order: CreateOrder): Promise<BackupCreateResult> {
  const began = ctx.clock.now()
  const [marking, objects, etcd] = CREATE_STAGES
  const {environment} = ctx.spec
  const uid = await clusterUid(ctx)
  const why = order.etcd ? whyNoEtcd(ctx) : undefined
  if (why !== undefined) throw new KpError({code: 'GATE', message: `no snapshot of etcd can be taken: ${why}`, next: ['kp backup create, for objects and volumes']})
  let backup: KubeObject | undefined
  if (order.objects) {
    await requireStore(ctx, {writes: true, doing: 'make a backup'})
    await stage(ctx, marking, () => writeMarker(ctx, scopeOf(ctx)))
    backup = await stage(ctx, objects, (progress) => runBackup(ctx, backupName(ctx, order.name), progress))
  }
  const snapshot = order.etcd ? await stage(ctx, etcd, () => saveEtcd(ctx)) : undefined
  return {
    schema: 'kp/backup-create/v1',
    environment: environment.name,
    cluster: environment.cluster,
    uid,
    backup: backup === undefined ? null : factsOf(backup),
    etcd: snapshot === undefined ? null : {file: snapshot.path, takenAt: new Date(snapshot.takenAt).toISOString(), keys: snapshot.keys, bytes: snapshot.bytes},
    durationMs: ctx.clock.now() - began,
  }
}

async function runBackup(ctx: PlatformContext, name: string, progress: (text: string, percent?: number) => void): Promise<KubeObject> {
  await createBackup(ctx.exec, ctx.access, {name, schedule: SCHEDULE}, `make the backup ${name}`)
  const done = await follow(ctx, 'Backup', name, progress)
  const complaint = complaintOf(done)
  if (complaint === undefined) return done
  const details = await backupLogs(ctx.exec, ctx.access, name).catch(() => [])
  throw storeError(ctx, {message: complaint, doing: `make the backup ${name}`, details: details.slice(-5), next: [`velero backup describe ${name} --details`, `velero backup logs ${name}`, 'kp verify backup']})
}

/** What a backup says of itself, for results. */
export function factsOf(backup: KubeObject): NonNullable<BackupCreateResult['backup']> {
  const {phase, startTimestamp, completionTimestamp, expiration, errors = 0, warnings = 0, progress, csiVolumeSnapshotsAttempted = 0, csiVolumeSnapshotsCompleted = 0} = statusOf(backup)
  return {
    name: backup.metadata.name,
    phase: phase ?? 'New',
    scheduled: backup.metadata.labels?.[SCHEDULE_LABEL] !== undefined,
    startedAt: startTimestamp ?? null,
    completedAt: completionTimestamp ?? null,
    expiresAt: expiration ?? null,
    items: progress?.itemsBackedUp ?? 0,
    snapshots: {attempted: csiVolumeSnapshotsAttempted, completed: csiVolumeSnapshotsCompleted},
    errors,
    warnings,
  }
}

/** The backups of velero, newest first. @throws KpError GATE where the cluster has none of the kinds */
export async function allBackups(ctx: PlatformContext): Promise<KubeObject[]> {
  const all = await (await ctx.cluster()).list(VELERO_API, 'Backup', {namespace: VELERO_NAMESPACE})
  if (all === undefined) throw new KpError({code: 'GATE', message: 'the cluster does not know backups of velero', next: ['kp step backup']})
  return newestFirst(all)
}

export {beganAt}
