/** Small worlds for finders: facts in memory, of objects that a test names. */
import {refOf} from '../../../../src/engine/facts.ts'
import type {FactCheck, FactComponent, FactObject, Facts, ObjectRef} from '../../../../src/engine/facts.ts'
import type {Finding} from '../../../../src/operations/diagnose/findings.ts'
import {factsOf, failing, findingsIn, NOW, object} from '../../../helpers/facts.ts'

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
function factsOfWorld(objects: FactObject[], world: World, kinds: readonly string[]): Facts {
  return factsOf(objects, kinds, {
    // Objects here are told by their kind alone.
    all: (kind) => objects.filter((one) => one.kind === kind),
    events: Object.entries(world.events ?? {}).map(([name, event]) => ({type: 'Warning', ...event, object: named(name), time: NOW})),
    logs: Object.entries(world.said ?? {}).map(([pod, text]) => ({pod: refOf(object('Pod', pod)), container: 'main', text})),
    checks: (world.checks ?? []).map((check) => failing(typeof check === 'string' ? {id: check} : check)),
    components: Object.entries(world.components ?? {}).map(([id, workloads]): FactComponent => ({id, phase: '', namespace: '', workloads: workloads.map(named), definitions: []})),
  })
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
  const kinds = kindsOf(objects, world)
  return findingsIn(factsOfWorld(objects, world, kinds), kinds)
}

/** `KP1303 HorizontalPodAutoscaler shop/web` of each finding. */
export function codesOf(found: Finding[]): string[] {
  return found.map((one) => `${one.code} ${one.object}`)
}

/** The commands of a fix. */
export function commandsOf(finding: Finding | undefined): string[] {
  return finding?.fix.flatMap(({command}) => command ?? []) ?? []
}
