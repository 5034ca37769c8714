/**
 * The first steps of an upgrade where no backup is proven: one is made, restored beside what runs, and compared. What cannot be proven
 * stops the upgrade before anything is changed. A run that was killed goes on with the backup that it had made.
 */
import {beganAt, isAtWork} from '../../checks/backups.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {allBackups, backupName, makeBackup} from '../backup/create.ts'
import {etcdSnapshots} from '../backup/etcd.ts'
import {complaintOf, follow} from '../backup/follow.ts'
import {verifyEtcd} from '../backup/verify-etcd.ts'
import {verifyBackup} from '../backup/verify.ts'
import {readProofs} from '../proofs.ts'
import {askProofs} from './gates/backup.ts'

/** What can be taken and proven. */
export type FirstBackup = 'objects' | 'etcd'

const PHASE = 'upgrade-backup'
/** Velero itself gives up after four hours. */
const LIMIT_MS = 5 * 3600_000
/** A snapshot of etcd is taken in seconds: one of a run that was killed is not older than this. */
const FRESH_MS = 15 * 60_000

/** In order. */
export function backupSteps(kind: FirstBackup, {to}: {to: string}): PlatformStep[] {
  return [makeStep(kind, to), proveStep(kind, to)]
}

function makeStep(kind: FirstBackup, to: string): PlatformStep {
  const id = 'upgrade/backup'
  return {
    id,
    title: kind === 'objects' ? 'Make a backup' : 'Take a snapshot of etcd',
    risk: 'none',
    timeoutMs: LIMIT_MS,
    async probe(ctx) {
      const proven = await askProofs(ctx)
      if (proven.status === 'pass') return {state: 'satisfied', observed: proven.reason}
      const found = await usable(ctx, kind, to)
      if (found === undefined) return {state: 'absent', observed: proven.reason}
      return found.atWork ? {state: 'drifted', observed: `${found.name} is being made`} : {state: 'satisfied', observed: `${found.name} was made for this upgrade`}
    },
    plan: () => Promise.resolve({lines: [kind === 'objects' ? 'back up objects and volumes, with a marker' : 'take a snapshot, readable by you alone'], commands: [kind === 'objects' ? 'kp backup create' : 'kp backup create --etcd-only']}),
    apply: (ctx) => orRefuse(async () => {
      const begun = await usable(ctx, kind, to)
      if (begun?.atWork !== true) return makeBackup(within(ctx, id), {objects: kind === 'objects', etcd: kind === 'etcd', ...(kind === 'objects' ? {name: backupName(ctx, undefined).replace(/^[a-z]+/, `before-${to}`)} : {})})
      const ended = await follow(ctx, 'Backup', begun.name, (text) => ctx.emit({code: 'step.progress', phase: PHASE, step: id, text}))
      const complaint = complaintOf(ended)
      if (complaint !== undefined) throw new KpError({code: 'GATE', message: complaint, next: [`velero backup logs ${begun.name}`]})
      return undefined
    }),
  }
}

function proveStep(kind: FirstBackup, to: string): PlatformStep {
  const id = 'upgrade/backup-proof'
  return {
    id,
    title: kind === 'objects' ? 'Restore it beside what runs, and compare' : 'Make a throw-away etcd of it, and compare',
    risk: 'none',
    timeoutMs: LIMIT_MS,
    async probe(ctx) {
      const {status, reason} = await askProofs(ctx)
      return status === 'pass' ? {state: 'satisfied', observed: reason} : {state: 'absent', observed: reason}
    },
    plan: () => Promise.resolve({lines: [kind === 'objects' ? 'restore it into scratch namespaces, compare, clean up' : 'restore it, compare its keys, throw it away'], commands: [kind === 'objects' ? 'kp backup verify' : 'kp backup verify --etcd']}),
    apply: (ctx) => orRefuse(async () => {
      const found = await usable(ctx, kind, to)
      const result = kind === 'objects' ? await verifyBackup(within(ctx, id), {name: found?.name, restore: true}) : await verifyEtcd(within(ctx, id), found?.name)
      const seen = await askProofs(ctx)
      if (!result.ok || seen.status !== 'pass') throw new KpError({code: 'GATE', message: `the backup is not proven: ${result.problems[0] ?? seen.reason}`, details: result.problems, next: [kind === 'objects' ? 'kp backup verify, which says what it lacks' : 'kp backup verify --etcd']})
    }),
  }
}

/** The newest that was made for this upgrade, is young enough, and was not found wanting. */
async function usable(ctx: PlatformContext, kind: FirstBackup, to: string): Promise<{name: string; atWork: boolean} | undefined> {
  const bad = new Set(readProofs(ctx).flatMap(({ok, backup}) => (ok ? [] : [backup])))
  const now = ctx.clock.now()
  if (kind === 'etcd') {
    const newest = (await etcdSnapshots(ctx)).find(({path, takenAt}) => now - takenAt < FRESH_MS && !bad.has(path))
    return newest === undefined ? undefined : {name: newest.path, atWork: false}
  }
  ctx.changed()
  const fits = (one: KubeObject): boolean => one.metadata.name.startsWith(`before-${to}-`) && now - beganAt(one) < durationSeconds(ctx.spec.backup.rpo) * 1000 && !bad.has(one.metadata.name)
  const found = (await allBackups(ctx)).find((one) => fits(one) && (isAtWork(one) || complaintOf(one) === undefined))
  return found === undefined ? undefined : {name: found.metadata.name, atWork: isAtWork(found)}
}

/** Its stages are told as progress of the step. */
function within(ctx: PlatformContext, step: string): PlatformContext {
  return {
    ...ctx,
    emit(event) {
      if (!event.code.startsWith('step.')) ctx.emit(event)
      else if (event.code !== 'step.finished') ctx.emit({code: 'step.progress', phase: PHASE, step, ...(event.text === undefined ? {} : {text: event.text}), ...(event.data?.['percent'] === undefined ? {} : {data: {percent: event.data['percent']}})})
    },
  }
}

/** Whatever stands in the way of a proven backup stands in the way of the upgrade. */
async function orRefuse(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const known = asKpError(thrown)
    if (known.code === 'INTERRUPTED' || known.code === 'TERMINATED' || known.code === 'BUG') throw known
    throw new KpError({code: 'GATE', message: `there is no proven backup, and nothing was changed: ${known.message}`, details: known.details, next: [...known.next, 'or kp upgrade --waive backup --reason "why it is safe"'], pitfalls: known.pitfalls, cause: known})
  }
}
