/**
 * What would happen if nodes were emptied in this order: whom a budget holds, who finds no place by the scheduler's rules, what is
 * lost. Nothing is asked and nothing changed; what the simulation does not know it says.
 */
import type {KubeObject} from '../../tools/kube-api.ts'
import {askBudgets, budgetState, budgetsOfPods} from './budgets.ts'
import type {BudgetState} from './budgets.ts'
import {isLocal, volumesOf} from './classes.ts'
import {fateOf, isReady, ownerOf, podName} from './pods.ts'
import type {PodObject} from './pods.ts'
import type {Places} from './places.ts'
import {standOf} from './stand.ts'
import type {DrainInput, Stand} from './stand.ts'

export type {DrainInput} from './stand.ts'

/** Nodes that are emptied at the same time, and what comes and goes with them. */
export interface DrainWave {
  nodes: readonly string[]
  /** That come before the first is emptied; of `later`. */
  comes?: readonly string[]
  /** That take no pods any more from here on, until they were emptied. */
  closes?: readonly string[]
  /** That do not come back when they are empty. */
  goes?: readonly string[]
}

/** A pod that a budget would hold. */
export interface Block {
  pdb: string
  pod: string
  owner: string | null
  reason: string
  fix: string
}

/** A pod that would find no other place. */
export interface NoRoom {
  pod: string
  owner: string | null
  reason: string
  fix: string
}

/** A node that would be emptied. */
export interface SimulatedNode {
  node: string
  zone: string | null
  /** Pods that would be evicted. */
  evictions: number
  blockedBy: Block[]
  noRoom: NoRoom[]
  /** Pods that nobody would bring back. */
  bare: string[]
  /** Pods whose data stays behind or is lost. */
  local: {emptyDir: number; hostPath: number; volumes: string[]}
  /** What cannot be said, and why. */
  unknown: {pod: string; owner: string | null; reason: string}[]
}

/** What a simulation found. */
export interface DrainSimulation {
  nodes: SimulatedNode[]
  zones: {zone: string; nodes: number}[]
}

/** Whether a drain of it would not come to its end. */
export const isBlocked = ({blockedBy, bare}: SimulatedNode): boolean => blockedBy.length + bare.length > 0

const PASSES = 5
const RUNS: NonNullable<PodObject['status']> = {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]}

/**
 * Empties nodes one wave after the other; those of a wave at the same time. A node that would be blocked is let go again, as a
 * drain that was given up.
 * @param waves names of nodes, or these with what comes and goes
 */
export function simulateDrain(input: DrainInput, waves: readonly (readonly string[] | DrainWave)[]): DrainSimulation {
  const {pods, storage, places} = standOf(input)
  const budgets = budgetsOfPods(input.budgets.map(budgetState), pods)
  const broken = new Set<number>()
  const arrived = new Set<number>()
  const nodeIndex = new Map(input.nodes.map(({metadata}, index) => [metadata.name, index]))
  const results: SimulatedNode[] = []
  const indexesOf = (names: readonly string[] = []): number[] => names.flatMap((name) => nodeIndex.get(name) ?? [])
  /** Pods that waited run from now on, where there is room for them by now. */
  const settle = (): void => {
    for (const pod of places.settleWaiting()) {
      if (broken.has(pod)) continue
      arrived.add(pod)
      bringBack(budgets.get(pods[pod] as PodObject))
    }
  }
  // What waits only for the scheduler runs before the first node is empty.
  settle()
  for (const wave of waves) {
    const {nodes, comes, closes, goes = []}: DrainWave = 'nodes' in wave ? wave : {nodes: wave}
    const members = indexesOf(nodes)
    for (const node of indexesOf(comes)) places.come(node)
    for (const node of [...members, ...indexesOf(closes)]) places.close(node)
    for (const node of members) results.push(emptyNode({input, pods, places, budgets, broken, arrived, node, storage}))
    const leaving = new Set(indexesOf(goes))
    for (const node of members) {
      if (leaving.has(node)) places.go(node)
      else places.open(node)
    }
    settle()
  }
  return {nodes: results, zones: zonesOf(input.nodes.filter(({metadata}) => input.later?.includes(metadata.name) !== true))}
}

interface Emptying {
  input: DrainInput
  pods: readonly PodObject[]
  places: Places
  budgets: Map<PodObject, BudgetState[]>
  /** That would not be well on another node either. */
  broken: Set<number>
  /** That waited for a place when it was looked, and run now. */
  arrived: Set<number>
  node: number
  storage: Stand['storage']
}

function emptyNode({input, pods, places, budgets, broken, arrived, node, storage}: Emptying): SimulatedNode {
  const object = input.nodes[node] as KubeObject
  const result: SimulatedNode = {node: object.metadata.name, zone: object.metadata.labels?.['topology.kubernetes.io/zone'] ?? null, evictions: 0, blockedBy: [], noRoom: [], bare: [], local: {emptyDir: 0, hostPath: 0, volumes: []}, unknown: []}
  let left: number[] = []
  for (const index of places.podsOn(node)) {
    const pod = pods[index] as PodObject
    const fate = fateOf(pod)
    if (fate === 'bare') result.bare.push(podName(pod))
    if (fate === 'managed') left.push(index)
  }
  let last: Block[] = []
  for (let pass = 0; pass < PASSES && left.length > 0; pass += 1) {
    const stay: number[] = []
    last = []
    for (const index of left) {
      const pod = pods[index] as PodObject
      const own = budgets.get(pod) ?? []
      const now = arrived.has(index) ? {...pod, status: RUNS} : pod
      const answer = askBudgets(now, own, input)
      if (answer.goes === false) {
        stay.push(index)
        last.push({pdb: answer.pdb, pod: podName(pod), owner: ownerOf(pod) ?? null, reason: answer.reason, fix: answer.fix})
        continue
      }
      if (answer.goes === 'unknown') result.unknown.push({pod: podName(pod), owner: ownerOf(pod) ?? null, reason: `whether ${answer.pdb} lets it go: ${answer.reason}`})
      noteLocal(result, pod, storage)
      result.evictions += 1
      const found = moveAway({pods, places, index, result})
      if (!isReady(now)) broken.add(index)
      else if (!found) for (const budget of own) budget.healthy -= 1
    }
    if (stay.length === left.length) break
    left = stay
  }
  result.blockedBy = last
  return result
}

/** @returns whether it found another place */
function moveAway({pods, places, index, result}: {pods: readonly PodObject[]; places: Places; index: number; result: SimulatedNode}): boolean {
  const pod = pods[index] as PodObject
  const [name, owner] = [podName(pod), ownerOf(pod) ?? null]
  const found = places.move(index)
  if ('unknown' in found) {
    result.unknown.push({pod: name, owner, reason: `where it goes: the simulation does not know ${found.unknown}`})
    return true
  }
  if ('node' in found) return true
  if (found.mayDisplace) {
    result.unknown.push({pod: name, owner, reason: `whether it takes the place of others, which are less important: ${found.reason}`})
    return true
  }
  result.noRoom.push({pod: name, owner, reason: found.reason, fix: found.fix})
  return false
}

function noteLocal(result: SimulatedNode, pod: PodObject, storage: Emptying['storage']): void {
  const volumes = pod.spec?.volumes ?? []
  if (volumes.some(({emptyDir}) => emptyDir !== undefined && emptyDir.medium !== 'Memory')) result.local.emptyDir += 1
  if (volumes.some(({hostPath}) => hostPath !== undefined)) result.local.hostPath += 1
  if (volumes.some(({persistentVolumeClaim}) => persistentVolumeClaim !== undefined) && volumesOf(pod, storage).bound.some(isLocal)) result.local.volumes.push(podName(pod))
}

/** A pod that waited runs again. */
function bringBack(budgets: BudgetState[] | undefined): void {
  for (const budget of budgets ?? []) budget.healthy = Math.min(budget.healthy + 1, budget.expected)
}

function zonesOf(nodes: readonly KubeObject[]): DrainSimulation['zones'] {
  const counts = new Map<string, number>()
  for (const {metadata} of nodes) {
    const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
    counts.set(zone, (counts.get(zone) ?? 0) + 1)
  }
  return [...counts].map(([zone, count]) => ({zone, nodes: count})).toSorted((a, b) => (a.zone < b.zone ? -1 : 1))
}
