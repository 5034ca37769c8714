/** The plan: what each step sees and would do. Reads only. */
import {createHash} from 'node:crypto'
import {asKpError, KpError} from './errors.ts'
import {mapParallel, orderNodes} from './graph.ts'
import type {Difference, EngineContext, Phase, Probe, ProbeState, Risk, Step} from './types.ts'

/** One step of a plan. */
export interface PlannedStep {
  id: string
  phase: string
  title: string
  state: ProbeState
  risk: Risk
  observed: string
  differences: Difference[]
  changes: string[]
  commands: string[]
  /** From past runs, in milliseconds. */
  estimateMs?: number
}

/** A plan. */
export interface Plan {
  /** Same digest: same changes. `up --plan` refuses where it differs. */
  digest: string
  steps: PlannedStep[]
  /** Steps that have nothing to do on this platform, with the reason. */
  skipped: {id: string; phase: string; reason: string}[]
  summary: Record<ProbeState, number>
}

/** Errors after which looking further makes no sense. */
const FATAL = new Set(['INTERRUPTED', 'TERMINATED', 'WRONG_CLUSTER', 'WRONG_ACCOUNT', 'GATE', 'BUG'])

/** The phases of a run that apply to the platform, in order, and those that do not, with the reason. */
export function selectPhases<C extends EngineContext>(phases: Phase<NoInfer<C>>[], ctx: C): {active: Phase<C>[]; inactive: {phase: Phase<C>; reason: string}[]} {
  const active: Phase<C>[] = []
  const inactive: {phase: Phase<C>; reason: string}[] = []
  for (const phase of phases) {
    const applies = phase.appliesTo?.(ctx) ?? true
    if (applies === true) active.push(phase)
    else inactive.push({phase, reason: applies})
  }
  const ordered = orderNodes(active.map((phase) => ({id: phase.id, after: phase.dependsOn(ctx), phase})))
  return {active: ordered.map((node) => node.phase), inactive}
}

/**
 * Looks at every step of the phases.
 * @throws KpError only where looking further makes no sense; a step that cannot be looked at is `unknown`
 */
export async function planPhases<C extends EngineContext>(phases: Phase<NoInfer<C>>[], ctx: C, options: {parallel: number; estimates?: Map<string, number>}): Promise<Plan> {
  const {active} = selectPhases(phases, ctx)
  const all = active.flatMap((phase) => phase.steps(ctx).map((step) => ({phase, step})))
  const skipped: Plan['skipped'] = []
  const applicable = all.filter(({phase, step}) => {
    const applies = step.appliesTo?.(ctx) ?? true
    if (applies !== true) skipped.push({id: step.id, phase: phase.id, reason: applies})
    return applies === true
  })
  const steps = await mapParallel(applicable, options.parallel, async ({phase, step}) => planStep(phase, step, ctx, options.estimates?.get(step.id)))
  const summary: Plan['summary'] = {satisfied: 0, absent: 0, drifted: 0, unknown: 0}
  for (const step of steps) summary[step.state]++
  return {digest: digestOf(steps), steps, skipped, summary}
}

async function planStep<C extends EngineContext>(phase: Phase<C>, step: Step<C>, ctx: C, estimateMs: number | undefined): Promise<PlannedStep> {
  const base = {id: step.id, phase: phase.id, title: step.title, risk: step.risk, ...(estimateMs === undefined ? {} : {estimateMs})}
  ctx.emit({code: 'step.probing', phase: phase.id, step: step.id, text: step.title})
  try {
    const probe = await step.probe(ctx)
    reportProbe(ctx, phase.id, step.id, probe)
    if (probe.state === 'satisfied') return {...base, state: 'satisfied', observed: probe.observed, differences: [], changes: [], commands: []}
    if (probe.state === 'unknown') return {...base, state: 'unknown', observed: probe.observed, differences: [], changes: [], commands: []}
    const changes = await step.plan(ctx, probe)
    return {...base, state: probe.state, observed: probe.observed, differences: probe.differences ?? [], changes: changes.lines, commands: changes.commands}
  } catch (error) {
    const known = asKpError(error, `look at: ${step.title}`)
    if (FATAL.has(known.code)) throw known
    return {...base, state: 'unknown', observed: known.message, differences: [], changes: [], commands: []}
  }
}

/** Tells the listeners what a probe found. */
export function reportProbe(ctx: EngineContext, phase: string, step: string, probe: Probe): void {
  ctx.emit({code: 'step.probed', phase, step, text: probe.observed, data: {state: probe.state, observed: probe.observed, ...(probe.differences === undefined ? {} : {differences: probe.differences})}})
}

function digestOf(steps: PlannedStep[]): string {
  const content = steps.map(({id, state, changes, commands, differences}) => ({id, state, changes, commands, differences}))
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/**
 * Refuses a plan that was made from another state of the world.
 * @throws KpError GATE
 */
export function requireSamePlan(saved: {digest: string}, now: Plan): void {
  if (saved.digest === now.digest) return
  throw new KpError({
    code: 'GATE',
    message: 'the platform is not as it was when the plan was saved: nothing was changed',
    next: ['kp plan --out FILE', 'look at the new plan, then kp up --plan FILE'],
  })
}
