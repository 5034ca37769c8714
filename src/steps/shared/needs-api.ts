/** Steps that ask the API server of the cluster, where the provider may have none to ask. */
import type {PlatformContext, PlatformStep} from '../../context.ts'

/** The step as it is where there is an API server; elsewhere it says why it has nothing to do. What is rendered does not depend on it. */
export function needsApi(step: PlatformStep): PlatformStep {
  return {...step, appliesTo: (ctx: PlatformContext) => ctx.aws?.noApi ?? step.appliesTo?.(ctx) ?? true}
}
