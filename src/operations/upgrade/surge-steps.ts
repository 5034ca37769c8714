/** Nodes that come for the time of another one: made before it is emptied; emptied, and gone, when it is back. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {drainNode, uncordon} from '../drain/evict.ts'
import {readNode} from '../nodes/act.ts'
import {isNodeReady} from '../../checks/nodes.ts'
import {describeHolding, nodeHeld} from '../nodes/service.ts'
import {SURGE_FOR} from './surge.ts'
import type {Surge} from './types.ts'
import type {Upgrading} from './upgrading.ts'
import {UPGRADE as BY} from './waves.ts'

const READY_MS = 2 * 60_000
const PHASE = 'upgrade-nodes'

/** Brings one, ready for pods, with the new kubelet. */
export function surgeStep({plan: {target}}: Upgrading, {node, name}: Surge): PlatformStep {
  return {
    id: `upgrade/surge/${name}`,
    title: `Add ${name} beside ${node}`,
    risk: 'none',
    settleMs: READY_MS,
    async probe(ctx) {
      const found = await readNode(ctx, name)
      return found !== undefined && isNodeReady(found) ? {state: 'satisfied', observed: `${name} is ready`} : {state: 'absent', observed: found === undefined ? `there is no ${name}` : `${name} is not ready`}
    },
    plan: () => Promise.resolve({lines: [`a node of the pool and zone of ${node}, for the time of its upgrade`], commands: []}),
    async apply(ctx) {
      if (ctx.lab === undefined) throw new KpError({code: 'BUG', message: 'nodes of this provider are not added by an upgrade'})
      const model = await readNode(ctx, node)
      if (model === undefined || (await readNode(ctx, name)) !== undefined) return
      await create(ctx, ctx.lab.surgeNode(model, {name, kubelet: `v${target.to}`, marks: {[SURGE_FOR]: node}}))
    },
  }
}

/** Empties one behind the same budgets, and takes it away. */
export function surgeEndStep({drainLimitMs}: Upgrading, name: string): PlatformStep {
  const id = `upgrade/surge-end/${name}`
  const at = {phase: PHASE, step: id}
  return {
    id,
    title: `Empty ${name} and take it away`,
    risk: 'disruptive',
    timeoutMs: drainLimitMs + 60_000,
    settleMs: 30_000,
    async probe(ctx) {
      return (await readNode(ctx, name)) === undefined ? {state: 'satisfied', observed: `${name} is gone`} : {state: 'drifted', observed: `${name} is there`, differences: [{object: `Node ${name}`, seen: 'is no longer wanted'}]}
    },
    plan: () => Promise.resolve({lines: [`empty ${name}, and delete it`], commands: [`kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data`, `kubectl delete node ${name}`]}),
    async apply(ctx) {
      const outcome = await drainNode(ctx, name, {by: BY, limitMs: drainLimitMs, at, onHeld([first]) {
        if (first !== undefined) ctx.emit({code: 'step.progress', ...at, text: `${name} waits for ${describeHolding(first)}`})
      }})
      if (!outcome.drained) {
        await uncordon(ctx, name).catch(() => undefined)
        throw nodeHeld(outcome, drainLimitMs)
      }
      await deleteNode(ctx, name)
    },
  }
}

async function create(ctx: PlatformContext, node: KubeObject): Promise<void> {
  const {api} = await ctx.cluster()
  const {name} = node.metadata
  const answer = await ctx.change({doing: `add node ${name}`, command: `kubectl create node ${name}`}, () => api.request({method: 'POST', path: '/api/v1/nodes?fieldManager=kp-node', body: node}))
  if (answer !== undefined && answer.status >= 300 && answer.status !== 409) throw apiError(answer, `add node ${name}`)
  ctx.changed()
}

/** With what belongs to the node itself: its kubelet is gone, and nobody else would end that for a minute. */
async function deleteNode(ctx: PlatformContext, name: string): Promise<void> {
  const {api} = await ctx.cluster()
  const answer = await ctx.change({doing: `delete node ${name}`, command: `kubectl delete node ${name}`}, () => api.request({method: 'DELETE', path: `/api/v1/nodes/${encodeURIComponent(name)}`}))
  if (answer !== undefined && answer.status >= 300 && answer.status !== 404) throw apiError(answer, `delete node ${name}`)
  const left = ((await api.get(`/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${name}`)}`)) as {items?: KubeObject[]} | undefined)?.items ?? []
  for (const {metadata} of left) {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${encodeURIComponent(metadata.name)}`
    await ctx.change({doing: `delete pod ${metadata.namespace}/${metadata.name} of the node that is gone`, command: `kubectl -n ${metadata.namespace} delete pod ${metadata.name} --force`}, () => api.request({method: 'DELETE', path, body: {apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: {uid: metadata.uid}}}))
  }
  ctx.changed()
}
