/** What is spent, as `kp cost report` says it: by list prices, and where OpenCost answers, as it measured. */
import {costReport} from '../checks/cost/report.ts'
import type {PlatformContext} from '../context.ts'
import type {CostReportResult} from '../ui/results.ts'

type Measured = NonNullable<CostReportResult['openCost']>

const WINDOW = '7d'
const PORT = 9003

/** Counts what runs. Reads only. */
export async function costReportOf(ctx: PlatformContext): Promise<CostReportResult> {
  const [report, openCost] = await Promise.all([costReport(ctx, await ctx.cluster()), askOpenCost(ctx)])
  return {schema: 'kp/cost-report/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, simulated: ctx.provider.simulated, ...report, openCost}
}

/** What OpenCost has measured; null where it does not answer: the list prices stand by themselves. */
async function askOpenCost(ctx: PlatformContext): Promise<Measured | null> {
  const {cost, monitoring} = ctx.spec.phases
  if (ctx.provider.simulated || !cost.enabled || !cost.opencost || !monitoring.enabled) return null
  const {namespace} = ctx.catalog.get('opencost')
  const path = `/api/v1/namespaces/${namespace}/services/http:opencost:${PORT}/proxy/allocation/compute?window=${WINDOW}&aggregate=namespace&accumulate=true`
  return measuredOf(await (await ctx.cluster()).raw(path).catch(() => undefined))
}

/** Its answer; null where it is none. Pure. */
export function measuredOf(answer: unknown): Measured | null {
  const {code, data} = (answer ?? {}) as {code?: number; data?: Record<string, {name?: string; totalCost?: number}>[]}
  if (code !== 200 || !Array.isArray(data)) return null
  const namespaces = data.flatMap((window) => Object.entries(window ?? {})).filter(([name]) => !name.startsWith('__')).map(([name, {totalCost = 0}]) => ({name, total: Math.round(totalCost * 100) / 100})).toSorted((a, b) => b.total - a.total || a.name.localeCompare(b.name))
  return namespaces.length === 0 ? null : {window: WINDOW, total: Math.round(namespaces.reduce((sum, {total}) => sum + total, 0) * 100) / 100, namespaces}
}
