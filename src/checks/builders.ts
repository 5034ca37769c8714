/** Builders for the checks that many phases have. */
import type {PlatformCheck, PlatformContext} from '../context.ts'
import {platformObjects} from '../components/platform-values.ts'
import type {Applies, Check, CheckResult} from '../engine/types.ts'
import type {KubeObject} from '../tools/kube-api.ts'
import {nameOf} from './cluster.ts'

/** What every builder takes. */
interface CheckBasics {
  id: string
  title: string
  severity?: 'error' | 'warning'
  pitfalls?: string[]
  appliesTo?: (ctx: PlatformContext) => Applies
  within?: Check['within']
  through?: PlatformCheck['through']
}

/** A component, or how it is chosen on a platform. */
export type ComponentChoice = string | ((ctx: PlatformContext) => string)

function componentOf(component: ComponentChoice, ctx: PlatformContext): string {
  return typeof component === 'string' ? component : component(ctx)
}

/** How long something that controllers do may take. */
export const SOON = {deadlineMs: 60_000, everyMs: 1000}

/** Why a status in the lab proves nothing about the real thing, by what the lab stands in for. */
export const simulatedNodes = (ctx: PlatformContext): false | string => ctx.provider.simulated && 'the lab reports for the nodes'
export const simulatedPods = (ctx: PlatformContext): false | string => ctx.provider.simulated && 'simulated containers are always ready'
export const simulatedControllers = (ctx: PlatformContext): false | string => ctx.provider.simulated && 'the lab answers for the controllers'

/** A check with its defaults filled in. */
export function check(basics: CheckBasics & Pick<PlatformCheck, 'run'> & {simulated?: PlatformCheck['simulated']}): PlatformCheck {
  const {severity = 'error', ...rest} = basics
  return {...rest, severity} as PlatformCheck
}

/** `pass` where there is nothing to complain about, else `fail` with the complaints as evidence. */
export function verdict(complaints: string[], pass: string, expected: string): CheckResult {
  if (complaints.length === 0) return {status: 'pass', observed: pass}
  const [first = '', second = ''] = complaints
  return {status: 'fail', observed: complaints.length === 1 ? first : complaints.length === 2 ? `${first}; ${second}` : `${first}, and ${complaints.length - 1} more`, expected, evidence: complaints.slice(0, 10)}
}

interface WorkloadStatus {
  observedGeneration?: number
  replicas?: number
  availableReplicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  desiredNumberScheduled?: number
  numberReady?: number
  updatedNumberScheduled?: number
}

/** A workload by name. */
export interface WorkloadName {
  kind: string
  namespace: string
  name: string
  /** How many kp asks for; default 1 or more. */
  replicas?: number
}

/**
 * The workloads of a component exist and are ready as a whole.
 * @param options.only which of them; default all
 */
export function workloadsReady(options: CheckBasics & {component: ComponentChoice; kinds?: string[]; only?: (name: string) => boolean}): PlatformCheck {
  const {component, kinds, only, ...basics} = options
  return namedWorkloadsReady({
    ...basics,
    workloads: (ctx) => platformObjects(ctx, componentOf(component, ctx)).workloads.filter((workload) => (kinds?.includes(workload.kind) ?? true) && (only?.(workload.name) ?? true)),
    none: `the catalog names none`,
  })
}

/** Workloads by name exist and are ready as a whole. */
export function namedWorkloadsReady(options: CheckBasics & {workloads: (ctx: PlatformContext) => WorkloadName[]; none?: string}): PlatformCheck {
  return check({
    ...options,
    simulated: simulatedPods,
    within: options.within ?? SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const complaints: string[] = []
      const workloads = options.workloads(ctx)
      for (const {kind, namespace, name, replicas} of workloads) {
        const found = (await cluster.listKnown('apps/v1', kind)).find((object) => nameOf(object.metadata) === `${namespace}/${name}`)
        const complaint = found === undefined ? `${kind} ${namespace}/${name} does not exist` : (complainAboutWorkload(found) ?? complainAboutNone(found, replicas))
        if (complaint !== undefined) complaints.push(complaint)
      }
      const seen = workloads.length
      if (seen === 0) return {status: 'unknown', observed: options.none ?? 'there is nothing to look at'}
      return verdict(complaints, `${seen} ${seen === 1 ? 'workload is' : 'workloads are'} ready`, 'every replica of the current generation is available')
    },
  })
}

/** A workload that somebody scaled to nothing has every copy that it wants, and does nothing. */
function complainAboutNone(object: KubeObject, wanted = 1): string | undefined {
  return object.kind !== 'DaemonSet' && (object['spec'] as {replicas?: number} | undefined)?.replicas === 0 && wanted > 0 ? `${object.kind} ${nameOf(object.metadata)} is scaled to 0` : undefined
}

/** Why a Deployment, StatefulSet or DaemonSet is not ready; undefined where it is. */
export function complainAboutWorkload(object: KubeObject): string | undefined {
  const name = `${object.kind} ${nameOf(object.metadata)}`
  const status = (object['status'] ?? {}) as WorkloadStatus
  const spec = (object['spec'] ?? {}) as {replicas?: number}
  if ((status.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) return `${name}: its controller has not seen generation ${object.metadata.generation} yet`
  if (object.kind === 'DaemonSet') {
    const wanted = status.desiredNumberScheduled ?? 0
    if ((status.numberReady ?? 0) < wanted || (status.updatedNumberScheduled ?? 0) < wanted) return `${name}: ${status.numberReady ?? 0} of ${wanted} pods are ready`
    return undefined
  }
  const wanted = spec.replicas ?? 1
  const ready = object.kind === 'StatefulSet' ? (status.readyReplicas ?? 0) : (status.availableReplicas ?? 0)
  if (ready < wanted || (status.updatedReplicas ?? wanted) < wanted) return `${name}: ${ready} of ${wanted} replicas are ready`
  return undefined
}

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

/** The conditions of an object. */
export function conditionsOf(object: KubeObject | undefined): Condition[] {
  return (object?.['status'] as {conditions?: Condition[]} | undefined)?.conditions ?? []
}

/** Why a condition of an object is not as it should be; undefined where it is. A condition about an older generation does not count. */
export function complainAboutCondition(object: KubeObject, type: string, wanted = 'True'): string | undefined {
  const name = `${object.kind} ${nameOf(object.metadata)}`
  const condition = conditionsOf(object).find((one) => one.type === type)
  if (condition === undefined) return `${name} has no condition ${type} yet`
  if (condition.status !== wanted) return `${name}: ${type}=${condition.status} (${condition.reason ?? 'no reason'}) ${condition.message ?? ''}`.trim()
  if (condition.observedGeneration !== undefined && condition.observedGeneration < (object.metadata.generation ?? 0)) return `${name}: ${type} is about generation ${condition.observedGeneration}, the object is at ${object.metadata.generation}`
  return undefined
}

/** Whether an EndpointSlice leads to somebody who takes requests. */
export function hasReadyEndpoint(slice: KubeObject): boolean {
  return ((slice['endpoints'] as {conditions?: {ready?: boolean}}[] | undefined) ?? []).some((endpoint) => endpoint.conditions?.ready !== false)
}

/** The kinds that a component brings are known to the API server. Written by the API server itself, also in the lab. */
export function definitionsEstablished(options: CheckBasics & {component: string}): PlatformCheck {
  return check({
    ...options,
    within: options.within ?? SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const all = new Map((await cluster.listKnown('apiextensions.k8s.io/v1', 'CustomResourceDefinition')).map((object) => [object.metadata.name, object]))
      const wanted = platformObjects(ctx, options.component).crds.filter((crd) => !crd.atRuntime)
      const complaints = wanted.flatMap((crd) => {
        const found = all.get(crd.name)
        if (found === undefined) return [`${crd.name} does not exist`]
        const served = ((found['spec'] as {versions?: {name: string; served: boolean}[]}).versions ?? []).filter((version) => version.served).map((version) => version.name)
        const missing = crd.versions.filter((version) => !served.includes(version))
        if (missing.length > 0) return [`${crd.name} does not serve ${missing.join(', ')}`]
        return complainAboutCondition(found, 'Established') ?? []
      })
      return verdict(complaints, `${wanted.length} definitions are established`, 'every definition exists, is established and serves the versions that kp uses')
    },
  })
}

/** Objects of a kind, by name, whose conditions must be true. Fails where one is missing. */
export function conditionsTrue(
  options: CheckBasics & {apiVersion: string; kind: string; conditions: string[]; names: (ctx: PlatformContext) => string[]; simulated?: PlatformCheck['simulated']; expected: string},
): PlatformCheck {
  return check({
    ...options,
    simulated: options.simulated ?? simulatedControllers,
    within: options.within ?? SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const all = await cluster.list(options.apiVersion, options.kind)
      if (all === undefined) return {status: 'fail', observed: `the cluster does not know ${options.kind} (${options.apiVersion})`, expected: options.expected}
      const names = options.names(ctx)
      if (names.length === 0) return {status: 'unknown', observed: 'there is nothing to look at'}
      const complaints = names.flatMap((name) => {
        const found = all.find((object) => nameOf(object.metadata) === name)
        if (found === undefined) return [`${options.kind} ${name} does not exist`]
        return options.conditions.flatMap((type) => complainAboutCondition(found, type) ?? [])
      })
      return verdict(complaints, `${options.kind} ${names.join(', ')}: ${options.conditions.join(', ')}`, options.expected)
    },
  })
}
