/**
 * Nodes that come for the time of an upgrade, so that what is evicted has a place: beside each node whose pods fit nowhere else (their
 * volumes are in its zone), or one a zone where EKS brings new nodes before it empties the old ones. Pure.
 */
import {isBlocked, simulateDrain} from '../drain/simulate.ts'
import type {DrainInput, DrainSimulation, DrainWave} from '../drain/simulate.ts'
import {fateOf} from '../drain/pods.ts'
import type {EksNodegroup} from '../../providers/aws/upgrade.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {Surge, Wave} from './types.ts'

/** Annotation: the node for whose time it is there. */
export const SURGE_FOR = 'kp.dev/surge-for'
const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'
const GROUP = 'eks.amazonaws.com/nodegroup'
/** Names of such nodes end with numbers from here on, which no pool reaches. */
const FIRST_NUMBER = 90
/** Nodes that come take pods which others then have no place for: so often it is looked again. */
const ROUNDS = 4

/** Nodes of an upgrade that was cut off, by the node that they came for. */
export function surgesLeft(nodes: readonly KubeObject[]): Map<string, string> {
  return new Map(nodes.flatMap(({metadata}) => (metadata.annotations?.[SURGE_FOR] === undefined ? [] : [[metadata.annotations[SURGE_FOR], metadata.name] as [string, string]])))
}

/** What comes of the drains, with the nodes that come for their time. */
export interface SurgedSimulation {
  simulation: DrainSimulation
  surges: Surge[]
}

/**
 * Empties all nodes in the planned order. Where one finds no place for what it held, another of its kind comes beside it first, and
 * is emptied and goes when it is back.
 * @param left those that are there already
 */
export function simulateWithSurges(input: DrainInput, waves: readonly Wave[], left: ReadonlyMap<string, string>): SurgedSimulation {
  const inWaves = new Set(waves.flatMap(({nodes}) => nodes))
  let surges: Surge[] = [...left].flatMap(([node, name]) => (inWaves.has(node) ? [{node, name, isThere: true}] : []))
  const orphans = [...left].flatMap(([node, name]) => (inWaves.has(node) ? [] : [name]))
  for (let round = 1; ; round += 1) {
    const simulation = simulateDrain(withNewNodes(input, surges.filter(({isThere}) => !isThere)), [...orphans.map((name) => ({nodes: [name], goes: [name]})), ...drainWaves(waves, surges)])
    const helped = new Set(surges.map(({node}) => node))
    const wanting = simulation.nodes.filter((one) => one.noRoom.length > 0 && inWaves.has(one.node) && !helped.has(one.node)).map(({node}) => node)
    if (wanting.length === 0 || round === ROUNDS) return {simulation, surges: surges.filter(({node, isThere}) => isThere || helps(simulation, node))}
    const taken = new Set([...input.nodes.map(({metadata}) => metadata.name), ...surges.map(({name}) => name)])
    surges = [...surges, ...wanting.map((node) => ({node, name: freeName(node, taken), isThere: false}))]
  }
}

/** One that changes nothing for its node does not come: what stands in the way stays said. */
function helps({nodes}: DrainSimulation, node: string): boolean {
  return nodes.some((one) => one.node === node && one.noRoom.length === 0 && !isBlocked(one))
}

function drainWaves(waves: readonly Wave[], surges: readonly Surge[]): DrainWave[] {
  return waves.flatMap(({nodes}): DrainWave[] => {
    const own = surges.filter(({node}) => nodes.includes(node))
    return [{nodes, comes: own.flatMap(({name, isThere}) => (isThere ? [] : [name]))}, ...own.map(({name}) => ({nodes: [name], goes: [name]}))]
  })
}

/** `general-a-90` beside `general-a-1`. */
function freeName(node: string, taken: Set<string>): string {
  const stem = node.replace(/-\d+$/, '')
  for (let number = FIRST_NUMBER; ; number += 1) {
    const name = `${stem}-${number}`
    if (taken.has(name)) continue
    taken.add(name)
    return name
  }
}

/** The world with nodes that come later: each like the one that it comes for, with what every node runs. */
function withNewNodes(input: DrainInput, surges: readonly Pick<Surge, 'node' | 'name'>[]): DrainInput {
  if (surges.length === 0) return input
  const byName = new Map(input.nodes.map((node) => [node.metadata.name, node]))
  const models = new Map<string, string[]>()
  for (const {node, name} of surges) models.set(node, [...(models.get(node) ?? []), name])
  return {
    ...input,
    later: surges.map(({name}) => name),
    nodes: [...input.nodes, ...surges.flatMap(({node, name}) => likeNode(byName.get(node), name) ?? [])],
    pods: [...input.pods, ...input.pods.flatMap((pod) => (models.get(pod.spec?.nodeName ?? '') ?? []).flatMap((name) => (['daemon', 'mirror'].includes(fateOf(pod)) ? [{...pod, metadata: {...pod.metadata, name: `${pod.metadata.name}-${name}`, uid: `${pod.metadata.uid}-${name}`}, spec: {...pod.spec, nodeName: name}}] : [])))],
    csiNodes: [...input.csiNodes, ...input.csiNodes.flatMap((one) => (models.get(one.metadata.name) ?? []).map((name) => ({...one, metadata: {...one.metadata, name}})))],
  }
}

/** A node of the same kind and zone that takes pods. */
function likeNode(model: KubeObject | undefined, name: string): KubeObject | undefined {
  if (model === undefined) return undefined
  const {taints = []} = (model['spec'] ?? {}) as {taints?: {key: string}[]}
  return {...model, metadata: {name, labels: {...model.metadata.labels, [HOST]: name}}, spec: {taints: taints.filter(({key}) => !key.startsWith('node.kubernetes.io/'))}}
}

/**
 * As EKS does it, group after group: a new node in each zone, no pod comes to the old ones any more, then one old node after the
 * other is emptied, and another of the new version takes its place. A group that is told to update MINIMAL has no node more.
 */
export function simulateNodegroups(input: DrainInput, waves: readonly Wave[], groups: readonly EksNodegroup[]): DrainSimulation {
  const inWaves = new Set(waves.flatMap(({nodes}) => nodes))
  const surges: {node: string; name: string}[] = []
  const steps: DrainWave[] = []
  let extra: string[] = []
  const done = new Set<string>()
  for (const {name: group, surges: brings} of groups) {
    const members = input.nodes.filter(({metadata}) => metadata.labels?.[GROUP] === group && inWaves.has(metadata.name))
    if (members.length === 0) continue
    const byZone = new Map(members.map((node) => [node.metadata.labels?.[ZONE] ?? '', node.metadata.name]))
    const fresh = brings ? [...byZone.values()].map((node) => ({node, name: `new-${node}`})) : []
    const names = members.map(({metadata}) => metadata.name)
    surges.push(...fresh)
    steps.push({nodes: [], comes: fresh.map(({name}) => name), closes: [...extra, ...(brings ? names : [])]}, ...names.map((name) => ({nodes: [name]})))
    extra = fresh.map(({name}) => name)
    for (const name of names) done.add(name)
  }
  const others = waves.map(({nodes}) => ({nodes: nodes.filter((name) => !done.has(name))})).filter(({nodes}) => nodes.length > 0)
  return simulateDrain(withNewNodes(input, surges), [...steps, ...others])
}
