/** `kp restore`: what a restore would overwrite, the restore, and whether everything came back. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {statusOf} from '../../checks/backups.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {durationSeconds} from '../../spec/units.ts'
import {formatCommand} from '../../tools/exec.ts'
import {backupLogs, createRestore, downloadBackup, restoreArguments} from '../../tools/velero.ts'
import type {RestoreOrder} from '../../tools/velero.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {RestorePlan, RestoreResult} from '../../ui/results.ts'
import {stage} from '../staged.ts'
import {readArchive} from './archive.ts'
import type {Archive} from './archive.ts'
import {differingFields} from './compare.ts'
import {allBackups} from './create.ts'
import {complaintOf, follow} from './follow.ts'
import {requireStore, storeError} from './store.ts'

/** Stages of it, as they are shown. */
export const RESTORE_STAGES = [
  {id: 'restore/velero', title: 'Restore'},
  {id: 'restore/compare', title: 'Compare what came back with the backup'},
] as const

/** What is asked for. */
export interface RestoreRequest {
  backup: string
  namespaces: readonly string[]
  /** Namespaces of the backup, and where each goes. */
  mappings: Readonly<Record<string, string>>
  volumes: boolean
}

/** A restore that was looked at. */
export interface PreparedRestore {
  plan: RestorePlan
  order: RestoreOrder
  archive: Archive
}

type Affected = RestorePlan['overwrites'][number]

/** Kinds that nobody restores, or that velero makes anew. */
const NOT_RESTORED = new Set(['events', 'events.events.k8s.io', 'nodes', 'endpoints', 'endpointslices.discovery.k8s.io', 'volumesnapshots.snapshot.storage.k8s.io', 'volumesnapshotcontents.snapshot.storage.k8s.io', 'leases.coordination.k8s.io'])
const MADE_ANEW = new Set(['ConfigMap kube-root-ca.crt', 'ConfigMap istio-ca-root-cert', 'ServiceAccount default'])
const CLAIMS = 'persistentvolumeclaims'

/**
 * Looks what a restore would do. Changes nothing.
 * @throws KpError USAGE (no such backup, no such namespace in it), STEP_FAILED (store away)
 */
export async function prepareRestore(ctx: PlatformContext, request: RestoreRequest): Promise<PreparedRestore> {
  await requireStore(ctx, {writes: false, doing: 'restore a backup'})
  const all = await allBackups(ctx)
  const backup = all.find(({metadata}) => metadata.name === request.backup)
  if (backup === undefined) throw new KpError({code: 'USAGE', message: `there is no backup ${request.backup}${didYouMean(request.backup, all.map(({metadata}) => metadata.name))}`, next: ['kp backup list']})
  const archive = await contentOf(ctx, backup, request.namespaces)
  const held = [...new Set([...archive.places.values()].flatMap(({namespace}) => (namespace === undefined ? [] : [namespace])))].toSorted()
  const unknown = [...request.namespaces, ...Object.keys(request.mappings)].find((name) => !held.includes(name))
  if (unknown !== undefined) throw new KpError({code: 'USAGE', message: `backup ${request.backup} has no namespace ${unknown}${didYouMean(unknown, held)}`, next: [`it has ${held.slice(0, 10).join(', ')}${held.length > 10 ? ' and more' : ''}`]})
  const {overwrites, same, adds, data} = await effects(ctx, archive, request)
  const live = new Set(overwrites.map(({namespace}) => namespace))
  const name = `${request.backup}-${ctx.clock.now().toString(36).slice(-6)}`.slice(0, 63)
  const order: RestoreOrder = {name, backup: request.backup, namespaces: request.namespaces, mappings: request.mappings, overwrite: overwrites.length > 0, volumes: request.volumes, labels: {}}
  const risk = live.size > 0 || data.length > 0 || same > 0 ? 'destroys' : 'changes'
  return {
    archive,
    order,
    plan: {
      backup: request.backup,
      phase: statusOf(backup).phase ?? 'New',
      takenAt: statusOf(backup).startTimestamp ?? null,
      namespaces: request.namespaces.map((from) => ({from, to: request.mappings[from] ?? from})),
      risk,
      adds,
      same,
      overwrites,
      keepsData: data,
      command: formatCommand('velero', restoreArguments(order)),
    },
  }
}

/** The backup as far as it is about these namespaces. */
async function contentOf(ctx: PlatformContext, backup: KubeObject, namespaces: readonly string[]): Promise<Archive> {
  if (statusOf(backup).completionTimestamp === undefined) throw new KpError({code: 'GATE', message: `backup ${backup.metadata.name} has not come to its end: it is ${statusOf(backup).phase ?? 'New'}`, next: ['kp backup list']})
  const folder = mkdtempSync(join(tmpdir(), 'kp-restore-'))
  try {
    const file = join(folder, 'backup.tar.gz')
    await downloadBackup(ctx.exec, ctx.access, backup.metadata.name, file)
    return await readArchive(file, ({namespace}) => namespace !== undefined && namespaces.includes(namespace))
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

/** The objects of the backup that a restore is about. */
function* restored(archive: Archive): Generator<{object: KubeObject; resource: string}> {
  for (const [key, object] of archive.objects) {
    const {resource = ''} = archive.places.get(key) ?? {}
    const owned = object.metadata.ownerReferences?.some(({controller}) => controller === true) === true
    if (!owned && !NOT_RESTORED.has(resource) && !MADE_ANEW.has(`${object.kind} ${object.metadata.name}`) && object['type'] !== 'kubernetes.io/service-account-token') yield {object, resource}
  }
}

/** What of it is there already, and how it differs. */
async function effects(ctx: PlatformContext, archive: Archive, {mappings}: RestoreRequest): Promise<{overwrites: Affected[]; same: number; adds: number; data: RestorePlan['keepsData']}> {
  const cluster = await ctx.cluster()
  const found: {overwrites: Affected[]; same: number; adds: number; data: RestorePlan['keepsData']} = {overwrites: [], same: 0, adds: 0, data: []}
  for (const {object, resource} of restored(archive)) {
    const {name, namespace = ''} = object.metadata
    const to = mappings[namespace] ?? namespace
    const live = (await cluster.list(object.apiVersion, object.kind, {namespace: to}))?.find(({metadata}) => metadata.name === name)
    if (live === undefined) {
      found.adds += 1
      continue
    }
    if (resource === CLAIMS) found.data.push({namespace: to, name})
    const fields = differingFields(object, live, mappings)
    if (fields.length === 0) found.same += 1
    else found.overwrites.push({kind: object.kind, namespace: to, name, fields: fields.slice(0, 5)})
  }
  return found
}

/**
 * Restores, waits for the end, and compares.
 * @throws KpError STEP_FAILED where velero does not come to a good end
 */
export async function runRestore(ctx: PlatformContext, {plan, order, archive}: PreparedRestore): Promise<RestoreResult> {
  const began = ctx.clock.now()
  const [restoring, comparing] = RESTORE_STAGES
  const done = await stage(ctx, restoring, async (progress) => {
    await createRestore(ctx.exec, ctx.access, order, `restore ${order.backup}`)
    return follow(ctx, 'Restore', order.name, progress)
  })
  const complaint = complaintOf(done)
  if (complaint !== undefined && statusOf(done).phase !== 'PartiallyFailed') {
    throw storeError(ctx, {message: complaint, doing: `restore ${order.backup}`, details: (await backupLogs(ctx.exec, ctx.access, order.name, 'restore').catch(() => [])).slice(-5), next: [`velero restore describe ${order.name} --details`, `velero restore logs ${order.name}`]})
  }
  const seconds = Math.round((ctx.clock.now() - began) / 100) / 10
  const {lost, differing, compared} = await stage(ctx, comparing, () => compareAll(ctx, archive, order.mappings))
  const {rto} = ctx.spec.backup
  const rtoOk = seconds <= durationSeconds(rto)
  const problems = [
    ...(complaint === undefined ? [] : [complaint]),
    ...(lost.length > 0 ? [`${lost.length} objects did not come back`] : []),
    ...(differing.length > 0 ? [`${differing.length} objects came back with other fields`] : []),
    ...(rtoOk ? [] : [`it took ${seconds} seconds: more than backup.rto ${rto}`]),
  ]
  return {
    schema: 'kp/restore/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    dryRun: false,
    ok: problems.length === 0,
    problems,
    plan,
    restore: {name: order.name, phase: statusOf(done).phase ?? 'New', warnings: statusOf(done).warnings ?? 0, errors: statusOf(done).errors ?? 0, compared, lost, differing},
    rto: {target: rto, seconds, ok: rtoOk},
    durationMs: ctx.clock.now() - began,
  }
}

async function compareAll(ctx: PlatformContext, archive: Archive, mappings: Readonly<Record<string, string>>): Promise<{compared: number; lost: {kind: string; namespace: string | null; name: string}[]; differing: Affected[]}> {
  ctx.changed()
  const cluster = await ctx.cluster()
  const [lost, differing]: [{kind: string; namespace: string | null; name: string}[], Affected[]] = [[], []]
  let compared = 0
  for (const {object} of restored(archive)) {
    const {name, namespace = ''} = object.metadata
    const to = mappings[namespace] ?? namespace
    const live = (await cluster.list(object.apiVersion, object.kind, {namespace: to}))?.find(({metadata}) => metadata.name === name)
    compared += 1
    if (live === undefined) {
      // A pod of its own that had ended is not made again.
      const phase = (object['status'] as {phase?: string} | undefined)?.phase
      if (object.kind !== 'Pod' || phase === 'Running') lost.push({kind: object.kind, namespace: to, name})
      continue
    }
    const fields = object.kind === 'Pod' || object.kind === 'Job' ? [] : differingFields(object, live, mappings)
    if (fields.length > 0) differing.push({kind: object.kind, namespace: to, name, fields: fields.slice(0, 5)})
  }
  return {compared, lost, differing}
}
