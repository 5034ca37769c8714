/**
 * Empties a node: cordons it, evicts its pods through the API, so that every budget is asked, and says which pod holds it and why.
 * `kp node`, `kp upgrade` and `kp drill` use it.
 */
import type {PlatformContext} from '../../context.ts'
import {mapParallel} from '../../engine/graph.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {KubeAnswer, KubeObject} from '../../tools/kube-api.ts'
import {fateOf, ownerOf, podName} from './pods.ts'
import type {PodObject} from './pods.ts'

/** Who cordoned a node: what kp cordons it uncordons, and nothing else. */
export const CORDONED_BY = 'kp.dev/cordoned-by'

/** What of the context a drain needs. */
export type DrainContext = Pick<PlatformContext, 'cluster' | 'clock' | 'signal' | 'stopping' | 'change' | 'changed' | 'emit'>

/** How a node is emptied. */
export interface DrainOptions {
  /** For the annotation of the node: `kp upgrade`. */
  by: string
  /** Milliseconds after which it is given up; default 10 minutes. */
  limitMs?: number
  /** Also pods that nobody brings back. */
  evictBare?: boolean
  /** Called when what holds it changes; `[]` when nothing does any more. */
  onHeld?(held: Holding[]): void
  /** For events. */
  at?: {phase: string; step: string}
}

/** A pod that a node cannot get rid of. */
export interface Holding {
  /** `namespace/name`. */
  pod: string
  /** `Deployment web`; null for a bare pod. */
  owner: string | null
  /** budget: the API server refuses. bare: nobody would bring it back. ending: it goes, and is not gone yet. */
  kind: 'budget' | 'bare' | 'ending'
  /** The budget that refuses, `namespace/name`; null where it is something else. */
  pdb: string | null
  reason: string
}

/** What came of it. */
export interface DrainOutcome {
  node: string
  /** Whether nothing is left on it that a drain moves. */
  drained: boolean
  /** `namespace/name` of what was evicted. */
  evicted: string[]
  held: Holding[]
  durationMs: number
  /** True where it ended since the run was asked to stop. */
  stopped: boolean
}

const LIMIT_MS = 10 * 60_000
const LOOK_MS = 500
const AT_ONCE = 20
/** A pod that ends for longer than it may is held by something. */
const SLOW_END_MS = 60_000

/**
 * Cordons a node; one that is cordoned already stays whose it was.
 * @returns whether it is kp that cordoned it, now or in an earlier run of the same command
 */
export async function cordon(ctx: DrainContext, node: string, by: string): Promise<boolean> {
  const {api} = await ctx.cluster()
  const found = (await api.get(pathOf(node))) as (KubeObject & {spec?: {unschedulable?: boolean}}) | undefined
  if (found?.spec?.unschedulable === true) return found.metadata.annotations?.[CORDONED_BY] === by
  await patchNode(ctx, node, {metadata: {annotations: {[CORDONED_BY]: by}}, spec: {unschedulable: true}}, `kubectl cordon ${node}`)
  return true
}

/** Lets pods come to a node again, and forgets who cordoned it. */
export async function uncordon(ctx: DrainContext, node: string): Promise<void> {
  await patchNode(ctx, node, {metadata: {annotations: {[CORDONED_BY]: null}}, spec: {unschedulable: null}}, `kubectl uncordon ${node}`, true)
}

/**
 * Empties a node that may be cordoned already. It is left cordoned, whatever came of it: who calls decides.
 * @throws KpError where the API server refuses something else than an eviction
 */
export async function drainNode(ctx: DrainContext, node: string, options: DrainOptions): Promise<DrainOutcome> {
  const started = ctx.clock.now()
  const limit = started + (options.limitMs ?? LIMIT_MS)
  const evicted = new Set<string>()
  const endingSince = new Map<string, number>()
  let held: Holding[] = []
  await cordon(ctx, node, options.by)
  const outcome = (drained: boolean, stopped = false): DrainOutcome => ({node, drained, evicted: [...evicted], held, durationMs: ctx.clock.now() - started, stopped})
  for (;;) {
    const pods = await podsOn(ctx, node)
    const bare = options.evictBare === true ? [] : pods.filter((pod) => fateOf(pod) === 'bare')
    const going = pods.filter((pod) => ['managed', 'finished', ...(options.evictBare === true ? ['bare'] : [])].includes(fateOf(pod)))
    const now: Holding[] = bare.map((pod) => ({pod: podName(pod), owner: null, kind: 'bare', pdb: null, reason: 'nobody would bring it back: it has no controller'}))
    await mapParallel(going, AT_ONCE, async (pod) => {
      const since = endingSince.get(podName(pod)) ?? ctx.clock.now()
      if (pod.metadata.deletionTimestamp !== undefined) {
        endingSince.set(podName(pod), since)
        if (ctx.clock.now() - since > SLOW_END_MS + (pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000) now.push({pod: podName(pod), owner: ownerOf(pod) ?? null, kind: 'ending', pdb: null, reason: slowEnd(pod, ctx.clock.now() - since)})
        return
      }
      const refusal = await evict(ctx, pod)
      if (refusal === undefined) evicted.add(podName(pod))
      else now.push({pod: podName(pod), owner: ownerOf(pod) ?? null, kind: 'budget', ...refusal})
    })
    const before = held
    held = now.toSorted((a, b) => (a.pod < b.pod ? -1 : 1))
    if (JSON.stringify(before) !== JSON.stringify(held)) options.onHeld?.(held)
    if (going.length === 0) return outcome(bare.length === 0)
    if (ctx.stopping() || ctx.signal.aborted) return outcome(false, true)
    if (ctx.clock.now() >= limit) return {...outcome(false), held: held.length > 0 ? held : going.map((pod) => ({pod: podName(pod), owner: ownerOf(pod) ?? null, kind: 'ending' as const, pdb: null, reason: slowEnd(pod, ctx.clock.now() - started)}))}
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

/** The pods of a node, as they are now. */
async function podsOn(ctx: DrainContext, node: string): Promise<PodObject[]> {
  const {api} = await ctx.cluster()
  const list = (await api.get(`/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`)) as {items?: PodObject[]} | undefined
  return list?.items ?? []
}

/** @returns why it is refused; undefined where it goes */
async function evict(ctx: DrainContext, pod: PodObject): Promise<{pdb: string | null; reason: string} | undefined> {
  const {name, namespace = 'default', uid} = pod.metadata
  const {api} = await ctx.cluster()
  const body = {apiVersion: 'policy/v1', kind: 'Eviction', metadata: {name, namespace}, deleteOptions: {preconditions: {uid}}}
  const answer = await ctx.change({doing: `evict pod ${namespace}/${name}`, command: `kubectl -n ${namespace} evict ${name}`}, () => api.request({method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}/eviction`, body, answerAtOnce: true}))
  if (answer === undefined || answer.status < 300 || answer.status === 404 || answer.status === 409) return undefined
  const refusal = readRefusal(answer, namespace)
  if (refusal === undefined) throw apiError(answer, `evict pod ${namespace}/${name}`)
  return refusal.pdb !== null && (await countsOneBefore(ctx, pod, refusal.pdb)) ? {...refusal, reason: `${refusal.reason}; it still counts the pod of this name that was evicted before, for two minutes at most`} : refusal
}

/** Whether a budget waits for the end of a pod that is gone: one of the same name, as a StatefulSet makes it, hides that from its controller. */
async function countsOneBefore(ctx: DrainContext, {metadata}: PodObject, budget: string): Promise<boolean> {
  if (metadata.ownerReferences?.some(({kind}) => kind === 'StatefulSet') !== true) return false
  const [namespace, name] = budget.split('/')
  const {api} = await ctx.cluster()
  const found = (await api.get(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${name}`).catch(() => undefined)) as {status?: {disruptedPods?: Record<string, string>}} | undefined
  return Date.parse(found?.status?.disruptedPods?.[metadata.name] ?? '') <= Date.parse(metadata.creationTimestamp ?? '')
}

/** Which budget refused, as the API server says it: 429 with the budget, 500 where there are two. Pure. */
export function readRefusal({status, body}: KubeAnswer, namespace: string): {pdb: string | null; reason: string} | undefined {
  const {message = '', details} = (body ?? {}) as {message?: string; details?: {causes?: {message?: string}[]}}
  const cause = details?.causes?.map((one) => one.message ?? '').find((one) => one !== '') ?? ''
  if (status === 429) {
    const budget = /[Tt]he disruption budget (\S+) /.exec(cause)?.[1]
    return {pdb: budget === undefined ? null : `${namespace}/${budget}`, reason: cause === '' ? message : cause}
  }
  return status === 500 && /more than one PodDisruptionBudget/.test(message) ? {pdb: null, reason: 'two budgets are about it: the API server evicts no such pod'} : undefined
}

function slowEnd({metadata, spec}: PodObject, ms: number): string {
  const finalizers = metadata.finalizers ?? []
  const grace = spec?.terminationGracePeriodSeconds ?? 30
  return `it has been ending for ${Math.round(ms / 1000)} seconds, and may take ${grace}${finalizers.length === 0 ? '' : `; held by ${finalizers.join(', ')}`}`
}

async function patchNode(ctx: DrainContext, node: string, patch: object, command: string, evenIfStopped = false): Promise<void> {
  const {api} = await ctx.cluster()
  const answer = await ctx.change({doing: command.split(' ').slice(1).join(' '), command}, () => api.request({method: 'PATCH', path: `${pathOf(node)}?fieldManager=kp-drain`, body: patch, contentType: 'application/merge-patch+json', ...(evenIfStopped ? {evenIfStopped, timeoutMs: 5000} : {})}))
  if (answer !== undefined && answer.status >= 300) throw apiError(answer, command.replace('kubectl ', ''))
  ctx.changed()
}

const pathOf = (node: string): string => `/api/v1/nodes/${encodeURIComponent(node)}`
