/** `phases.backup` of kp.yaml in the words of velero's chart. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import type {BackupValues} from './types.ts'

/** The Secret with the credentials file of the object store, in velero's namespace. */
export const BACKUP_SECRET = 'velero-credentials'

/** What `phases.backup` makes of the chart's values. */
export function backupValues({phases}: Pick<EnvironmentSpec, 'phases'>): BackupValues {
  const {retention, snapshots, store} = phases.backup
  const withSecret = store.secret !== undefined
  return {
    ttl: goDuration(retention),
    ...(snapshots ? {features: 'EnableCSI'} : {}),
    useSecret: withSecret,
    ...(withSecret ? {secret: BACKUP_SECRET} : {}),
  }
}

/** A duration of kp.yaml as velero writes it back: `720h0m0s`, so that nothing looks changed. */
export function goDuration(text: string): string {
  const seconds = durationSeconds(text)
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`
}
