/** What, why and how of phase 15. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'backup',
  number: 15,
  title: 'Backup and restore (Velero, database dumps)',
  what: 'Velero backs up the objects of the cluster into an object store and takes CSI snapshots of the volumes; databases are dumped besides, and each dump is read back.',
  why: 'A deleted namespace, a lost volume or a lost cluster must be an hour\'s work, not the end. A backup that nobody has read is a hope.',
  how: [
    'Velero is installed with the plugin of AWS, which speaks to every S3 store, and with CSI snapshots, which are part of velero since 1.14. `velero install` without --plugins is refused, so kp names the plugin with its version.',
    'phases.backup.store names bucket, region and, where it is not AWS, the address. Credentials are a reference to a credentials file in secrets and become the Secret velero-credentials; without one the role of the pod is used, which on EKS is a Pod Identity.',
    'backup.rpo says how much work may be lost, backup.rto how long a restore may take. A schedule that cannot meet the RPO is refused in kp.yaml with both numbers; `kp verify` holds the newest backup against the RPO and the last restore against the RTO.',
    'One schedule (platform) covers phases.backup.includeNamespaces, or everything, at phases.backup.every; retention says how long a backup is kept. The first backup is made at once, since a schedule begins at its next time.',
    'Snapshots want a driver that can take them, the snapshot controller and a VolumeSnapshotClass with the label velero.io/csi-volumesnapshot-class, which kp puts on its own. They are crash consistent: a database is dumped besides, by its own tool.',
    'Dumps: a CronJob a database at phases.backup.databases.every writes to a volume, reads the dump back (verify), and deletes what is older than retention. The way back is a Job template of the repository (clusters/<environment>/job-templates/): scale down what uses the database, apply it (it reads the dump back, restores, and lists what is there), scale up again.',
    'Try it: delete a namespace and restore it, with the Restore of runbooks/restore-namespace.md. In the lab velero and its store are real and run beside the control plane; only the data of volumes is simulated. Backups are in the store and outlive the cluster: a new one with the same location sees them within a minute.',
    'Verify: `kp verify backup`: server, location, schedule, newest backup with its items and volumes, snapshot class, expired backups, dumps, last restore. By hand: `kubectl -n velero get backupstoragelocations,schedules,backups`.',
  ],
}
