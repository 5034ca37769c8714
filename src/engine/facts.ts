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
