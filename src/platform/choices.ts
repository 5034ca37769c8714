/** Choices that cannot be changed in a cluster that lives: kp.yaml is refused before anything is looked at or touched. */
import type {PlatformContext} from '../context.ts'
import {earlierChoices} from '../checks/earlier-choices.ts'
import {CHOICES} from '../components/alternatives.ts'
import {KpError} from '../engine/errors.ts'

/**
 * Refuses a kp.yaml that exchanges what running pods stand on.
 * @throws KpError GATE
 */
export async function requireSameChoices(ctx: PlatformContext): Promise<void> {
  const fixed = CHOICES.filter(({change}) => change === 'refuse')
  const [changed] = await earlierChoices(ctx, undefined, fixed)
  if (changed === undefined) return
  const {choice, value, chosen, component} = changed
  const field = `phases.${choice.phase}.${choice.field}`
  throw new KpError({
    code: 'GATE',
    message: `kp.yaml changes ${field} from ${value} to ${chosen}: it cannot be exchanged under running pods`,
    details: [`${component} was installed by kp and stands; pods keep the addresses that they started with`],
    next: [`put it back: ${field}: ${value}`, 'or make a new environment with the other choice and migrate: kp migrate plan --from OLD --to NEW', ...(choice.phase === 'cni' ? ['kp explain KP0420 tells the way node by node'] : [])],
    pitfalls: choice.phase === 'cni' ? ['KP0420'] : [],
  })
}
