/** What a backup must hold: what was in the cluster when it began, and still is. */
import type {PlatformContext} from '../../context.ts'
import {apiError, METADATA_LIST} from '../../tools/kube-api.ts'
import type {ApiResource, KubeApi, KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import type {ObjectPlace} from './archive.ts'

/** An object of the cluster, and where a backup has it. */
export interface Expected extends ObjectPlace {
  apiVersion: string
  kind: string
  meta: KubeMeta
}

/** A kind whose objects are backed up. */
interface BackedUpKind {
  apiVersion: string
  kind: string
  resource: string
  at: ApiResource
}

/** What kp.yaml wants in a backup. */
export interface Scope {
  /** Empty: all. */
  include: readonly string[]
  exclude: readonly string[]
}

/** Kinds that come and go with the cluster itself, or whose objects are the work of velero. */
const PASSING = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ComponentStatus', 'Node', 'CSINode', 'CSIStorageCapacity', 'VolumeAttachment', 'LeaseCandidate', 'VolumeSnapshot', 'VolumeSnapshotContent', 'IPAddress', 'StorageVersion', 'StorageVersionMigration'])
/** Groups that are computed, or that velero keeps for itself. */
const OWN_GROUPS = /^(?:velero\.io|metrics\.k8s\.io|custom\.metrics\.k8s\.io|external\.metrics\.k8s\.io)$/
/** What every namespace gets anew. */
const MADE_ANEW = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default', 'ConfigMap istio-ca-root-cert'])
/** Label by which an object is kept out of backups on purpose. */
const EXCLUDED_LABEL = 'velero.io/exclude-from-backup'
/** Written at each moment by whoever holds it. */
const PAGE = 500
const PARALLEL = 6

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

/** `deployments.apps`, as velero names a kind. */
export const resourceName = (apiVersion: string, plural: string): string => (groupOf(apiVersion) === '' ? plural : `${plural}.${groupOf(apiVersion)}`)

/**
 * What of the cluster has to be in a backup that began at `since`.
 * @throws KpError API_ERROR where a list is refused: what was not seen is not nothing
 */
export async function expectedIn(ctx: PlatformContext, scope: Scope, since: number): Promise<Expected[]> {
  const {api} = await ctx.cluster()
  const kinds = await backedUpKinds(api)
  const found: Expected[] = []
  for (let at = 0; at < kinds.length; at += PARALLEL) {
    const lists = await Promise.all(kinds.slice(at, at + PARALLEL).map(async (one) => (await listMetadata(api, one)).flatMap((meta) => expectedOf(one, meta, scope, since))))
    found.push(...lists.flat())
  }
  return found
}

async function backedUpKinds(api: KubeApi): Promise<BackedUpKind[]> {
  const kinds = (await api.kinds()).filter(({apiVersion, kind}) => !PASSING.has(kind) && !OWN_GROUPS.test(groupOf(apiVersion)))
  const resources = await Promise.all(kinds.map(async ({apiVersion, kind}) => ({apiVersion, kind, at: await api.resource(apiVersion, kind)})))
  return resources.flatMap(({apiVersion, kind, at}) => (at === undefined ? [] : [{apiVersion, kind, at, resource: resourceName(apiVersion, at.plural)}]))
}

async function listMetadata(api: KubeApi, {at}: BackedUpKind): Promise<KubeMeta[]> {
  const items: KubeMeta[] = []
  const query = new URLSearchParams({limit: String(PAGE)})
  for (;;) {
    const answer = await api.request({path: `${at.base}/${at.plural}?${query.toString()}`, accept: METADATA_LIST})
    // A kind that has gone meanwhile, or that nobody can list.
    if (answer.status === 404 || answer.status === 405) return []
    if (answer.status >= 300) throw apiError(answer, `list ${at.plural}`)
    const list = answer.body as {metadata?: {continue?: string}; items?: KubeObject[]}
    items.push(...(list.items ?? []).map(({metadata}) => metadata))
    if (!list.metadata?.continue) return items
    query.set('continue', list.metadata.continue)
  }
}

/** One object, where it has to be in the backup; `[]` where not. Pure. */
export function expectedOf({apiVersion, kind, resource}: Omit<BackedUpKind, 'at'>, meta: KubeMeta, {include, exclude}: Scope, since: number): Expected[] {
  const {name, namespace} = meta
  const within = kind === 'Namespace' ? name : namespace
  const everything = include.length === 0 || include.includes('*')
  // With some namespaces chosen, velero takes of what has none only what belongs to them.
  const wanted = within === undefined ? everything : (everything || include.includes(within)) && !exclude.includes(within)
  // A claim that an operator made holds data that no operator makes anew; one of a pod goes with it.
  const owned = meta.ownerReferences?.some((owner) => owner.controller === true && (kind !== 'PersistentVolumeClaim' || owner.kind === 'Pod')) === true
  const before = Date.parse(meta.creationTimestamp ?? '') < since
  if (!wanted || owned || !before || meta.deletionTimestamp !== undefined || meta.labels?.[EXCLUDED_LABEL] === 'true' || MADE_ANEW.has(`${kind} ${name}`)) return []
  return [{apiVersion, kind, resource, name, ...(namespace === undefined ? {} : {namespace}), meta}]
}

/** Whether an object was left alone since: then it must be in the backup as it is now. Status is nobody's will. */
export function untouchedSince({managedFields}: KubeMeta, since: number): boolean {
  const times = (managedFields ?? []).filter(({subresource}) => subresource === undefined).map(({time}) => Date.parse((time ?? '')))
  return times.length > 0 && times.every((time) => time < since)
}
