/** What was gathered of a live cluster, for finders of pitfalls. Plain values: no clock, no connection. */

/** One action of a fix. */
export interface FixStep {
  text: string
  /** A command to copy; `<...>` marks what to fill in. */
  command?: string
}

/** An object by name. */
export interface ObjectRef {
  kind: string
  name: string
  namespace?: string
}

/** An object as the cluster has it; of Secrets the metadata alone. */
export interface FactObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    generation?: number
    labels?: Record<string, string>
    annotations?: Record<string, string>
    creationTimestamp?: string
    deletionTimestamp?: string
    finalizers?: string[]
    ownerReferences?: {apiVersion: string; kind: string; name: string; uid: string; controller?: boolean}[]
  }
  [field: string]: unknown
}

/** An event about an object. */
export interface FactEvent {
  type: string
  reason: string
  message: string
  object: ObjectRef
  /** When it came last, in milliseconds since 1970. */
  time: number
}

/** The end of what a container said before it crashed. */
export interface FactLog {
  pod: ObjectRef
  container: string
  text: string
}

/** A check that fails. */
export interface FactCheck {
  id: string
  phase: string
  observed: string
  evidence: string[]
  /** Codes of the pitfalls that it names. */
  pitfalls: string[]
  /** The objects that it asks through, where it asks from outside. */
  through?: ObjectRef[]
}

/** A component of the catalog that this platform has, by what it must create. */
export interface FactComponent {
  id: string
  phase: string
  namespace: string
  workloads: ObjectRef[]
  /** Names of its custom resource definitions. */
  definitions: string[]
}

/** Everything that was seen. */
export interface Facts {
  /** Milliseconds since 1970. */
  now: number
  /** All objects of a kind (of a group, where two share the name); none where the kind is not known or was refused: see `seen`. */
  all(kind: string, group?: string): readonly FactObject[]
  /** One object. */
  get(kind: string, name: string, namespace?: string): FactObject | undefined
  /** Whether the kind was listed: without that, an absent object means nothing. */
  seen(kind: string): boolean
  events: readonly FactEvent[]
  logs: readonly FactLog[]
  checks: readonly FactCheck[]
  components: readonly FactComponent[]
  /** Ids of the phases that the platform has. */
  phases: readonly string[]
  /** Where it runs: lab, existing, eks … */
  provider: string
  /** Name of the environment's cluster. */
  cluster: string
}

/** A pitfall seen on an object. */
export interface Sighting {
  object: ObjectRef
  /** What was seen, a sentence a line. */
  evidence: string[]
  /** For `<...>` in the fix: `{host: "demo.example.com"}`; namespace, name and kind are known from the object. */
  values?: Record<string, string>
  /** In the place of the pitfall's own fix: where the object alone decides what helps. */
  fix?: FixStep[]
  /** It only says what is wrong, not why: anything more precise on the same object wins. */
  vague?: boolean
  /** What suffers from it, besides what the relations between objects tell. */
  affects?: ObjectRef[]
}

/** `Kind namespace/name`. */
export function refName({kind, name, namespace}: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** The reference of an object. */
export function refOf(object: FactObject): ObjectRef {
  const {name, namespace} = object.metadata
  return {kind: object.kind, name, ...(namespace === undefined ? {} : {namespace})}
}

/** How long an object is there, in milliseconds. */
export function ageOf(object: FactObject, facts: Pick<Facts, 'now'>): number {
  return facts.now - Date.parse(object.metadata.creationTimestamp ?? '')
}

/** How long a start and an end may take before anybody worries: machines that pull images and end programs are slower than a lab. */
export function patience({provider}: Pick<Facts, 'provider'>): {startMs: number; endMs: number} {
  return provider === 'lab' ? {startMs: 5000, endMs: 20_000} : {startMs: 60_000, endMs: 120_000}
}

/** Whether something was deleted, and is there for longer than an end takes. The time of a pod's deletion is when it must be gone. */
export function goesSlowly({kind, metadata}: FactObject, facts: Pick<Facts, 'now' | 'provider'>): boolean {
  const {startMs, endMs} = patience(facts)
  return metadata.deletionTimestamp !== undefined && facts.now - Date.parse(metadata.deletionTimestamp) > (kind === 'Pod' ? startMs : endMs)
}

/** Whether what failed was made up for: its Job completed in a later try, its CronJob in a later run, its workload has all of its pods. */
export function madeUpFor(failed: FactObject, facts: Facts): boolean {
  const owner = failed.metadata.ownerReferences?.find(({controller}) => controller === true)
  const parent = owner === undefined ? undefined : facts.get(owner.kind, owner.name, failed.metadata.namespace)
  if (parent === undefined) return false
  const status = (parent['status'] ?? {}) as {conditions?: {type: string; status: string}[]; lastSuccessfulTime?: string; readyReplicas?: number; numberReady?: number; desiredNumberScheduled?: number}
  switch (parent.kind) {
    case 'CronJob':
      return Date.parse(status.lastSuccessfulTime ?? '') > Date.parse(failed.metadata.creationTimestamp ?? '')
    case 'Job':
      return (status.conditions ?? []).some(({type, status: value}) => type === 'Complete' && value === 'True') || madeUpFor(parent, facts)
    case 'DaemonSet':
      return (status.numberReady ?? 0) >= (status.desiredNumberScheduled ?? 0)
    case 'ReplicaSet':
    case 'StatefulSet':
      return (status.readyReplicas ?? 0) >= ((parent['spec'] as {replicas?: number} | undefined)?.replicas ?? 1)
    default:
      return false
  }
}

/** A container as its pod reports it. */
export interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: {waiting?: {reason?: string; message?: string}; terminated?: ContainerEnd; running?: {startedAt?: string}}
  lastState?: {terminated?: ContainerEnd}
}

/** How a container ended. */
export interface ContainerEnd {
  reason?: string
  exitCode?: number
  message?: string
  startedAt?: string
  finishedAt?: string
}

/** The containers of a pod, those that run first included. */
export function containersOf(pod: FactObject): ContainerStatus[] {
  const status = (pod['status'] ?? {}) as {initContainerStatuses?: ContainerStatus[]; containerStatuses?: ContainerStatus[]}
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
}

/** So much longer than the last time a container must run until it is believed. */
const PROVEN_MS = 8000

/** Whether a container that crashed twice runs again, but not longer yet than before its last crash: between two crashes it looks well. */
export function runsBetweenCrashes({restartCount = 0, state, lastState}: ContainerStatus, now: number): boolean {
  const {exitCode = 0, startedAt = '', finishedAt = ''} = lastState?.terminated ?? {}
  const lived = Date.parse(finishedAt) - Date.parse(startedAt)
  return restartCount >= 2 && exitCode !== 0 && now - Date.parse(state?.running?.startedAt ?? '') < lived + PROVEN_MS
}
