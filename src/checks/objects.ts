/**
 * Holds wanted objects against the live ones. Honest and cheap: an object whose
 * uid and resourceVersion are those at the last full look has not changed by a
 * single byte since; every other one is compared field by field, with the
 * server's own merge (a dry-run apply).
 */
import {createHash} from 'node:crypto'
import {KpError} from '../engine/errors.ts'
import {mapParallel} from '../engine/graph.ts'
import type {Difference} from '../engine/types.ts'
import type {KubeMeta, KubeObject} from '../tools/kube-api.ts'
import {nameOf} from './cluster.ts'
import type {ClusterReader} from './cluster.ts'
import {compareObjects, fieldsSetByHand, showValue} from './difference.ts'
import type {FieldDifference} from './difference.ts'

/** What names an object, and a digest of what is wanted of it. */
export interface ObjectKey {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
  digest: string
}

/** A wanted object, which may be loaded only when it is needed. */
export interface WantedObjects {
  keys: ObjectKey[]
  load(): Promise<KubeObject[]>
}

/** Remembers at which resourceVersion an object was last found as wanted. Deleting it costs time, never truth. */
export interface LookedCache {
  get(key: string): string | undefined
  set(key: string, value: string): void
  /** What was applied in this run and not looked at since; never kept longer. See `noteApplied`. */
  applied?: Set<string>
}

/** An object that is not as wanted. */
export interface ObjectDrift {
  wanted: KubeObject
  live?: KubeObject
  fields: FieldDifference[]
  /** The server's reason, where it would refuse the wanted object. */
  refused?: string
}

/** The outcome of a look. */
export interface ObjectsLook {
  missing: ObjectDrift[]
  drifted: ObjectDrift[]
  differences: Difference[]
}

/** `Deployment cert-manager/cert-manager`. */
export function describeObject(object: {kind: string; metadata?: {name: string; namespace?: string}; name?: string; namespace?: string}): string {
  const metadata = object.metadata ?? {name: object.name ?? '', ...(object.namespace === undefined ? {} : {namespace: object.namespace})}
  return `${object.kind} ${nameOf(metadata)}`
}

/** The key of a wanted object. */
export function keyOf(object: KubeObject): ObjectKey {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(object.metadata.namespace === undefined ? {} : {namespace: object.metadata.namespace}),
    digest: createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 16),
  }
}

/** Wanted objects that are at hand. */
export function wantedNow(objects: KubeObject[]): WantedObjects {
  return {keys: objects.map(keyOf), load: () => Promise.resolve(objects)}
}

/**
 * Looks at objects.
 * @throws KpError where the server cannot be asked, or a namespace of the objects is being deleted
 */
export async function lookAtObjects(cluster: ClusterReader, wanted: WantedObjects, options: {fieldManager: string; cache: LookedCache}): Promise<ObjectsLook> {
  const look: ObjectsLook = {missing: [], drifted: [], differences: []}
  const unclear: {key: ObjectKey; meta: KubeMeta | undefined}[] = []
  for (const key of wanted.keys) {
    const meta = await metadataOf(cluster, key)
    if (meta?.deletionTimestamp !== undefined && key.kind === 'Namespace') throw terminatingNamespace(key.name, meta)
    const seen = meta === undefined ? undefined : `${meta.uid}:${meta.resourceVersion}:${key.digest}`
    if (options.cache.applied?.delete(appliedKey(key)) === true && meta !== undefined && seen !== undefined && isAsApplied(meta, options.fieldManager)) options.cache.set(cacheKey(key), seen)
    if (seen === undefined || options.cache.get(cacheKey(key)) !== seen) unclear.push({key, meta})
  }
  if (unclear.length === 0) return look
  const objects = new Map((await wanted.load()).map((object) => [cacheKey(keyOf(object)), object]))
  await mapParallel(unclear, 8, async ({key, meta}) => {
    const object = objects.get(cacheKey(key))
    if (object === undefined) return
    if (meta === undefined) {
      look.missing.push({wanted: object, fields: []})
      return
    }
    const drift = await compareOne(cluster, object, options.fieldManager)
    if (drift === undefined) return
    if (drift === 'equal') options.cache.set(cacheKey(key), `${meta.uid}:${meta.resourceVersion}:${key.digest}`)
    else (drift.live === undefined ? look.missing : look.drifted).push(drift)
  })
  look.differences = [...look.missing.map(({wanted: object}) => ({object: describeObject(object)})), ...look.drifted.flatMap(toDifferences)]
  return look
}

/**
 * Notes that objects were just applied, whole and by the server. The next look need not ask whether another apply would change
 * them, where their metadata shows that nobody else set a field of them (`managedFields`).
 */
export function noteApplied(cache: LookedCache, keys: ObjectKey[]): void {
  for (const key of keys) cache.applied?.add(appliedKey(key))
}

/** Whether all that is set of an object was applied by one manager; what the system says in the status counts for nothing. */
function isAsApplied(meta: KubeMeta, fieldManager: string): boolean {
  const managers = (meta.managedFields ?? []).filter(({subresource}) => subresource !== 'status')
  return managers.length === 1 && managers[0]?.manager === fieldManager && managers[0].operation === 'Apply' && (meta.generation ?? 1) === 1
}

async function metadataOf(cluster: ClusterReader, key: ObjectKey): Promise<KubeMeta | undefined> {
  const all = await cluster.metadata(key.apiVersion, key.kind)
  return all?.get(nameOf(key))
}

async function compareOne(cluster: ClusterReader, wanted: KubeObject, fieldManager: string): Promise<ObjectDrift | 'equal' | undefined> {
  const path = await cluster.api.pathOf(wanted)
  const live = path === undefined ? undefined : ((await cluster.api.get(path)) as KubeObject | undefined)
  if (live === undefined) return {wanted, fields: []}
  const answer = await cluster.api.dryRunApply(wanted, fieldManager)
  if (answer.status >= 300) {
    const message = (answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`
    if (answer.status === 403 || answer.status === 401) throw new KpError({code: 'API_ERROR', message: `${describeObject(wanted)} cannot be compared: ${message}`})
    // What was set by hand may be all that stands in the way.
    return {wanted, live, fields: fieldsSetByHand(live, wanted), refused: message}
  }
  const fields = [...compareObjects(live, answer.body as KubeObject), ...fieldsSetByHand(live, wanted)]
  return fields.length === 0 ? 'equal' : {wanted, live, fields}
}

/** The differences of a drifted object, for people. Values of Secrets are never shown. */
export function toDifferences(drift: ObjectDrift): Difference[] {
  const object = describeObject(drift.wanted)
  if (drift.refused !== undefined && drift.fields.length === 0) return [{object, seen: `the server would refuse it: ${drift.refused}`}]
  const secret = drift.wanted.kind === 'Secret'
  return drift.fields.map((field) => {
    const wanted = showValue(field.wanted, secret)
    const seen = showValue(field.seen, secret)
    return {object, field: field.field, ...(wanted === undefined ? {} : {wanted}), ...(seen === undefined ? {} : {seen: field.by === undefined ? seen : `${seen} (set by ${field.by})`})}
  })
}

function cacheKey(key: {apiVersion: string; kind: string; name: string; namespace?: string}): string {
  return `${key.apiVersion}/${key.kind}/${nameOf(key)}`
}

function appliedKey(key: ObjectKey): string {
  return `${cacheKey(key)}:${key.digest}`
}

function terminatingNamespace(name: string, meta: KubeMeta): KpError {
  return new KpError({
    code: 'STEP_FAILED',
    message: `the namespace ${name} is being deleted (Terminating) since ${meta.deletionTimestamp}`,
    details: (meta.finalizers ?? []).map((finalizer) => `finalizer: ${finalizer}`),
    next: [`kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`],
  })
}
