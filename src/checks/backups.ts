/** What velero calls things, and what it says of backups and restores. Pure. */
import type {KubeObject} from '../tools/kube-api.ts'

/** Namespace of velero, and of its backups. */
export const VELERO_NAMESPACE = 'velero'
export const VELERO_API = 'velero.io/v1'
/** Where backups are kept. */
export const LOCATION = 'default'
/** The schedule of kp. */
export const SCHEDULE = 'platform'
/** Label by which velero ties a backup to its schedule. */
export const SCHEDULE_LABEL = 'velero.io/schedule-name'
/** Label by which velero finds the snapshot class of a driver. */
export const CLASS_LABEL = 'velero.io/csi-volumesnapshot-class'
/** Pods of the server. */
export const VELERO_PODS = {'app.kubernetes.io/name': 'velero'}

/** What velero says of a backup or a restore. */
export interface BackupStatus {
  phase?: string
  startTimestamp?: string
  completionTimestamp?: string
  expiration?: string
  errors?: number
  warnings?: number
  failureReason?: string
  validationErrors?: string[]
  progress?: {itemsBackedUp?: number; totalItems?: number}
  csiVolumeSnapshotsAttempted?: number
  csiVolumeSnapshotsCompleted?: number
  volumeSnapshotsAttempted?: number
  volumeSnapshotsCompleted?: number
}

/** The status of a Backup or Restore. */
export const statusOf = (object: KubeObject): BackupStatus => (object['status'] ?? {})

/** Phases in which a backup still works, or waits for its turn. */
const AT_WORK = new Set(['', 'New', 'Queued', 'ReadyToStart', 'InProgress', 'WaitingForPluginOperations', 'WaitingForPluginOperationsPartiallyFailed', 'Finalizing', 'FinalizingPartiallyFailed'])

/** Whether a backup is not at its end yet. */
export const isAtWork = (object: KubeObject): boolean => AT_WORK.has(statusOf(object).phase ?? '')

/** Whether it is at its end, good or bad, and not on its way out. */
export const isDone = (object: KubeObject): boolean => !isAtWork(object) && statusOf(object).phase !== 'Deleting'

/** The time of a backup: when it began, which is what it holds. */
export const beganAt = (object: KubeObject): number => Date.parse(statusOf(object).startTimestamp ?? object.metadata.creationTimestamp ?? '')

/** The newest first. */
export const newestFirst = (objects: readonly KubeObject[]): KubeObject[] => objects.toSorted((a, b) => beganAt(b) - beganAt(a))
