/** Names that steps and checks of phase 17 share. */
import type {ManifestContext} from '../../context.ts'

/** The quota of a team's namespace; the team is in its label. */
export const QUOTA = 'kp-team'
/** What containers get that name nothing. */
export const DEFAULTS = 'kp-defaults'
/** Label with the team. */
export const TEAM_LABEL = 'kp.dev/team'

/** The settings of the phase. */
export type CostSettings = ManifestContext['spec']['phases']['cost']
/** One team. */
export type Team = CostSettings['teams'][number]

/** The settings of the phase. */
export const costOf = (ctx: Pick<ManifestContext, 'spec'>): CostSettings => ctx.spec.phases.cost

/** Applies where there are teams. */
export const hasTeams = (ctx: Pick<ManifestContext, 'spec'>): true | string => (costOf(ctx).teams.length > 0 ? true : 'phases.cost.teams is empty')

/** Whether the platform has OpenCost, or why not. */
export const hasOpenCost = (ctx: Pick<ManifestContext, 'spec'>): true | string => {
  if (!costOf(ctx).opencost) return 'phases.cost.opencost is off'
  return ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false: OpenCost reads the metrics of Prometheus'
}
