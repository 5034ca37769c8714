/** One node is taken out of service, something is done to it, and it comes back: what `kp node` and `kp upgrade` share. */
import {isNodeReady} from '../../checks/nodes.ts'
import type {PlatformContext} from '../../context.ts'
import {formatDuration} from '../../engine/clock.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {apiError} from '../../tools/kube-api.ts'
import {cordon, drainNode, uncordon} from '../drain/evict.ts'
import type {DrainOutcome, Holding} from '../drain/evict.ts'

/** How it is done. */
export interface ServiceOptions {
  node: string
  /** `kp upgrade`: who cordons it. */
  by: string
  limitMs: number
  evictBare?: boolean
  at: {phase: string; step: string}
  /** What is done while it is empty; it must be ready again afterwards. */
  act(): Promise<void>
  /** Whether what was done shows; asked until it does. */
  done(node: KubeObject): boolean
  /** Milliseconds that it may take to come back. */
  backMs: number
}

const LOOK_MS = 500

/**
 * Cordons and empties the node, acts, waits until it is ready, and lets pods come again. Where it does not get empty, it is let
 * go: no cordon of kp stays behind but that of a kp that was killed. One that somebody else had cordoned stays so.
 * @throws KpError STEP_FAILED with what holds it, INTERRUPTED
 */
export async function serviceNode(ctx: PlatformContext, options: ServiceOptions): Promise<DrainOutcome> {
  const {node, by, limitMs, at} = options
  const own = await cordon(ctx, node, by)
  let held: readonly Holding[] = []
  const say = (text: string): void => ctx.emit({code: 'step.progress', ...at, text})
  say(`emptying ${node}`)
  // The first Ctrl-C lets a drain that gets on come to its end, and gives up one that waits.
  const patient: PlatformContext = {...ctx, stopping: () => ctx.stopping() && held.length > 0}
  try {
    const outcome = await drainNode(patient, node, {
      by, limitMs, ...(options.evictBare === undefined ? {} : {evictBare: options.evictBare}),
      onHeld(now) {
        held = now
        if (now.length > 0) say(`${node} waits for ${describeHolding(now[0] as Holding)}${now.length > 1 ? `, and for ${now.length - 1} more` : ''}`)
      },
    })
    if (!outcome.drained) throw nodeHeld(outcome, limitMs)
    await options.act()
    await untilBack(ctx, options)
    if (own) await uncordon(ctx, node)
    return outcome
  } catch (error) {
    // The run may have been stopped at once; to let pods come again is a request of its own.
    if (own) await uncordon(ctx, node).catch(() => undefined)
    throw error
  }
}

/** `shop/web-1 of Deployment web: budget shop/web refuses`. */
export function describeHolding({pod, owner, pdb, reason}: Holding): string {
  const what = `${pod}${owner === null ? '' : ` of ${owner}`}`
  // A line may be cut at the end: the budget is what is to be looked at.
  return pdb === null ? `pod ${what}: ${reason}` : `budget ${pdb}, which holds ${what}: ${reason}`
}

/** What is said of a node that did not get empty. */
export function nodeHeld({node, held, stopped}: DrainOutcome, limitMs: number): KpError {
  const details = held.map(describeHolding)
  if (stopped) return new KpError({code: 'INTERRUPTED', message: `stopped while ${node} waited to get empty; it takes pods again`, details, next: ['run the same command again']})
  const pdb = held.find((one) => one.pdb !== null)?.pdb?.split('/')
  return new KpError({
    code: 'STEP_FAILED',
    message: `${node} did not get empty within ${formatDuration(limitMs)}: ${details[0] ?? 'pods are still on it'}`,
    doing: `empty ${node}`,
    details,
    next: [...(pdb === undefined ? [] : [`kubectl -n ${pdb[0]} get poddisruptionbudget ${pdb[1]}`, 'kp explain KP1802']), 'then run the same command again: it goes on with this node; meanwhile it takes pods'],
    pitfalls: pdb === undefined ? [] : ['KP1802'],
  })
}

async function untilBack(ctx: PlatformContext, {node, done, backMs, at}: ServiceOptions): Promise<void> {
  const {api} = await ctx.cluster()
  const until = ctx.clock.now() + backMs
  ctx.emit({code: 'step.progress', ...at, text: `waiting until ${node} is ready again`})
  for (;;) {
    const answer = await api.request({path: `/api/v1/nodes/${encodeURIComponent(node)}`})
    if (answer.status >= 300 && answer.status !== 404) throw apiError(answer, `read node ${node}`)
    if (answer.status < 300 && isNodeReady(answer.body as KubeObject) && done(answer.body as KubeObject)) return
    if (ctx.signal.aborted) throw new KpError({code: 'INTERRUPTED', message: `stopped while ${node} was coming back`, next: ['run the same command again']})
    if (ctx.clock.now() > until) throw new KpError({code: 'STEP_FAILED', message: `${node} is not back after ${formatDuration(backMs)}`, doing: `bring ${node} back`, next: [`kubectl describe node ${node}`, 'then run the same command again']})
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

/** Sets annotations of a node. */
export async function annotateNode(ctx: PlatformContext, node: string, annotations: Record<string, string | null>): Promise<void> {
  const {api} = await ctx.cluster()
  const said = Object.entries(annotations).map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`)).join(' ')
  const answer = await ctx.change({doing: `annotate node ${node}`, command: `kubectl annotate --overwrite node ${node} ${said}`}, () => api.request({method: 'PATCH', path: `/api/v1/nodes/${encodeURIComponent(node)}?fieldManager=kp-node`, body: {metadata: {annotations}}, contentType: 'application/merge-patch+json'}))
  if (answer !== undefined && answer.status >= 300) throw apiError(answer, `annotate node ${node}`)
  ctx.changed()
}
