/** Whether something has a part on a platform. */
import type {Applies} from './types.ts'

/** Whether a phase, a step or a check has; where the reason why not is needed, `appliesTo` says it. */
export function applies<C>(thing: {appliesTo?: (ctx: NoInfer<C>) => Applies}, ctx: C): boolean {
  return (thing.appliesTo?.(ctx) ?? true) === true
}
