/** What is spent, as `kp cost report` says it. */
import {costReport} from '../checks/cost/report.ts'
import type {PlatformContext} from '../context.ts'
import type {CostReportResult} from '../ui/results.ts'

/** Counts what runs. Reads only. */
export async function costReportOf(ctx: PlatformContext): Promise<CostReportResult> {
  const report = await costReport(ctx, await ctx.cluster())
  return {schema: 'kp/cost-report/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, simulated: ctx.provider.simulated, ...report}
}
