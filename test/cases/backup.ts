/** Cases of the checks of phase 15. */
import {changed, minutesAgo, readyComponent, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const VELERO = 'velero.io/v1'
const HOUR = 60
const STORE = {secrets: {store: 'env:STORE'}, phases: {backup: {store: {secret: 'store'}}}}
const POSTGRES = {phases: {operators: {enabled: true, kafka: {enabled: false}, postgres: {enabled: true}}}}
const encoded = (text: string): Record<string, unknown> => ({data: {cloud: Buffer.from(text).toString('base64')}})
const FILE = '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-key\n'

const location = (status: Record<string, unknown>, spec = {}): ReturnType<typeof thing> => thing(VELERO, 'BackupStorageLocation', 'velero/default', {spec, status})
const AVAILABLE = {phase: 'Available', lastValidationTime: minutesAgo(1)}
const schedule = (status: Record<string, unknown>, spec = {}): ReturnType<typeof thing> => thing(VELERO, 'Schedule', 'velero/platform', {spec: {schedule: '0 */6 * * *', ...spec}, status})
const backup = (name: string, minutes: number, status: Record<string, unknown> = {}): ReturnType<typeof thing> =>
  thing(VELERO, 'Backup', `velero/${name}`, {status: {phase: 'Completed', startTimestamp: minutesAgo(minutes), completionTimestamp: minutesAgo(minutes - 1), expiration: minutesAgo(-30 * 24 * HOUR), progress: {itemsBackedUp: 512, totalItems: 512}, ...status}}, {labels: {'velero.io/schedule-name': 'platform'}})
const restore = (minutes: number, status: Record<string, unknown> = {}): ReturnType<typeof thing> =>
  thing(VELERO, 'Restore', 'velero/demo-1', {status: {phase: 'Completed', startTimestamp: minutesAgo(minutes), completionTimestamp: minutesAgo(minutes - 2), ...status}})
const status = (change: Record<string, unknown>) => (object: {[key: string]: unknown}): Record<string, unknown> => ({status: {...(object['status'] as object), ...change}})

const claim = (name: string, phase = 'Bound'): ReturnType<typeof thing> => thing('v1', 'PersistentVolumeClaim', name, {spec: {volumeName: 'pv-1'}, status: {phase}}, {creationTimestamp: minutesAgo(5 * HOUR)})
const volume = thing('v1', 'PersistentVolume', 'pv-1', {spec: {csi: {driver: 'disk.csi.acme.io'}}})
const snapshotClass = (name: string, labels = {}, annotations = {}): ReturnType<typeof thing> => thing('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass', name, {driver: 'disk.csi.acme.io'}, {labels, annotations})
const LABEL = {'velero.io/csi-volumesnapshot-class': 'true'}
const storageClass = thing('storage.k8s.io/v1', 'StorageClass', 'standard', {provisioner: 'disk.csi.acme.io'}, {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}})

const cron = (state: Record<string, unknown>, spec = {}): ReturnType<typeof thing> => thing('batch/v1', 'CronJob', 'postgres/postgres-dumps', {spec, status: state}, {uid: 'cron-1'})
const failedJob = thing('batch/v1', 'Job', 'postgres/postgres-dumps-2', {status: {conditions: [{type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit'}]}}, {creationTimestamp: minutesAgo(10), ownerReferences: [{uid: 'cron-1'}]})
const KINDS = [`${VELERO} Backup`, `${VELERO} Restore`, `${VELERO} Schedule`, `${VELERO} BackupStorageLocation`]
const world = (...objects: World['objects']): World => ({kinds: KINDS, objects})
const noKinds = (given: World): World => ({...given, kinds: [], objects: []})
const OFF = {what: 'snapshots are off', platform: {phases: {backup: {snapshots: false}}}, observed: /snapshots is off/}
const NO_DATABASE = {what: 'there is no database', platform: {}, observed: /no database/}

export const backupCases: CheckCase[] = [
  {check: 'backup.ready', passes: (ctx) => ({objects: readyComponent(ctx, 'velero')}), fails: [{what: 'the server is gone', change: without('Deployment'), observed: /Deployment velero\/velero does not exist/}]},
  {check: 'backup.kinds', passes: (ctx) => ({objects: readyComponent(ctx, 'velero')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'schedules.velero.io'), observed: /schedules\.velero\.io does not exist/}]},
  {
    check: 'backup.credentials',
    platform: STORE,
    passes: () => world(thing('v1', 'Secret', 'velero/velero-credentials', encoded(FILE))),
    fails: [
      {what: 'the Secret is gone', change: without('Secret'), observed: /velero-credentials does not exist/},
      {what: 'it is no credentials file', change: changed('Secret', () => encoded('AKIA:secret')), observed: /names no aws_access_key_id/},
      {what: 'it is empty', change: changed('Secret', () => ({data: {}})), observed: /has no key cloud/},
    ],
    skips: [{what: 'a role is used', platform: {}, observed: /role of its pod/}],
  },
  {
    check: 'backup.location',
    passes: () => world(location(AVAILABLE)),
    fails: [
      {what: 'it is gone', change: without('BackupStorageLocation'), observed: /does not exist/},
      {what: 'the store refuses', change: changed('BackupStorageLocation', () => ({status: {phase: 'Unavailable', message: 'AccessDenied'}})), observed: /Unavailable: AccessDenied/},
      {what: 'velero does not look any more', change: changed('BackupStorageLocation', () => ({status: {...AVAILABLE, lastValidationTime: minutesAgo(HOUR)}})), observed: /asked the store last 60 minutes ago/},
      {what: 'it is read-only', change: changed('BackupStorageLocation', () => ({spec: {accessMode: 'ReadOnly'}})), observed: /read-only/},
      {what: 'the kinds are not there', change: noKinds, observed: /does not know the kinds/},
    ],
  },
  {
    check: 'backup.schedule',
    passes: () => world(schedule({phase: 'Enabled'})),
    fails: [
      {what: 'it is gone', change: without('Schedule'), observed: /does not exist/},
      {what: 'it is paused', change: changed('Schedule', () => ({spec: {paused: true}})), observed: /is paused/},
      {what: 'its cron line is none', change: changed('Schedule', () => ({status: {phase: 'FailedValidation', validationErrors: ['invalid schedule: expected exactly 5 fields']}})), observed: /FailedValidation: invalid schedule/},
      {what: 'the kinds are not there', change: noKinds, observed: /does not know the kinds/},
    ],
  },
  {
    check: 'backup.recent',
    passes: () => world(backup('platform-2', 5 * HOUR), backup('platform-1', 11 * HOUR)),
    fails: [
      {what: 'the newest is too old', change: without('Backup', 'velero/platform-2'), observed: /platform-1, is 11 hours old: more than backup\.rpo 6h/},
      {what: 'there is none', change: without('Backup'), observed: /no backup of schedule platform is complete/},
      {what: 'the newest failed, and the one before is too old', change: changed('Backup', status({phase: 'Failed'}), 'velero/platform-2'), observed: /platform-1, is 11 hours old/},
      {what: 'the kinds are not there', change: noKinds, observed: /does not know backups/},
    ],
  },
  {
    check: 'backup.last-result',
    passes: () => world(backup('platform-1', HOUR)),
    fails: [
      {what: 'it is partial', change: changed('Backup', status({phase: 'PartiallyFailed', errors: 2})), observed: /platform-1 is PartiallyFailed; .* 2 errors/},
      {what: 'it failed', change: changed('Backup', status({phase: 'Failed', failureReason: 'found a backup with status "InProgress"'})), observed: /is Failed: found a backup/},
      {what: 'it is empty', change: changed('Backup', status({progress: {}})), observed: /holds no items/},
      {what: 'it has warnings', change: changed('Backup', status({warnings: 3})), observed: /3 warnings/, status: 'warn'},
    ],
    unknown: [{what: 'none has ended', change: changed('Backup', status({phase: 'InProgress'})), observed: /come to an end/}],
  },
  {
    check: 'backup.volumes',
    passes: () => world(backup('platform-1', HOUR, {csiVolumeSnapshotsAttempted: 1, csiVolumeSnapshotsCompleted: 1}), claim('demo/data'), volume),
    fails: [
      {what: 'it holds none', change: changed('Backup', status({csiVolumeSnapshotsAttempted: 0, csiVolumeSnapshotsCompleted: 0})), observed: /snapshots of 0 of 1 volumes/},
      {what: 'one is not complete', change: changed('Backup', status({csiVolumeSnapshotsCompleted: 0})), observed: /1 of 1 snapshots of platform-1 are not complete/},
      {what: 'there is no backup', change: without('Backup'), observed: /no backup of schedule/},
    ],
    skips: [OFF],
  },
  {
    check: 'backup.snapshot-class',
    passes: () => world(storageClass, snapshotClass('standard', LABEL), snapshotClass('other')),
    fails: [
      {what: 'there is none', change: (given) => ({...given, kinds: ['snapshot.storage.k8s.io/v1 VolumeSnapshotClass'], objects: [storageClass]}), observed: /no VolumeSnapshotClass is for disk\.csi\.acme\.io/},
      {what: 'none of several has the label', change: changed('VolumeSnapshotClass', (one) => ({metadata: {...one.metadata, labels: {}}})), observed: /none of the 2 VolumeSnapshotClasses/},
      {what: 'two have it', change: changed('VolumeSnapshotClass', (one) => ({metadata: {...one.metadata, labels: LABEL}})), observed: /standard and other have the label/},
      {what: 'the kind is not there', change: (given) => ({...given, objects: [storageClass]}), observed: /does not know VolumeSnapshotClass/},
    ],
    unknown: [{what: 'there is no default StorageClass', change: changed('StorageClass', (one) => ({metadata: {...one.metadata, annotations: {}}})), observed: /no default StorageClass/}],
    skips: [OFF],
  },
  {
    check: 'backup.restore',
    passes: () => world(restore(24 * HOUR)),
    fails: [
      {what: 'it failed', change: changed('Restore', status({phase: 'PartiallyFailed', errors: 1})), observed: /is PartiallyFailed with 1 errors/},
      {what: 'it took too long', change: changed('Restore', status({completionTimestamp: minutesAgo(23 * HOUR)})), observed: /took 60 minutes: more than backup\.rto 10m/},
      {what: 'it was long ago', change: () => world(restore(40 * 24 * HOUR)), observed: /was 40 days ago/},
    ],
  },
  {
    check: 'backup.retention',
    passes: () => world(backup('platform-1', HOUR)),
    fails: [{what: 'one is over its time', change: changed('Backup', status({expiration: minutesAgo(5 * HOUR)})), observed: /expired at .* and is still there/}],
  },
  {
    check: 'backup.dumps',
    platform: POSTGRES,
    passes: () => world(cron({lastSuccessfulTime: minutesAgo(2 * HOUR)})),
    fails: [
      {what: 'the CronJob is gone', change: without('CronJob'), observed: /CronJob postgres\/postgres-dumps does not exist/},
      {what: 'it was never dumped', change: changed('CronJob', () => ({status: {}})), observed: /was never dumped/},
      {what: 'the last one is old', change: changed('CronJob', () => ({status: {lastSuccessfulTime: minutesAgo(9 * HOUR)}})), observed: /is 9 hours old: more than backup\.rpo 6h/},
      {what: 'it is suspended', change: changed('CronJob', () => ({spec: {suspend: true}})), observed: /is suspended/},
      {what: 'the one after it failed', change: withMore(failedJob), observed: /postgres-dumps-2: BackoffLimitExceeded/},
    ],
    skips: [NO_DATABASE],
  },
  {
    check: 'backup.dump-volumes',
    platform: POSTGRES,
    passes: () => world(claim('postgres/postgres-dumps')),
    fails: [
      {what: 'it is gone', change: without('PersistentVolumeClaim'), observed: /claim postgres\/postgres-dumps does not exist/},
      {what: 'it is pending', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}})), observed: /is Pending/},
    ],
    skips: [NO_DATABASE],
  },
]
