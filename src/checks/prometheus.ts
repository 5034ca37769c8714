/** Asks the platform's Prometheus: through the API server, or in the lab the one that runs beside it. */
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import type {CheckResult} from '../engine/types.ts'

const SERVICE = 'kube-prometheus-stack-prometheus'

const PATIENCE_MS = 10_000

/** Why nobody can be asked; true where somebody can. */
export const prometheusRuns = (ctx: PlatformContext): true | string => (!ctx.provider.simulated || inLab(ctx) !== undefined ? true : 'simulated nodes: Prometheus does not run')

/** Where the lab's own is; undefined where it was never started. */
function inLab(ctx: PlatformContext): string | undefined {
  return ctx.lab?.services.address('prometheus')
}

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
  const lab = inLab(ctx)
  const answer = (lab === undefined ? await (await ctx.cluster()).raw(`/api/v1/namespaces/${namespace}/services/http:${SERVICE}:9090/proxy${path}`) : await askLab(`${lab}${path}`)) as {status?: string; data?: T} | undefined
  return answer?.status === 'success' ? answer.data : undefined
}

/** So long after it read its configuration Prometheus may not have found, read and counted all that is in it. */
const FRESH_MS = 60_000

/** A verdict on what Prometheus has; that something is missing is no failure yet where it has just read its configuration. */
export async function unlessFresh(ctx: PlatformContext, found: CheckResult): Promise<CheckResult> {
  if (found.status !== 'fail') return found
  const info = await askPrometheus<{lastConfigTime?: string}>(ctx, '/api/v1/status/runtimeinfo').catch(() => undefined)
  const age = ctx.clock.now() - Date.parse(info?.lastConfigTime ?? '')
  return age < FRESH_MS ? {status: 'unknown', early: true, observed: `${found.observed} yet: Prometheus read its configuration ${Math.max(0, Math.round(age / 1000))} s ago`} : found
}

async function askLab(url: string): Promise<unknown> {
  try {
    return await (await fetch(url, {signal: AbortSignal.timeout(PATIENCE_MS)})).json()
  } catch (error) {
    throw new KpError({code: 'API_ERROR', message: "the lab's Prometheus does not answer", next: ['kp step monitoring'], cause: error})
  }
}

/** What a query gives now; undefined where Prometheus gives no answer. */
export async function queryPrometheus(ctx: PlatformContext, query: string): Promise<Sample[] | undefined> {
  const data = await askPrometheus<{result?: {metric: Record<string, string>; value: [number, string]}[]}>(ctx, `/api/v1/query?query=${encodeURIComponent(query)}`)
  return data?.result?.map(({metric, value}) => ({metric, value: Number(value[1])}))
}

/** The verdict where Prometheus is silent. */
export const PROMETHEUS_SILENT = {status: 'unknown', observed: 'Prometheus gave no answer through the API server'} as const
