/** Checks of phase 15: the server, where backups go, and whether the newest one is worth something. */
import {BACKUP_SECRET} from '../../components/backup-values.ts'
import {pausedUntil} from '../../checks/labels.ts'
import {check, definitionsEstablished, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {ownBackups} from './first-backup.ts'
import {LOCATION, SCHEDULE, simulatedServer, statusOf, VELERO_API, VELERO_NAMESPACE} from './names.ts'
import {dumpChecks} from './checks-dumps.ts'
import {recentChecks} from './checks-recent.ts'

/** Velero asks the store each minute. */
const VALIDATED_WITHIN_MS = 10 * 60_000
/** Velero deletes what has expired each hour. */
const COLLECTED_WITHIN_MS = 3 * 3600_000

const KINDS_MISSING = {status: 'fail', observed: 'the cluster does not know the kinds of velero', expected: 'kp step backup brings them'} as const

async function own(ctx: PlatformContext, kind: string, name: string): Promise<KubeObject | undefined | 'unknown kind'> {
  const all = await (await ctx.cluster()).list(VELERO_API, kind)
  return all === undefined ? 'unknown kind' : all.find(({metadata}) => nameOf(metadata) === `${VELERO_NAMESPACE}/${name}`)
}

/** Backup: server, location, schedule, and what came of it. */
export const checks: PlatformCheck[] = [
  workloadsReady({id: 'backup.ready', title: 'The backup server is ready', component: 'velero', pitfalls: ['KP1511']}),
  definitionsEstablished({id: 'backup.kinds', title: 'The kinds of velero are established', component: 'velero', pitfalls: ['KP1512']}),
  check({
    id: 'backup.credentials',
    title: 'Velero has the credentials of the object store',
    pitfalls: ['KP1501'],
    appliesTo: (ctx) => (ctx.spec.phases.backup.store.secret === undefined ? 'velero takes the role of its pod' : true),
    async run(ctx) {
      const secret = await (await ctx.cluster()).get('v1', 'Secret', BACKUP_SECRET, VELERO_NAMESPACE)
      const name = `Secret ${VELERO_NAMESPACE}/${BACKUP_SECRET}`
      if (secret === undefined) return {status: 'fail', observed: `${name} does not exist`, expected: 'kp step backup makes it from secrets of kp.yaml'}
      const text = Buffer.from((secret['data'] as Record<string, string> | undefined)?.['cloud'] ?? '', 'base64').toString('utf8')
      // What is in it is looked at, never shown.
      const missing = ['aws_access_key_id', 'aws_secret_access_key'].filter((key) => !new RegExp(`^\\s*${key}\\s*=\\s*\\S`, 'm').test(text))
      return verdict(text === '' ? [`${name} has no key cloud`] : missing.map((key) => `${name}: its credentials file names no ${key}`), 'a credentials file with an access key', '[default] with aws_access_key_id and aws_secret_access_key')
    },
  }),
  check({
    id: 'backup.location',
    title: 'The object store answers',
    pitfalls: ['KP1518', 'KP1501', 'KP1502', 'KP1510', 'KP1513'],
    simulated: simulatedServer,
    within: SOON,
    async run(ctx) {
      const found = await own(ctx, 'BackupStorageLocation', LOCATION)
      if (found === 'unknown kind') return KINDS_MISSING
      if (found === undefined) return {status: 'fail', observed: `BackupStorageLocation ${VELERO_NAMESPACE}/${LOCATION} does not exist`, expected: 'kp step backup makes it'}
      const {phase, message, lastValidationTime} = (found['status'] ?? {}) as {phase?: string; message?: string; lastValidationTime?: string}
      const age = ctx.clock.now() - Date.parse(lastValidationTime ?? '')
      const complaints = phase !== 'Available' ? [`location ${LOCATION} is ${phase ?? 'not looked at yet'}${message === undefined ? '' : `: ${message}`}`] : !(age <= VALIDATED_WITHIN_MS) ? [`velero asked the store last ${lastValidationTime === undefined ? 'never' : `${Math.round(age / 60_000)} minutes ago`}`] : []
      if ((found['spec'] as {accessMode?: string} | undefined)?.accessMode === 'ReadOnly') complaints.push(`location ${LOCATION} is read-only`)
      return verdict(complaints, `location ${LOCATION} is available`, 'Available, and asked within ten minutes')
    },
  }),
  check({
    id: 'backup.schedule',
    title: 'Backups are made by the clock',
    pitfalls: ['KP1507'],
    simulated: simulatedServer,
    within: SOON,
    async run(ctx) {
      const found = await own(ctx, 'Schedule', SCHEDULE)
      if (found === 'unknown kind') return KINDS_MISSING
      if (found === undefined) return {status: 'fail', observed: `Schedule ${VELERO_NAMESPACE}/${SCHEDULE} does not exist`, expected: 'kp step backup makes it'}
      const {phase, validationErrors = []} = (found['status'] ?? {}) as {phase?: string; validationErrors?: string[]}
      const spec = (found['spec'] ?? {}) as {paused?: boolean; schedule?: string}
      const until = spec.paused === true ? pausedUntil(found.metadata.annotations, ctx.clock.now()) : undefined
      if (until !== undefined) return {status: 'warn', observed: `schedule ${SCHEDULE} is paused until ${until}`, expected: 'Enabled and not paused'}
      const complaints = [...(spec.paused === true ? [`schedule ${SCHEDULE} is paused`] : []), ...(phase === 'Enabled' ? [] : [`schedule ${SCHEDULE} is ${phase ?? 'not looked at yet'}${validationErrors.length === 0 ? '' : `: ${validationErrors.join('; ')}`}`])]
      return verdict(complaints, `enabled: ${spec.schedule ?? ''}`, 'Enabled and not paused')
    },
  }),
  ...recentChecks,
  check({
    id: 'backup.retention',
    title: 'Backups go when their time is over',
    severity: 'warning',
    pitfalls: ['KP1513'],
    async run(ctx) {
      const all = await ownBackups(ctx)
      if (all === undefined) return KINDS_MISSING
      const late = all.filter((one) => ctx.clock.now() - Date.parse(statusOf(one).expiration ?? '') > COLLECTED_WITHIN_MS)
      return verdict(late.map((one) => `backup ${one.metadata.name} expired at ${statusOf(one).expiration} and is still there`), `${all.length} ${all.length === 1 ? 'backup' : 'backups'}, none over its time`, `gone three hours after phases.backup.retention (${ctx.spec.phases.backup.retention})`)
    },
  }),
  ...dumpChecks,
]
