/** Checks of phase 11 about where instances and volumes are: volumes, zones, budgets. */
import {check, simulatedControllers, SOON, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {hasAny, instancesOf, namespaceOf, systemsOf} from './names.ts'
import type {System} from './names.ts'
import {ZONE} from './parts.ts'
import {complainAboutZones} from './volumes-gate.ts'

const statusOf = (object: KubeObject): Record<string, unknown> => (object['status'] ?? {}) as Record<string, unknown>
const nodeOf = (pod: KubeObject): string | undefined => (pod['spec'] as {nodeName?: string} | undefined)?.nodeName

/** Whether labels have all of some others. */
const hasLabels = (labels: Record<string, string> | undefined, wanted: Record<string, string>): boolean => Object.entries(wanted).every(([key, value]) => labels?.[key] === value)

/** The instances of a system. */
export function instances(ctx: PlatformContext, system: System, pods: readonly KubeObject[]): KubeObject[] {
  const namespace = namespaceOf(ctx, system.id)
  return pods.filter(({metadata}) => metadata.namespace === namespace && metadata.deletionTimestamp === undefined && hasLabels(metadata.labels, system.pods))
}

/** Systems with more than one instance, or why none is looked at. */
const several = (ctx: PlatformContext): System[] => systemsOf(ctx).filter((system) => instancesOf(ctx, system) > 1)
const hasSeveral = (ctx: PlatformContext): true | string => (several(ctx).length > 0 ? true : 'no database has more than one instance')

function complainAboutSpread(ctx: PlatformContext, system: System, pods: readonly KubeObject[], nodes: readonly KubeObject[]): string[] {
  const zoneOf = new Map(nodes.map(({metadata}) => [metadata.name, metadata.labels?.[ZONE]]))
  const all = new Set([...zoneOf.values()].filter((zone) => zone !== undefined)).size
  const own = instances(ctx, system, pods)
  const wanted = instancesOf(ctx, system)
  const at = `${system.title} in ${namespaceOf(ctx, system.id)}`
  if (own.length < wanted) return [`${at}: ${own.length} of ${wanted} instances exist`]
  const placed = own.flatMap((pod) => nodeOf(pod) ?? [])
  if (placed.length < own.length) return [`${at}: ${own.length - placed.length} of ${own.length} instances have no node`]
  const zones = new Set(placed.map((node) => zoneOf.get(node)))
  const twice = placed.length - new Set(placed).size
  return [
    ...(zones.size < Math.min(all, own.length) ? [`${at}: ${own.length} instances are in ${[...zones].join(', ') || 'no zone'} alone; there are ${all} zones`] : []),
    ...(twice > 0 && nodes.length >= own.length ? [`${at}: ${twice + 1} instances share a node`] : []),
  ]
}

interface Budget {
  selector?: {matchLabels?: Record<string, string>; matchExpressions?: {key: string; operator: string; values?: string[]}[]}
}

/** Whether a budget is about a pod. */
function guards(budget: KubeObject, pod: KubeObject): boolean {
  const {matchLabels = {}, matchExpressions = []} = ((budget['spec'] ?? {}) as Budget).selector ?? {}
  return budget.metadata.namespace === pod.metadata.namespace && hasLabels(pod.metadata.labels, matchLabels) && matchExpressions.every(({key, operator, values = []}) => {
    const value = pod.metadata.labels?.[key]
    return operator === 'Exists' ? value !== undefined : operator === 'DoesNotExist' ? value === undefined : (operator === 'In') === (value !== undefined && values.includes(value))
  })
}

export const placementChecks: PlatformCheck[] = [
  check({
    id: 'operators.volumes',
    title: 'Every volume of a database is bound',
    pitfalls: ['KP1104'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: hasAny,
    async run(ctx) {
      const namespaces = new Set(systemsOf(ctx).map(({id}) => namespaceOf(ctx, id)))
      const claims = (await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')).filter(({metadata}) => namespaces.has(metadata.namespace ?? ''))
      if (claims.length === 0) return {status: 'fail', observed: 'no database has a volume', expected: 'a claim for each instance'}
      const open = claims.filter((claim) => statusOf(claim)['phase'] !== 'Bound')
      return verdict(open.map(({metadata}) => `PersistentVolumeClaim ${nameOf(metadata)} is not bound`), `${claims.length} volumes are bound`, 'every claim is Bound')
    },
  }),
  check({
    id: 'operators.volume-zones',
    title: 'Every volume of a database is in a zone with nodes',
    pitfalls: ['KP1107'],
    appliesTo: hasAny,
    async run(ctx) {
      const {complaints, seen} = await complainAboutZones(ctx)
      return verdict(complaints, `${seen} volumes, each in a zone where nodes take pods`, 'a node in the zone of each volume')
    },
  }),
  check({
    id: 'operators.spread',
    title: 'Instances of a database are spread over zones and nodes',
    severity: 'warning',
    pitfalls: ['KP1107', 'KP1108'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: hasSeveral,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [pods, nodes] = await Promise.all([cluster.listKnown('v1', 'Pod'), cluster.listKnown('v1', 'Node')])
      return verdict(several(ctx).flatMap((system) => complainAboutSpread(ctx, system, pods, nodes)), `${several(ctx).length} databases, each in as many zones as it can be`, 'instances in different zones, on nodes of their own')
    },
  }),
  check({
    id: 'operators.budgets',
    title: 'A drain takes one instance of a database at a time',
    pitfalls: ['KP1109'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: hasSeveral,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [pods, budgets] = await Promise.all([cluster.listKnown('v1', 'Pod'), cluster.listKnown('policy/v1', 'PodDisruptionBudget')])
      const complaints = several(ctx).flatMap((system) => {
        const own = instances(ctx, system, pods)
        // What waits for a node is on none that could be drained, and has no role yet.
        const open = own.filter((pod) => nodeOf(pod) !== undefined && !budgets.some((budget) => guards(budget, pod)))
        return own.length === 0 ? [`${system.title} has no instance in ${namespaceOf(ctx, system.id)}`] : open.length === 0 ? [] : [`no PodDisruptionBudget guards ${open.map(({metadata}) => nameOf(metadata)).join(', ')}`]
      })
      return verdict(complaints, `${several(ctx).length} databases, each with a budget over its instances`, 'a PodDisruptionBudget over every instance')
    },
  }),
]
