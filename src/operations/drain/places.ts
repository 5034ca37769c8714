/** Which pod is where, and where it could go: the scheduler's filters over groups of nodes. */
import type {KubeObject} from '../../tools/kube-api.ts'
import type {ClassTable, PodClass} from './classes.ts'
import {CORDONED_BY} from './evict.ts'
import {askedLabels, chosen, groupNodes, isCordoned, tolerates} from './nodes.ts'
import type {NodeGroup} from './nodes.ts'
import type {PodObject} from './pods.ts'
import {ResourceTable} from './resources.ts'
import type {Requests} from './resources.ts'
import {TermTable} from './terms.ts'

/** What was found for a pod. */
export type FoundPlace = {node: number} | {unknown: string} | ({mayDisplace: boolean} & WhyNot)

/** Why there is none: what fits has no room, a rule about other pods holds it back, or nothing fits. */
interface WhyNot {
  lacks: 'room' | 'rule' | 'node'
  reason: string
  fix: string
}

/** So many nodes are compared; the first that fits would fill them one after the other. */
const SAMPLE = 6

interface Given {
  nodes: readonly KubeObject[]
  namespaces: readonly KubeObject[]
  csiNodes: readonly KubeObject[]
  /** Names of nodes that are not there yet. */
  later?: readonly string[] | undefined
}

/** See the file's head. */
export class Places {
  readonly #nodes: readonly KubeObject[]
  readonly #pods: readonly PodObject[]
  readonly #classes: ClassTable
  readonly #resources = new ResourceTable()
  readonly #groups: NodeGroup[]
  readonly #cursors: Int32Array
  readonly #free: Float64Array[]
  readonly #closed: Uint8Array
  readonly #cordoned: Uint8Array
  readonly #absent: Uint8Array
  readonly #on: number[][]
  readonly #at: Int32Array
  readonly #classAt: Int32Array
  readonly #requests: Requests[]
  readonly #ports = new Map<string, Uint8Array>()
  readonly #limits: (Map<string, number> | undefined)[]
  readonly #terms: TermTable
  readonly #lowestPriority: number
  /** Pods that found no place, until a node is opened. */
  #waiting: number[] = []
  /** What found no place since a node was opened: nobody of its kind will. */
  #hopeless = new Map<string, FoundPlace>()

  constructor({nodes, namespaces, csiNodes, later = []}: Given, pods: readonly PodObject[], classes: ClassTable) {
    this.#nodes = nodes
    this.#pods = pods
    this.#classes = classes
    const nodeIndex = new Map(nodes.map(({metadata}, index) => [metadata.name, index]))
    this.#at = Int32Array.from(pods, ({spec}) => (spec?.nodeName === undefined ? -1 : (nodeIndex.get(spec.nodeName) ?? -1)))
    this.#classAt = Int32Array.from(pods, (pod) => classes.classOf(pod))
    this.#requests = pods.map((pod) => this.#resources.requestsOf(pod))
    this.#groups = groupNodes(nodes, askedLabels(classes.all.map(({rules}) => rules)))
    const groupOf = new Int32Array(nodes.length)
    for (const [index, group] of this.#groups.entries()) for (const node of group.nodes) groupOf[node] = index
    this.#cursors = new Int32Array(this.#groups.length)
    this.#cordoned = Uint8Array.from(nodes, (node) => (isCordoned(node) && node.metadata.annotations?.[CORDONED_BY] === undefined ? 1 : 0))
    this.#absent = Uint8Array.from(nodes, ({metadata}) => (later.includes(metadata.name) ? 1 : 0))
    this.#closed = Uint8Array.from(this.#cordoned, (cordoned, node) => cordoned | (this.#absent[node] ?? 0))
    const allocatable = nodes.map((node) => this.#resources.allocatable(node))
    this.#free = this.#resources.names.map((_, column) => Float64Array.from(allocatable, (one) => one.get(column) ?? 0))
    this.#limits = limitsOf(csiNodes, nodeIndex, nodes.length)
    this.#terms = new TermTable(new Map(namespaces.map(({metadata}) => [metadata.name, metadata.labels ?? {}])), {nodes: nodes.length, domainOf: (key, node) => nodes[node]?.metadata.labels?.[key], isThere: (node) => this.#absent[node] === 0})
    classes.connect(this.#terms, nodes, this.#groups, groupOf)
    this.#on = nodes.map(() => [])
    let lowest = Number.POSITIVE_INFINITY
    for (const [index, pod] of pods.entries()) {
      lowest = Math.min(lowest, pod.spec?.priority ?? 0)
      const node = this.#at[index] ?? -1
      if (node >= 0) this.#settle(index, node)
      else if (pod.spec?.nodeName === undefined) this.#waiting.push(index)
    }
    this.#lowestPriority = lowest
  }

  /** The pods of a node, by their indexes. */
  podsOn(node: number): readonly number[] {
    return [...(this.#on[node] ?? [])]
  }

  /** No pod comes to it any more. */
  close(node: number): void {
    this.#closed[node] = 1
  }

  /** Pods may come again, unless somebody had cordoned it before. */
  open(node: number): void {
    this.#closed[node] = this.#cordoned[node] ?? 0
    this.#hopeless.clear()
  }

  /** A node that was not there comes, and takes pods. */
  come(node: number): void {
    this.#absent[node] = 0
    this.#terms.countDomains()
    this.open(node)
  }

  /** A node that was emptied goes for good. */
  go(node: number): void {
    this.#absent[node] = 1
    this.#closed[node] = 1
    this.#terms.countDomains()
  }

  /** Places pods that waited, as far as there is room now. @returns their indexes */
  settleWaiting(): number[] {
    const settled: number[] = []
    this.#waiting = this.#waiting.filter((index) => {
      const found = this.#find(index)
      if (!('node' in found)) return true
      this.#settle(index, found.node)
      settled.push(index)
      return false
    })
    return settled
  }

  /** Takes a pod from its node and finds another; where there is none it waits. */
  move(index: number): FoundPlace {
    this.#leave(index)
    const found = this.#find(index)
    if ('node' in found) this.#settle(index, found.node)
    else if (!('unknown' in found)) this.#waiting.push(index)
    return found
  }

  #settle(index: number, node: number): void {
    this.#at[index] = node
    this.#on[node]?.push(index)
    this.#account(index, node, 1)
  }

  #leave(index: number): void {
    const node = this.#at[index] ?? -1
    if (node < 0) return
    this.#at[index] = -1
    this.#on[node] = (this.#on[node] ?? []).filter((one) => one !== index)
    this.#account(index, node, -1)
  }

  #account(index: number, node: number, by: 1 | -1): void {
    const {columns, amounts, ports} = this.#requests[index] as Requests
    for (let at = 0; at < columns.length; at += 1) {
      const column = this.#free[columns[at] ?? 0]
      if (column !== undefined) column[node] = (column[node] ?? 0) - by * (amounts[at] ?? 0)
    }
    for (const port of ports) {
      let taken = this.#ports.get(port)
      if (taken === undefined) this.#ports.set(port, (taken = new Uint8Array(this.#nodes.length)))
      taken[node] = (taken[node] ?? 0) + by
    }
    const {drivers, terms} = this.#class(index)
    if (drivers !== undefined) for (const [driver, count] of drivers) this.#limits[node]?.set(driver, (this.#limits[node]?.get(driver) ?? Number.POSITIVE_INFINITY) - by * count)
    this.#terms.move(terms, node, by)
  }

  #class(index: number): PodClass {
    return this.#classes.all[this.#classAt[index] ?? 0] as PodClass
  }

  #find(index: number): FoundPlace {
    const one = this.#class(index)
    if (one.unknown !== undefined) return {unknown: one.unknown}
    const requests = this.#requests[index] as Requests
    const {terms} = one
    const lonely = terms.affinity.length + terms.anti.length + terms.spreads.length + terms.matched.length === 0
    const key = `${this.#classAt[index]} ${requests.columns.join(',')} ${requests.amounts.join(',')}`
    const known = lonely ? this.#hopeless.get(key) : undefined
    if (known !== undefined) return known
    one.groups ??= this.#groups.flatMap(({taints, sample}, group) => (tolerates(taints, one.rules.tolerations) && chosen(one.rules, sample, false) ? [group] : []))
    const refusals = new Map<string, number>()
    let [best, bestRoom, seen, fitting] = [-1, -1, 0, 0]
    for (const group of one.groups) {
      const {nodes} = this.#groups[group] as NodeGroup
      const start = this.#cursors[group] ?? 0
      for (let step = 0; step < nodes.length && seen < SAMPLE; step += 1) {
        const node = nodes[(start + step) % nodes.length] ?? 0
        if (this.#closed[node] === 1 || (one.rules.byHost && !chosen(one.rules, this.#nodes[node] as KubeObject, true))) continue
        fitting += 1
        const refusal = this.#refusal(requests, one, node)
        if (refusal !== undefined) {
          refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1)
          continue
        }
        seen += 1
        const room = this.#free[requests.columns[1] ?? 0]?.[node] ?? 0
        if (room > bestRoom) [best, bestRoom] = [node, room]
        this.#cursors[group] = (start + step + 1) % nodes.length
      }
      if (seen >= SAMPLE) break
    }
    if (best >= 0) return {node: best}
    const answer = {...explain(fitting, refusals), mayDisplace: (this.#pods[index]?.spec?.priority ?? 0) > this.#lowestPriority && this.#pods[index]?.spec?.preemptionPolicy !== 'Never' && [...refusals.keys()].some((reason) => reason.startsWith('room:'))}
    if (lonely) this.#hopeless.set(key, answer)
    return answer
  }

  /** Why a node does not take it; `room:` before what it has too little of. */
  #refusal({columns, amounts, ports}: Requests, {drivers, terms}: PodClass, node: number): string | undefined {
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] ?? 0
      if ((this.#free[column]?.[node] ?? 0) < (amounts[at] ?? 0)) return `room:${this.#resources.names[column]}`
    }
    for (const port of ports) if ((this.#ports.get(port)?.[node] ?? 0) > 0) return `port ${port} of the node`
    if (drivers !== undefined) for (const [driver, count] of drivers) if ((this.#limits[node]?.get(driver) ?? Number.POSITIVE_INFINITY) < count) return `room:volumes of ${driver}`
    return this.#terms.complain(terms, node)
  }
}

function explain(fitting: number, refusals: Map<string, number>): WhyNot {
  if (fitting === 0) return {lacks: 'node', reason: 'no other node fits its selectors, tolerations and volumes', fix: 'add a node of that kind (in that zone), or widen its nodeSelector and affinity'}
  const said = [...refusals].toSorted((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} ${reason.startsWith('room:') ? `lack ${reason.slice('room:'.length)}` : `are refused by ${reason}`}`)
  const room = [...refusals.keys()].some((reason) => reason.startsWith('room:'))
  return {lacks: room ? 'room' : 'rule', reason: `of ${fitting} other ${fitting === 1 ? 'node' : 'nodes'} that fit its rules ${said.join(', ')}`, fix: room ? 'add a node to the pool for the time of the upgrade, or lower what it requests' : 'add a node, or make its rule one that is preferred and not required'}
}

/** How many volumes a node still takes, by driver; undefined where nobody says. */
function limitsOf(csiNodes: readonly KubeObject[], nodeIndex: Map<string, number>, count: number): (Map<string, number> | undefined)[] {
  const limits = Array.from<Map<string, number> | undefined>({length: count})
  for (const one of csiNodes) {
    const {drivers = []} = (one['spec'] ?? {}) as {drivers?: {name: string; allocatable?: {count?: number}}[]}
    const node = nodeIndex.get(one.metadata.name)
    const known = drivers.flatMap(({name, allocatable}): [string, number][] => (allocatable?.count === undefined ? [] : [[name, allocatable.count]]))
    if (node !== undefined && known.length > 0) limits[node] = new Map(known)
  }
  return limits
}
