/** Choices that cannot be changed in a cluster as it is: kp.yaml is refused before anything is looked at or touched. */
import type {PlatformContext} from '../context.ts'
import {earlierChoices} from '../checks/earlier-choices.ts'
import {keptByTool} from '../checks/kept-by-tool.ts'
import {CHOICES, otherChoices} from '../components/alternatives.ts'
import type {Choice} from '../components/alternatives.ts'
import {KpError} from '../engine/errors.ts'

/** What is asked of the context. */
type Looking = Pick<PlatformContext, 'spec' | 'catalog' | 'cluster'>

/**
 * Refuses a kp.yaml that exchanges what running pods stand on, or what a GitOps tool keeps.
 * @throws KpError GATE
 */
export async function requireSameChoices(ctx: Looking): Promise<void> {
  await requireSameNetwork(ctx)
  await requireKeptByKp(ctx)
}

async function requireSameNetwork(ctx: Looking): Promise<void> {
  const fixed = CHOICES.filter(({change}) => change === 'refuse')
  const [changed] = await earlierChoices(ctx, undefined, fixed)
  if (changed === undefined) return
  const {choice, value, chosen, component} = changed
  const field = fieldOf(choice)
  throw new KpError({
    code: 'GATE',
    message: `kp.yaml changes ${field} from ${value} to ${chosen}: it cannot be exchanged under running pods`,
    details: [`${component} was installed by kp and stands; pods keep the addresses that they started with`],
    next: [`put it back: ${field}: ${value}`, 'or make a new environment with the other choice and move to it', ...(choice.phase === 'cni' ? ['kp explain KP0416 tells the way node by node'] : [])],
    pitfalls: choice.phase === 'cni' ? ['KP0416'] : [],
  })
}

/** What a GitOps tool keeps goes back to kp first: the tool would bring back what kp takes away, or delete it without looking. */
async function requireKeptByKp(ctx: Looking): Promise<void> {
  const kept = await keptByTool(ctx)
  if (kept.length === 0) return
  const {enabled, tool} = ctx.spec.phases.gitops
  const others = enabled && tool !== 'none' ? kept.filter((one) => one.tool !== tool) : []
  if (others[0] !== undefined) throw takeBackFirst(`phases.gitops.tool from ${others[0].tool} to ${tool}`, `phases.gitops.tool: ${others[0].tool}`, others.map(({component}) => component), others[0].tool)
  for (const {choice, value, chosen, component} of otherChoices(ctx.spec.phases)) {
    const keeper = kept.find((one) => one.component === component)
    if (keeper !== undefined) throw takeBackFirst(`${fieldOf(choice)} from ${value} to ${chosen}`, `${fieldOf(choice)}: ${value}`, [component], keeper.tool)
  }
}

function takeBackFirst(change: string, old: string, components: string[], tool: string): KpError {
  return new KpError({
    code: 'GATE',
    message: `kp.yaml changes ${change} while ${tool} keeps ${components.length === 1 ? components[0] : `${components.length} components`}: kp must have ${components.length === 1 ? 'it' : 'them'} back first`,
    ...(components.length === 1 ? {} : {details: components}),
    next: [`put it back (${old}), set phases.gitops.handOver: false, then kp up: no pod restarts`, 'then make the change, and kp up', 'then set phases.gitops.handOver: true, and kp up'],
  })
}

function fieldOf({phase, field}: Choice): string {
  return `phases.${phase}.${field}`
}
