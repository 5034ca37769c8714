/** Gathers what a diagnosis looks at: each kind by one list, events once, the last words of containers that crash or are listened to. */
import {platformObjects} from '../../components/platform-values.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import {containersOf, refName, runsBetweenCrashes} from '../../engine/facts.ts'
import type {FactCheck, FactComponent, FactEvent, FactLog, FactObject, Facts, ObjectRef} from '../../engine/facts.ts'
import {mapParallel} from '../../engine/graph.ts'
import {selectPhases} from '../../engine/plan.ts'
import type {CheckReport} from '../../engine/types.ts'
import {suffers} from './suffering.ts'

/** Built-in kinds that are listed whole. */
const BUILT_IN: [apiVersion: string, kinds: string[]][] = [
  ['v1', ['Node', 'Namespace', 'Pod', 'Service', 'PersistentVolumeClaim', 'PersistentVolume', 'ResourceQuota', 'LimitRange', 'ServiceAccount']],
  ['apps/v1', ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']],
  ['batch/v1', ['Job', 'CronJob']],
  ['autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['policy/v1', ['PodDisruptionBudget']],
  ['networking.k8s.io/v1', ['NetworkPolicy', 'Ingress', 'IngressClass']],
  ['discovery.k8s.io/v1', ['EndpointSlice']],
  ['storage.k8s.io/v1', ['StorageClass', 'CSIDriver', 'VolumeAttachment']],
  ['rbac.authorization.k8s.io/v1', ['ClusterRoleBinding', 'ClusterRole', 'RoleBinding', 'Role']],
  ['apiregistration.k8s.io/v1', ['APIService']],
  ['apiextensions.k8s.io/v1', ['CustomResourceDefinition']],
  ['admissionregistration.k8s.io/v1', ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']],
]
/** Kinds of which the names, labels and dates are enough, and whose content is nobody's business. */
const NAMES_ONLY: [apiVersion: string, kind: string][] = [['v1', 'Secret'], ['v1', 'ConfigMap']]
/** Custom kinds that relations go through. */
const RELATED = ['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute', 'Certificate', 'CertificateRequest', 'Issuer', 'ClusterIssuer', 'Order', 'Challenge']
const PARALLEL = 8
/** Events that are older than this say nothing of now: what goes on is told again at least every seventeen minutes. */
const EVENT_MS = 20 * 60 * 1000
const MOST_LOGS = 20
const LOG_LINES = 40
/** What a component that runs said longer ago may be over. */
const LISTEN_SECONDS = 15 * 60

/** What was gathered, and what could not be. */
export interface Gathered {
  facts: Facts
  /** Every kind that was listed. */
  kinds: string[]
  unknown: {what: string; reason: string}[]
}

/** Looks at the cluster. @param reports what the checks say */
export async function gather(ctx: PlatformContext, reports: readonly CheckReport[]): Promise<Gathered> {
  const cluster = await ctx.cluster()
  const unknown: Gathered['unknown'] = []
  const byKind = new Map<string, FactObject[]>()
  const keep = (kind: string, items: FactObject[] | undefined): void => {
    if (items !== undefined) byKind.set(kind, [...(byKind.get(kind) ?? []), ...items])
  }
  const read = async (what: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look()
    } catch (error) {
      const known = asKpError(error)
      if (known.code === 'INTERRUPTED' || known.code === 'BUG') throw known
      unknown.push({what, reason: known.message})
    }
  }
  const custom = await customKinds(ctx)
  const whole = [...BUILT_IN.flatMap(([apiVersion, kinds]) => kinds.map((kind) => ({apiVersion, kind}))), ...custom]
  await mapParallel(whole, PARALLEL, ({apiVersion, kind}) => read(kind, async () => keep(kind, await cluster.list(apiVersion, kind))))
  await mapParallel(NAMES_ONLY, PARALLEL, ([apiVersion, kind]) => read(kind, async () => keep(kind, [...((await cluster.metadata(apiVersion, kind)) ?? new Map()).values()].map((metadata) => ({apiVersion, kind, metadata})))))
  const all = (kind: string, group?: string): readonly FactObject[] => {
    const items = byKind.get(kind) ?? []
    return group === undefined ? items : items.filter(({apiVersion}) => groupOf(apiVersion) === group)
  }
  const index = new Map([...byKind.values()].flat().map((object) => [nameOf(object), object]))
  const facts: Facts = {
    now: ctx.clock.now(),
    all,
    get: (kind, name, namespace) => index.get(refName({kind, name, ...(namespace === undefined ? {} : {namespace})})),
    seen: (kind) => byKind.has(kind),
    events: [],
    logs: [],
    checks: reports.filter(({status}) => status === 'fail').map((report) => factOf(report, ctx)),
    components: componentFacts(ctx),
    phases: selectPhases<PlatformContext>(ctx.phases, ctx).active.map(({id}) => id),
    provider: ctx.provider.id,
    cluster: ctx.spec.environment.cluster,
  }
  await read('Event', async () => void (facts.events = eventsOf(await cluster.listKnown('v1', 'Event'), facts)))
  facts.logs = [...(await lastWords(ctx, facts)), ...(await wordsOfListened(ctx, facts))]
  for (const {id, status, observed} of reports) if (status === 'unknown') unknown.push({what: `check ${id}`, reason: observed})
  return {facts, kinds: [...byKind.keys()], unknown}
}

/** The custom kinds that pitfalls speak of, as far as the cluster knows them. */
async function customKinds(ctx: PlatformContext): Promise<{apiVersion: string; kind: string}[]> {
  const wanted = new Set([...RELATED, ...ctx.phases.flatMap(({pitfalls}) => pitfalls.flatMap((pitfall) => [...(pitfall.kinds ?? []), ...pitfall.match.flatMap(({condition}) => condition?.kind ?? [])]))])
  const builtIn = new Set([...BUILT_IN.flatMap(([, kinds]) => kinds), ...NAMES_ONLY.map(([, kind]) => kind)])
  const known = await (await ctx.cluster()).api.kinds()
  return known.filter(({kind, apiVersion}) => wanted.has(kind) && !builtIn.has(kind) && groupOf(apiVersion) !== 'events.k8s.io')
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

function nameOf({kind, metadata}: FactObject): string {
  return refName({kind, name: metadata.name, ...(metadata.namespace === undefined ? {} : {namespace: metadata.namespace})})
}

function factOf({id, phase, observed, evidence = [], pitfalls}: CheckReport, ctx: PlatformContext): FactCheck {
  const through = ctx.phases.find((one) => one.id === phase)?.checks.find((one) => one.id === id)?.through?.(ctx)
  return {id, phase, observed, evidence, pitfalls, ...(through === undefined ? {} : {through})}
}

/** The components that the platform has, by their phases. */
function componentFacts(ctx: PlatformContext): FactComponent[] {
  return selectPhases<PlatformContext>(ctx.phases, ctx).active.flatMap((phase) =>
    ctx.phases.find(({id}) => id === phase.id)?.steps(ctx).flatMap((step): FactComponent[] => {
      if (step.component === undefined || (step.appliesTo?.(ctx) ?? true) !== true) return []
      const {workloads, crds} = platformObjects(ctx, step.component)
      return [{id: step.component, phase: phase.id, namespace: ctx.catalog.get(step.component).namespace, workloads: workloads.map(({kind, namespace, name}) => ({kind, namespace, name})), definitions: crds.map(({name}) => name)}]
    }) ?? [],
  )
}

interface RawEvent {
  type?: string
  reason?: string
  message?: string
  lastTimestamp?: string | null
  eventTime?: string | null
  series?: {lastObservedTime?: string}
  involvedObject?: {kind?: string; name?: string; namespace?: string; uid?: string}
}

/** Recent events of objects that are still there and still suffer, the newest first. */
function eventsOf(items: FactObject[], facts: Facts): FactEvent[] {
  return items
    .flatMap((item): FactEvent[] => {
      const raw = item as unknown as RawEvent
      const {kind, name, namespace, uid} = raw.involvedObject ?? {}
      const time = Date.parse(raw.series?.lastObservedTime ?? raw.lastTimestamp ?? raw.eventTime ?? item.metadata.creationTimestamp ?? '')
      if (kind === undefined || name === undefined || raw.reason === undefined || facts.now - time > EVENT_MS) return []
      const object: ObjectRef = {kind, name, ...(namespace === undefined || namespace === '' || kind === 'Node' ? {} : {namespace})}
      const live = facts.get(object.kind, object.name, object.namespace)
      // The event of an earlier object of the same name says nothing of this one; those of nodes bear the name as uid.
      if (live === undefined || (uid !== undefined && uid !== '' && uid !== name && live.metadata.uid !== undefined && uid !== live.metadata.uid) || !suffers(live, facts)) return []
      return [{type: raw.type ?? 'Normal', reason: raw.reason, message: raw.message ?? '', object, time}]
    })
    .toSorted((a, b) => b.time - a.time)
}

/** The end of what crashing containers said, one pod of a workload. */
async function lastWords(ctx: PlatformContext, facts: Facts): Promise<FactLog[]> {
  const asked = new Map<string, Asked>()
  for (const pod of facts.all('Pod')) {
    for (const container of containersOf(pod)) {
      const {name, ready, state, lastState} = container
      const crashed = lastState?.terminated !== undefined && lastState.terminated.exitCode !== 0
      const failed = state?.terminated !== undefined && state.terminated.exitCode !== 0
      if ((ready === true && !runsBetweenCrashes(container, facts.now)) || (!crashed && !failed)) continue
      const owner = pod.metadata.ownerReferences?.[0]?.uid ?? pod.metadata.uid ?? pod.metadata.name
      asked.set(`${owner} ${name}`, {pod, container: name, query: failed ? {} : {previous: 'true'}})
    }
  }
  return readLogs(ctx, [...asked.values()].slice(0, MOST_LOGS))
}

/** What components that go on running say of late, where a pitfall shows in their words alone: one pod of each workload. */
async function wordsOfListened(ctx: PlatformContext, facts: Facts): Promise<FactLog[]> {
  const listened = new Set(ctx.phases.flatMap(({pitfalls}) => pitfalls.flatMap(({listens}) => listens ?? [])))
  const workloads = facts.components.filter(({id}) => listened.has(id)).flatMap((component) => component.workloads)
  const asked = workloads.flatMap((workload): Asked[] => {
    const pod = facts.all('Pod').find((one) => one.metadata.namespace === workload.namespace && belongsTo(one, workload, facts) && containersOf(one).some(({state}) => state?.running !== undefined))
    return pod === undefined ? [] : containersOf(pod).filter(({state}) => state?.running !== undefined).map(({name}) => ({pod, container: name, query: {sinceSeconds: String(LISTEN_SECONDS)}}))
  })
  return readLogs(ctx, asked.slice(0, MOST_LOGS))
}

function belongsTo(pod: FactObject, workload: ObjectRef, facts: Facts): boolean {
  const owner = pod.metadata.ownerReferences?.find(({controller}) => controller === true)
  if (owner === undefined) return false
  if (owner.kind === workload.kind && owner.name === workload.name) return true
  return facts.get(owner.kind, owner.name, pod.metadata.namespace)?.metadata.ownerReferences?.some(({kind, name}) => kind === workload.kind && name === workload.name) === true
}

interface Asked {
  pod: FactObject
  container: string
  query: Record<string, string>
}

async function readLogs(ctx: PlatformContext, asked: Asked[]): Promise<FactLog[]> {
  const cluster = await ctx.cluster()
  const logs = await mapParallel(asked, PARALLEL, async ({pod, container, query}): Promise<FactLog[]> => {
    const parameters = new URLSearchParams({container, tailLines: String(LOG_LINES), ...query})
    try {
      const answer = await cluster.api.request({path: `/api/v1/namespaces/${pod.metadata.namespace ?? ''}/pods/${pod.metadata.name}/log?${parameters.toString()}`, accept: '*/*', timeoutMs: 5000})
      return answer.status === 200 && typeof answer.body === 'string' ? [{pod: {kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace ?? ''}, container, text: answer.body}] : []
    } catch {
      // A node that is away gives no logs: what it would have said is not needed to see that.
      return []
    }
  })
  return logs.flat()
}
