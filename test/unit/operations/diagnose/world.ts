/** Small worlds for finders: facts in memory, of objects that a test names. */
import {refName, refOf} from '../../../../src/engine/facts.ts'
import type {FactCheck, FactComponent, FactObject, Facts, ObjectRef} from '../../../../src/engine/facts.ts'
import {findingsOf} from '../../../../src/operations/diagnose/findings.ts'
import type {Finding} from '../../../../src/operations/diagnose/findings.ts'
import {phases} from '../../../../src/steps/index.ts'

/** Now, in these worlds. */
export const NOW = Date.parse('2026-11-28T12:00:00Z')
const OLD = '2026-11-28T11:00:00Z'

/** Fields of an object besides its name; `created`, `owner` and `deleted` are short for its metadata. */
export type Extra = Record<string, unknown> & {apiVersion?: string; labels?: Record<string, string>; annotations?: Record<string, string>; created?: string; owner?: {kind: string; name: string}; deleted?: string; finalizers?: string[]}

/** An object, by kind and `namespace/name`, an hour old. */
export function object(kind: string, name: string, extra: Extra = {}): FactObject {
  const [first = '', second] = name.split('/')
  const {apiVersion = 'v1', labels, annotations, created = OLD, owner, deleted, finalizers, ...rest} = extra
  return {
    apiVersion,
    kind,
    metadata: {
      name: second ?? first,
      ...(second === undefined ? {} : {namespace: first}),
      creationTimestamp: created,
      ...(labels === undefined ? {} : {labels}),
      ...(annotations === undefined ? {} : {annotations}),
      ...(deleted === undefined ? {} : {deletionTimestamp: deleted}),
      ...(finalizers === undefined ? {} : {finalizers}),
      ...(owner === undefined ? {} : {ownerReferences: [{apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner}]}),
    },
    ...rest,
  }
}

/** What a world has besides objects. */
export interface World {
  /** Kinds that were listed though nothing of them is there. */
  empty?: string[]
  /** Ids of failing checks, or what they saw. */
  checks?: (string | Partial<FactCheck>)[]
  /** Components that the platform has, with their workloads as `Kind namespace/name`. */
  components?: Record<string, string[]>
  /** Warnings about objects, by `Kind namespace/name`. */
  events?: Record<string, {reason: string; message: string}>
  /** What a pod said of late. */
  said?: Record<string, string>
}

/** The facts of a world. */
export function factsOf(objects: FactObject[], world: World = {}): Facts {
  const kinds = kindsOf(objects, world)
  return {
    now: NOW,
    all: (kind) => objects.filter((one) => one.kind === kind),
    get: (kind, name, namespace) => objects.find((one) => refName(refOf(one)) === refName({kind, name, ...(namespace === undefined ? {} : {namespace})})),
    seen: (kind) => kinds.includes(kind),
    events: Object.entries(world.events ?? {}).map(([name, event]) => ({type: 'Warning', ...event, object: named(name), time: NOW})),
    logs: Object.entries(world.said ?? {}).map(([pod, text]) => ({pod: refOf(object('Pod', pod)), container: 'main', text})),
    checks: (world.checks ?? []).map((check) => ({id: '', phase: '', observed: '', evidence: [], pitfalls: [], ...(typeof check === 'string' ? {id: check} : check)})),
    components: Object.entries(world.components ?? {}).map(([id, workloads]): FactComponent => ({id, phase: '', namespace: '', workloads: workloads.map(named), definitions: []})),
    phases: phases.map(({id}) => id),
    provider: 'lab',
    cluster: 'acme',
  }
}

function kindsOf(objects: FactObject[], {empty = []}: World): string[] {
  return [...new Set([...empty, ...objects.map(({kind}) => kind)])]
}

function named(text: string): ObjectRef {
  const [kind = '', name = ''] = text.split(' ')
  return refOf(object(kind, name))
}

/** What all pitfalls find in a world, causes first. */
export function diagnoseWorld(objects: FactObject[], world: World = {}): Finding[] {
  return findingsOf(phases.flatMap(({pitfalls}) => pitfalls), factsOf(objects, world), kindsOf(objects, world))
}

/** `KP1303 HorizontalPodAutoscaler shop/web` of each finding. */
export function codesOf(found: Finding[]): string[] {
  return found.map((one) => `${one.code} ${one.object}`)
}

/** The commands of a fix. */
export function commandsOf(finding: Finding | undefined): string[] {
  return finding?.fix.flatMap(({command}) => command ?? []) ?? []
}
