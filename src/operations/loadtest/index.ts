/** `kp loadtest`: load on a host of the platform, as its users meet it, and what autoscalers make of it. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {parseDuration} from '../../spec/units.ts'
import {sendLoad} from '../../tools/load.ts'
import type {LoadOutcome} from '../../tools/load.ts'
import type {LoadtestResult} from '../../ui/results.ts'
import {requestTargets} from '../requests.ts'
import type {RequestTarget} from '../requests.ts'
import {stage} from '../staged.ts'
import {changesOf, namespacesBehind, sampleScalers} from './scalers.ts'
import type {ScalerSample} from './scalers.ts'

/** What is asked for. */
export interface LoadtestOrder {
  host?: string | undefined
  path?: string | undefined
  connections: number
  /** `30s`. */
  duration: string
  rate?: number | undefined
  /** Per cent of requests that may fail. */
  maxErrors: number
  /** Milliseconds that 95 of 100 answers may take. */
  maxP95?: number | undefined
}

export const LOADTEST_STAGES = [{id: 'loadtest/requests', title: 'Send requests, and follow the autoscalers'}] as const

const LONGEST_SECONDS = 3600
const SAMPLE_MS = 2000

/** A test that can begin. */
export interface PreparedLoad {
  target: RequestTarget
  seconds: number
}

/**
 * Finds whom to ask.
 * @throws KpError USAGE (no such host, no such time), GATE (nobody can be asked from here)
 */
export async function prepareLoad(ctx: PlatformContext, order: LoadtestOrder): Promise<PreparedLoad> {
  const seconds = parseDuration(order.duration)
  if (seconds === undefined || seconds < 1 || seconds > LONGEST_SECONDS) throw new KpError({code: 'USAGE', message: `--duration ${order.duration} is no time from 1s to 1h`, next: ['run the same command with --help']})
  const targets = await requestTargets(ctx)
  if (targets.length === 0) throw new KpError({code: 'GATE', message: 'no host of the platform can be asked from here: it has no routes, or they have no address yet', next: ['kp verify ingress', 'kp step ingress']})
  const target = order.host === undefined ? (targets.find(({host}) => host.startsWith('demo.')) ?? targets[0]) : targets.find(({host}) => host === order.host)
  if (target === undefined) throw new KpError({code: 'USAGE', message: `the platform has no host ${order.host}${didYouMean(order.host ?? '', targets.map(({host}) => host))}`, next: [`it has ${targets.map(({host}) => host).join(', ')}`]})
  return {target: order.path === undefined ? target : {...target, path: order.path}, seconds}
}

/** Sends the load. Ctrl-C ends it early, with what was seen so far. */
export async function runLoad(ctx: PlatformContext, {target, seconds}: PreparedLoad, order: LoadtestOrder): Promise<LoadtestResult> {
  const [sending] = LOADTEST_STAGES
  const began = ctx.clock.now()
  const stop = new AbortController()
  const namespaces = await namespacesBehind(ctx, target.host)
  const samples: ScalerSample[] = []
  const outcome = await stage(ctx, sending, async (progress) => {
    const following = follow(ctx, namespaces, {began, samples, stop})
    try {
      return await sendLoad({...target, connections: order.connections, seconds, rate: order.rate}, AbortSignal.any([stop.signal, ctx.signal]), ({second, requests, failed}) => {
        const scaler = samples.at(-1)
        progress(`second ${second} of ${seconds}: ${requests} answers, ${failed} failed${scaler === undefined ? '' : `, ${scaler.replicas} replicas`}`, Math.min(99, Math.floor((second / seconds) * 100)))
      })
    } finally {
      stop.abort()
      await following
      samples.push(...(await sampleScalers(ctx, namespaces, ctx.clock.now() - began)))
    }
  })
  return resultOf(ctx, {target, order, outcome, samples, began})
}

/** Looks at the autoscalers until the load ends; ends it where kp is asked to stop. */
async function follow(ctx: PlatformContext, namespaces: readonly string[], {began, samples, stop}: {began: number; samples: ScalerSample[]; stop: AbortController}): Promise<void> {
  while (!stop.signal.aborted) {
    if (ctx.stopping()) return stop.abort()
    // Who cannot be asked just now is asked again: the load goes on.
    samples.push(...(await sampleScalers(ctx, namespaces, ctx.clock.now() - began).catch(() => [])))
    await ctx.clock.sleep(SAMPLE_MS, stop.signal)
  }
}

function resultOf(ctx: PlatformContext, {target, order, outcome, samples, began}: {target: RequestTarget; order: LoadtestOrder; outcome: LoadOutcome; samples: ScalerSample[]; began: number}): LoadtestResult {
  const figures = figuresOf(outcome)
  const problems = judge(figures, order)
  const changes = changesOf(samples)
  return {
    schema: 'kp/loadtest/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    simulated: ctx.lab === undefined ? null : 'pods do no work: their use of CPU does not follow the load',
    ok: problems.length === 0,
    problems,
    target: {url: `${target.scheme}://${target.host}${target.path}`, address: `${target.address}:${target.port}`},
    connections: order.connections,
    rate: order.rate ?? null,
    ...figures,
    scalers: changes,
    durationMs: ctx.clock.now() - began,
  }
}

type Figures = Pick<LoadtestResult, 'requests' | 'latencyMs' | 'seconds'>

/** The figures of an outcome. Pure. */
export function figuresOf({sent, statuses, errors, timeouts, seconds, latencies}: LoadOutcome): Figures {
  const answered = Object.values(statuses).reduce((sum, one) => sum + one, 0)
  const bad = Object.entries(statuses).filter(([status]) => Number(status) >= 500).reduce((sum, [, one]) => sum + one, 0)
  const failed = bad + errors
  const total = answered + errors
  return {
    seconds,
    requests: {sent, answered, failed, errors, timeouts, statuses, perSecond: seconds === 0 ? 0 : round(answered / seconds), failedPercent: total === 0 ? 100 : round((failed / total) * 100)},
    latencyMs: latencies.length === 0 ? null : {mean: round(latencies.reduce((sum, one) => sum + one, 0) / latencies.length), p50: percentile(latencies, 50), p95: percentile(latencies, 95), p99: percentile(latencies, 99), max: round(latencies.at(-1) ?? 0)},
  }
}

/** The value below which so many per cent of a sorted list are (nearest rank). */
export function percentile(sorted: Float64Array, percent: number): number {
  return round(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0)
}

function judge({requests, latencyMs}: Figures, {maxErrors, maxP95}: LoadtestOrder): string[] {
  return [
    ...(requests.answered === 0 ? ['nobody answered'] : requests.failedPercent > maxErrors ? [`${requests.failedPercent} % of the requests failed: more than ${maxErrors} %`] : []),
    ...(maxP95 !== undefined && latencyMs !== null && latencyMs.p95 > maxP95 ? [`95 of 100 answers took up to ${latencyMs.p95} ms: more than ${maxP95} ms`] : []),
  ]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
