/** Checks of phase 9 that read the cluster. Those that ask agents and stores are in checks-live.ts. */
import {inCluster} from '../../components/logging/backend.ts'
import {check, complainAboutCondition, complainAboutWorkload, simulatedControllers, simulatedPods, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {liveChecks} from './checks-live.ts'
import {jobNameOf} from './job.ts'
import type {StoreJob} from './job.ts'
import {canFind, markerJob, markerOf, proofOf} from './marker.ts'
import {agentOf, LOGGING_NAMESPACE, NODE_SETTINGS, STORE_SERVICE, STORE_TLS} from './names.ts'
import {credentialsCheck} from './secrets.ts'
import {settingsJob, wantsDashboards, wantsStore} from './store.ts'

const LATER = {deadlineMs: 5 * 60_000, everyMs: 2000}
/** OpenSearch reads its certificate when it starts: somebody must have time to restart it. */
const LEAST_DAYS = 30
const DAY_MS = 24 * 3600 * 1000

export const checks: PlatformCheck[] = [
  credentialsCheck,
  check({
    id: 'logging.agents',
    title: 'An agent reads the logs of every node',
    pitfalls: ['KP0908'],
    simulated: simulatedPods,
    within: SOON,
    run: (ctx) => onEveryNode(ctx, agentOf(ctx).component),
  }),
  workloadsReady({id: 'logging.store', title: 'OpenSearch is ready, all of its nodes', component: 'opensearch', pitfalls: ['KP0903'], appliesTo: wantsStore, within: LATER}),
  workloadsReady({id: 'logging.dashboards', title: 'OpenSearch Dashboards is ready', component: 'opensearch-dashboards', pitfalls: ['KP0917'], appliesTo: wantsDashboards, within: LATER}),
  check({
    id: 'logging.map-count',
    title: 'Every node has a vm.max_map_count that OpenSearch can start with',
    pitfalls: ['KP0903'],
    simulated: simulatedPods,
    appliesTo: wantsStore,
    within: SOON,
    run: (ctx) => onEveryNode(ctx, NODE_SETTINGS),
  }),
  check({
    id: 'logging.certificates',
    title: `The certificates of OpenSearch are valid for more than ${LEAST_DAYS} days`,
    pitfalls: ['KP0912'],
    simulated: simulatedControllers,
    appliesTo: wantsStore,
    within: SOON,
    run: lookAtCertificates,
  }),
  check({
    id: 'logging.volumes',
    title: 'Every node of OpenSearch has its volume',
    pitfalls: ['KP0911'],
    simulated: (ctx) => ctx.provider.simulated && 'the lab makes the volumes',
    appliesTo: wantsStore,
    within: SOON,
    run: lookAtVolumes,
  }),
  jobDone({id: 'logging.retention', title: 'Rights, index form and retention are set in OpenSearch', pitfalls: ['KP0913'], appliesTo: wantsStore, job: settingsJob, pass: (ctx) => `indexes go after ${retentionOf(ctx)}`}),
  jobDone({
    id: 'logging.marker',
    title: 'A line that a pod writes arrives in the log store',
    pitfalls: ['KP0904', 'KP0907'],
    appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated containers write no line' : canFind(ctx) ? true : `kp cannot search in this store from inside the cluster. ${proofOf(ctx).text}: ${proofOf(ctx).command}`),
    job: markerJob,
    pass: (ctx) => `${markerOf(ctx)} was found`,
  }),
  ...liveChecks,
]

function retentionOf({spec}: PlatformContext): string {
  const {backend} = spec.phases.logging
  return 'retention' in backend ? backend.retention : 'no time'
}

/** A DaemonSet has a ready pod on each node, whatever its taints. */
async function onEveryNode(ctx: PlatformContext, name: string): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const [sets, nodes, pods] = await Promise.all([cluster.listKnown('apps/v1', 'DaemonSet'), cluster.listKnown('v1', 'Node'), cluster.listKnown('v1', 'Pod')])
  const found = sets.find(({metadata}) => metadata.namespace === LOGGING_NAMESPACE && metadata.name === name)
  const expected = `a ready pod of ${name} on each node`
  if (found === undefined) return {status: 'fail', observed: `DaemonSet ${LOGGING_NAMESPACE}/${name} does not exist`, expected}
  if (nodes.length === 0) return {status: 'unknown', observed: 'the cluster has no nodes'}
  const own = pods.filter((pod) => pod.metadata.namespace === LOGGING_NAMESPACE && pod.metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet' && owner.name === name))
  const ready = new Set(own.filter(isReady).map((pod) => (pod['spec'] as {nodeName?: string}).nodeName))
  const without = nodes.filter(({metadata}) => !ready.has(metadata.name)).map(({metadata}) => `node ${metadata.name} has no ready pod of ${name}`)
  const complaint = without.length === 0 ? complainAboutWorkload(found) : undefined
  return verdict(complaint === undefined ? without : [complaint], `on ${nodes.length} of ${nodes.length} nodes`, expected)
}

function isReady(pod: KubeObject): boolean {
  const {conditions = []} = (pod['status'] ?? {}) as {conditions?: {type: string; status: string}[]}
  return conditions.some(({type, status}) => type === 'Ready' && status === 'True')
}

async function lookAtCertificates(ctx: PlatformContext): Promise<CheckResult> {
  const certificates = (await (await ctx.cluster()).list('cert-manager.io/v1', 'Certificate'))?.filter(({metadata}) => metadata.namespace === LOGGING_NAMESPACE)
  const expected = `Ready=True and valid for more than ${LEAST_DAYS} days`
  if (certificates === undefined) return {status: 'fail', observed: 'the cluster does not know Certificate', expected}
  const complaints = ['logging-ca', STORE_TLS].flatMap((name) => {
    const found = certificates.find(({metadata}) => metadata.name === name)
    if (found === undefined) return [`Certificate ${LOGGING_NAMESPACE}/${name} does not exist`]
    const ready = complainAboutCondition(found, 'Ready')
    if (ready !== undefined) return [ready]
    const days = Math.floor((Date.parse((found['status'] as {notAfter?: string}).notAfter ?? '') - ctx.clock.now()) / DAY_MS)
    return days > LEAST_DAYS ? [] : [Number.isNaN(days) ? `Certificate ${LOGGING_NAMESPACE}/${name} does not say when it ends` : `Certificate ${LOGGING_NAMESPACE}/${name} ends in ${days} days`]
  })
  return verdict(complaints, 'both are ready', expected)
}

async function lookAtVolumes(ctx: PlatformContext): Promise<CheckResult> {
  const {backend} = ctx.spec.phases.logging
  const wanted = inCluster(backend) ? backend.replicas : 0
  const claims = (await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')).filter(({metadata}) => metadata.namespace === LOGGING_NAMESPACE && metadata.name.startsWith(`${STORE_SERVICE}-${STORE_SERVICE}-`))
  const unbound = claims.flatMap((claim) => {
    const phase = (claim['status'] as {phase?: string} | undefined)?.phase
    return phase === 'Bound' ? [] : [`claim ${LOGGING_NAMESPACE}/${claim.metadata.name} is ${phase ?? 'without a status'}`]
  })
  return verdict([...(claims.length < wanted ? [`${claims.length} of ${wanted} claims are there`] : []), ...unbound], `${claims.length} claims are bound`, 'a bound claim for each node')
}

/** A Job of kp came to its end; what its containers ended with says why not. */
function jobDone(options: {id: string; title: string; pitfalls: string[]; appliesTo: PlatformCheck['appliesTo']; job(ctx: PlatformContext): StoreJob; pass(ctx: PlatformContext): string}): PlatformCheck {
  const {job: jobOf, pass, appliesTo, ...basics} = options
  return check({
    ...basics,
    ...(appliesTo === undefined ? {} : {appliesTo}),
    simulated: (ctx) => ctx.provider.simulated && 'simulated containers do nothing and end well',
    within: {deadlineMs: 6 * 60_000, everyMs: 3000},
    async run(ctx) {
      const cluster = await ctx.cluster()
      const name = jobNameOf(jobOf(ctx))
      const found = (await cluster.listKnown('batch/v1', 'Job')).find(({metadata}) => metadata.namespace === LOGGING_NAMESPACE && metadata.name === name)
      const expected = `Job ${LOGGING_NAMESPACE}/${name} at its end`
      if (found === undefined) return {status: 'fail', observed: `Job ${LOGGING_NAMESPACE}/${name} does not exist`, expected}
      const {conditions = []} = (found['status'] ?? {}) as {conditions?: {type: string; status: string; reason?: string; message?: string}[]}
      if (conditions.some(({type, status}) => type === 'Complete' && status === 'True')) return {status: 'pass', observed: pass(ctx)}
      const failed = conditions.find(({type, status}) => type === 'Failed' && status === 'True')
      const evidence = [`kubectl -n ${LOGGING_NAMESPACE} logs job/${name} --all-containers --tail=20`]
      if (failed !== undefined) return {status: 'fail', observed: `Job ${LOGGING_NAMESPACE}/${name} failed: ${failed.reason ?? ''} ${failed.message ?? ''}`.trim(), expected, evidence}
      return {status: 'fail', observed: `Job ${LOGGING_NAMESPACE}/${name} has not come to its end`, expected, evidence}
    },
  })
}
