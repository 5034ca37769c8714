/** Checks of phase 8 about what Prometheus is told to read: monitors and rules that nobody picks up, monitors that find nothing. */
import {check, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const GROUP = 'monitoring.coreos.com/v1'

/** Which field of a Prometheus picks which kind. */
const PICKED = {ServiceMonitor: 'serviceMonitorSelector', PodMonitor: 'podMonitorSelector', Probe: 'probeSelector', PrometheusRule: 'ruleSelector'} as const

interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: {key: string; operator: string; values?: string[]}[]
}

interface MonitorSpec {
  selector?: Selector
  namespaceSelector?: {any?: boolean; matchNames?: string[]}
  endpoints?: {port?: string; targetPort?: number | string}[]
}

/** Whether labels fit a selector. An empty one takes everything. */
export function fits(labels: Record<string, string> = {}, {matchLabels = {}, matchExpressions = []}: Selector): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(({key, operator, values = []}) => {
    const value = labels[key]
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value)
      case 'NotIn':
        return value === undefined || !values.includes(value)
      case 'Exists':
        return value !== undefined
      case 'DoesNotExist':
        return value === undefined
      default:
        return false
    }
  })
}

/** What is read, and what should be. */
export const selectionChecks: PlatformCheck[] = [
  check({
    id: 'monitoring.picked-up',
    title: 'Some Prometheus picks up every monitor and rule of the cluster',
    severity: 'warning',
    pitfalls: ['KP0815'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const all = await cluster.listKnown(GROUP, 'Prometheus')
      if (all.length === 0) return {status: 'unknown', observed: 'there is no Prometheus'}
      const selectors = (field: string): Selector[] => all.flatMap((one) => (one['spec'] as Record<string, Selector | undefined> | undefined)?.[field] ?? [])
      if (ctx.provider.simulated && Object.values(PICKED).every((field) => selectors(field).length === 0)) return {status: 'skip', observed: 'the Prometheus of the stand-in names no selectors'}
      const lists = await Promise.all(Object.entries(PICKED).map(async ([kind, field]) => ({objects: (await cluster.list(GROUP, kind)) ?? [], field})))
      const complaints = lists.flatMap(({objects, field}) => objects.filter(({metadata}) => !selectors(field).some((selector) => fits(metadata.labels, selector))).map(({kind, metadata}) => `no Prometheus picks up ${kind} ${nameOf(metadata)}`))
      return verdict(complaints, `${lists.reduce((sum, {objects}) => sum + objects.length, 0)} monitors and rules`, `labels that fit ${Object.values(PICKED).join(', ')}`)
    },
  }),
  check({
    id: 'monitoring.monitors',
    title: 'Every ServiceMonitor finds a Service with the port that it names',
    severity: 'warning',
    pitfalls: ['KP0816'],
    appliesTo: (ctx) => (ctx.provider.simulated ? 'the Services of stand-ins have no labels to be found by' : true),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [monitors, services] = await Promise.all([cluster.listKnown(GROUP, 'ServiceMonitor'), cluster.listKnown('v1', 'Service')])
      const complaints = monitors.flatMap((monitor) => complainAboutMonitor(monitor, services) ?? [])
      return verdict(complaints, `${monitors.length} ServiceMonitors`, 'a Service with the labels, in the namespaces and with the port of each')
    },
  }),
]

function complainAboutMonitor(monitor: KubeObject, services: KubeObject[]): string | undefined {
  const {selector = {}, namespaceSelector, endpoints = []} = (monitor['spec'] ?? {}) as MonitorSpec
  const namespaces = namespaceSelector?.any === true ? undefined : (namespaceSelector?.matchNames ?? [monitor.metadata.namespace ?? ''])
  const found = services.filter(({metadata}) => (namespaces?.includes(metadata.namespace ?? '') ?? true) && fits(metadata.labels, selector))
  const who = `ServiceMonitor ${nameOf(monitor.metadata)}`
  if (found.length === 0) return `${who} finds no Service`
  const ports = new Set(found.flatMap((service) => ((service['spec'] as {ports?: {name?: string}[]} | undefined)?.ports ?? []).flatMap(({name}) => name ?? [])))
  const missing = endpoints.flatMap(({port}) => (port === undefined || ports.has(port) ? [] : [port]))
  return missing.length === 0 ? undefined : `${who} finds no port ${missing.join(', ')} at ${found.map(({metadata}) => nameOf(metadata)).join(', ')}`
}
