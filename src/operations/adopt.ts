/** `--adopt`: names of components that this run installs. */
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {applies} from '../engine/applies.ts'
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'

/**
 * Refuses names that this run does not install: what is misspelt would be refused later, as a release of somebody else.
 * @throws KpError USAGE
 */
export function requireAdoptable(ctx: PlatformContext, phases: PlatformPhase[]): void {
  if (ctx.adopt === undefined) return
  const known = phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx).filter((step) => applies(step, ctx)).flatMap((step) => step.component ?? []))
  for (const name of ctx.adopt.components) {
    if (known.includes(name)) continue
    throw new KpError({code: 'USAGE', message: `--adopt names "${name}", which is no component that this command installs${didYouMean(name, known)}`, next: [`components: ${known.join(', ')}`]})
  }
}
