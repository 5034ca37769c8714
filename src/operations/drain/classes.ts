/** Pods by what they have alike: those of one ReplicaSet are judged once. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'
import {chosen, nodeRules} from './nodes.ts'
import type {NodeGroup, NodeRules} from './nodes.ts'
import type {NodeTerm, PodObject} from './pods.ts'
import type {ClassTerms, TermTable} from './terms.ts'

/** Pods that the scheduler cannot tell apart. */
export interface PodClass {
  sample: PodObject
  rules: NodeRules
  /** By selector and affinity of the pod alone, without its volumes: what a spread counts. */
  own: NodeRules
  terms: ClassTerms
  /** Indexes of the groups where they may run. */
  groups: number[] | undefined
  /** What of them the simulation does not know. */
  unknown: string | undefined
  /** Bound volumes of a driver, by driver: a node takes only so many. */
  drivers: Map<string, number> | undefined
}

/** Claims and volumes by name. */
export interface Storage {
  claims: Map<string, KubeObject>
  volumes: Map<string, KubeObject>
}

interface VolumeObject extends KubeObject {
  spec?: {nodeAffinity?: {required?: {nodeSelectorTerms: NodeTerm[]}}; csi?: {driver: string}; local?: unknown; hostPath?: unknown}
}

/** The volumes of a pod that are bound; `missing` where a claim or its volume cannot be found. */
export function volumesOf(pod: PodObject, {claims, volumes}: Storage): {bound: VolumeObject[]; missing: string | undefined} {
  const bound: VolumeObject[] = []
  let missing: string | undefined
  for (const {persistentVolumeClaim} of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue
    const {claimName} = persistentVolumeClaim
    const claim = claims.get(`${pod.metadata.namespace}/${claimName}`)
    const name = (claim?.['spec'] as {volumeName?: string} | undefined)?.volumeName
    const volume = name === undefined ? undefined : volumes.get(name)
    if (volume === undefined && (claim === undefined || name !== undefined)) missing = claimName
    if (volume !== undefined) bound.push(volume)
  }
  return {bound, missing}
}

/** Whether a volume is a part of its node. */
export const isLocal = ({spec}: KubeObject & {spec?: {local?: unknown; hostPath?: unknown}}): boolean => spec?.local !== undefined || spec?.hostPath !== undefined

/** Sorts pods into classes. */
export class ClassTable {
  readonly all: PodClass[] = []
  readonly #byOwner = new Map<string, number[]>()
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** The class of a pod. */
  classOf(pod: PodObject): number {
    const owner = pod.metadata.ownerReferences?.find(({controller}) => controller === true)
    const {bound, missing} = hasClaims(pod) ? volumesOf(pod, this.#storage) : NO_VOLUMES
    // Copies of a StatefulSet differ in labels and volumes, whoever has no owner in everything.
    const single = owner === undefined || owner.kind === 'StatefulSet' || bound.length > 0 || missing !== undefined
    const key = single ? `pod ${pod.metadata.namespace}/${pod.metadata.name}` : `owner ${owner.uid}`
    const list = this.#byOwner.get(key)
    const found = list?.find((index) => alike(this.all[index]?.sample, pod))
    if (found !== undefined) return found
    this.all.push(this.#make(pod, bound, missing))
    if (list === undefined) this.#byOwner.set(key, [this.all.length - 1])
    else list.push(this.all.length - 1)
    return this.all.length - 1
  }

  #make(sample: PodObject, bound: VolumeObject[], missing: string | undefined): PodClass {
    const volumeTerms = bound.flatMap(({spec}) => (spec?.nodeAffinity?.required === undefined ? [] : [spec.nodeAffinity.required.nodeSelectorTerms]))
    const drivers = new Map<string, number>()
    for (const {spec} of bound) if (spec?.csi !== undefined) drivers.set(spec.csi.driver, (drivers.get(spec.csi.driver) ?? 0) + 1)
    return {
      sample,
      rules: nodeRules(sample, volumeTerms),
      own: nodeRules(sample, []),
      terms: {affinity: [], anti: [], spreads: [], matched: [], matchedSpreads: [], unknown: undefined},
      groups: undefined,
      unknown: missing === undefined ? whatIsNotKnown(sample) : `its claim ${missing}, whose volume is not there`,
      drivers: drivers.size === 0 ? undefined : drivers,
    }
  }

  /** Finds the rules about other pods of every class: first all that there are, then who counts whom. */
  connect(table: TermTable, nodes: readonly KubeObject[], groups: readonly NodeGroup[], groupOf: Int32Array): void {
    for (const one of this.all) {
      const {spec} = one.sample
      if (spec?.affinity?.podAffinity === undefined && spec?.affinity?.podAntiAffinity === undefined && spec?.topologySpreadConstraints === undefined) continue
      const byGroup = groups.map(({sample}) => chosen(one.own, sample, false))
      const eligible = (node: number): boolean => byGroup[groupOf[node] ?? 0] === true && (!one.own.byHost || chosen(one.own, nodes[node] as KubeObject, true))
      const rules = table.rulesOf(one.sample, eligible, JSON.stringify([one.own.nodeSelector, one.own.terms]))
      Object.assign(one.terms, rules)
      one.unknown ??= rules.unknown
    }
    for (const one of this.all) Object.assign(one.terms, table.countedBy(one.sample.metadata.namespace ?? '', one.sample.metadata.labels ?? {}))
  }
}

const NO_VOLUMES: {bound: VolumeObject[]; missing: undefined} = {bound: [], missing: undefined}

function hasClaims(pod: PodObject): boolean {
  return pod.spec?.volumes?.some(({persistentVolumeClaim}) => persistentVolumeClaim !== undefined) === true
}

/** Whether pods of one owner have the same labels. */
function alike(one: PodObject | undefined, other: PodObject): boolean {
  const [a = {}, b = {}] = [one?.metadata.labels, other.metadata.labels]
  if (a === b) return true
  let keys = 0
  for (const key in a) {
    if (a[key] !== b[key]) return false
    keys += 1
  }
  return keys === Object.keys(b).length
}

function whatIsNotKnown({spec}: PodObject): string | undefined {
  if (spec?.schedulerName !== undefined && spec.schedulerName !== 'default-scheduler') return `its scheduler ${spec.schedulerName}`
  if ((spec?.resourceClaims ?? []).length > 0) return 'its resource claims (devices)'
  return (spec?.schedulingGates ?? []).length > 0 ? 'its scheduling gates' : undefined
}
