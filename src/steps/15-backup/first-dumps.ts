/** The first dump of each database, at once: a CronJob begins at its next time. */
import {ownLabels} from '../../checks/labels.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {dumped, dumpsName, wantsDumps} from './dumps.ts'

const SETTLE_MS = 10 * 60_000

interface CronStatus {
  active?: unknown[]
  lastSuccessfulTime?: string
}

/** The CronJobs of the dumps, by database; undefined where one is missing. */
export async function dumpJobs(ctx: PlatformContext): Promise<{name: string; namespace: string; job: KubeObject | undefined}[]> {
  const all = await (await ctx.cluster()).listKnown('batch/v1', 'CronJob')
  return dumped(ctx).map((database) => {
    const [name, {namespace}] = [dumpsName(database), database]
    return {name, namespace, job: all.find(({metadata}) => metadata.name === name && metadata.namespace === namespace)}
  })
}

/** What a CronJob says of its runs. */
export const cronStatus = (job: KubeObject | undefined): CronStatus => (job?.['status'] ?? {})

/** A Job of the CronJob, as `kubectl create job --from` makes it: the CronJob counts it as its own. */
function jobOf(ctx: PlatformContext, cron: KubeObject): KubeObject {
  const stamp = new Date(ctx.clock.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const {jobTemplate} = cron['spec'] as {jobTemplate: {spec: unknown}}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cron.metadata.name}-${stamp}`,
      namespace: cron.metadata.namespace ?? '',
      labels: ownLabels(ctx),
      annotations: {'cronjob.kubernetes.io/instantiate': 'manual'},
      ownerReferences: [{apiVersion: 'batch/v1', kind: 'CronJob', name: cron.metadata.name, uid: cron.metadata.uid ?? '', controller: true}],
    },
    spec: jobTemplate.spec,
  }
}

/** Dumps once what was never dumped well. What runs already is waited for. */
export const firstDumps: PlatformStep = onCluster({
  id: 'backup/first-dumps',
  title: 'Dump each database for the first time',
  risk: 'none',
  appliesTo: wantsDumps,
  settleMs: SETTLE_MS,
  verify: ['backup.dumps'],
  async probe(ctx) {
    const missing = (await dumpJobs(ctx)).filter(({job}) => cronStatus(job).lastSuccessfulTime === undefined)
    if (missing.length === 0) return {state: 'satisfied', observed: 'each database has been dumped and read back'}
    return {state: 'absent', observed: `never dumped: ${missing.map(({namespace, name}) => `${namespace}/${name}`).join(', ')}`}
  },
  async plan(ctx) {
    const names = dumped(ctx).map((database) => `kubectl -n ${database.namespace} create job ${dumpsName(database)}-first --from=cronjob/${dumpsName(database)}`)
    return Promise.resolve({lines: ['create a Job for each database that was never dumped, where none is running'], commands: names})
  },
  async apply(ctx) {
    const open = (await dumpJobs(ctx)).flatMap(({job}) => (job === undefined || cronStatus(job).lastSuccessfulTime !== undefined || (cronStatus(job).active ?? []).length > 0 ? [] : [jobOf(ctx, job)]))
    if (open.length > 0) await applyObjects(ctx.exec, ctx.access, open, {doing: 'dump each database for the first time', fieldManager: 'kp'})
  },
  // The dumps are on their volume; their jobs go with the CronJob.
  standing: () => Promise.resolve({deletes: [], keeps: [], blockers: []}),
})
