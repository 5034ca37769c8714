/** What a person must know beside the plan: what stands though it is switched off or no longer chosen, and who built the cluster last. */
import type {PlatformContext} from '../context.ts'
import {earlierChoices, stands} from '../checks/earlier-choices.ts'
import {otherChoices, TELLING_VALUES} from '../components/alternatives.ts'
import {applies} from '../engine/applies.ts'
import type {Plan} from '../engine/plan.ts'
import {isBehind} from '../platform/build-record.ts'
import {lookAtIdentity} from '../platform/identity.ts'
import {readBuild} from '../platform/last-build.ts'

/** A note with what can be done about it. */
export interface PlanNote {
  text: string
  next: string[]
}

/** The notes of a plan. Reads what the plan has read anyway. */
export async function planNotes(ctx: PlatformContext, plan: Pick<Plan, 'steps' | 'summary'>): Promise<PlanNote[]> {
  if ((await ctx.presence()).state !== 'running') return []
  const changes = plan.summary.absent + plan.summary.drifted > 0
  return [...(changes ? await behind(ctx) : []), ...tellingValues(plan), ...(await switchedOff(ctx)), ...(await leftOver(ctx)), ...(await stillUsed(ctx))]
}

/** Changes that mean more than they look. */
function tellingValues({steps}: Pick<Plan, 'steps'>): PlanNote[] {
  return TELLING_VALUES.filter(({step, field}) => steps.some(({id, differences}) => id === step && differences.some((one) => one.seen !== undefined && field.test(one.field ?? '')))).map(({note, next}) => ({text: note, next: [next]}))
}

/** Somebody else built from another kp.yaml: what looks like a change of ours may take theirs back. */
async function behind(ctx: PlatformContext): Promise<PlanNote[]> {
  const record = readBuild(ctx, (await lookAtIdentity(ctx)).built)
  if (!isBehind(ctx, record)) return []
  return [{text: `the cluster was last built from another kp.yaml, by ${record.by} at ${record.at} (${record.command}): this checkout may be behind`, next: ['git pull, then kp plan: what is planned here may take their changes back']}]
}

/** Phases that are off, and of which a release still stands. */
async function switchedOff(ctx: PlatformContext): Promise<PlanNote[]> {
  const notes: PlanNote[] = []
  for (const phase of ctx.phases) {
    const reason = phase.appliesTo?.(ctx) ?? true
    if (reason === true) continue
    const components = ctx.catalog.all().filter((component) => component.phase === phase.id)
    const standing = (await Promise.all(components.map(async ({id}) => ((await stands(ctx, id)) ? [id] : [])))).flat()
    if (standing.length > 0) notes.push({text: `${reason}, and ${standing.join(', ')} still ${standing.length === 1 ? 'stands' : 'stand'}: nothing is removed by itself`, next: [`kp step ${phase.id} --remove`]})
  }
  return notes
}

/** Components that a phase has no use for any more for another reason than a choice: the last pool of their kind is gone. */
async function leftOver(ctx: PlatformContext): Promise<PlanNote[]> {
  const chosen = new Set(otherChoices(ctx.spec.phases).map(({component}) => component))
  const steps = ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx))
  const notes: PlanNote[] = []
  for (const step of steps) {
    const reason = step.appliesTo?.(ctx) ?? true
    if (step.component === undefined || reason === true || chosen.has(step.component) || !(await stands(ctx, step.component))) continue
    const {namespace, releaseName} = ctx.catalog.get(step.component)
    notes.push({text: `${reason}, and ${step.component} still stands: nothing is removed by itself`, next: [`helm uninstall ${releaseName} -n ${namespace}`]})
  }
  return notes
}

/** What an earlier choice left and others use. */
async function stillUsed(ctx: PlatformContext): Promise<PlanNote[]> {
  const notes: PlanNote[] = []
  for (const other of await earlierChoices(ctx)) {
    const phase = ctx.phases.find(({id}) => id === other.choice.phase)
    if (phase === undefined || !applies(phase, ctx)) continue
    const users = (await phase.earlierUsers?.(ctx, other)) ?? []
    if (users.length > 0) notes.push({text: `${other.component} is no longer chosen (phases.${phase.id}.${other.choice.field}: ${other.chosen}) and stays as long as others use it: ${users.slice(0, 5).join(', ')}${users.length > 5 ? ` and ${users.length - 5} more` : ''}`, next: [`lead them to ${other.chosen}, then kp up`]})
  }
  return notes
}
