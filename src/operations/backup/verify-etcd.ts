/** `kp backup verify --etcd`: a snapshot of etcd is proven by an etcd that is made from it. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {BackupVerifyResult} from '../../ui/results.ts'
import {recordProof} from '../proofs.ts'
import {stage} from '../staged.ts'
import {scopeOf} from './create.ts'
import {clusterUid, etcdSnapshots, lookIntoEtcd, whyNoEtcd} from './etcd.ts'
import type {EtcdSnapshot} from './etcd.ts'

/** Stages of it, as they are shown. */
export const VERIFY_ETCD_STAGES = [{id: 'backup/etcd', title: 'Restore the snapshot into a throw-away etcd and compare'}] as const

/** Time that may pass between two snapshots and the look. */
const TAKES_MS = 15 * 60_000

/**
 * Proves one snapshot, and writes the proof down.
 * @param name path or file name of it; default the newest
 * @throws KpError GATE where there is none, USAGE, TOOL_MISSING
 */
export async function verifyEtcd(ctx: PlatformContext, name: string | undefined): Promise<BackupVerifyResult> {
  const began = ctx.clock.now()
  const why = whyNoEtcd(ctx)
  if (why !== undefined) throw new KpError({code: 'GATE', message: `there is no snapshot of etcd to verify: ${why}`, next: ['kp backup verify, for objects and volumes']})
  const snapshot = chosen(await etcdSnapshots(ctx), name)
  const [looking] = VERIFY_ETCD_STAGES
  const look = await stage(ctx, looking, (progress) => lookIntoEtcd(ctx, snapshot, scopeOf(ctx), progress))
  const {rpo, rto} = ctx.spec.backup
  const age = Math.max(0, began - snapshot.takenAt)
  const rpoOk = age <= durationSeconds(rpo) * 1000 + TAKES_MS
  const rtoOk = look.restoreSeconds <= durationSeconds(rto)
  const problems = [
    ...look.problems,
    ...(name === undefined && !rpoOk ? [`it is ${Math.round(age / 60_000)} minutes old: more than backup.rpo ${rpo}`] : []),
    ...(rtoOk ? [] : [`the restore took ${look.restoreSeconds} seconds: more than backup.rto ${rto}`]),
  ]
  const ok = problems.length === 0
  const at = new Date(ctx.clock.now()).toISOString()
  await recordProof(ctx, {kind: 'etcd', at, backup: snapshot.path, takenAt: new Date(snapshot.takenAt).toISOString(), objects: look.keys, ok, cluster: await clusterUid(ctx), ...(ok ? {} : {reason: problems[0] ?? 'it is not proven'})})
  return {
    schema: 'kp/backup-verify/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    kind: 'etcd',
    at,
    ok,
    simulated: null,
    problems,
    backup: null,
    content: null,
    volumes: null,
    restore: null,
    marker: look.marker ?? null,
    etcd: {file: snapshot.path, takenAt: new Date(snapshot.takenAt).toISOString(), keys: look.keys, revision: look.revision, missing: look.missing, surplus: look.surplus},
    rpo: {target: rpo, seconds: Math.round(age / 1000), ok: name === undefined ? rpoOk : null},
    rto: {target: rto, seconds: look.restoreSeconds, ok: rtoOk},
    cleaned: true,
    durationMs: ctx.clock.now() - began,
  }
}

function chosen(all: EtcdSnapshot[], name: string | undefined): EtcdSnapshot {
  const found = name === undefined ? all[0] : all.find(({path}) => path === name || path.endsWith(`/${name}`))
  if (found !== undefined) return found
  if (name !== undefined) throw new KpError({code: 'USAGE', message: `there is no snapshot of etcd ${name} of this cluster`, next: ['kp backup list']})
  throw new KpError({code: 'GATE', message: 'there is no snapshot of etcd of this cluster', next: ['kp backup create --etcd']})
}
