/** Known failures of phase 15: store, schedule, server. */
import type {Pitfall} from '../../engine/types.ts'
import {BACKUP_KINDS, findMissingBucket, findReadOnlyLocation, findStandingSchedule} from './find-backups.ts'
import {bucketPitfalls} from './pitfalls-bucket.ts'
import {restorePitfalls} from './pitfalls-restore.ts'
import {volumePitfalls} from './pitfalls-volumes.ts'

const storePitfalls: Pitfall[] = [
  {
    code: 'KP1501',
    title: 'The object store refuses the credentials',
    symptom: 'The backup location is Unavailable: InvalidAccessKeyId, SignatureDoesNotMatch or AccessDenied.',
    cause: 'The access key was rotated or mistyped, or its policy (on AWS, the role of the pod) does not allow listing, reading, writing and deleting in the bucket.',
    match: [
      {output: /BackupStorageLocation[^\n]*api error (?:InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied)/},
      {check: 'backup.location', output: /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|no EC2 IMDS role found/},
      {check: 'backup.credentials'},
    ],
    fix: [
      {text: 'Which of the three is it? The location says it.', command: 'kubectl -n velero get backupstoragelocation default -o jsonpath={.status.message}'},
      {text: 'Correct the credentials file that phases.backup.store.secret names, or the policy of the role: s3:ListBucket on the bucket, s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListMultipartUploadParts on what is in it.', command: 'kp step backup'},
      {text: 'Velero reads its credentials at its start.', command: 'kubectl -n velero rollout restart deployment velero'},
    ],
    confirmBy: 'backup.location',
    runbook: 'backup-failed.md',
    source: 'velero docs: plugins for AWS, permissions; velero issue 2543',
  },
  {
    code: 'KP1502',
    title: 'The bucket does not exist, or is in another region',
    symptom: 'The backup location is Unavailable: NoSuchBucket, or the bucket is in another region than the location says.',
    cause: 'phases.backup.store names a bucket that nobody made, or the region of the cluster and that of the bucket are not the same.',
    match: [
      {output: /BackupStorageLocation[^\n]*\b(?:NoSuchBucket|PermanentRedirect): |requested bucket from "[^"]+", actual location "[^"]+"/},
      {check: 'backup.location', output: /NoSuchBucket|PermanentRedirect|actual location/},
    ],
    find: findMissingBucket,
    kinds: BACKUP_KINDS,
    fix: [
      {text: 'Where is the bucket?', command: 'aws s3api get-bucket-location --bucket <bucket>'},
      {text: 'Write name and region to phases.backup.store; where there is no bucket, make it first. On an own store its console or client does that.', command: 'aws s3 mb s3://<bucket> --region <region>'},
      {text: 'Bring the location to the cluster.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.location',
    runbook: 'backup-failed.md',
    source: 'velero docs: backup storage location; velero-plugin-for-aws issue 140',
  },
  {
    code: 'KP1518',
    title: 'The object store does not answer',
    symptom: 'The backup location is Unavailable: connection refused, no such host, i/o timeout, or a certificate signed by unknown authority.',
    cause: 'The address in phases.backup.store.endpoint is wrong, the store is down, a firewall or network policy is between, or its certificate is of a CA that velero does not know.',
    match: [
      {output: /(?:operation error S3|BackupStorageLocation)[^\n]*(?:dial tcp [^\n]*(?:connection refused|no such host|i\/o timeout)|x509: certificate signed by unknown authority|request send failed)/},
      {check: 'backup.location', output: /dial tcp|x509|request send failed|asked the store last/},
      {check: 'backup.location'},
    ],
    fix: [
      {text: 'What does the location say, and which address has it?', command: 'kubectl -n velero describe backupstoragelocation default'},
      {text: 'Does the store answer from the cluster? An answer of 403 is one.', command: 'kubectl -n velero run store-probe --rm -i --restart=Never --image=docker.io/curlimages/curl:8.16.0 -- curl -sS -o /dev/null -w %{http_code} <address>'},
      {text: 'Correct phases.backup.store.endpoint; kp opens its port in the network policy. An own CA goes to components.velero.values.configuration.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.location',
    runbook: 'backup-failed.md',
    source: 'velero docs: troubleshooting; using a self-signed certificate',
  },
  {
    code: 'KP1510',
    title: 'An S3 store that is not AWS refuses the checksums',
    symptom: 'Backups fail while they are uploaded: XAmzContentSHA256Mismatch, or "A header you provided implies functionality that is not implemented".',
    cause: 'Version 1.9 and newer of the AWS plugin send checksums that many S3 stores do not know.',
    match: [{output: /XAmzContentSHA256Mismatch|A header you provided implies functionality that is not implemented|x-amz-checksum/i}],
    fix: [
      {text: 'Name the store in phases.backup.store.endpoint: kp then writes checksumAlgorithm "" and asks by path.', command: 'kp plan backup'},
      {text: 'Bring it to the cluster.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.last-result',
    source: 'velero-plugin-for-aws issue 205; its docs on checksumAlgorithm',
  },
  {
    code: 'KP1506',
    title: 'A backup ends as PartiallyFailed',
    symptom: 'Backups exist but are PartiallyFailed, with a number of errors and no line that says which.',
    cause: 'Some objects could not be read, a hook failed or a snapshot was not taken. The errors are in the log of the backup in the store, not in its object.',
    match: [
      {output: /phase(?:"|:)?\s*[:=]?\s*"?PartiallyFailed|Backup completed with status: PartiallyFailed|is PartiallyFailed: \d+ error/},
      {check: 'backup.last-result'},
    ],
    fix: [
      {text: 'Which backup, and how many errors?', command: 'kubectl -n velero get backups --sort-by=.metadata.creationTimestamp -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,ERRORS:.status.errors'},
      {text: 'What does the server say of it?', command: 'kubectl -n velero logs deployment/velero --since=24h --tail=2000'},
      {text: 'Correct what it names. A namespace that cannot be read can be left out: phases.backup.excludeNamespaces. Then wait for the schedule, or make one now.', command: 'kp verify backup'},
    ],
    confirmBy: 'backup.last-result',
    runbook: 'backup-failed.md',
    source: 'velero issue 8339',
  },
  {
    code: 'KP1507',
    title: 'The schedule is paused or not valid',
    symptom: 'No new backups appear; the Schedule is paused, or its phase is FailedValidation.',
    cause: 'Somebody paused it for maintenance and forgot it, or its cron line was changed to one that does not parse.',
    match: [
      {output: /invalid schedule: |[Ss]chedule \S+ is paused/},
      {check: 'backup.schedule'},
    ],
    find: findStandingSchedule,
    kinds: BACKUP_KINDS,
    fix: [
      {text: 'Which of the two?', command: 'kubectl -n velero get schedule platform -o yaml'},
      {text: 'Let it run again.', command: `kubectl -n velero patch schedule platform --type=merge -p '{"spec":{"paused":false}}'`},
      {text: 'kp puts the cron line back as kp.yaml has it.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.schedule',
    runbook: 'backup-failed.md',
    source: 'velero docs: schedules; pkg/controller/schedule_controller.go',
  },
  {
    code: 'KP1511',
    title: 'Velero has no plugin for the object store',
    symptom: 'Nothing can be backed up: "unable to locate ObjectStore plugin named velero.io/aws". `velero install` without --plugins is refused.',
    cause: 'Plugins come as init containers; an install by hand without --plugins, or values of kp.yaml that replace initContainers, leave it out.',
    match: [
      {output: /unable to locate (?:ObjectStore|VolumeSnapshotter) plugin named/},
      {output: /--plugins flag is required/},
      {check: 'backup.ready'},
    ],
    fix: [
      {text: 'Which init containers does it have?', command: `kubectl -n velero get deployment velero -o jsonpath='{.spec.template.spec.initContainers[*].image}'`},
      {text: 'Take initContainers out of components.velero.values, or name the plugin there too, and bring it to the cluster.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.location',
    source: 'twenty phases, 15: velero install; velero docs: plugins',
  },
  {
    code: 'KP1512',
    title: 'The kinds of velero are older than the server',
    symptom: 'The server ends at its start, or a field of a Schedule is refused: `strict decoding error: unknown field`, `no matches for kind "Schedule" in version "velero.io/v1"`.',
    cause: 'Helm installs kinds once and never upgrades them; after an upgrade by hand the server is newer than its kinds.',
    match: [
      {output: /no matches for kind "(?:Backup|Restore|Schedule|BackupStorageLocation|VolumeSnapshotLocation)" in version "velero\.io\/v1"/},
      {output: /custom resource \w+ not found in Velero API group|Velero custom resources not found - apply /},
      {check: 'backup.kinds'},
    ],
    fix: [
      {text: 'Which versions are there?', command: 'kubectl get crds -o custom-columns=NAME:.metadata.name,SERVED:.spec.versions[*].name'},
      {text: 'kp keeps the kinds of the chart itself, and brings them before the server.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.kinds',
    source: 'velero docs: upgrade to 1.18; helm docs: custom resource definitions',
  },
  {
    code: 'KP1513',
    title: 'Expired backups are not deleted',
    symptom: 'The bucket grows; backups stay after their time, some in phase Deleting for hours.',
    cause: 'The location is read-only or unavailable, so that velero cannot delete in it, or the plugin that took a snapshot is gone.',
    match: [
      {output: /cannot delete backup because backup storage location \S+ is currently in read-only mode|Backup cannot be garbage-collected because/},
      {check: 'backup.retention'},
    ],
    find: findReadOnlyLocation,
    kinds: BACKUP_KINDS,
    fix: [
      {text: 'What do the requests to delete say?', command: 'kubectl -n velero get deletebackuprequests -o yaml'},
      {text: 'Is the location read-only? Only a cluster that just restores wants that.', command: `kubectl -n velero patch backupstoragelocation default --type=merge -p '{"spec":{"accessMode":"ReadWrite"}}'`},
      {text: 'Velero looks again within the hour.', command: 'kp verify backup --check backup.retention'},
    ],
    confirmBy: 'backup.retention',
    source: 'velero: pkg/controller/gc_controller.go, backup_deletion_controller.go',
  },
  {
    code: 'KP1514',
    title: 'The schedule cannot meet the RPO',
    symptom: 'kp.yaml is refused: "every 12h cannot meet backup.rpo 6h", or verify says that the newest backup is older than backup.rpo.',
    cause: 'backup.rpo promises less lost work than lies between two backups; or backups take longer than the pause between them.',
    match: [
      {output: /cannot meet backup\.rpo/},
      {check: 'backup.recent'},
    ],
    fix: [
      {text: 'Back up at least as often as the RPO says: phases.backup.every, phases.backup.databases.every. Or promise less: backup.rpo.', command: 'kp plan backup'},
      {text: 'How long do backups take?', command: 'kubectl -n velero get backups -o custom-columns=NAME:.metadata.name,START:.status.startTimestamp,END:.status.completionTimestamp'},
      {text: 'Bring the new schedule to the cluster.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.recent',
    source: 'microservices on kind: RPO 6 hours; kp: rules of kp.yaml',
  },
  {
    code: 'KP1515',
    title: 'The server ended in the middle of a backup',
    symptom: 'A backup is Failed: found a backup with status "InProgress" during the server starting, mark it as "Failed".',
    cause: 'The server was evicted, upgraded, or killed for its memory while it worked; there is one server, and a backup does not go on after a restart.',
    match: [{output: /found a backup with status "InProgress" during the server starting, mark it as "Failed"/}],
    fix: [
      {text: 'Was it its memory?', command: `kubectl -n velero get pods -l app.kubernetes.io/name=velero -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.reason}'`},
      {text: 'OOMKilled: give it more, in components.velero.values.resources.limits.memory. Otherwise drain nodes outside of the minutes of the schedule.', command: 'kp step backup'},
      {text: 'Wait for the next backup, or make one.', command: 'kp verify backup --check backup.last-result'},
    ],
    confirmBy: 'backup.last-result',
    runbook: 'backup-failed.md',
    source: 'velero: pkg/cmd/server/server.go; velero issue 1856',
  },
  {
    code: 'KP1519',
    title: 'Something else is in the bucket of the backups',
    symptom: 'The backup location is Unavailable: Backup store contains invalid top-level directories.',
    cause: 'The backups lie below the name of the cluster in the bucket. Somebody else keeps something there as well: logs, a Terraform state, dumps.',
    match: [{output: /Backup store contains (?:\d+ )?invalid top-level directories/}],
    fix: [
      {text: 'What is there? backups, restores, kopia and the like are those of velero.', command: 'aws s3 ls s3://<bucket>/<cluster>/'},
      {text: 'Move the rest to where it belongs; velero looks again within a minute.', command: 'aws s3 mv --recursive s3://<bucket>/<cluster>/<folder>/ s3://<other-bucket>/<folder>/'},
      {text: 'Better: a bucket for the backups alone, in which nobody else may delete. Write it to phases.backup.store.bucket. Old backups stay in the old one.', command: 'kp plan backup'},
    ],
    confirmBy: 'backup.location',
    runbook: 'backup-failed.md',
    source: 'velero: pkg/persistence/object_store.go',
  },
]

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [...storePitfalls, ...bucketPitfalls, ...volumePitfalls, ...restorePitfalls].toSorted((a, b) => a.code.localeCompare(b.code))
