/** The workloads that kp installs on a platform, and the budgets that come with them. */
import {platformObjects} from '../../components/platform-values.ts'
import type {ManifestContext, PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {applies} from '../../engine/applies.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** A workload with several copies, or one. */
export interface InstalledWorkload {
  kind: string
  namespace: string
  name: string
  /** Labels by which it selects its pods. */
  labels: Record<string, string>
  replicas: number
  /** What installs it: a component, or a step. */
  by: string
}

/** A budget, by the workload that it guards. */
export interface InstalledBudget {
  namespace: string
  name: string
  workload: string
  minAvailable?: number | string
  maxUnavailable?: number | string
  by: string
}

/** Phases that install no workloads, and may ask the same of all others. */
const WITHOUT_WORKLOADS = new Set(['day2', 'cost', 'slo', 'deliverables'])

/** All of it, of every phase that the platform has. */
export function installed(ctx: ManifestContext): {workloads: InstalledWorkload[]; budgets: InstalledBudget[]} {
  const steps = ctx.phases.filter((phase) => !WITHOUT_WORKLOADS.has(phase.id) && isOn(phase, ctx)).flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx as PlatformContext))
  const found = steps.map((step) => (step.component === undefined ? ofObjects(step, ctx) : ofComponent(step.component, ctx)))
  return {workloads: found.flatMap(({workloads}) => workloads), budgets: found.flatMap(({budgets}) => budgets)}
}

const isOn = (phase: PlatformPhase, ctx: ManifestContext): boolean => phase.appliesTo === undefined || phase.appliesTo(ctx) === true

function ofComponent(component: string, ctx: ManifestContext): {workloads: InstalledWorkload[]; budgets: InstalledBudget[]} {
  const objects = platformObjects(ctx, component)
  return {
    workloads: objects.workloads.filter(({kind}) => kind !== 'DaemonSet').map(({kind, namespace, name, labels, replicas}) => ({kind, namespace, name, labels, replicas, by: component})),
    budgets: objects.budgets.map(({namespace, name, workload, selector, minAvailable, maxUnavailable}) => ({namespace, name, workload: workload ?? guardedBy(selector, objects.workloads), by: component, ...(minAvailable === undefined ? {} : {minAvailable}), ...(maxUnavailable === undefined ? {} : {maxUnavailable})})),
  }
}

/** The workload whose pods a budget of a chart selects, where it does not name it; '' where there is none. */
function guardedBy(selector: Record<string, string> | undefined, workloads: readonly {name: string; labels: Record<string, string>}[]): string {
  return workloads.find(({labels}) => selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value))?.name ?? ''
}

interface Selecting {
  replicas?: number
  selector?: {matchLabels?: Record<string, string>}
  minAvailable?: number | string
  maxUnavailable?: number | string
}

function ofObjects(step: PlatformStep, ctx: ManifestContext): {workloads: InstalledWorkload[]; budgets: InstalledBudget[]} {
  const objects = step.objects?.(ctx) ?? []
  const specOf = (object: KubeObject): Selecting => (object['spec'] ?? {})
  const workloads = objects.filter(({kind}) => kind === 'Deployment' || kind === 'StatefulSet').map((object): InstalledWorkload => {
    const {replicas = 1, selector} = specOf(object)
    return {kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, labels: selector?.matchLabels ?? {}, replicas, by: step.id}
  })
  const budgets = objects.filter(({kind}) => kind === 'PodDisruptionBudget').map((object): InstalledBudget => {
    const {selector, minAvailable, maxUnavailable} = specOf(object)
    const guarded = workloads.find(({labels}) => Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value))
    return {namespace: object.metadata.namespace ?? '', name: object.metadata.name, workload: guarded?.name ?? '', by: step.id, ...(minAvailable === undefined ? {} : {minAvailable}), ...(maxUnavailable === undefined ? {} : {maxUnavailable})}
  })
  return {workloads, budgets}
}

/** Why a budget can never let a pod of so many go; undefined where it can. */
export function neverGivesWay({minAvailable, maxUnavailable}: Pick<InstalledBudget, 'minAvailable' | 'maxUnavailable'>, replicas: number): string | undefined {
  if (maxUnavailable === 0 || maxUnavailable === '0%') return `maxUnavailable is ${maxUnavailable}`
  if (minAvailable === undefined) return undefined
  const wanted = typeof minAvailable === 'number' ? minAvailable : Math.ceil((Number.parseInt(minAvailable, 10) / 100) * replicas)
  return wanted >= replicas ? `minAvailable is ${minAvailable} and there ${replicas === 1 ? 'is 1 copy' : `are ${replicas} copies`}` : undefined
}
