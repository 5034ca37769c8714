/** What a person is told besides the plan: what to agree to before a run, and what to know after it. */
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {applies} from '../engine/applies.ts'
import {selectPhases} from '../engine/plan.ts'
import type {Plan} from '../engine/plan.ts'

/** What a phase says at the end of a run, one line each; lines that begin with two spaces are to be copied. */
export interface PhaseHints {
  phase: string
  lines: string[]
}

/**
 * What the steps with something to do want to be agreed to, each sentence once. Looks only.
 * @throws KpError where a step cannot look: nothing is agreed to unseen
 */
export async function consentsOf(phases: PlatformPhase[], plan: Pick<Plan, 'steps'>, ctx: PlatformContext): Promise<string[]> {
  const todo = new Set(plan.steps.filter(({state}) => state !== 'satisfied').map(({id}) => id))
  const texts: string[] = []
  for (const phase of phases) {
    if (!applies(phase, ctx)) continue
    for (const step of phase.steps(ctx)) {
      const text = todo.has(step.id) ? await step.consent?.(ctx) : undefined
      if (text !== undefined && !texts.includes(text)) texts.push(text)
    }
  }
  return texts
}

/** What the phases of a good run say at its end; a phase that cannot look says nothing. */
export async function hintsOf(phases: PlatformPhase[], ctx: PlatformContext): Promise<PhaseHints[]> {
  const {active} = selectPhases(phases, ctx)
  const said = await Promise.all(
    phases.filter((phase) => active.some(({id}) => id === phase.id)).map(async (phase) => ({phase: phase.id, lines: (await phase.hints?.(ctx).catch(() => [])) ?? []})),
  )
  return said.filter(({lines}) => lines.length > 0)
}
