/** Checks of phase 15 about the database dumps. */
import {check, SOON, verdict, simulatedPods} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {ago, rpoMs} from './checks-recent.ts'
import {dumped, dumpsName, wantsDumps} from './dumps.ts'
import {cronStatus, dumpJobs} from './first-dumps.ts'

const TAKES_MS = 30 * 60_000

/** The newest run that failed after the last good one. */
function failureOf(jobs: readonly KubeObject[], cron: KubeObject): string | undefined {
  const since = Date.parse(cronStatus(cron).lastSuccessfulTime ?? '1970-01-01T00:00:00Z')
  const failed = jobs
    .filter(({metadata}) => metadata.ownerReferences?.some(({uid}) => uid === cron.metadata.uid) === true && Date.parse(metadata.creationTimestamp ?? '') > since)
    .flatMap((job) => ((job['status'] as {conditions?: {type: string; status: string; reason?: string; message?: string}[]} | undefined)?.conditions ?? []).filter(({type, status}) => type === 'Failed' && status === 'True').map(({reason, message}) => `${job.metadata.name}: ${reason ?? 'failed'}${message === undefined ? '' : ` (${message})`}`))
  return failed.at(-1)
}

/** What came of the dumps. */
export const dumpChecks: PlatformCheck[] = [
  check({
    id: 'backup.dumps',
    title: 'Each database was dumped and read back within the RPO',
    pitfalls: ['KP1508', 'KP1509'],
    simulated: simulatedPods,
    appliesTo: wantsDumps,
    within: SOON,
    run: lookAtDumps,
  }),
  check({
    id: 'backup.dump-volumes',
    title: 'The dumps have their volumes',
    pitfalls: ['KP1509'],
    appliesTo: wantsDumps,
    simulated: (ctx) => ctx.provider.simulated && 'the lab makes the volumes',
    within: SOON,
    async run(ctx) {
      const claims = await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')
      const complaints = dumped(ctx).flatMap((database) => {
        const name = `${database.namespace}/${dumpsName(database)}`
        const found = claims.find(({metadata}) => `${metadata.namespace}/${metadata.name}` === name)
        if (found === undefined) return [`claim ${name} does not exist`]
        const phase = (found['status'] as {phase?: string} | undefined)?.phase
        return phase === 'Bound' ? [] : [`claim ${name} is ${phase ?? 'without a status'}`]
      })
      return verdict(complaints, `${dumped(ctx).length} claims are bound`, 'a bound claim for each database')
    },
  }),
]

async function lookAtDumps(ctx: PlatformContext): Promise<CheckResult> {
  const jobs = await (await ctx.cluster()).listKnown('batch/v1', 'Job')
  const found = await dumpJobs(ctx)
  const complaints = found.flatMap(({name, namespace, job}) => {
    const at = `${namespace}/${name}`
    if (job === undefined) return [`CronJob ${at} does not exist`]
    const failed = failureOf(jobs, job)
    const {lastSuccessfulTime} = cronStatus(job)
    const age = ctx.clock.now() - Date.parse(lastSuccessfulTime ?? '')
    return [
      ...((job['spec'] as {suspend?: boolean} | undefined)?.suspend === true ? [`CronJob ${at} is suspended`] : []),
      ...(failed === undefined ? [] : [`${at}: ${failed}`]),
      ...(lastSuccessfulTime === undefined ? [`${at} was never dumped`] : age > rpoMs(ctx) + TAKES_MS ? [`the last good dump of ${at} is ${ago(age)} old: more than backup.rpo ${ctx.spec.backup.rpo}`] : []),
    ]
  })
  return verdict(complaints, `${found.length} databases, each dumped and read back`, `a good dump of each, not older than backup.rpo ${ctx.spec.backup.rpo}`)
}
