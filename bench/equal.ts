/** Whether two labs hold the same objects: what kp built, and what the sequential script built. */
import {contentOf} from '../test/helpers/snapshot.ts'
import type {Snapshot} from '../test/helpers/snapshot.ts'
import type {KubeObject} from '../src/tools/kube-api.ts'

/** kp's marks on what it applied, by which it knows its own: bookkeeping, like the labels of helm's records. */
const MARKS = /^(kp\.dev\/|app\.kubernetes\.io\/managed-by$)/
/** What the server draws for each object. */
const DRAWN = new Set(['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort', 'podCIDR', 'podCIDRs', 'providerID', 'uid', 'volumeName', 'controller-uid', 'batch.kubernetes.io/controller-uid', 'resourceVersion'])

/** What follows, for a volume and its claim, from the node that the scheduler chose. */
const PLACED = new Set(['volume.kubernetes.io/selected-node', 'nodeAffinity', 'topology.kubernetes.io/zone', 'volumeHandle'])

/** The differences, in words; none where both are equal. */
export function differencesOf(one: Snapshot, other: Snapshot): string[] {
  const [a, b] = [named(one), named(other)]
  return [...new Set([...a.keys(), ...b.keys()])].toSorted().flatMap((name) => {
    const [left, right] = [a.get(name), b.get(name)]
    if (left === undefined) return [`only the script made ${name}`]
    if (right === undefined) return [`only kp made ${name}`]
    return left === right ? [] : [`${name} differs${firstDifference(left, right)}`]
  })
}

function named(snapshot: Snapshot): Map<string, string> {
  return new Map(
    [...snapshot]
      // Its port is that of the lab.
      .filter(([name]) => name !== 'Service default/kubernetes')
      .map(([name, object]) => [object.kind === 'PersistentVolume' ? `PersistentVolume of ${claimOf(object)}` : name, JSON.stringify(comparable(object))]),
  )
}

function claimOf(object: KubeObject): string {
  const {claimRef} = object['spec'] as {claimRef?: {namespace: string; name: string}}
  return `${claimRef?.namespace}/${claimRef?.name}`
}

/** The content of an object that does not depend on when and by whom it was made. */
function comparable(object: KubeObject): unknown {
  // A record of helm is packed with times in it; a Secret or a bundle of certificates is drawn anew in each cluster.
  if (object.kind === 'Secret') return {type: object['type'], keys: Object.keys((object['data'] as object | undefined) ?? {}).toSorted()}
  if (object.kind === 'ConfigMap' && /^(kube-root-ca\.crt|extension-apiserver-authentication|cluster-info)$/.test(object.metadata.name)) return object.kind
  return sorted(contentOf(object), object.kind.startsWith('PersistentVolume') ? new Set([...DRAWN, ...PLACED]) : DRAWN)
}

function sorted(value: unknown, without: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, without))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, content]) => !without.has(key) && !MARKS.test(key) && content !== undefined)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, content]) => [key, sorted(content, without)]))
}

function firstDifference(one: string, other: string): string {
  const at = [...one].findIndex((character, index) => character !== other[index])
  return `: kp ${one.slice(Math.max(0, at - 60), at + 60)} … script ${other.slice(Math.max(0, at - 60), at + 60)}`
}
