/**
 * The law of steps, as one function that every step of kp must pass: a probe
 * never changes anything; what is satisfied is not applied; after apply the
 * probe is satisfied; a second run changes nothing.
 */
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../src/context.ts'
import {runPhases} from '../../src/engine/run.ts'
import type {Probe} from '../../src/engine/types.ts'

/** The world in which the law is held against a step. */
export interface LawWorld {
  /** A context that remembers nothing of earlier ones, with the list of what was called on it to change something. */
  open(): Promise<{ctx: PlatformContext; mutations: string[]; save(): Promise<void>}>
  /** Takes a picture of the world. @returns what changed in it until the returned function is called, one line each */
  watch(): Promise<() => Promise<string[]>>
  /** Deletes kp's caches. */
  dropCaches(): void
}

/** What the law saw. */
export interface LawReport {
  id: string
  /** The reason, where the step has nothing to do here. */
  skipped?: string
  /** What the first probe said. */
  first?: Probe['state']
  /** Whether the step was applied. */
  applied: boolean
}

/** A broken law. */
export class LawBroken extends Error {
  constructor(step: {id: string}, what: string, evidence: string[] = []) {
    super(`${step.id}: ${what}${evidence.map((line) => `\n  ${line}`).join('')}`)
    this.name = 'LawBroken'
  }
}

/**
 * Holds the law against a step, and leaves it applied.
 * @throws LawBroken naming step, law and evidence; whatever the step itself throws
 */
export async function checkLaw(phase: PlatformPhase, step: PlatformStep, world: LawWorld): Promise<LawReport> {
  const {ctx, save} = await world.open()
  const applies = step.appliesTo?.(ctx) ?? true
  // A step that has nothing to do here is not looked at either.
  if (applies !== true) return {id: step.id, skipped: applies, applied: false}
  const first = await lookWithoutTrace(step, world, 'the first probe')
  if (first.state === 'unknown') throw new LawBroken(step, `its probe does not know: ${first.observed}`)

  const firstRun = await runAlone(phase, step, world)
  if (first.state === 'satisfied' && firstRun.applied) throw new LawBroken(step, 'it was satisfied and was applied all the same')
  if (first.state !== 'satisfied' && !firstRun.applied) throw new LawBroken(step, `it was ${first.state} and was not applied`)
  await save()

  // Once with what kp remembers, once without: both must look the same.
  for (const caches of ['with its caches', 'without any cache']) {
    if (caches !== 'with its caches') world.dropCaches()
    const again = await lookWithoutTrace(step, world, `a probe after apply, ${caches},`)
    if (again.state !== 'satisfied') throw new LawBroken(step, `after apply its probe, ${caches}, is ${again.state}: ${again.observed}`, differencesOf(again))
    const settled = await world.watch()
    const second = await runAlone(phase, step, world)
    if (second.applied || second.mutations.length > 0) throw new LawBroken(step, `a second run, ${caches}, changes something`, second.mutations)
    const written = await settled()
    if (written.length > 0) throw new LawBroken(step, `a second run, ${caches}, writes`, written)
  }
  return {id: step.id, first: first.state, applied: firstRun.applied}
}

/** Probes, and plans what the probe says; neither may leave a trace. */
async function lookWithoutTrace(step: PlatformStep, world: LawWorld, when: string): Promise<Probe> {
  const {ctx, mutations} = await world.open()
  const changes = await world.watch()
  const probe = await step.probe(ctx)
  if (probe.state !== 'satisfied') await step.plan(ctx, probe)
  const traces = [...mutations.map((command) => `called: ${command}`), ...(await changes()).map((line) => `changed: ${line}`)]
  if (traces.length > 0) throw new LawBroken(step, `${when} changes something`, traces)
  return probe
}

/** Runs the step alone, by the engine. */
async function runAlone(phase: PlatformPhase, step: PlatformStep, world: LawWorld): Promise<{applied: boolean; mutations: string[]}> {
  const {ctx, mutations, save} = await world.open()
  let applied = false
  const watched: PlatformStep = {
    ...step,
    apply(context, probe) {
      applied = true
      return step.apply(context, probe)
    },
  }
  const alone: PlatformPhase = {...phase, dependsOn: () => [], steps: () => [watched]}
  const {error} = await runPhases([alone], ctx, {parallel: 1, diagnose: () => []})
  await save()
  if (error?.code === 'STEP_NOT_CONVERGED') throw new LawBroken(step, 'after apply its probe is not satisfied', error.details.length > 0 ? error.details : [error.message])
  if (error !== undefined) throw error
  return {applied, mutations}
}

function differencesOf(probe: Probe): string[] {
  return (probe.differences ?? []).slice(0, 10).map(({object, field, wanted, seen}) => `${object} ${field ?? ''} wanted ${wanted ?? '-'} seen ${seen ?? '-'}`)
}
