/** `kp migrate`: blue-green between the clusters of two environments, namespace by namespace, with a way back. */
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {parseDuration} from '../../spec/units.ts'
import type {MigratePlanResult, MigrateResult} from '../../ui/results.ts'
import {stage} from '../staged.ts'
import type {Stage} from '../staged.ts'
import {lookAtNamespace, migratable} from './look.ts'
import type {Ends, NamespaceLook} from './look.ts'
import {readMigration, unfinished, writeMigration} from './memory.ts'
import type {Migration, MigrationEntry} from './memory.ts'
import {soak, targetsFor} from './soak.ts'
import type {Soak} from './soak.ts'
import {setWeights, whyNoWeights} from './weights.ts'

export {migratable} from './look.ts'
export type {Ends} from './look.ts'

/** What is shifted. */
export interface ShiftOrder {
  namespaces: readonly string[]
  /** Per cent that go to the new cluster. */
  weight: number
  /** `30s`: how long both are asked afterwards. */
  soak: string
}

const LONGEST_SOAK_SECONDS = 3600
/** Failed requests to the new cluster that are put up with: a connection may break while something moves. */
const MOST_FAILED = 2

const named = ({from, to}: Ends): {from: string; to: string} => ({from: from.spec.environment.name, to: to.spec.environment.name})

/** @throws KpError GATE where weights lead nowhere */
function requireWeights(ends: Ends): void {
  const why = whyNoWeights(ends.from) ?? whyNoWeights(ends.to)
  if (why !== undefined) throw new KpError({code: 'GATE', message: `traffic cannot be divided: ${why}`, next: ['change the records by hand, at once, after kp migrate plan says that everything is ready', 'or let external-dns write them with provider route53: phases.ingress.externalDns']})
}

/** What there is to migrate, and what stands in the way. Changes nothing. */
export async function planMigration(ends: Ends, namespaces: readonly string[]): Promise<MigratePlanResult> {
  const chosen = await chosenNamespaces(ends, namespaces)
  const looks: NamespaceLook[] = []
  for (const name of chosen) looks.push(await lookAtNamespace(ends, name))
  const memory = readMigration(ends.from, named(ends).from, named(ends).to)
  const open = unfinished(memory)
  return {
    schema: 'kp/migrate-plan/v1',
    ...named(ends),
    clusters: {from: ends.from.spec.environment.cluster, to: ends.to.spec.environment.cluster},
    weights: whyNoWeights(ends.from) ?? whyNoWeights(ends.to) ?? null,
    namespaces: looks,
    unfinished: open === undefined ? null : {action: open.action, namespaces: open.namespaces, weight: open.weight, at: open.at},
    finished: memory.finished ?? null,
    simulated: ends.from.lab === undefined ? null : 'a lab has no DNS: kp divides its own requests by the weights',
  }
}

async function chosenNamespaces(ends: Ends, names: readonly string[]): Promise<string[]> {
  const all = await migratable(ends)
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new KpError({code: 'USAGE', message: `${unknown} is no namespace with a route in ${ends.from.spec.environment.cluster}${didYouMean(unknown, all)}`, next: ['kp migrate plan']})
  return names.length === 0 ? all : [...names]
}

/** Stages of a shift, as they are shown. */
export function shiftStages(namespaces: readonly string[], weight: number): Stage[] {
  return namespaces.flatMap((name) => [{id: `migrate/${name}`, title: `Lead ${weight} % of ${name} to the new cluster`}, {id: `migrate/${name}-soak`, title: `Ask both for ${name}`}])
}

/**
 * The namespaces of a shift, each ready for it.
 * @throws KpError GATE with every gate that does not pass, USAGE
 */
export async function prepareShift(ends: Ends, {namespaces, soak: text}: ShiftOrder): Promise<{looks: NamespaceLook[]; seconds: number}> {
  requireWeights(ends)
  const seconds = parseDuration(text)
  if (seconds === undefined || seconds > LONGEST_SOAK_SECONDS) throw new KpError({code: 'USAGE', message: `--soak ${text} is no time up to 1h`, next: ['run the same command with --help']})
  const looks: NamespaceLook[] = []
  for (const name of await chosenNamespaces(ends, namespaces)) looks.push(await lookAtNamespace(ends, name))
  const closed = looks.filter(({allowed}) => !allowed)
  if (closed.length > 0) {
    const lines = closed.flatMap(({name, gates}) => gates.filter(({status}) => status === 'fail' || status === 'unknown').map(({id, reason}) => `${name}, ${id}: ${reason}`))
    throw new KpError({code: 'GATE', message: `${closed.map(({name}) => name).join(', ')} cannot be led to ${ends.to.spec.environment.cluster} yet`, details: lines, next: [`kp migrate plan --from ${named(ends).from} --to ${named(ends).to}`, ...closed.flatMap(({gates}) => gates.flatMap(({fix, status}) => (fix === null || status !== 'fail' ? [] : [fix]))).slice(0, 2)]})
  }
  return {looks, seconds}
}

/** Shifts one namespace after the other. Where the new cluster fails, that namespace goes back to what it had, and nothing more is shifted. */
export async function shift(ends: Ends, {looks, seconds}: {looks: NamespaceLook[]; seconds: number}, {weight}: ShiftOrder): Promise<MigrateResult> {
  const began = ends.from.clock.now()
  const memory = readMigration(ends.from, named(ends).from, named(ends).to)
  const entry = begin(ends, memory, {action: 'shift', namespaces: looks.map(({name}) => name), weight})
  await writeMigration(ends.from, memory)
  const moved: MigrateResult['namespaces'] = []
  const stages = shiftStages(looks.map(({name}) => name), weight)
  for (const [index, look] of looks.entries()) {
    if (ends.from.stopping()) throw new KpError({code: 'INTERRUPTED', message: `stopped after ${moved.length} of ${looks.length} namespaces`, next: ['run the same command again: it goes on', `kp migrate rollback --from ${named(ends).from} --to ${named(ends).to}`]})
    const [leading, asking] = [stages[index * 2], stages[index * 2 + 1]]
    await stage(ends.from, leading ?? {id: 'migrate/shift', title: 'Shift'}, () => divide(ends, look.name, weight))
    const seen = await stage(ends.from, asking ?? {id: 'migrate/soak', title: 'Ask both'}, async () => ask(ends, look, {weight, seconds}))
    const bad = seen.to.failed > MOST_FAILED || (weight > 0 && seen.to.sent > 0 && seen.to.failed === seen.to.sent)
    if (bad) await divide(ends, look.name, look.weight)
    moved.push({name: look.name, before: look.weight, after: bad ? look.weight : weight, requests: seen, takenBack: bad})
    if (bad) break
  }
  const failed = moved.find(({takenBack}) => takenBack)
  entry.state = failed === undefined ? 'done' : 'taken-back'
  if (failed !== undefined) entry.reason = `${failed.requests.to.failed} of ${failed.requests.to.sent} requests to the new cluster failed`
  await writeMigration(ends.from, memory)
  return resultOf(ends, {action: 'shift', moved, began, problems: failed === undefined ? [] : [`${failed.name}: ${entry.reason}; it has ${failed.before} % again`]})
}

/** First the one that gets more: at no moment has nobody the traffic. */
async function divide({from, to}: Ends, namespace: string, weight: number): Promise<void> {
  await setWeights(to, namespace, weight)
  await setWeights(from, namespace, 100 - weight)
}

async function ask(ends: Ends, {hosts}: NamespaceLook, {weight, seconds}: {weight: number; seconds: number}): Promise<Soak> {
  const [from, to] = await Promise.all([targetsFor(ends.from, hosts), targetsFor(ends.to, hosts)])
  return soak({from, to, weight, seconds, clock: ends.from.clock, signal: ends.from.signal, mostFailed: MOST_FAILED})
}

/** Leads everything back to the old cluster. No gate stands in the way: it is the way back. */
export async function rollback(ends: Ends, namespaces: readonly string[]): Promise<MigrateResult> {
  requireWeights(ends)
  const began = ends.from.clock.now()
  const memory = readMigration(ends.from, named(ends).from, named(ends).to)
  const chosen = await chosenNamespaces(ends, namespaces)
  const entry = begin(ends, memory, {action: 'rollback', namespaces: chosen, weight: 0})
  delete memory.finished
  await writeMigration(ends.from, memory)
  const moved: MigrateResult['namespaces'] = []
  for (const name of chosen) {
    const look = await lookAtNamespace(ends, name)
    await stage(ends.from, {id: `migrate/${name}`, title: `Lead all of ${name} back`}, async () => {
      // The old one first: it must have the traffic before the new one loses it.
      await setWeights(ends.from, name, 100)
      await setWeights(ends.to, name, 0)
    })
    moved.push({name, before: look.weight, after: 0, requests: {seconds: 0, from: {sent: 0, failed: 0}, to: {sent: 0, failed: 0}}, takenBack: false})
  }
  entry.state = 'done'
  await writeMigration(ends.from, memory)
  return resultOf(ends, {action: 'rollback', moved, began, problems: []})
}

/** Stages of a rollback or an end, as they are shown. */
export function backStages(namespaces: readonly string[]): Stage[] {
  return namespaces.map((name) => ({id: `migrate/${name}`, title: `Lead all of ${name} back`}))
}

/**
 * Ends a migration: everything is in the new cluster, and answers there.
 * @throws KpError GATE where some of it is not
 */
export async function finish(ends: Ends): Promise<MigrateResult> {
  const began = ends.from.clock.now()
  const {namespaces} = await planMigration(ends, [])
  const open = namespaces.filter(({weight, allowed}) => weight < 100 || !allowed)
  if (open.length > 0) {
    throw new KpError({code: 'GATE', message: `not everything is in ${ends.to.spec.environment.cluster}`, details: open.map(({name, weight, gates}) => `${name} has ${weight} % there${gates.filter(({status}) => status === 'fail').map(({reason}) => `; ${reason}`).join('')}`), next: [`kp migrate shift --from ${named(ends).from} --to ${named(ends).to} --weight 100`]})
  }
  const memory = readMigration(ends.from, named(ends).from, named(ends).to)
  const entry = begin(ends, memory, {action: 'finish', namespaces: namespaces.map(({name}) => name), weight: 100})
  entry.state = 'done'
  memory.finished = new Date(ends.from.clock.now()).toISOString()
  await writeMigration(ends.from, memory)
  return resultOf(ends, {action: 'finish', moved: namespaces.map(({name}) => ({name, before: 100, after: 100, requests: {seconds: 0, from: {sent: 0, failed: 0}, to: {sent: 0, failed: 0}}, takenBack: false})), began, problems: []})
}

/** Writes down what is about to be done; one that was begun and never ended is told by its place before it. */
function begin({from}: Ends, memory: Migration, entry: Pick<MigrationEntry, 'action' | 'namespaces' | 'weight'>): MigrationEntry {
  const whole: MigrationEntry = {at: new Date(from.clock.now()).toISOString(), state: 'begun', ...entry}
  memory.entries.push(whole)
  return whole
}

function resultOf(ends: Ends, {action, moved, began, problems}: {action: MigrateResult['action']; moved: MigrateResult['namespaces']; began: number; problems: string[]}): MigrateResult {
  return {schema: 'kp/migrate/v1', ...named(ends), clusters: {from: ends.from.spec.environment.cluster, to: ends.to.spec.environment.cluster}, action, ok: problems.length === 0, problems, namespaces: moved, durationMs: ends.from.clock.now() - began}
}
