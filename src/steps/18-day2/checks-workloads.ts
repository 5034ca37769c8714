/** What your own workloads need for maintenance: probes, limits, copies. Those of kp are not looked at. */
import {check, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const

interface Container {
  name: string
  readinessProbe?: unknown
  resources?: {requests?: Record<string, unknown>; limits?: Record<string, unknown>}
}

interface WorkloadSpec {
  replicas?: number
  selector?: {matchLabels?: Record<string, string>}
  template?: {metadata?: {labels?: Record<string, string>}; spec?: {containers?: Container[]}}
}

const specOf = (one: KubeObject): WorkloadSpec => (one['spec'] ?? {})

/** Workloads that neither Kubernetes nor kp brought: no system namespace, no namespace of a component, not made by kp. */
async function ownWorkloads(ctx: PlatformContext): Promise<KubeObject[]> {
  const cluster = await ctx.cluster()
  const system = new Set([...ctx.catalog.all().map(({namespace}) => namespace), 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'])
  const lists = await Promise.all(KINDS.map((kind) => cluster.listKnown('apps/v1', kind)))
  return lists.flat().filter(({metadata}) => !system.has(metadata.namespace ?? '') && metadata.labels?.[PLATFORM_LABEL] === undefined && metadata.labels?.['app.kubernetes.io/managed-by'] !== 'kp' && (metadata.ownerReferences ?? []).length === 0)
}

/** What a workload lacks. */
export function complainAboutReadiness(one: KubeObject): string | undefined {
  const containers = specOf(one).template?.spec?.containers ?? []
  const lacks = [
    ...(one.kind !== 'DaemonSet' && containers.some(({readinessProbe}) => readinessProbe === undefined) ? ['a readiness probe'] : []),
    ...(containers.some(({resources}) => resources?.requests?.['cpu'] === undefined || resources.requests['memory'] === undefined) ? ['requests'] : []),
    ...(containers.some(({resources}) => resources?.limits?.['memory'] === undefined) ? ['a memory limit'] : []),
  ]
  return lacks.length === 0 ? undefined : `${one.kind} ${nameOf(one.metadata)} has no ${lacks.join(', no ').replaceAll('no a ', 'no ')}`.replaceAll('has no a ', 'has no ')
}

/** Your own workloads. */
export const workloadChecks: PlatformCheck[] = [
  check({
    id: 'day2.readiness',
    title: 'Your workloads have probes, requests and limits',
    severity: 'warning',
    pitfalls: ['KP1809'],
    async run(ctx) {
      const own = await ownWorkloads(ctx)
      return verdict(own.flatMap((one) => complainAboutReadiness(one) ?? []), own.length === 0 ? 'there is none yet' : `${own.length} workloads`, 'a readiness probe, requests of CPU and memory, a limit of memory')
    },
  }),
  check({
    id: 'day2.single-copies',
    title: 'Your workloads behind a Service run in several copies',
    severity: 'warning',
    pitfalls: ['KP1810'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [own, services] = await Promise.all([ownWorkloads(ctx), cluster.listKnown('v1', 'Service')])
      const single = own.filter((one) => one.kind === 'Deployment' && (specOf(one).replicas ?? 1) === 1 && services.some((service) => leadsTo(service, one)))
      return verdict(single.map((one) => `Deployment ${nameOf(one.metadata)} runs once: every drain is an outage`), own.length === 0 ? 'there is none yet' : `${own.length} workloads`, 'two copies or more, in several zones, with a budget')
    },
  }),
]

function leadsTo(service: KubeObject, workload: KubeObject): boolean {
  const selector = (service['spec'] as {selector?: Record<string, string>} | undefined)?.selector ?? {}
  const labels = specOf(workload).template?.metadata?.labels ?? {}
  return service.metadata.namespace === workload.metadata.namespace && Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value)
}
