/** Checks of phase 15: the newest backup, its volumes, and the last restore. */
import {check, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {ownBackups} from './first-backup.ts'
import {beganAt, CLASS_LABEL, isDone, newestFirst, SCHEDULE, simulatedServer, statusOf, VELERO_API} from './names.ts'

/** Time that a backup may take before it is complete. */
const TAKES_MS = 15 * 60_000
const DRILL_DAYS = 30
const DAY_MS = 24 * 3600_000
/** A backup of a whole cluster takes its time. */
const LATER = {deadlineMs: 5 * 60_000, everyMs: 2000}

const UNKNOWN_KIND = {status: 'fail', observed: 'the cluster does not know backups of velero', expected: 'kp step backup brings the kinds'} as const

/** An age in words. */
export function ago(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 120 ? `${minutes} minutes` : minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 60 / 24)} days`
}

/** Where something must not be older than the RPO: how old it may be, in milliseconds. */
export const rpoMs = (ctx: Pick<PlatformContext, 'spec'>): number => durationSeconds(ctx.spec.backup.rpo) * 1000

async function newestComplete(ctx: PlatformContext): Promise<KubeObject | CheckResult> {
  const all = await ownBackups(ctx)
  if (all === undefined) return UNKNOWN_KIND
  const [newest] = newestFirst(all.filter((one) => statusOf(one).phase === 'Completed'))
  return newest ?? {status: 'fail', observed: `no backup of schedule ${SCHEDULE} is complete`, expected: `one that is not older than backup.rpo (${ctx.spec.backup.rpo})`}
}

const isResult = (one: KubeObject | CheckResult): one is CheckResult => 'observed' in one

/** What the newest backup is worth. */
export const recentChecks: PlatformCheck[] = [
  check({
    id: 'backup.recent',
    title: 'The newest complete backup is within the RPO',
    pitfalls: ['KP1507', 'KP1514', 'KP1501'],
    simulated: simulatedServer,
    within: LATER,
    async run(ctx) {
      const newest = await newestComplete(ctx)
      if (isResult(newest)) return newest
      const age = ctx.clock.now() - beganAt(newest)
      const rpo = `backup.rpo ${ctx.spec.backup.rpo}`
      return verdict(age <= rpoMs(ctx) + TAKES_MS ? [] : [`the newest complete backup, ${newest.metadata.name}, is ${ago(age)} old: more than ${rpo}`], `${newest.metadata.name}, ${ago(age)} old`, `not older than ${rpo}, and the time that a backup takes`)
    },
  }),
  check({
    id: 'backup.last-result',
    title: 'The last backup ended well and holds something',
    pitfalls: ['KP1506', 'KP1515'],
    simulated: simulatedServer,
    within: LATER,
    async run(ctx) {
      const all = await ownBackups(ctx)
      if (all === undefined) return UNKNOWN_KIND
      const [last] = newestFirst(all.filter(isDone))
      if (last === undefined) return {status: 'unknown', observed: 'no backup has come to an end yet'}
      const {phase, errors = 0, warnings = 0, progress, failureReason, validationErrors = []} = statusOf(last)
      const expected = 'Completed, with items and without errors'
      const why = [failureReason, ...validationErrors].filter(Boolean).join('; ')
      const complaints = [
        ...(phase === 'Completed' ? [] : [`backup ${last.metadata.name} is ${phase}${why === '' ? '' : `: ${why}`}`]),
        ...(errors > 0 ? [`backup ${last.metadata.name} has ${errors} errors`] : []),
        ...((progress?.itemsBackedUp ?? 0) > 0 ? [] : [`backup ${last.metadata.name} holds no items`]),
      ]
      if (complaints.length > 0 || warnings === 0) return verdict(complaints, `${last.metadata.name}: ${progress?.itemsBackedUp} items`, expected)
      return {status: 'warn', observed: `${last.metadata.name}: ${progress?.itemsBackedUp} items, ${warnings} warnings`, expected, evidence: [`velero backup logs ${last.metadata.name}`]}
    },
  }),
  check({
    id: 'backup.volumes',
    title: 'The newest backup has the volumes in it',
    pitfalls: ['KP1505', 'KP1503', 'KP1504'],
    simulated: (ctx) => ctx.provider.simulated && 'the lab takes the snapshots',
    appliesTo: (ctx) => (ctx.spec.phases.backup.snapshots ? true : 'phases.backup.snapshots is off'),
    within: LATER,
    run: lookAtVolumes,
  }),
  check({
    id: 'backup.snapshot-class',
    title: 'Velero finds a snapshot class for the driver of the volumes',
    pitfalls: ['KP1504', 'KP1503'],
    appliesTo: (ctx) => (ctx.spec.phases.backup.snapshots ? true : 'phases.backup.snapshots is off'),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const classes = await cluster.list('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass')
      if (classes === undefined) return {status: 'fail', observed: 'the cluster does not know VolumeSnapshotClass', expected: 'the snapshot controller and its kinds: kp step node-pools'}
      const storage = await cluster.listKnown('storage.k8s.io/v1', 'StorageClass')
      const main = storage.find(({metadata}) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
      if (main === undefined) return {status: 'unknown', observed: 'there is no default StorageClass'}
      const driver = String(main['provisioner'])
      const of = classes.filter((one) => one['driver'] === driver)
      const named = (test: (meta: KubeObject['metadata']) => boolean): string[] => of.filter(({metadata}) => test(metadata)).map(({metadata}) => metadata.name)
      const labelled = named(({labels}) => labels?.[CLASS_LABEL] !== undefined)
      const marked = named(({annotations}) => annotations?.['snapshot.storage.kubernetes.io/is-default-class'] === 'true')
      const taken = labelled[0] ?? marked[0] ?? (of.length === 1 ? of[0]?.metadata.name : undefined)
      const complaints = of.length === 0 ? [`no VolumeSnapshotClass is for ${driver}`] : labelled.length > 1 ? [`${labelled.join(' and ')} have the label ${CLASS_LABEL}: velero takes the first that it meets`] : taken === undefined ? [`none of the ${of.length} VolumeSnapshotClasses of ${driver} has the label ${CLASS_LABEL} or is the default`] : []
      return verdict(complaints, `${taken} for ${driver}`, `one class of the driver with ${CLASS_LABEL}=true`)
    },
  }),
  check({
    id: 'backup.restore',
    title: 'A restore was tried, ended well and was within the RTO',
    severity: 'warning',
    pitfalls: ['KP1516', 'KP1517'],
    simulated: simulatedServer,
    within: SOON,
    async run(ctx) {
      const all = await (await ctx.cluster()).list(VELERO_API, 'Restore')
      if (all === undefined) return UNKNOWN_KIND
      const [last] = newestFirst(all.filter(isDone))
      if (last === undefined) return {status: 'skip', observed: 'nobody has restored anything yet (runbooks/restore-namespace.md)'}
      const {phase, startTimestamp = '', completionTimestamp = '', errors = 0} = statusOf(last)
      const took = Date.parse(completionTimestamp) - Date.parse(startTimestamp)
      const rto = durationSeconds(ctx.spec.backup.rto) * 1000
      const age = ctx.clock.now() - beganAt(last)
      const complaints = [
        ...(phase === 'Completed' && errors === 0 ? [] : [`restore ${last.metadata.name} is ${phase}${errors > 0 ? ` with ${errors} errors` : ''}`]),
        ...(phase === 'Completed' && !(took <= rto) ? [`restore ${last.metadata.name} took ${ago(took)}: more than backup.rto ${ctx.spec.backup.rto}`] : []),
        ...(age > DRILL_DAYS * DAY_MS ? [`the last restore was ${ago(age)} ago`] : []),
      ]
      return verdict(complaints, `${last.metadata.name} took ${Math.round(took / 1000)} seconds, ${ago(age)} ago`, `one in ${DRILL_DAYS} days, without errors, within backup.rto ${ctx.spec.backup.rto}`)
    },
  }),
]

/** Completed does not mean that volumes are in it: what was there when the backup began is counted. */
async function lookAtVolumes(ctx: PlatformContext): Promise<CheckResult> {
  const newest = await newestComplete(ctx)
  if (isResult(newest)) return newest
  const cluster = await ctx.cluster()
  const {includeNamespaces, excludeNamespaces} = ctx.spec.phases.backup
  const [claims, volumes] = await Promise.all([cluster.listKnown('v1', 'PersistentVolumeClaim'), cluster.listKnown('v1', 'PersistentVolume')])
  const csi = new Set(volumes.filter((one) => (one['spec'] as {csi?: unknown} | undefined)?.csi !== undefined).map(({metadata}) => metadata.name))
  const wanted = claims.filter((claim) => {
    const namespace = claim.metadata.namespace ?? ''
    const within = (includeNamespaces.length === 0 || includeNamespaces.includes(namespace)) && !excludeNamespaces.includes(namespace)
    const bound = csi.has((claim['spec'] as {volumeName?: string} | undefined)?.volumeName ?? '')
    return within && bound && Date.parse(claim.metadata.creationTimestamp ?? '') < beganAt(newest) - 60_000
  })
  if (wanted.length === 0) return {status: 'skip', observed: 'there was no volume of a CSI driver when the newest backup began'}
  const {csiVolumeSnapshotsAttempted: attempted = 0, csiVolumeSnapshotsCompleted: completed = 0} = statusOf(newest)
  const complaints = [
    ...(attempted < wanted.length ? [`${newest.metadata.name} has snapshots of ${attempted} of ${wanted.length} volumes`] : []),
    ...(completed < attempted ? [`${attempted - completed} of ${attempted} snapshots of ${newest.metadata.name} are not complete`] : []),
  ]
  return verdict(complaints, `${completed} snapshots for ${wanted.length} volumes`, 'a snapshot of each volume that was there')
}
