/** What `kp backup` and `kp restore` give back. */
import {z} from 'zod'
import {clusterName, durationMs, environmentName, time} from './common.ts'

const namedObject = z.object({kind: z.string(), namespace: z.string().nullable(), name: z.string()})
const fields = z.array(z.string()).describe('Paths of the fields; never their values.')
const differing = namedObject.extend({fields})

const backupFacts = z.object({
  name: z.string(),
  phase: z.string().describe('As velero says: Completed, PartiallyFailed, Failed, InProgress …'),
  scheduled: z.boolean().describe('Whether it belongs to a schedule.'),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  expiresAt: time.nullable(),
  items: z.number(),
  snapshots: z.object({attempted: z.number(), completed: z.number()}).describe('CSI snapshots.'),
  errors: z.number(),
  warnings: z.number(),
})

const proof = z.object({at: time, ok: z.boolean(), reason: z.string().nullable()}).nullable().describe('The last kp backup verify of it; null: never.')
const rpo = z.object({target: z.string().describe('backup.rpo of kp.yaml.'), seconds: z.number().nullable().describe('Age of the newest backup: the work that would be lost now.'), ok: z.boolean().nullable().describe('null where nothing was measured.')})
const rto = z.object({target: z.string().describe('backup.rto of kp.yaml.'), seconds: z.number().nullable().describe('What the restore took.'), ok: z.boolean().nullable()})
const basics = {environment: environmentName, cluster: clusterName}

/** `kp backup create`. */
export const backupCreate = z.object({
  schema: z.literal('kp/backup-create/v1'),
  ...basics,
  uid: z.string().describe('UID of the cluster.'),
  backup: backupFacts.nullable().describe('null with --etcd-only.'),
  etcd: z.object({file: z.string(), takenAt: time, keys: z.number(), bytes: z.number()}).nullable(),
  durationMs,
})

/** `kp backup list`. */
export const backupList = z.object({
  schema: z.literal('kp/backup-list/v1'),
  ...basics,
  rpo,
  backups: z.array(backupFacts.extend({proof})).describe('Newest first.'),
  etcd: z.array(z.object({file: z.string(), takenAt: time, bytes: z.number(), proof})).describe('Snapshots in the folder of kp, newest first.'),
  databases: z.array(z.object({namespace: z.string(), name: z.string().describe('Of the CronJob.'), schedule: z.string(), lastGood: time.nullable()})).describe('Dumps, each read back when it is made.'),
})

/** `kp backup verify`. */
export const backupVerify = z.object({
  schema: z.literal('kp/backup-verify/v1'),
  ...basics,
  kind: z.enum(['objects', 'etcd']),
  at: time,
  ok: z.boolean(),
  simulated: z.string().nullable().describe('What of it is simulated (lab).'),
  problems: z.array(z.string()).describe('Why it is not worth what it says; [] where it is.'),
  backup: backupFacts.nullable(),
  content: z
    .object({
      expected: z.number().describe('Objects that were in the cluster when the backup began, and still are.'),
      held: z.number(),
      missing: z.array(namedObject),
      changed: z.array(differing).describe('Objects that nobody touched since, and that are in it with other fields.'),
    })
    .nullable(),
  volumes: z
    .object({
      claims: z.number().describe('Claims with a volume that can be snapshotted.'),
      missing: z.array(z.object({namespace: z.string(), name: z.string(), reason: z.string()})).describe('Claims without a snapshot in the backup.'),
      mounted: z.number().describe('Volumes that were made from their snapshots and mounted.'),
      failed: z.array(z.object({namespace: z.string(), name: z.string(), reason: z.string()})),
    })
    .nullable(),
  restore: z
    .object({
      name: z.string(),
      namespaces: z.array(z.object({from: z.string(), to: z.string().describe('Scratch namespace; gone when kp ends.'), objects: z.number()})),
      compared: z.number(),
      lost: z.array(namedObject).describe('In the backup, and not restored.'),
      differing: z.array(differing),
      warnings: z.number(),
    })
    .nullable(),
  marker: z.object({ok: z.boolean(), observed: z.string()}).nullable().describe('Data written before the backup, looked for in the restore; null where none was.'),
  etcd: z.object({file: z.string(), takenAt: time, keys: z.number(), revision: z.number(), missing: z.array(z.string()), surplus: z.array(z.string())}).nullable(),
  rpo,
  rto,
  cleaned: z.boolean(),
  durationMs,
})

/** `kp backup schedule`. */
export const backupSchedule = z.object({
  schema: z.literal('kp/backup-schedule/v1'),
  ...basics,
  changed: z.boolean(),
  schedules: z.array(
    z.object({
      name: z.string(),
      cron: z.string(),
      every: z.string().nullable().describe('phases.backup.every, for the schedule of kp.'),
      keptFor: z.string().nullable(),
      namespaces: z.array(z.string()),
      paused: z.boolean(),
      pausedUntil: z.string().nullable(),
      last: z.object({name: z.string(), at: time, phase: z.string()}).nullable(),
    }),
  ),
})

const restorePlan = z.object({
  backup: z.string(),
  phase: z.string(),
  takenAt: time.nullable(),
  namespaces: z.array(z.object({from: z.string(), to: z.string()})),
  risk: z.enum(['changes', 'destroys']).describe('destroys: something of it is there already.'),
  adds: z.number().describe('Objects that are not there.'),
  same: z.number().describe('Objects that are there, as they were backed up.'),
  overwrites: z.array(differing).describe('Objects that are there with other fields, and are set back.'),
  keepsData: z.array(z.object({namespace: z.string(), name: z.string()})).describe('Claims that are there: their data stays as it is.'),
  command: z.string().describe('What velero is asked.'),
})

/** `kp restore`. */
export const restore = z.object({
  schema: z.literal('kp/restore/v1'),
  ...basics,
  dryRun: z.boolean(),
  ok: z.boolean(),
  problems: z.array(z.string()),
  plan: restorePlan,
  restore: z.object({name: z.string(), phase: z.string(), warnings: z.number(), errors: z.number(), compared: z.number(), lost: z.array(namedObject), differing: z.array(differing)}).nullable(),
  rto,
  durationMs,
})
