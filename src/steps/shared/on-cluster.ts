/** Steps that need a cluster: without one they are absent, not broken; one that stands still hides what is in it. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {Probe} from '../../engine/types.ts'
import type {ClusterPresence} from '../../providers/types.ts'

/** What a probe says while no cluster answers. */
export function unseen({state, observed}: ClusterPresence): Probe {
  return {state: state === 'absent' ? 'absent' : 'unknown', observed}
}

/** Wraps the probe of a step so that it answers `absent` while there is no cluster, `unknown` while it does not run. */
export function onCluster(step: PlatformStep): PlatformStep {
  return {
    ...step,
    async probe(ctx) {
      const presence = await ctx.presence()
      return presence.state === 'running' ? step.probe(ctx) : unseen(presence)
    },
  }
}

/** Whether there is a cluster to compare with. */
export async function hasCluster(ctx: PlatformContext): Promise<boolean> {
  return (await ctx.presence()).state === 'running'
}
