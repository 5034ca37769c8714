/** Known failures of phase 15: snapshots of volumes, and what a snapshot of a database is worth. */
import type {Pitfall} from '../../engine/types.ts'

export const volumePitfalls: Pitfall[] = [
  {
    code: 'KP1503',
    title: 'The storage driver takes no snapshots',
    symptom: 'Objects are backed up, volumes are not: the driver answers Unimplemented, or velero skips the claim since its volume is not a CSI volume.',
    cause: 'Local paths, NFS and in-tree volumes have no CSI snapshots; some drivers need a part of their own for them.',
    match: [
      {output: /Skipping PVC \S+, associated PV \S+ is not a CSI volume/},
      {output: /Failed to (?:create|check and update) snapshot[^\n]*code = Unimplemented/},
      {event: {reason: 'SnapshotCreationFailed', message: /Unimplemented|not supported/}},
    ],
    fix: [
      {text: 'Which drivers have the volumes, and which take snapshots?', command: 'kubectl get pv -o custom-columns=NAME:.metadata.name,DRIVER:.spec.csi.driver,CLASS:.spec.storageClassName'},
      {text: 'Move what must be kept to a class whose driver can, or dump it: phases.backup.databases.', command: 'kubectl get volumesnapshotclasses,storageclasses'},
      {text: 'Where no volume can, say so: phases.backup.snapshots: false.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.volumes',
    source: 'twenty phases, 15: snapshot provider compatibility',
  },
  {
    code: 'KP1504',
    title: 'Velero finds no snapshot class',
    symptom: 'Backups are PartiallyFailed: failed to get VolumeSnapshotClass for provisioner, ensure that the desired VolumeSnapshotClass has the label velero.io/csi-volumesnapshot-class.',
    cause: 'There is no VolumeSnapshotClass for the driver, or there are several and none has the label or is the default.',
    match: [
      {output: /failed to get VolumeSnapshotClass for provisioner \S+/},
      {check: 'backup.snapshot-class'},
    ],
    fix: [
      {text: 'Which classes are there, and for which driver?', command: 'kubectl get volumesnapshotclasses --show-labels'},
      {text: 'Its own class gets the label from kp.', command: 'kp step node-pools'},
      {text: 'A class of the cluster gets it by hand.', command: 'kubectl label volumesnapshotclass <class> velero.io/csi-volumesnapshot-class=true'},
    ],
    confirmBy: 'backup.snapshot-class',
    source: 'velero docs: CSI snapshots; pkg/util/csi/volume_snapshot.go',
  },
  {
    code: 'KP1505',
    title: 'A complete backup holds no volumes',
    symptom: 'Backups are Completed, and restored applications come up with empty volumes.',
    cause: 'Velero counts objects. Without the feature EnableCSI, with snapshotVolumes false, or with claims left out, Completed says nothing of volumes.',
    match: [{check: 'backup.volumes'}],
    fix: [
      {text: 'How many snapshots does the newest one have?', command: 'kubectl -n velero get backups -o custom-columns=NAME:.metadata.name,WANTED:.status.csiVolumeSnapshotsAttempted,DONE:.status.csiVolumeSnapshotsCompleted'},
      {text: 'Switch phases.backup.snapshots on, and take phases.backup.includeNamespaces away where it leaves out too much.', command: 'kp step backup'},
      {text: 'Only a restore with the data proves it: restore a namespace beside the old one.', command: 'kp verify backup'},
    ],
    confirmBy: 'backup.volumes',
    runbook: 'restore-namespace.md',
    source: 'velero issue 1845',
  },
  {
    code: 'KP1508',
    title: 'A database dump fails',
    symptom: 'The Job of a dump is Failed; the log says that the password is wrong, the server is away, or that the dump is not complete.',
    cause: 'A snapshot of a running database is only as good as a power cut, so it is dumped besides; the dump fails when the password was rotated, the database is down, or it is larger than the time.',
    match: [
      {output: /pg_dumpall: error: connection to server|mysqldump: Got error: \d+|mongodump: error|Failed: can't create session/},
      {output: /FATAL: {2}password authentication failed for user "postgres"/},
      {check: 'backup.dumps'},
    ],
    fix: [
      {text: 'What does the last one say? The containers are dump and keep.', command: 'kubectl -n <namespace> logs -l app.kubernetes.io/name=database-dumps --all-containers --prefix --tail=50'},
      {text: 'Does the database run, and does the Secret hold the password of now?', command: 'kp verify operators'},
      {text: 'Dump again.', command: 'kubectl -n <namespace> create job <database>-dumps-again --from=cronjob/<database>-dumps'},
    ],
    confirmBy: 'backup.dumps',
    runbook: 'restore-database.md',
    source: 'twenty phases, 15: consistency for databases; microservices on kind: backup verification',
  },
  {
    code: 'KP1509',
    title: 'The volume of the dumps is full',
    symptom: 'Dumps end with "No space left on device"; older dumps are there, new ones are not.',
    cause: 'The databases have grown: dumps of the whole retention do not fit into phases.backup.databases.volume any more.',
    match: [
      {output: /(?:gzip|pg_dumpall|mysqldump|mongodump|redis-cli|cannot create)[^\n]*No space left on device/},
      {check: 'backup.dump-volumes'},
    ],
    fix: [
      {text: 'How full is it, and by what?', command: 'kubectl -n <namespace> logs -l app.kubernetes.io/name=database-dumps -c keep --prefix --tail=5'},
      {text: 'Keep less (phases.backup.databases.retention), or make the volume larger: the claim by hand where its class can grow, and phases.backup.databases.volume.', command: `kubectl -n <namespace> patch pvc <database>-dumps --type=merge -p '{"spec":{"resources":{"requests":{"storage":"<size>"}}}}'`},
      {text: 'Bring it to the cluster.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.dumps',
    source: 'microservices on kind: 5Gi backup storage with retention policies',
  },
]
