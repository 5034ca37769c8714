/** How things stand before nodes are emptied or lost: who runs, on which volumes, and where there is room. */
import type {KubeObject} from '../../tools/kube-api.ts'
import {ClassTable} from './classes.ts'
import {Places} from './places.ts'
import {podName} from './pods.ts'
import type {PodObject} from './pods.ts'

/** Everything that is looked at. */
export interface DrainInput {
  nodes: readonly KubeObject[]
  pods: readonly PodObject[]
  budgets: readonly KubeObject[]
  claims: readonly KubeObject[]
  volumes: readonly KubeObject[]
  namespaces: readonly KubeObject[]
  csiNodes: readonly KubeObject[]
  /** Names of nodes that come only with a wave. */
  later?: readonly string[]
  /** Whether no operator answers: then none makes room by itself. */
  simulated: boolean
}

/** See the file's head. */
export interface Stand {
  /** Without those that have ended or are on their way out. */
  pods: PodObject[]
  storage: {claims: Map<string, KubeObject>; volumes: Map<string, KubeObject>}
  places: Places
}

/** Pure. */
export function standOf(input: DrainInput): Stand {
  const pods = input.pods.filter(({status, metadata}) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined)
  const storage = {claims: new Map(input.claims.map((one) => [podName(one), one])), volumes: new Map(input.volumes.map((one) => [one.metadata.name, one]))}
  return {pods, storage, places: new Places(input, pods, new ClassTable(storage))}
}
