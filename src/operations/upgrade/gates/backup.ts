/** Whether there is a way back that was tried: a restore that was proven, of a backup that is young enough. */
import {formatDuration} from '../../../engine/clock.ts'
import type {PlatformContext} from '../../../context.ts'
import {durationSeconds} from '../../../spec/units.ts'
import {whyNoEtcd} from '../../backup/etcd.ts'
import {newestProof, readProofs} from '../../proofs.ts'
import type {Proof, ProofKind} from '../../proofs.ts'
import type {Gate, GateAnswer} from '../types.ts'

/** See the file's head. */
export const backupGate: Gate = {
  id: 'backup',
  title: 'A backup younger than the RPO was restored and compared',
  async run({ctx}) {
    const answer = await askProofs(ctx)
    const first = answer.status === 'fail' ? FIRST[firstBackup(ctx) ?? 'none'] : undefined
    return {...answer, ...(first === undefined ? {} : {first})}
  },
}

const FIRST: Record<'objects' | 'etcd' | 'none', string | undefined> = {
  objects: 'a backup is made and proven',
  etcd: 'a snapshot of etcd is taken and proven',
  none: undefined,
}

/** What kp can take and prove itself before an upgrade; undefined where it cannot. */
export function firstBackup(ctx: PlatformContext): 'objects' | 'etcd' | undefined {
  if (ctx.spec.phases.backup.enabled) return 'objects'
  return whyNoEtcd(ctx) === undefined ? 'etcd' : undefined
}

/** What the proofs say of this cluster as it is now. */
export async function askProofs(ctx: PlatformContext): Promise<GateAnswer> {
  const system = await (await ctx.cluster()).get('v1', 'Namespace', 'kube-system')
  const kinds: ProofKind[] = ctx.spec.phases.backup.enabled ? ['objects'] : ['etcd', 'objects']
  return judgeProofs(readProofs(ctx), {now: ctx.clock.now(), rpo: ctx.spec.backup.rpo, kinds, cluster: system?.metadata.uid, hasBackup: ctx.spec.phases.backup.enabled})
}

interface Wanted {
  now: number
  /** `6h`. */
  rpo: string
  kinds: readonly ProofKind[]
  cluster: string | undefined
  hasBackup: boolean
}

/** Pure. */
export function judgeProofs(proofs: readonly Proof[], {now, rpo, kinds, cluster, hasBackup}: Wanted): GateAnswer {
  const fix = hasBackup ? 'kp backup create, then kp backup verify' : 'kp backup create --etcd-only, then kp backup verify --etcd; or phases.backup.enabled: true in kp.yaml'
  const own = proofs.filter((one) => one.cluster === undefined || cluster === undefined || one.cluster === cluster)
  const newest = newestProof(own, kinds)
  if (newest === undefined) return {status: 'fail', reason: proofs.length === 0 ? 'no backup was ever restored and compared: nobody knows whether one works' : 'no backup of this cluster was restored and compared', fix}
  if (!newest.ok) return {status: 'fail', reason: `the backup ${newest.backup} did not hold what it should: ${newest.reason ?? 'the restore differed'}`, fix}
  const age = now - Date.parse(newest.takenAt)
  const limit = durationSeconds(rpo) * 1000
  if (Number.isNaN(age) || age < -60_000) return {status: 'unknown', reason: `the proof of ${newest.backup} is from the future (${newest.takenAt}): a clock is wrong`, fix}
  if (age > limit) return {status: 'fail', reason: `the newest backup that was proven, ${newest.backup}, is ${formatDuration(age)} old; backup.rpo is ${rpo}`, fix}
  return {status: 'pass', reason: `${newest.backup} was restored and compared (${newest.objects} objects); it is ${formatDuration(Math.max(age, 0))} old, backup.rpo is ${rpo}`, fix: null}
}
