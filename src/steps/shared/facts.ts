/** What finders of several phases ask of the facts of a live cluster. Pure. */
import type {FactEvent, FactObject, Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import {ageOf, patience, refName, refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'

/** The part of a pod's specification that finders read. */
export interface PodSpecFacts {
  nodeName?: string
  nodeSelector?: Record<string, string>
  serviceAccountName?: string
  hostNetwork?: boolean
  tolerations?: {key?: string; operator?: string; value?: string; effect?: string}[]
  containers?: {name: string; image?: string; ports?: {name?: string; containerPort?: number}[]; resources?: {requests?: Record<string, string>; limits?: Record<string, string>}}[]
  initContainers?: {name: string; ports?: {name?: string}[]}[]
  volumes?: {persistentVolumeClaim?: {claimName: string}; configMap?: {name?: string; optional?: boolean}; secret?: {secretName?: string; optional?: boolean}}[]
}

/** The specification of a pod, or of the pods of a workload. */
export function podSpec(object: FactObject): PodSpecFacts {
  const spec = (object['spec'] ?? {}) as PodSpecFacts & {template?: {spec?: PodSpecFacts}}
  return spec.template?.spec ?? spec
}

/** Labels of the pods of a workload. */
export function podLabels(workload: FactObject): Record<string, string> {
  return (workload['spec'] as {template?: {metadata?: {labels?: Record<string, string>}}} | undefined)?.template?.metadata?.labels ?? {}
}

/** The workload that a pod belongs to: what a person would name and change. */
export function workloadOf(facts: Facts, pod: FactObject): FactObject {
  let at = pod
  for (let depth = 0; depth < 3; depth++) {
    const owner = at.metadata.ownerReferences?.find(({controller}) => controller === true)
    const parent = owner === undefined ? undefined : facts.get(owner.kind, owner.name, at.metadata.namespace)
    if (parent === undefined) return at
    at = parent
  }
  return at
}

/** The events about an object, the newest first. */
export function eventsAbout(facts: Facts, object: FactObject, reason?: string): FactEvent[] {
  const name = refName(refOf(object))
  return facts.events.filter((event) => refName(event.object) === name && (reason === undefined || event.reason === reason))
}

/** A new node is on its way: events of Cluster Autoscaler and Karpenter. */
const PROMISED = new Set(['TriggeredScaleUp', 'Nominated'])
const PROMISED_MS = 5 * 60_000

/** Pods without a node for longer than a start takes, with what the scheduler says of them. Those that an autoscaler has promised a node are left out. */
export function unscheduled(facts: Facts): {pod: FactObject; said: string}[] {
  return facts.all('Pod').flatMap((pod) => {
    if (podSpec(pod).nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined || ageOf(pod, facts) < patience(facts).startMs) return []
    if (eventsAbout(facts, pod).some(({reason, time}) => PROMISED.has(reason) && facts.now - time < PROMISED_MS)) return []
    const condition = ((pod['status'] as {conditions?: {type: string; status: string; message?: string}[]} | undefined)?.conditions ?? []).find(({type, status}) => type === 'PodScheduled' && status === 'False')
    const said = condition?.message ?? eventsAbout(facts, pod, 'FailedScheduling')[0]?.message
    return said === undefined ? [] : [{pod, said}]
  })
}

/** One sighting a workload: its pods say the same. */
export function byWorkload<T extends {pod: FactObject}>(facts: Facts, items: T[]): {workload: FactObject; items: [T, ...T[]]}[] {
  const groups = Map.groupBy(items, ({pod}) => refName(refOf(workloadOf(facts, pod))))
  return [...groups.values()].map((group) => ({workload: workloadOf(facts, (group[0] as T).pod), items: group as [T, ...T[]]}))
}

/** `kubectl` name of a workload: `deployment/web`. */
export function slashName(object: FactObject | ObjectRef): string {
  const ref = 'metadata' in object ? refOf(object) : object
  return `${ref.kind.toLowerCase()}/${ref.name}`
}

/** Whether an older version of a Deployment still runs; then going back to it heals at once. */
export function olderVersionRuns(facts: Facts, deployment: FactObject): boolean {
  if (deployment.kind !== 'Deployment') return false
  const own = facts.all('ReplicaSet').filter((set) => set.metadata.namespace === deployment.metadata.namespace && set.metadata.ownerReferences?.some(({kind, name}) => kind === 'Deployment' && name === deployment.metadata.name))
  const revision = (set: FactObject): number => Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
  const newest = Math.max(...own.map((set) => revision(set)))
  return own.some((set) => revision(set) < newest && ((set['status'] as {readyReplicas?: number} | undefined)?.readyReplicas ?? 0) > 0)
}

/** Whether there was a version before the one that is wanted now. */
export function hasOlderVersion(facts: Facts, deployment: FactObject): boolean {
  return deployment.kind === 'Deployment' && facts.all('ReplicaSet').filter((set) => set.metadata.namespace === deployment.metadata.namespace && set.metadata.ownerReferences?.some(({kind, name}) => kind === 'Deployment' && name === deployment.metadata.name)).length > 1
}

/** Goes back to the version before, and waits for it. */
export function rollBack(deployment: FactObject): FixStep[] {
  const {namespace = 'default'} = deployment.metadata
  return [
    {text: 'Go back to the version before, and correct the new one in peace.', command: `kubectl -n ${namespace} rollout undo ${slashName(deployment)}`},
    {text: 'Wait until it stands.', command: `kubectl -n ${namespace} rollout status ${slashName(deployment)} --timeout=90s`},
  ]
}

/** A merge patch as a command. */
export function patchCommand(object: FactObject, patch: object): string {
  const {namespace, name} = object.metadata
  return `kubectl ${namespace === undefined ? '' : `-n ${namespace} `}patch ${object.kind.toLowerCase()} ${name} --type=merge -p '${JSON.stringify(patch)}'`
}

/** Whether a namespace is one of kp's own: of a component, of the demo, or of the system. */
export function isOwnNamespace(facts: Facts, namespace: string): boolean {
  return facts.components.some((component) => component.namespace === namespace || component.workloads.some((workload) => workload.namespace === namespace)) || ['demo', 'default', 'kube-system', 'kp-connectivity', 'kp-connectivity-open'].includes(namespace)
}

/** The one of some words that a mistyped one means; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.filter((one) => one !== word).map((one) => ({one, distance: distanceOf(word, one)}))
  return distances.filter(({distance}) => distance <= Math.max(2, Math.floor(word.length / 4))).toSorted((a, b) => a.distance - b.distance)[0]?.one
}

function distanceOf(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}

const ZONE = 'topology.kubernetes.io/zone'

/** How a custom resource places its instances: that of CloudNativePG, and of Strimzi. */
interface Placement {
  nodeSelector?: Record<string, string>
  nodeAffinity?: {requiredDuringSchedulingIgnoredDuringExecution?: {nodeSelectorTerms?: {matchExpressions?: {key: string; operator?: string; values?: string[]}[]}[]}}
}

/** Where a custom resource of an operator pins its instances to: the zones, and the patch that takes the pin away. */
export function pinOf(owner: FactObject): {zones: string[]; patch: object} | undefined {
  const spec = (owner['spec'] ?? {}) as {affinity?: Placement; template?: {pod?: {affinity?: Placement}}}
  const selected = spec.affinity?.nodeSelector?.[ZONE]
  if (selected !== undefined) return {zones: [selected], patch: {spec: {affinity: {nodeSelector: {[ZONE]: null}}}}}
  const terms = spec.template?.pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const zones = terms.flatMap(({matchExpressions = []}) => matchExpressions.filter(({key, operator}) => key === ZONE && operator === 'In').flatMap(({values = []}) => values))
  return zones.length === 0 ? undefined : {zones, patch: {spec: {template: {pod: {affinity: {nodeAffinity: null}}}}}}
}

/** What the pods of a component say of late, where a pattern fits: one sighting a workload, with the lines. */
export function complaintsOf(facts: Facts, components: readonly string[], pattern: RegExp): Sighting[] {
  const own = facts.components.filter(({id}) => components.includes(id)).flatMap(({workloads}) => workloads)
  const heard = facts.logs.flatMap(({pod, text}) => {
    const live = facts.get('Pod', pod.name, pod.namespace)
    const workload = live === undefined ? undefined : refOf(workloadOf(facts, live))
    const found = pattern.exec(text)
    return workload === undefined || found === null || !own.some((one) => refName(one) === refName(workload)) ? [] : [{workload, pod: pod.name, line: lineAt(text, found)}]
  })
  return [...Map.groupBy(heard, ({workload}) => refName(workload)).values()].map((group) => ({object: (group[0] as (typeof heard)[number]).workload, evidence: [...new Set(group.map(({pod, line}) => `${pod} says: ${line}`))].slice(0, 3), values: {pod: group[0]?.pod ?? ''}}))
}

/** The line of a text in which a pattern was found. */
function lineAt(text: string, found: RegExpExecArray): string {
  const end = text.indexOf('\n', found.index)
  return text.slice(text.lastIndexOf('\n', found.index) + 1, end === -1 ? undefined : end).trim().slice(0, 300)
}

/** Whether a workload of kp is away: deleted, scaled to nothing, or without any copy that is ready. A sentence, or undefined. */
export function awayBecause(facts: Facts, ref: ObjectRef): string | undefined {
  if (!facts.seen(ref.kind)) return undefined
  const found = facts.get(ref.kind, ref.name, ref.namespace)
  if (found === undefined) return `${refName(ref)} does not exist`
  if ((found['spec'] as {replicas?: number} | undefined)?.replicas === 0) return `${refName(ref)} is scaled to 0`
  const status = (found['status'] ?? {}) as {readyReplicas?: number; numberReady?: number}
  return (status.readyReplicas ?? status.numberReady ?? 0) > 0 || ageOf(found, facts) < 60_000 ? undefined : `${refName(ref)} has no copy that is ready`
}
