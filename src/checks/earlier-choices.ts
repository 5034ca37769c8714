/** What kp installed for choices that kp.yaml does not make any more: found by the labels of its releases. */
import {PLATFORM_LABEL} from './labels.ts'
import type {PlatformContext} from '../context.ts'
import {otherChoices} from '../components/alternatives.ts'
import type {Choice, OtherChoice} from '../components/alternatives.ts'
import {readRevisions} from './helm-records.ts'

/** What deciding it needs. */
type Looking = Pick<PlatformContext, 'spec' | 'catalog' | 'cluster'>

/** Components of earlier choices whose release, kp's own, still stands. One read of helm's records, which a run makes anyway. */
export async function earlierChoices(ctx: Looking, phase?: string, choices?: readonly Choice[]): Promise<OtherChoice[]> {
  const others = otherChoices(ctx.spec.phases, choices).filter(({choice, component}) => (phase === undefined || choice.phase === phase) && ctx.catalog.has(component))
  const found = await Promise.all(others.map(async (other) => ((await stands(ctx, other.component)) ? [other] : [])))
  return found.flat()
}

/** Whether kp's own release of a component is there. */
export async function stands(ctx: Looking, component: string): Promise<boolean> {
  const {namespace, releaseName} = ctx.catalog.get(component)
  const [latest] = await readRevisions(await ctx.cluster(), namespace, releaseName)
  return latest?.labels[PLATFORM_LABEL] === ctx.spec.platform
}
