/** Every object of a cluster, to tell which of them somebody touched. */
import {describeObject} from '../../src/checks/objects.ts'
import {RECORD} from '../../src/platform/identity.ts'
import type {KubeApi, KubeObject} from '../../src/tools/kube-api.ts'

/** Objects by `Kind namespace/name`; equal kinds of other groups get their group. */
export type Snapshot = Map<string, KubeObject>

const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** What controllers make of other objects, and what changes all the time; measurements are no objects that somebody keeps. */
const DERIVED = new Set(['Pod', 'ReplicaSet', 'ControllerRevision', 'Event', 'Lease', 'Endpoints', 'EndpointSlice', 'IPAddress', 'ComponentStatus', 'APIService', 'NodeMetrics', 'PodMetrics'])
/** What Velero makes, by its schedule and for itself. */
const OF_VELERO = new Set(['Backup', 'BackupRepository', 'PodVolumeBackup', 'DeleteBackupRequest', 'DownloadRequest', 'ServerStatusRequest'])
/** Kinds whose status is no resource of its own: each word that Velero writes into it counts as a change of the whole. */
const ONE_GENERATION = new Set(['BackupStorageLocation', 'Schedule'])
/** Made by the lab in the place of a controller. */
const SIMULATED = 'lab.kp.dev/simulated'
/** Annotations that controllers write on objects of others. */
const CHURN = /^(deployment\.kubernetes\.io\/revision|deprecated\.daemonset\.template\.generation|node\.alpha\.kubernetes\.io\/|volumes\.kubernetes\.io\/|lab\.kp\.dev\/unplugged|endpoints\.kubernetes\.io\/|kubectl\.kubernetes\.io\/last-applied)/

interface Discovered {
  items?: {metadata?: {name?: string}; versions?: {version: string; resources?: {resource: string; verbs: string[]; responseKind?: {kind: string}}[]}[]}[]
}

/** Reads every object that counts. */
export async function takeSnapshot(api: KubeApi): Promise<Snapshot> {
  const snapshot: Snapshot = new Map()
  for (const root of ['/api', '/apis']) {
    for (const {metadata, versions} of ((await api.get(root, DISCOVERY)) as Discovered).items ?? []) {
      const group = metadata?.name ?? ''
      const [preferred] = versions ?? []
      for (const {resource, verbs, responseKind} of preferred?.resources ?? []) {
        const kind = responseKind?.kind
        if (preferred === undefined || kind === undefined || DERIVED.has(kind) || OF_VELERO.has(kind) || !verbs.includes('list')) continue
        const apiVersion = group === '' ? preferred.version : `${group}/${preferred.version}`
        const list = (await api.get(`${root}/${apiVersion === preferred.version ? '' : `${group}/`}${preferred.version}/${resource}`)) as {items?: KubeObject[]} | undefined
        for (const item of list?.items ?? []) {
          const object = {...item, apiVersion, kind}
          if (item.metadata.labels?.[SIMULATED] === undefined && item.metadata.annotations?.[SIMULATED] === undefined) snapshot.set(describeObject(object), object)
        }
      }
    }
  }
  for (const autoscaler of [...snapshot.values()].filter(({kind}) => kind === 'HorizontalPodAutoscaler')) {
    const {kind, name} = (autoscaler['spec'] as {scaleTargetRef: {kind: string; name: string}}).scaleTargetRef
    // Nobody else says how many there are.
    delete (snapshot.get(`${kind} ${autoscaler.metadata.namespace}/${name}`)?.['spec'] as {replicas?: number} | undefined)?.replicas
  }
  return snapshot
}

/** What of an object is its own: without status, server's fields and the annotations of controllers. */
export function contentOf(object: KubeObject): unknown {
  const {status: _status, metadata, ...rest} = object
  const {labels, annotations = {}, finalizers, ownerReferences} = metadata
  const own = Object.entries(annotations).filter(([key]) => !CHURN.test(key)).toSorted(([a], [b]) => a.localeCompare(b))
  return {...withoutBuild(object, rest), metadata: {labels, annotations: Object.fromEntries(own), finalizers, ownerReferences}}
}

/** Whether it is the cluster's own record of its platform. */
export function isRecord({kind, metadata}: KubeObject): boolean {
  return kind === 'ConfigMap' && metadata.name === RECORD.name
}

/** kp writes down who built last, whatever was built. */
function withoutBuild(object: KubeObject, rest: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(object)) return rest
  const {built: _built, ...data} = (rest['data'] ?? {}) as Record<string, unknown>
  return {...rest, data}
}

/** Names of the objects that are new, gone, made anew or changed. */
export function touched(before: Snapshot, after: Snapshot): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => {
    const [a, b] = [before.get(name), after.get(name)]
    if (a === undefined || b === undefined || a.metadata.uid !== b.metadata.uid) return true
    // A generation that moved and moved back was touched too; nodes have none.
    return (!ONE_GENERATION.has(a.kind) && a.metadata.generation !== b.metadata.generation) || JSON.stringify(contentOf(a)) !== JSON.stringify(contentOf(b))
  }).toSorted()
}

/** The server ties a Job to its pods by the Job's own uid. */
export function forgetControllerUid(spec: Record<string, unknown>): void {
  delete spec['selector']
  const pods = spec['template'] as {metadata?: {labels?: Record<string, string>}} | undefined
  for (const key of ['controller-uid', 'batch.kubernetes.io/controller-uid']) delete pods?.metadata?.labels?.[key]
}
