/** Why the workloads of a namespace are not ready, in words. */
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const MOST = 8

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
  const cluster = await ctx.cluster()
  const [pods, sets, events] = await Promise.all([cluster.list('v1', 'Pod'), cluster.list('apps/v1', 'ReplicaSet'), cluster.list('v1', 'Event')])
  const inNamespace = (objects: KubeObject[] | undefined): KubeObject[] => (objects ?? []).filter((object) => object.metadata.namespace === namespace)
  const lines = [...inNamespace(pods).flatMap(explainPod), ...inNamespace(sets).flatMap(explainReplicas)]
  const warnings = inNamespace(events)
    .filter((event) => event['type'] === 'Warning')
    .map((event) => `event ${String(event['reason'])} on ${(event['involvedObject'] as {kind?: string; name?: string} | undefined)?.kind}/${(event['involvedObject'] as {name?: string} | undefined)?.name}: ${String(event['message'])}`)
  return [...new Set([...lines, ...warnings.slice(-3)])].slice(0, MOST)
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
