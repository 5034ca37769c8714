/** Asks the platform's Prometheus, through the API server. */
import type {PlatformContext} from '../../context.ts'

const SERVICE = 'kube-prometheus-stack-prometheus'

/** Why nobody can be asked; true where somebody can. */
export const prometheusRuns = (ctx: PlatformContext): true | string => (ctx.provider.simulated ? 'simulated nodes: Prometheus does not run' : true)

/** One series of an answer. */
export interface Sample {
  metric: Record<string, string>
  value: number
}

/**
 * The answer of Prometheus' API; undefined where it gives none.
 * @throws KpError API_ERROR where it does not answer: no data is unknown
 */
export async function askPrometheus<T>(ctx: PlatformContext, path: string): Promise<T | undefined> {
  const {namespace} = ctx.catalog.get('kube-prometheus-stack')
  const answer = (await (await ctx.cluster()).raw(`/api/v1/namespaces/${namespace}/services/http:${SERVICE}:9090/proxy${path}`)) as {status?: string; data?: T} | undefined
  return answer?.status === 'success' ? answer.data : undefined
}

/** What a query gives now; undefined where Prometheus gives no answer. */
export async function queryPrometheus(ctx: PlatformContext, query: string): Promise<Sample[] | undefined> {
  const data = await askPrometheus<{result?: {metric: Record<string, string>; value: [number, string]}[]}>(ctx, `/api/v1/query?query=${encodeURIComponent(query)}`)
  return data?.result?.map(({metric, value}) => ({metric, value: Number(value[1])}))
}

/** The verdict where Prometheus is silent. */
export const PROMETHEUS_SILENT = {status: 'unknown', observed: 'Prometheus gave no answer through the API server'} as const
