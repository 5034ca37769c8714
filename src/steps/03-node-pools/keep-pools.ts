/**
 * Keeps the labels and taints of kp.yaml's pools on nodes that somebody else
 * makes. kp writes down on each node which of them are its own, so that one that
 * goes from kp.yaml goes from the node; what others put there is left alone.
 */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {Difference} from '../../engine/types.ts'
import type {NodePool} from '../../spec/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {editNode} from '../../tools/kubectl.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {formatTaint, lacking, parseTaint, poolOf, POOL_LABEL, taintsOf} from '../../spec/pools.ts'
import type {Taint} from '../../spec/pools.ts'

/** Annotation: the labels and taints that kp put on a node. */
const OWN = 'kp.dev/pool-fields'

/** What is to be done on one node: arguments of kubectl, and what differs. */
interface NodeWork {
  node: string
  /** `key=value` sets, `key-` takes away. */
  labels: string[]
  taints: string[]
  /** What the annotation says while kp is at work, and afterwards: a kill in the middle forgets nothing. */
  before: string | undefined
  after: string | undefined
  differences: Difference[]
}

/** One step for the nodes of all pools. */
export const keepPools: PlatformStep = onCluster({
  id: 'node-pools/labels',
  title: 'Keep the labels and taints of the pools',
  risk: 'none',
  verify: ['node-pools.labels'],
  appliesTo: (ctx) => (ctx.provider.id === 'lab' ? 'the nodes of the lab are made with them' : ctx.spec.nodePools.length === 0 ? 'kp.yaml names no pool' : true),
  async probe(ctx) {
    const work = await look(ctx)
    const differences = work.flatMap((one) => one.differences)
    if (work.length === 0) return {state: 'satisfied', observed: 'every node has the labels and taints of its pool'}
    return {state: 'drifted', observed: `${work.length} ${work.length === 1 ? 'node has' : 'nodes have'} not the labels and taints of ${work.length === 1 ? 'its pool' : 'their pools'}`, differences, data: work}
  },
  plan(_ctx, probe) {
    const work = (probe.data as NodeWork[] | undefined) ?? []
    return Promise.resolve({
      lines: work.flatMap(({node, labels, taints}) => [...labels.map((one) => `node ${node}: label ${one}`), ...taints.map((one) => `node ${node}: taint ${one}`)]),
      commands: work.flatMap((one) => commandsOf(one).map((args) => `kubectl ${args.join(' ')}`)),
    })
  },
  async apply(ctx, probe) {
    const work = (probe.data as NodeWork[] | undefined) ?? (await look(ctx))
    for (const one of work) {
      for (const args of commandsOf(one)) {
        await editNode(ctx.exec, ctx.access, args, {doing: `keep labels and taints of node ${one.node}`})
      }
    }
  },
})

async function look(ctx: PlatformContext): Promise<NodeWork[]> {
  const nodes = await (await ctx.cluster()).listKnown('v1', 'Node')
  return nodes.flatMap((node) => {
    const work = workOn(node, poolOf(node, ctx.spec.nodePools))
    return work === undefined ? [] : [work]
  })
}

/** What is to be done on a node; undefined where nothing is. Pure. */
export function workOn(node: KubeObject, pool: NodePool | undefined): NodeWork | undefined {
  const object = `node ${node.metadata.name}`
  const own = ownFields(node)
  const missing = pool === undefined ? {labels: {}, taints: []} : lacking(node, pool)
  const wantedLabels: Record<string, string> = pool === undefined ? {} : {[POOL_LABEL]: pool.name, ...pool.labels}
  const wantedTaints = pool?.taints.map(parseTaint) ?? []
  const goneLabels = own.labels.filter((key) => wantedLabels[key] === undefined && node.metadata.labels?.[key] !== undefined)
  const goneTaints = taintsOf(node).filter((taint) => own.taints.includes(idOf(taint)) && !wantedTaints.some((wanted) => idOf(wanted) === idOf(taint)))
  // What was there before kp is not kp's, also where kp.yaml wants the same.
  const added: OwnFields = {labels: Object.keys(missing.labels), taints: missing.taints.map(({wanted}) => idOf(wanted))}
  const kept: OwnFields = {labels: own.labels.filter((key) => wantedLabels[key] !== undefined), taints: own.taints.filter((id) => wantedTaints.some((wanted) => idOf(wanted) === id))}
  const seen = node.metadata.annotations?.[OWN]
  const after = formatFields(kept, added)
  const differences: Difference[] = [
    ...Object.entries(missing.labels).map(([key, label]) => ({object, field: `label ${key}`, wanted: label.wanted, ...(label.seen === undefined ? {} : {seen: label.seen})})),
    ...missing.taints.map((taint) => ({object, field: `taint ${taint.wanted.key}`, wanted: formatTaint(taint.wanted), ...(taint.seen === undefined ? {} : {seen: formatTaint(taint.seen)})})),
    ...goneLabels.map((key) => ({object, field: `label ${key}`, seen: node.metadata.labels?.[key] ?? ''})),
    ...goneTaints.map((taint) => ({object, field: `taint ${taint.key}`, seen: formatTaint(taint)})),
    ...(after === seen || (after === NOTHING && seen === undefined) ? [] : [{object, field: `annotation ${OWN}`, wanted: after, ...(seen === undefined ? {} : {seen})}]),
  ]
  if (differences.length === 0) return undefined
  const before = formatFields(own, added)
  return {
    node: node.metadata.name,
    labels: [...Object.entries(missing.labels).map(([key, {wanted}]) => `${key}=${wanted}`), ...goneLabels.map((key) => `${key}-`)],
    taints: [...missing.taints.map(({wanted}) => formatTaint(wanted)), ...goneTaints.map((taint) => `${idOf(taint)}-`)],
    before: before === seen || before === NOTHING ? undefined : before,
    after: after === (before === NOTHING ? seen : before) || (after === NOTHING && seen === undefined) ? undefined : after,
    differences,
  }
}

function commandsOf({node, labels, taints, before, after}: NodeWork): string[][] {
  const annotate = (text: string | undefined): string[][] => (text === undefined ? [] : [['annotate', 'node', node, '--overwrite', `${OWN}=${text}`]])
  return [
    ...annotate(before),
    ...(labels.length === 0 ? [] : [['label', 'node', node, '--overwrite', ...labels]]),
    ...(taints.length === 0 ? [] : [['taint', 'node', node, '--overwrite', ...taints]]),
    ...annotate(after),
  ]
}

interface OwnFields {
  labels: string[]
  /** `key:effect` */
  taints: string[]
}

const idOf = ({key, effect}: Taint): string => `${key}:${effect}`

function formatFields(...all: OwnFields[]): string {
  const union = (pick: (one: OwnFields) => string[]): string[] => [...new Set(all.flatMap(pick))].toSorted()
  return JSON.stringify({labels: union(({labels}) => labels), taints: union(({taints}) => taints)})
}

const NOTHING = formatFields()

function ownFields(node: KubeObject): OwnFields {
  try {
    const {labels = [], taints = []} = JSON.parse(node.metadata.annotations?.[OWN] ?? '{}') as Partial<OwnFields>
    return {labels, taints}
  } catch {
    // Somebody wrote something else there: kp knows of nothing that is its own, and writes it anew.
    return {labels: [], taints: []}
  }
}
