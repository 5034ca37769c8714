/** Nodes are emptied, patched or replaced, one at a time behind health gates. */
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {runPhases} from '../../engine/run.ts'
import type {RunResult} from '../../engine/run.ts'
import {whoami} from '../../platform/build-record.ts'
import {drainNode, uncordon} from '../drain/evict.ts'
import type {Holding} from '../drain/evict.ts'
import {readDrainInput} from '../drain/read.ts'
import {isBlocked, simulateDrain} from '../drain/simulate.ts'
import {requestTargets, watchRequests} from '../requests.ts'
import type {RequestCount, RequestWatch} from '../requests.ts'
import {pitfallsOf} from '../explain-error.ts'
import {lookForTroubles, newTroubles} from '../upgrade/health.ts'
import type {Troubles} from '../upgrade/health.ts'
import {patchAct} from './patch.ts'
import {replaceAct} from './replace.ts'
import {describeHolding, nodeHeld, serviceNode} from './service.ts'

/** What is done to nodes. */
export type NodeAction = 'drain' | 'patch' | 'replace'

const DONE: Record<NodeAction, string> = {drain: 'emptied', patch: 'patched', replace: 'replaced'}

const TITLES: Record<NodeAction, string> = {drain: 'Empty nodes', patch: 'Patch nodes', replace: 'Replace nodes'}

/** How. */
export interface NodeWorkOptions {
  ctx: PlatformContext
  action: NodeAction
  nodes: string[]
  limitMs: number
  /** How long a node may take to come back. */
  backMs: number
  evictBare: boolean
  command: string
  runId: string
}

/** What became of a node. */
export interface NodeDone {
  node: string
  result: 'done' | 'failed' | 'not-reached'
  evicted: string[]
  held: Holding[]
  durationMs: number
  requests: RequestCount | null
}

/** What came of it. */
export interface NodeWorkOutcome extends RunResult {
  nodes: NodeDone[]
  requests: RequestCount | null
}

/**
 * Asks whether it can be begun: the nodes are there, the others are well, no budget would hold.
 * @throws KpError USAGE for a node that there is not; GATE with what stands in the way
 */
export async function requireServiceable(ctx: PlatformContext, action: NodeAction, nodes: readonly string[]): Promise<{evictions: number}> {
  const input = await readDrainInput(ctx)
  const known = input.nodes.map(({metadata}) => metadata.name)
  for (const name of nodes) if (!known.includes(name)) throw new KpError({code: 'USAGE', message: `there is no node ${name}${didYouMean(name, known)}`, next: ['kp node list']})
  const others = input.nodes.filter(({metadata}) => !nodes.includes(metadata.name))
  const {nodes: sick} = await lookForTroubles(ctx)
  const bad = sick.filter((line) => others.some(({metadata}) => line.startsWith(`node ${metadata.name} `)))
  if (bad.length > 0) throw new KpError({code: 'GATE', message: `other nodes are not well: no further one is ${DONE[action]}`, details: bad, next: ['kp diagnose node-pools', 'kubectl uncordon <node>, where it was left cordoned']})
  const simulated = simulateDrain(input, nodes.map((name) => [name])).nodes
  const held = simulated.filter(isBlocked)
  if (held.length > 0) {
    const blocks = held.flatMap((one) => one.blockedBy.map((block) => ({...block, node: one.node})))
    throw new KpError({
      code: 'GATE',
      message: `${held.map(({node}) => node).join(', ')} would not get empty`,
      details: [...blocks.map(({node, pdb, pod, owner, reason}) => `${node}: budget ${pdb} holds ${pod}${owner === null ? '' : ` of ${owner}`}: ${reason}`), ...held.flatMap(({node, bare}) => bare.map((pod) => `${node}: pod ${pod} has no controller: nobody would bring it back (--evict-bare ends it)`))],
      next: [...new Set(blocks.map(({fix}) => fix))].slice(0, 3),
      pitfalls: blocks.length === 0 ? [] : ['KP1802'],
    })
  }
  return {evictions: simulated.reduce((sum, {evictions}) => sum + evictions, 0)}
}

/** Does it. Errors are in the result. */
export async function workOnNodes(options: NodeWorkOptions): Promise<NodeWorkOutcome> {
  const {ctx, action, command, runId} = options
  const started = ctx.clock.now()
  ctx.emit({code: 'run.started', text: command, data: {run: runId, command, environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, provider: ctx.provider.id, by: whoami(ctx.env), version: ctx.version, dryRun: ctx.dryRun, phases: [{id: `node-${action}`, title: TITLES[action]}]}})
  const done = new Map<string, NodeDone>(options.nodes.map((node) => [node, {node, result: 'not-reached', evicted: [], held: [], durationMs: 0, requests: null}]))
  const targets = await requestTargets(ctx).catch(() => [])
  const watch = targets.length === 0 ? undefined : watchRequests({targets, clock: ctx.clock})
  await watch?.ready()
  const before = await lookForTroubles(ctx)
  const steps = options.nodes.flatMap((node) => [workStep(options, {node, done, watch}), ...(action === 'drain' ? [] : [wellStep(node, before)])])
  const title = TITLES[action]
  const phase: PlatformPhase = {id: `node-${action}`, number: 18, title, what: title, why: title, how: [], dependsOn: () => [], steps: () => steps, checks: [], pitfalls: []}
  const result = await runPhases([phase], ctx, {parallel: 1, diagnose: (error, failed) => pitfallsOf(ctx.phases, error, failed)})
  const requests = (await watch?.stop()) ?? null
  ctx.emit({code: 'run.finished', text: result.result, data: {result: result.result, durationMs: ctx.clock.now() - started, requests, ...(result.error === undefined ? {} : {error: result.error.message})}})
  return {...result, nodes: [...done.values()], requests}
}

interface Shared {
  node: string
  done: Map<string, NodeDone>
  watch: RequestWatch | undefined
}

function workStep(options: NodeWorkOptions, {node, done, watch}: Shared): PlatformStep {
  const {action, limitMs, backMs, evictBare} = options
  const id = `node-${action}/${node}`
  const at = {phase: `node-${action}`, step: id}
  const began = options.ctx.clock.now()
  const acts = {patch: patchAct, replace: replaceAct}
  const act = action === 'drain' ? undefined : acts[action](node, began, backMs)
  return {
    id,
    title: `${{drain: 'Empty', patch: 'Patch', replace: 'Replace'}[action]} ${node}`,
    risk: 'disruptive',
    timeoutMs: limitMs + backMs + 60_000,
    async probe(ctx) {
      if (done.get(node)?.result === 'done') return {state: 'satisfied', observed: `${node} is done`}
      return {state: (await ctx.presence()).state === 'running' ? 'drifted' : 'unknown', observed: `${node} is to be ${DONE[action]}`}
    },
    plan: () => Promise.resolve({lines: [`empty ${node}${act === undefined ? ', and leave it cordoned' : `, ${act.title}, let pods come again`}`], commands: [`kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data`, ...(act?.commands ?? [])]}),
    async apply(ctx) {
      const started = ctx.clock.now()
      const count = watch?.mark()
      const note = (more: Partial<NodeDone>): void => {
        done.set(node, {node, result: 'failed', evicted: [], held: [], ...more, durationMs: ctx.clock.now() - started, requests: count?.() ?? null})
      }
      let held: Holding[] = []
      try {
        if (act === undefined) {
          const outcome = await drainNode(ctx, node, {by: 'kp node drain', limitMs, evictBare, at, onHeld(now) {
            held = now
            if (now[0] !== undefined) ctx.emit({code: 'step.progress', ...at, text: `${node} waits for ${describeHolding(now[0])}`})
          }})
          if (!outcome.drained) throw await letGo(ctx, node, () => nodeHeld(outcome, limitMs))
          note({result: 'done', evicted: outcome.evicted})
          return
        }
        const outcome = await serviceNode(ctx, {node, by: `kp node ${action}`, limitMs, evictBare, at, backMs, act: () => act.act(ctx, at), done: act.done})
        note({result: 'done', evicted: outcome.evicted})
      } catch (error) {
        note({result: 'failed', held})
        throw error
      }
    },
  }
}

/** A drain that was given up lets pods come again: nothing is left half done. */
async function letGo(ctx: PlatformContext, node: string, error: () => KpError): Promise<KpError> {
  await uncordon(ctx, node).catch(() => undefined)
  return error()
}

function wellStep(node: string, before: Troubles): PlatformStep {
  return {
    id: `node-well/${node}`,
    title: `Look whether all is well after ${node}`,
    risk: 'none',
    settleMs: 3 * 60_000,
    async probe(ctx) {
      const found = newTroubles(before, await lookForTroubles(ctx))
      return found.length === 0 ? {state: 'satisfied', observed: 'nodes are ready, budgets hold'} : {state: 'drifted', observed: found.join('; '), differences: found.map((object) => ({object}))}
    },
    plan: () => Promise.resolve({lines: ['wait until nodes are ready and budgets hold'], commands: ['kubectl get nodes']}),
    apply: () => Promise.resolve(),
  }
}
