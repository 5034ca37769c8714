/** Steps that need a cluster: without one they are absent, not broken. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {Probe} from '../../engine/types.ts'

/** Label of everything that kp applies itself. */
export const MANAGED_BY = 'kp'

/** What a probe says while there is no cluster. */
export const NO_CLUSTER: Probe = {state: 'absent', observed: 'there is no cluster yet'}

/** Wraps the probe of a step so that it answers `absent` while there is no cluster. */
export function onCluster(step: PlatformStep): PlatformStep {
  return {
    ...step,
    async probe(ctx) {
      const presence = await ctx.presence()
      return presence.state === 'running' ? step.probe(ctx) : {...NO_CLUSTER, observed: presence.observed}
    },
  }
}

/** Whether there is a cluster to compare with. */
export async function hasCluster(ctx: PlatformContext): Promise<boolean> {
  return (await ctx.presence()).state === 'running'
}
