/** Why the workloads of a namespace are not ready, in words. */
import {ClusterReader} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const MOST = 8

const FIRST_LOOK_MS = 4000
const LOOK_EVERY_MS = 3000
const RECENT_MS = 10 * 60_000

/** Says every few seconds what a tool that waits for workloads is waiting for. Call the result to end it. */
export function sayWhatIsWaitedFor(ctx: PlatformContext, at: {phase: string; step: string}, namespace: string): () => void {
  const ended = new AbortController()
  void (async () => {
    await ctx.clock.sleep(FIRST_LOOK_MS, ended.signal)
    while (!ended.signal.aborted && !ctx.signal.aborted) {
      const [first] = await explainWorkloads(ctx, namespace).catch(() => [])
      if (first !== undefined && !ended.signal.aborted) ctx.emit({code: 'step.progress', ...at, text: `waiting for ${first}`})
      await ctx.clock.sleep(LOOK_EVERY_MS, ended.signal)
    }
  })()
  return () => ended.abort()
}

interface PodStatus {
  phase?: string
  conditions?: {type: string; status: string; reason?: string; message?: string}[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

interface ContainerStatus {
  name: string
  ready: boolean
  restartCount: number
  state?: {waiting?: {reason?: string; message?: string}; terminated?: {reason?: string; exitCode?: number; message?: string}}
}

/** One line for each pod that is not ready, and for each replica that could not be made. */
export async function explainWorkloads(ctx: PlatformContext, namespace: string): Promise<string[]> {
  // A reader of its own: what was read before is of no use while things change.
  const cluster = new ClusterReader((await ctx.cluster()).api)
  const [pods, sets, events] = await Promise.all([cluster.list('v1', 'Pod'), cluster.list('apps/v1', 'ReplicaSet'), cluster.list('v1', 'Event')])
  const inNamespace = (objects: KubeObject[] | undefined): KubeObject[] => (objects ?? []).filter((object) => object.metadata.namespace === namespace)
  const lines = [...inNamespace(pods).flatMap(explainPod), ...inNamespace(sets).flatMap(explainReplicas)]
  const waiting = new Set(inNamespace(pods).filter((pod) => explainPod(pod).length > 0).map((pod) => pod.metadata.name))
  const warnings = inNamespace(events)
    .filter((event) => event['type'] === 'Warning' && isAboutNow(event, waiting, ctx.clock.now()))
    .map((event) => `event ${String(event['reason'])} on ${(event['involvedObject'] as {kind?: string; name?: string} | undefined)?.kind}/${(event['involvedObject'] as {name?: string} | undefined)?.name}: ${String(event['message'])}`)
  return [...new Set([...lines, ...warnings.slice(-3)])].slice(0, MOST)
}

/** Events stay for an hour: what a pod said that is ready by now, or gone, explains nothing. */
function isAboutNow(event: KubeObject, waiting: ReadonlySet<string>, now: number): boolean {
  const about = event['involvedObject'] as {kind?: string; name?: string} | undefined
  if (about?.kind === 'Pod' && !waiting.has(about.name ?? '')) return false
  const at = Date.parse(String(event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp ?? ''))
  return Number.isNaN(at) || now - at < RECENT_MS
}

function explainPod(pod: KubeObject): string[] {
  const status = (pod['status'] ?? {}) as PodStatus
  if (status.phase === 'Succeeded' || status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')) return []
  const name = `pod ${pod.metadata.name}`
  const container = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find((one) => one.state?.waiting !== undefined || one.state?.terminated?.exitCode)
  if (container !== undefined) {
    const {waiting, terminated} = container.state ?? {}
    const why = waiting === undefined ? `ended with ${terminated?.exitCode} (${terminated?.reason})` : `${waiting.reason ?? 'waiting'}${waiting.message === undefined ? '' : `: ${waiting.message}`}`
    return [`${name}: container ${container.name} ${why}${container.restartCount > 0 ? `, ${container.restartCount} restarts` : ''}`]
  }
  const scheduled = status.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False')
  if (scheduled !== undefined) return [`${name}: ${scheduled.reason}: ${scheduled.message}`]
  return [`${name}: ${status.phase ?? 'no status'}, not ready`]
}

function explainReplicas(set: KubeObject): string[] {
  const conditions = ((set['status'] as {conditions?: {type: string; status: string; message?: string}[]} | undefined)?.conditions ?? []) as {type: string; status: string; message?: string}[]
  return conditions.filter((condition) => condition.type === 'ReplicaFailure' && condition.status === 'True').map((condition) => `ReplicaSet ${set.metadata.name}: ${condition.message}`)
}
