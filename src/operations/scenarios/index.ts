/** Incidents to practise on: started, resolved and stopped in the lab of a platform. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {LabProvider} from '../../providers/lab/provider.ts'
import {KubeApi} from '../../tools/kube-api.ts'
import {act, gone, refOf, select, undo} from './actions.ts'
import type {ActionContext} from './actions.ts'
import {at, fillNames, readScenario, scenarioNames, unfit} from './load.ts'
import type {Scenario} from './load.ts'
import {openMemory} from './memory.ts'
import type {Change, Started} from './memory.ts'

/** What a scenario did. */
export interface ScenarioOutcome {
  scenario: Scenario
  names: Record<string, string>
  done: string[]
}

/** All scenarios, with what of them runs, and why one cannot be started here. */
export function listScenarios(ctx: PlatformContext): {scenario: Scenario; started: boolean; fits: string | undefined}[] {
  const started = ctx.lab === undefined ? [] : openMemory(ctx.lab.folder).all()
  return scenarioNames(ctx.home).map((name) => {
    const scenario = readScenario(ctx.home, name)
    return {scenario, started: started.some((one) => one.scenario === name), fits: unfit(scenario, ctx)}
  })
}

/**
 * What must hold before a scenario is started, and the names that it will use.
 * @throws KpError USAGE, GATE (another provider, a phase that is missing, already started)
 */
export function prepare(ctx: PlatformContext, name: string, given: Record<string, string>): {scenario: Scenario; names: Record<string, string>; lab: LabProvider} {
  const lab = needLab(ctx)
  const scenario = readScenario(ctx.home, name)
  const reason = unfit(scenario, ctx)
  if (reason !== undefined) throw new KpError({code: 'GATE', message: `the scenario ${name} cannot be started here: ${reason}`, next: ['kp lab scenario list']})
  for (const key of Object.keys(given)) {
    if (!(key in scenario.parameters)) throw new KpError({code: 'USAGE', message: `the scenario ${name} has no parameter "${key}"; it has ${Object.keys(scenario.parameters).join(', ') || 'none'}`})
    if (!/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(given[key] ?? '')) throw new KpError({code: 'USAGE', message: `--set ${key}: use lower-case letters, digits and hyphens`})
  }
  if (openMemory(lab.folder).get(name) !== undefined) throw new KpError({code: 'GATE', message: `the scenario ${name} is started already`, next: ['kp diagnose', `kp lab scenario stop ${name}`]})
  return {scenario, names: {domain: ctx.spec.domain, platform: ctx.spec.platform, cluster: ctx.spec.environment.cluster, ...scenario.parameters, ...given}, lab}
}

/** Makes the cause. What was changed is remembered change by change, so that stop works also after a kill. */
export async function startScenario(ctx: PlatformContext, name: string, given: Record<string, string>): Promise<ScenarioOutcome> {
  const {scenario, names, lab} = prepare(ctx, name, given)
  const started: Started = {scenario: name, names, startedAt: new Date(ctx.clock.now()).toISOString(), changes: []}
  const work = contextOf(ctx, lab, scenario, started)
  openMemory(lab.folder).keep(started)
  try {
    await makeCause(work, {lab, names, started})
  } catch (error) {
    // Half an incident is none: it is taken back, and what stopped it is told.
    await stopScenario(ctx, name).catch(() => undefined)
    throw error
  }
  ctx.changed()
  return {scenario, names, done: work.done}
}

async function makeCause(work: {actions: ActionContext; done: string[]}, {lab, names, started}: {lab: LabProvider; names: Record<string, string>; started: Started}): Promise<void> {
  const {scenario} = work.actions
  for (const action of scenario.before) await act(action, work.actions)
  for (const [key, target] of Object.entries(scenario.pick)) {
    const {path, nth, ...rest} = fillNames(target, names)
    const found = await select(rest, work.actions)
    const value = at(found[nth] ?? found[0], path)
    if (typeof value !== 'string') throw new KpError({code: 'GATE', message: `the scenario ${scenario.name} finds no ${key}: ${rest.kind} has no ${path}`})
    names[key] = value
  }
  openMemory(lab.folder).keep(started)
  for (const action of scenario.start) await act(action, work.actions)
}

/** Plays the other side: what a fix does outside of the cluster. */
export async function resolveScenario(ctx: PlatformContext, name: string): Promise<ScenarioOutcome> {
  const {lab, scenario, started} = needStarted(ctx, name)
  if (scenario.resolve.length === 0) throw new KpError({code: 'GATE', message: `in the scenario ${name} nothing outside of the cluster is to be done: the fix is`, details: ['what kp diagnose prints'], next: ['kp diagnose']})
  const work = contextOf(ctx, lab, scenario, started, {tolerant: true})
  for (const action of scenario.resolve) await act(action, work.actions)
  ctx.changed()
  return {scenario, names: started.names, done: work.done}
}

/** Takes back whatever is left of it. */
export async function stopScenario(ctx: PlatformContext, name: string): Promise<ScenarioOutcome> {
  const {lab, scenario, started} = needStarted(ctx, name)
  const work = contextOf(ctx, lab, scenario, {...started, changes: []}, {tolerant: true})
  for (const change of backward(started.changes)) await undo(change, work.actions)
  for (const action of scenario.stop) await act(action, work.actions)
  await gone(started.changes, work.actions)
  openMemory(lab.folder).forget(name)
  ctx.changed()
  return {scenario, names: started.names, done: work.done}
}

/** The changes, the last one first, without what the scenario made and deleted itself. */
function backward(changes: Change[]): Change[] {
  const made = new Set(changes.flatMap((change) => (change.did === 'made' ? [JSON.stringify(change.ref)] : [])))
  return changes.toReversed().filter((change) => change.did !== 'deleted' || !made.has(JSON.stringify(refOf(change.object))))
}

function needLab(ctx: PlatformContext): LabProvider {
  if (ctx.lab === undefined) throw new KpError({code: 'GATE', message: `scenarios break things on purpose: they are for the provider lab, and this is ${ctx.provider.title}`, next: ['kp init DIR --provider lab']})
  return ctx.lab
}

function needStarted(ctx: PlatformContext, name: string): {lab: LabProvider; scenario: Scenario; started: Started} {
  const lab = needLab(ctx)
  const scenario = readScenario(ctx.home, name)
  const started = openMemory(lab.folder).get(name)
  if (started === undefined) throw new KpError({code: 'GATE', message: `the scenario ${name} is not started`, next: ['kp lab scenario list', `kp lab scenario start ${name}`]})
  return {lab, scenario, started}
}

function contextOf(ctx: PlatformContext, lab: LabProvider, scenario: Scenario, started: Started, options: {tolerant?: boolean} = {}): {actions: ActionContext; done: string[]} {
  const memory = openMemory(lab.folder)
  const done: string[] = []
  const actions: ActionContext = {
    api: new KubeApi({kubeconfig: lab.adminKubeconfig, userAgent: 'kp-scenario', clock: ctx.clock, signal: ctx.signal}),
    clock: ctx.clock,
    signal: ctx.signal,
    scenario,
    names: started.names,
    folder: lab.folder,
    root: ctx.paths.root,
    tolerant: options.tolerant ?? false,
    endProgram: (program) => lab.endProgram(program),
    startPrograms: () => lab.start(() => undefined, ctx.signal),
    remember(change) {
      // What a fix does, and what takes back, is not taken back.
      if (options.tolerant === true) return
      started.changes.push(change)
      memory.keep(started)
    },
    say: (text) => void done.push(text),
  }
  return {actions, done}
}
