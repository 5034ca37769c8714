/** Which pitfalls are seen on which objects. Pure. */
import {findPitfalls} from '../../engine/diagnosis.ts'
import type {Evidence} from '../../engine/diagnosis.ts'
import {ageOf, containersOf, patience, refName, refOf, runsBetweenCrashes} from '../../engine/facts.ts'
import type {FactObject, Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import type {Pitfall} from '../../engine/types.ts'
import {conditionsOf, suffers} from './suffering.ts'

/** A pitfall on an object, and how it was recognised. */
export interface Seen {
  pitfall: Pitfall
  sighting: Sighting
  /** The object that a person would name: the workload of a pod. */
  named: ObjectRef
  /** Higher is more certain. */
  score: number
  by: 'finder' | 'match' | 'check'
}

/** What a finder says is certain. */
const FOUND = 1000
/** What a vague finder says: more than a condition without a reason, less than any text. */
const HINTED = 46
/** Parents that stand for what they own. */
const LIFTED = new Set(['Pod', 'ReplicaSet', 'Job'])

/** All sightings: of finders, of what suffering objects say of themselves, and of failing checks that nothing else explains. */
export function sight(pitfalls: readonly Pitfall[], facts: Facts, kinds: readonly string[]): Seen[] {
  const found = pitfalls.flatMap((pitfall) => (pitfall.find?.(facts) ?? []).map((sighting): Seen => ({pitfall, sighting, named: sighting.object, score: sighting.vague === true ? HINTED : FOUND, by: sighting.vague === true ? 'match' : 'finder'})))
  const matched = kinds.flatMap((kind) => facts.all(kind).flatMap((object) => match(pitfalls, object, facts)))
  const own = bestOfEach([...found, ...matched])
  return [...own, ...fromChecks(pitfalls, facts, own)]
}

/** What a suffering object says of itself, and the pitfall that explains it best. */
function match(pitfalls: readonly Pitfall[], object: FactObject, facts: Facts): Seen[] {
  if (!suffers(object, facts)) return []
  const ref = refOf(object)
  const evidence = evidenceOf(object, ref, facts)
  const [best] = findPitfalls(pitfalls.filter((pitfall) => pitfall.find === undefined || pitfall.matchesToo === true), evidence)
  if (best === undefined) return []
  const values = ref.kind === 'Pod' ? {pod: ref.name} : {}
  return [{pitfall: best.pitfall, sighting: {object: ref, evidence: [best.because, ...linesOf(object, evidence)], values}, named: lift(object, facts), score: best.score, by: 'match'}]
}

function evidenceOf(object: FactObject, ref: ObjectRef, facts: Facts): Evidence & {said: string[]} {
  const name = refName(ref)
  const conditions = conditionsOf(object).map((condition) => ({kind: object.kind, ...condition}))
  const events = facts.events.filter((event) => refName(event.object) === name)
  const states = object.kind === 'Pod' ? containersOf(object).filter((one) => (one.ready !== true && one.state?.terminated?.exitCode !== 0) || runsBetweenCrashes(one, facts.now)) : []
  const ends = states.flatMap(({state, lastState}) => [state?.waiting, state?.terminated, lastState?.terminated].filter((one) => one !== undefined))
  const said = [...ends.flatMap(({message}) => message ?? []), ...facts.logs.filter(({pod}) => refName(pod) === name).map(({text}) => text)]
  return {
    conditions,
    events,
    containers: ends.flatMap(({reason}) => (reason === undefined ? [] : [{reason}])),
    output: [...said, ...conditions.filter(({status}) => status !== 'True').flatMap(({message}) => message ?? []), ...events.map(({message}) => message), ...statusTexts(object)].join('\n'),
    said,
  }
}

/** Texts that some kinds put beside their conditions: Challenge, Order, Application. */
function statusTexts(object: FactObject): string[] {
  const status = (object['status'] ?? {}) as {reason?: unknown; message?: unknown; operationState?: {message?: unknown}; conditions?: {message?: string; type?: string}[]; listeners?: {conditions?: {status: string; message?: string; reason?: string}[]}[]; parents?: {conditions?: {status: string; message?: string}[]}[]}
  const nested = [...(Array.isArray(status.listeners) ? status.listeners : []), ...(Array.isArray(status.parents) ? status.parents : [])].flatMap(({conditions}) => conditions ?? [])
  return [status.reason, status.message, status.operationState?.message, ...(object.kind === 'Application' ? (status.conditions ?? []).map(({message}) => message) : []), ...nested.filter((one) => one.status !== 'True').map(({message}) => message)].filter((text) => typeof text === 'string')
}

/** The lines to show: the newest events and what containers said last. */
function linesOf(object: FactObject, {events = [], said}: Evidence & {said: string[]}): string[] {
  const complaints = conditionsOf(object).filter(({status, message}) => status !== 'True' && message !== undefined && message !== '').map(({type, message}) => `${type}: ${message}`)
  const last = said.flatMap((text) => text.trimEnd().split('\n').slice(-2))
  return [...complaints.slice(0, 2), ...events.slice(0, 2).map(({reason, message}) => `event ${reason}: ${message ?? ''}`), ...last.slice(0, 3)].map((line) => line.replaceAll(/\s+/g, ' ').trim().slice(0, 300))
}

/** The workload of a pod or ReplicaSet, where its owner is known. */
function lift(object: FactObject, facts: Facts): ObjectRef {
  let at = object
  for (let depth = 0; depth < 4 && LIFTED.has(at.kind); depth++) {
    const owner = at.metadata.ownerReferences?.find(({controller}) => controller === true)
    const parent = owner === undefined ? undefined : facts.get(owner.kind, owner.name, at.metadata.namespace)
    if (parent === undefined) break
    at = parent
  }
  return refOf(at)
}

/** Of each object the best explanation; a finder may see several things on one. */
function bestOfEach(all: Seen[]): Seen[] {
  const groups = Map.groupBy(all, ({named}) => refName(named))
  return [...groups.values()].flatMap((group) => {
    const finders = group.filter(({by}) => by === 'finder')
    const chosen = finders.length > 0 ? finders : [group.reduce((best, one) => (one.score > best.score ? one : best))]
    return [...Map.groupBy(chosen, ({pitfall}) => pitfall.code).values()].map((same) => ({...(same[0] as Seen), sighting: merge(same.map(({sighting}) => sighting))}))
  })
}

function merge(sightings: Sighting[]): Sighting {
  const [first, ...rest] = sightings as [Sighting, ...Sighting[]]
  return {...first, evidence: [...new Set([first, ...rest].flatMap(({evidence}) => evidence))].slice(0, 6), affects: sightings.flatMap(({affects}) => affects ?? [])}
}

/** Failing checks that no sighting explains. */
function fromChecks(pitfalls: readonly Pitfall[], facts: Facts, own: Seen[]): Seen[] {
  const named = new Set(own.flatMap((seen) => [refName(seen.named), refName(seen.sighting.object)]))
  return facts.checks.flatMap((check): Seen[] => {
    const explained = own.some(({pitfall}) => check.pitfalls.includes(pitfall.code) || pitfall.confirmBy === check.id || pitfall.match.some((one) => one.check === check.id))
    const objects = [check.observed, ...check.evidence].flatMap((text) => text.split(/; |\n/)).flatMap((complaint) => objectIn(complaint, facts) ?? [])
    // A pod is explained by what was seen of its workload.
    const open = objects.filter((one) => !named.has(refName(one)) && !named.has(refName(lifted(one, facts))) && !isYoung(one, facts))
    if (explained || (objects.length > 0 && open.length === 0)) return []
    const object = open[0] ?? {kind: 'Check', name: check.id}
    const [best] = findPitfalls(pitfalls, {checks: [{id: check.id, observed: check.observed}]})
    const pitfall = best?.pitfall ?? pitfalls.find(({code}) => check.pitfalls.includes(code))
    if (pitfall === undefined) return []
    // Where a kind is away, whatever looks for objects of it fails too.
    const affects = object.kind === 'CustomResourceDefinition' ? facts.checks.filter((other) => other !== check && other.phase === check.phase).map(({id}) => ({kind: 'Check', name: id})) : []
    return [{pitfall, sighting: {object, affects, evidence: [`check ${check.id} fails: ${check.observed}`, ...check.evidence.slice(0, 3)]}, named: lifted(object, facts), score: best?.score ?? 0, by: 'check'}]
  })
}

/** Whether it was made just now: what is complained of it may pass by itself. */
function isYoung(ref: ObjectRef, facts: Facts): boolean {
  const object = facts.get(ref.kind, ref.name, ref.namespace)
  return object !== undefined && ageOf(object, facts) < patience(facts).startMs
}

/** The workload of what is there; what is not there stands for itself. */
function lifted(ref: ObjectRef, facts: Facts): ObjectRef {
  const object = facts.get(ref.kind, ref.name, ref.namespace)
  return object === undefined ? ref : lift(object, facts)
}

/** The first object that a complaint names as `Kind namespace/name`, where it exists or its kind does. */
function objectIn(text: string, facts: Facts): ObjectRef | undefined {
  const definition = facts.components.flatMap(({definitions}) => definitions).find((name) => text.startsWith(`${name} does not `))
  if (definition !== undefined) return {kind: 'CustomResourceDefinition', name: definition}
  for (const [, word = '', full = ''] of text.matchAll(/\b([A-Za-z]+) ([a-z0-9][\w.-]*(?:\/[a-z0-9][\w.-]*)?)/g)) {
    const kind = `${word.charAt(0).toUpperCase()}${word.slice(1)}`
    if (!facts.seen(kind)) continue
    const [first = '', second] = full.replace(/[.:,]+$/, '').split('/')
    const object = second === undefined ? {kind, name: first} : {kind, name: second, namespace: first}
    // A word that happens to follow the name of a kind is no object; one that is missing is named with its namespace.
    if (second !== undefined || facts.get(kind, first) !== undefined || text.includes(`${word} ${full} does not exist`)) return object
  }
  return undefined
}
