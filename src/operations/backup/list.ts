/** `kp backup list` and `kp backup schedule`: what there is, and when the next one is made. */
import {SCHEDULE, VELERO_API, VELERO_NAMESPACE, beganAt, isDone, newestFirst, statusOf} from '../../checks/backups.ts'
import {PAUSED_UNTIL, pausedUntil} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {durationSeconds, parseDuration} from '../../spec/units.ts'
import {annotateObject, patchMerge} from '../../tools/kubectl.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {BackupListResult, BackupScheduleResult} from '../../ui/results.ts'
import {readProofs} from '../proofs.ts'
import {allBackups, factsOf} from './create.ts'
import {etcdSnapshots, whyNoEtcd} from './etcd.ts'
import {requireBackups} from './store.ts'

/** Name ending of the CronJobs that dump databases (phase 15). */
const DUMPS = /-dumps$/

/** Every backup with what was proven of it. */
export async function listBackups(ctx: PlatformContext): Promise<BackupListResult> {
  requireBackups(ctx)
  const proofs = readProofs(ctx)
  const proofOf = (name: string): BackupListResult['backups'][number]['proof'] => {
    const found = proofs.findLast((one) => one.backup === name && one.kind !== 'volumes')
    return found === undefined ? null : {at: found.at, ok: found.ok, reason: found.reason ?? null}
  }
  const backups = await allBackups(ctx)
  const snapshots = whyNoEtcd(ctx) === undefined ? await etcdSnapshots(ctx) : []
  const [newest] = newestFirst(backups.filter((one) => statusOf(one).phase === 'Completed'))
  const {rpo} = ctx.spec.backup
  const age = newest === undefined ? null : Math.round((ctx.clock.now() - beganAt(newest)) / 1000)
  return {
    schema: 'kp/backup-list/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    rpo: {target: rpo, seconds: age, ok: age === null ? null : age <= durationSeconds(rpo) + 15 * 60},
    backups: backups.map((one) => ({...factsOf(one), proof: proofOf(one.metadata.name)})),
    etcd: snapshots.map(({path, takenAt, bytes}) => ({file: path, takenAt: new Date(takenAt).toISOString(), bytes, proof: proofOf(path)})),
    databases: await dumpsOf(ctx),
  }
}

/** The CronJobs that dump databases, with their last good run. */
async function dumpsOf(ctx: PlatformContext): Promise<BackupListResult['databases']> {
  const jobs = await (await ctx.cluster()).listKnown('batch/v1', 'CronJob')
  return jobs
    .filter(({metadata}) => DUMPS.test(metadata.name) && metadata.labels?.['app.kubernetes.io/managed-by'] === 'kp')
    .map((job) => ({namespace: job.metadata.namespace ?? '', name: job.metadata.name, schedule: String((job['spec'] as {schedule?: string}).schedule), lastGood: (job['status'] as {lastSuccessfulTime?: string} | undefined)?.lastSuccessfulTime ?? null}))
}

/** What is asked of the schedule. */
export interface ScheduleOrder {
  /** Rest until that time, ISO 8601. */
  pauseUntil?: string
  resume: boolean
}

async function schedulesOf(ctx: PlatformContext): Promise<KubeObject[]> {
  const all = await (await ctx.cluster()).list(VELERO_API, 'Schedule', {namespace: VELERO_NAMESPACE})
  if (all === undefined) throw new KpError({code: 'GATE', message: 'the cluster does not know schedules of velero', next: ['kp step backup']})
  return all
}

/** The schedules with their last backups. */
export async function scheduleOf(ctx: PlatformContext, changed: boolean): Promise<BackupScheduleResult> {
  requireBackups(ctx)
  const [schedules, backups] = [await schedulesOf(ctx), await allBackups(ctx)]
  const now = ctx.clock.now()
  return {
    schema: 'kp/backup-schedule/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    changed,
    schedules: schedules.map((one) => {
      const {schedule, paused = false, template} = one['spec'] as {schedule: string; paused?: boolean; template?: {ttl?: string; includedNamespaces?: string[]}}
      const own = newestFirst(backups.filter(({metadata}) => metadata.labels?.['velero.io/schedule-name'] === one.metadata.name))
      const last = own.find(isDone)
      return {
        name: one.metadata.name,
        cron: schedule,
        every: one.metadata.name === SCHEDULE ? ctx.spec.phases.backup.every : null,
        keptFor: template?.ttl ?? null,
        namespaces: template?.includedNamespaces ?? ['*'],
        paused,
        pausedUntil: pausedUntil(one.metadata.annotations, now) ?? null,
        last: last === undefined ? null : {name: last.metadata.name, at: new Date(beganAt(last)).toISOString(), phase: statusOf(last).phase ?? 'New'},
      }
    }),
  }
}

/** A pause that is longer is no pause. */
const LONGEST_DAYS = 14

/** How long `4h` is. @throws KpError USAGE */
export function pauseSeconds(text: string): number {
  const seconds = parseDuration(text)
  if (seconds === undefined || seconds <= 0 || seconds > LONGEST_DAYS * 86_400) throw new KpError({code: 'USAGE', message: `--pause ${text} is no time up to ${LONGEST_DAYS}d: 30m, 4h, 2d`, next: ['run the same command with --help']})
  return seconds
}

/** Lets the schedule of kp rest until a time, or run again. @returns whether anything was changed */
export async function setSchedule(ctx: PlatformContext, {pauseUntil, resume}: ScheduleOrder): Promise<boolean> {
  requireBackups(ctx)
  const found = (await schedulesOf(ctx)).find(({metadata}) => metadata.name === SCHEDULE)
  if (found === undefined) throw new KpError({code: 'GATE', message: `there is no schedule ${SCHEDULE}`, next: ['kp step backup']})
  const {paused = false} = found['spec'] as {paused?: boolean}
  if (resume ? !paused && found.metadata.annotations?.[PAUSED_UNTIL] === undefined : paused && found.metadata.annotations?.[PAUSED_UNTIL] === pauseUntil) return false
  const doing = resume ? `let the schedule ${SCHEDULE} run again` : `let the schedule ${SCHEDULE} rest until ${pauseUntil}`
  await annotateObject(ctx.exec, ctx.access, found, {[PAUSED_UNTIL]: resume ? undefined : pauseUntil}, {doing})
  await patchMerge(ctx.exec, ctx.access, found, {spec: {paused: !resume}}, {doing})
  ctx.changed()
  return true
}
