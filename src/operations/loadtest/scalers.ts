/** HorizontalPodAutoscalers while load goes on: how many copies, and why. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** One autoscaler at one moment. */
export interface ScalerSample {
  /** Milliseconds since the load began. */
  atMs: number
  name: string
  replicas: number
  desired: number
  min: number
  max: number
  /** Use of what is asked for, in per cent; null where it is not known. */
  cpuPercent: number | null
}

interface Hpa {
  spec?: {minReplicas?: number; maxReplicas?: number}
  status?: {currentReplicas?: number; desiredReplicas?: number; currentMetrics?: {type: string; resource?: {name: string; current?: {averageUtilization?: number}}}[]}
}

/** The namespaces that a host leads to. */
export async function namespacesBehind(ctx: PlatformContext, host: string): Promise<string[]> {
  const cluster = await ctx.cluster()
  const [routes, ingresses] = await Promise.all([cluster.list('gateway.networking.k8s.io/v1', 'HTTPRoute'), cluster.list('networking.k8s.io/v1', 'Ingress')])
  const ofRoute = (one: KubeObject): string[] => {
    const {hostnames = [], rules = []} = (one['spec'] ?? {}) as {hostnames?: string[]; rules?: {backendRefs?: {namespace?: string}[]}[]}
    return hostnames.includes(host) ? rules.flatMap(({backendRefs = []}) => backendRefs.map(({namespace}) => namespace ?? one.metadata.namespace ?? '')) : []
  }
  const ofIngress = (one: KubeObject): string[] => (((one['spec'] ?? {}) as {rules?: {host?: string}[]}).rules ?? []).some((rule) => rule.host === host) ? [one.metadata.namespace ?? ''] : []
  return [...new Set([...(routes ?? []).flatMap(ofRoute), ...(ingresses ?? []).flatMap(ofIngress)])]
}

/** All autoscalers of those namespaces, as they are now. */
export async function sampleScalers(ctx: PlatformContext, namespaces: readonly string[], atMs: number): Promise<ScalerSample[]> {
  if (namespaces.length === 0) return []
  ctx.changed()
  const cluster = await ctx.cluster()
  const lists = await Promise.all(namespaces.map((namespace) => cluster.list('autoscaling/v2', 'HorizontalPodAutoscaler', {namespace})))
  return lists.flatMap((list) => (list ?? []).map((one) => sampleOf(one, atMs)))
}

/** One of them. Pure. */
export function sampleOf(one: KubeObject, atMs: number): ScalerSample {
  const {spec = {}, status = {}} = one as Hpa
  const cpu = status.currentMetrics?.find(({type, resource}) => type === 'Resource' && resource?.name === 'cpu')?.resource?.current?.averageUtilization
  return {atMs, name: nameOf(one.metadata), replicas: status.currentReplicas ?? 0, desired: status.desiredReplicas ?? 0, min: spec.minReplicas ?? 1, max: spec.maxReplicas ?? 1, cpuPercent: cpu ?? null}
}

/** The moments at which something changed, and the last: a minute of the same is one line. */
export function changesOf(samples: readonly ScalerSample[]): ScalerSample[] {
  const last = new Map<string, ScalerSample>()
  const kept: ScalerSample[] = []
  for (const sample of samples) {
    const before = last.get(sample.name)
    if (before === undefined || before.replicas !== sample.replicas || before.desired !== sample.desired) kept.push(sample)
    last.set(sample.name, sample)
  }
  const ends = [...last.values()].filter((sample) => !kept.includes(sample))
  return [...kept, ...ends].toSorted((a, b) => a.atMs - b.atMs)
}
