/** Known failures of phase 15: the bucket that kp makes on AWS. */
import type {Pitfall} from '../../engine/types.ts'

export const bucketPitfalls: Pitfall[] = [
  {
    code: 'KP1520',
    title: 'The name of the bucket of the backups is taken',
    symptom: 'The step backup/bucket ends with BucketAlreadyExists, or the bucket belongs to somebody else.',
    cause: 'A bucket has one name for all accounts of the world, and <cluster>-backup is what others call theirs as well.',
    match: [
      {output: /creating S3 Bucket [^\n]*BucketAlreadyExists|api error BucketAlreadyExists/},
      {check: 'backup.bucket', output: /belongs to somebody else/},
    ],
    fix: [
      {text: 'Is it of another account of yours? 403 says that it is not of this one.', command: 'aws s3api head-bucket --bucket <bucket>'},
      {text: 'Make one with a name that nobody has, such as one with the number of the account.', command: 'aws s3api create-bucket --bucket <bucket> --region <region> --create-bucket-configuration LocationConstraint=<region>'},
      {text: 'Name it in phases.backup.store.bucket: kp uses it as it is, and gives velero its rights.', command: 'kp up --only control-plane,backup'},
    ],
    confirmBy: 'backup.location',
    source: 'Amazon S3: error responses, BucketAlreadyExists; bucket naming rules',
  },
  {
    code: 'KP1521',
    title: 'Somebody changed the bucket of the backups',
    symptom: 'Verify says that the bucket keeps no versions, is not encrypted, does not block public access, or takes requests without TLS.',
    cause: 'A person, a script or another tool changed its settings after kp made it. Without versions whoever can delete a backup ends it for good.',
    match: [{check: 'backup.bucket'}],
    fix: [
      {text: 'What differs from kp.yaml, by resource and field?', command: 'kp plan backup'},
      {text: 'Who did it?', command: 'aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=<bucket> --max-results 20'},
      {text: 'Put it back.', command: 'kp step backup'},
    ],
    confirmBy: 'backup.bucket',
    source: 'Amazon S3: security best practices',
  },
]
