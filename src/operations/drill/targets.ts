/** Chooses the one target of a drill: the one whose loss teaches most and hurts least. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'
import type {Drill} from './types.ts'

const ZONE = 'topology.kubernetes.io/zone'

/** What is chosen, and the names that the actions use for it. */
export interface Target {
  kind: Drill['target']['kind']
  /** In words: `Node general-a-1`. */
  title: string
  names: Record<string, string>
  /** Nodes that are lost with it. */
  nodes: string[]
}

/** What the choice is made of. */
export interface TargetFacts {
  nodes: readonly KubeObject[]
  pods: readonly KubeObject[]
  services: readonly KubeObject[]
  /** Objects of the kind that the drill names. */
  objects: readonly KubeObject[]
}

/**
 * Chooses.
 * @param wish name of a node, zone or pod that a person wants
 * @returns the target, or why there is none
 */
export function chooseTarget({target, name: drill}: Pick<Drill, 'target' | 'name'>, facts: TargetFacts, wish?: string): Target | string {
  switch (target.kind) {
    case 'scratch':
      return {kind: 'scratch', title: 'what the drill makes itself', names: {}, nodes: []}
    case 'program':
      return target.name === undefined ? `the drill ${drill} names no program` : {kind: 'program', title: target.name, names: {program: target.name}, nodes: []}
    case 'object':
      return chooseObject(target, facts, wish)
    case 'pod':
      return choosePod(target, facts, wish)
    case 'node':
      return chooseNode(target, facts, wish)
    case 'zone':
      return chooseZone(target, facts, wish)
  }
}

type Wanted = Drill['target']

function chooseObject({object = '', name, namespace, labels}: Wanted, {objects}: TargetFacts, wish: string | undefined): Target | string {
  const fits = objects.filter(({metadata}) => (wish ?? name ?? metadata.name) === metadata.name && (namespace ?? metadata.namespace) === metadata.namespace && has(metadata.labels, labels))
  const [found] = fits
  if (found === undefined) return `there is no ${object} ${wish ?? name ?? ''}`.trim()
  if (fits.length > 1 && name !== undefined) return `there are ${fits.length} objects ${object} ${name}: name the namespace`
  return {kind: 'object', title: `${object} ${found.metadata.namespace === undefined ? '' : `${found.metadata.namespace}/`}${found.metadata.name}`, names: {name: found.metadata.name, namespace: found.metadata.namespace ?? ''}, nodes: []}
}

function choosePod({namespace = '', labels}: Wanted, {pods}: TargetFacts, wish: string | undefined): Target | string {
  const ready = pods.filter((pod) => pod.metadata.namespace === namespace && has(pod.metadata.labels, labels) && isReadyPod(pod)).toSorted(byName)
  const found = wish === undefined ? ready[0] : ready.find(({metadata}) => metadata.name === wish)
  if (found === undefined) return wish === undefined ? `no pod in ${namespace} with ${words(labels)} is ready` : `Pod ${namespace}/${wish} is not there, or not ready`
  return {kind: 'pod', title: `Pod ${namespace}/${found.metadata.name}`, names: {pod: found.metadata.name, namespace}, nodes: []}
}

function chooseNode({namespace, labels}: Wanted, facts: TargetFacts, wish: string | undefined): Target | string {
  if (wish !== undefined && !facts.nodes.some(({metadata}) => metadata.name === wish)) return `there is no node ${wish}`
  const able = facts.nodes.filter((node) => isReadyNode(node) && (wish ?? node.metadata.name) === node.metadata.name).map((node) => judge([node], facts, {namespace, labels}))
  const [best] = able.filter(({why}) => why === undefined).toSorted(byCost)
  if (best === undefined) return able[0]?.why ?? 'no node is ready'
  const [node = ''] = best.nodes
  return {kind: 'node', title: `Node ${node}`, names: {node}, nodes: [node]}
}

function chooseZone({namespace, labels}: Wanted, facts: TargetFacts, wish: string | undefined): Target | string {
  const zones = Map.groupBy(facts.nodes, ({metadata}) => metadata.labels?.[ZONE] ?? '')
  zones.delete('')
  if (zones.size < 2) return `there ${zones.size === 1 ? 'is one zone' : 'are no zones'}: with it everything is lost`
  if (wish !== undefined && !zones.has(wish)) return `there is no zone ${wish}; there are ${[...zones.keys()].toSorted().join(', ')}`
  const able = [...zones].filter(([zone]) => (wish ?? zone) === zone).map(([zone, nodes]) => ({zone, ...judge(nodes, facts, {namespace, labels})}))
  const [best] = able.filter(({why}) => why === undefined).toSorted(byCost)
  if (best === undefined) return able[0]?.why ?? 'no zone can be lost'
  return {kind: 'zone', title: `zone ${best.zone} (${best.nodes.length} ${best.nodes.length === 1 ? 'node' : 'nodes'})`, names: {zone: best.zone}, nodes: best.nodes}
}

interface Judged {
  nodes: string[]
  why: string | undefined
  /** Whether users would notice: only then is anything learned. */
  matters: boolean
  /** Pods on it that have no second copy. */
  singles: string[]
}

/** What would be lost with these nodes. */
function judge(nodes: readonly KubeObject[], facts: TargetFacts, {namespace, labels}: {namespace: string | undefined; labels: Record<string, string>}): Judged {
  const names = new Set(nodes.map(({metadata}) => metadata.name))
  const on = (pod: KubeObject): boolean => names.has(nodeOf(pod))
  const watched = facts.pods.filter((pod) => namespace !== undefined && pod.metadata.namespace === namespace && has(pod.metadata.labels, labels) && isReadyPod(pod))
  const here = watched.filter(on)
  const judged: Judged = {nodes: [...names].toSorted(), why: undefined, matters: here.length > 0, singles: singleCopies(facts.pods).filter(on).map(({metadata}) => `${metadata.namespace}/${metadata.name}`)}
  const title = judged.nodes.length === 1 ? `node ${judged.nodes[0]}` : `the nodes ${judged.nodes.join(', ')}`
  if (nodes.length === facts.nodes.length) return {...judged, why: `${title} are all that there is`}
  if (watched.length > 0 && here.length === watched.length) return {...judged, why: `every ready copy with ${words(labels)} in ${namespace} is on ${title}`}
  for (const proxies of frontDoors(facts)) if (proxies.length > 0 && proxies.every(on)) return {...judged, why: `every ready proxy of the front door is on ${title}`}
  return judged
}

/** The pods behind each Service of type LoadBalancer. */
function frontDoors({pods, services}: TargetFacts): KubeObject[][] {
  return services.flatMap((service) => {
    const {type, selector} = (service['spec'] ?? {}) as {type?: string; selector?: Record<string, string>}
    return type === 'LoadBalancer' && selector !== undefined ? [pods.filter((pod) => pod.metadata.namespace === service.metadata.namespace && has(pod.metadata.labels, selector) && isReadyPod(pod))] : []
  })
}

/** Ready pods whose owner has no other ready one; those of every node, and those without an owner that runs them again, left out. */
export function singleCopies(pods: readonly KubeObject[]): KubeObject[] {
  const owned = Map.groupBy(pods.filter(isReadyPod), ({metadata}) => {
    const owner = (metadata['ownerReferences'] as {kind: string; uid: string; controller?: boolean}[] | undefined)?.find(({controller}) => controller === true)
    return owner === undefined || owner.kind === 'DaemonSet' || owner.kind === 'Job' ? '' : owner.uid
  })
  owned.delete('')
  return [...owned.values()].flatMap((copies) => (copies.length === 1 ? copies : []))
}

function byCost(one: Judged, other: Judged): number {
  return Number(other.matters) - Number(one.matters) || one.singles.length - other.singles.length || (one.nodes[0] ?? '').localeCompare(other.nodes[0] ?? '')
}

/** Whether the node says that it is ready. */
export function isReadyNode(node: KubeObject): boolean {
  return readyOf(node)
}

/** Whether the pod is ready and stays. */
export function isReadyPod(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && readyOf(pod)
}

function readyOf(object: KubeObject): boolean {
  return ((object['status'] as {conditions?: {type: string; status: string}[]} | undefined)?.conditions ?? []).some(({type, status}) => type === 'Ready' && status === 'True')
}

function nodeOf(pod: KubeObject): string {
  return (pod['spec'] as {nodeName?: string} | undefined)?.nodeName ?? ''
}

function has(labels: Record<string, string> | undefined, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}

function words(labels: Record<string, string>): string {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(', ') || 'any label'
}

function byName(one: KubeObject, other: KubeObject): number {
  return one.metadata.name.localeCompare(other.metadata.name)
}
