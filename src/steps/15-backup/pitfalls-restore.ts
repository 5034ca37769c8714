/** Known failures of phase 15: the way back. */
import type {Pitfall} from '../../engine/types.ts'

export const restorePitfalls: Pitfall[] = [
  {
    code: 'KP1516',
    title: 'A restore changes nothing, since the objects are there',
    symptom: 'The restore is Completed with warnings: could not restore, already exists. Warning: the in-cluster version is different than the backed-up version.',
    cause: 'Velero never overwrites: what exists stays as it is, unless existingResourcePolicy is update. Data of a volume whose claim exists is never touched.',
    match: [
      {output: /could not restore, [^\n]*already exists\. Warning: the in-cluster version is different than the backed-up version/},
      {check: 'backup.restore'},
    ],
    fix: [
      {text: 'Restore into a namespace of its own, and look at it there: the runbook has the Restore with namespaceMapping.', command: 'kubectl -n velero get restores -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,WARNINGS:.status.warnings'},
      {text: 'Really back to the old state? Then the namespace has to go first. This deletes what is in it now.', command: 'kubectl delete namespace <namespace>'},
      {text: 'Run the restore of the runbook again.', command: 'kp verify backup --check backup.restore'},
    ],
    confirmBy: 'backup.restore',
    runbook: 'restore-namespace.md',
    source: 'velero docs: restore reference; velero issue 4066',
  },
  {
    code: 'KP1517',
    title: 'A restored application has no data, or was too late',
    symptom: 'The restore is Completed and the volumes are empty or Pending; or it took longer than backup.rto.',
    cause: 'The snapshots are gone or in another region, restorePVs was false, or the volumes are larger than what can be copied in the time.',
    match: [
      {output: /Could not create volume "[^"]*": source was not found|InvalidSnapshot\.NotFound/},
      {awsError: 'InvalidSnapshot.NotFound'},
    ],
    fix: [
      {text: 'Are the snapshots still there?', command: 'kubectl get volumesnapshots -A'},
      {text: 'A snapshot is in the region where it was taken. For another region the data has to be moved into the store: components.velero.values.configuration.defaultSnapshotMoveData with deployNodeAgent.', command: 'kp plan backup'},
      {text: 'Databases come back from their dumps.', command: 'kp verify backup --check backup.dumps'},
    ],
    confirmBy: 'backup.restore',
    runbook: 'volume-lost.md',
    source: 'velero issue 6693; microservices on kind: RTO about 10 minutes',
  },
]
