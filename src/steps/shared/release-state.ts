/** Looks at a helm release: who made it, whether it is what kp wants, and whether its objects still are. */
import {COMPONENT_LABEL, PLATFORM_LABEL} from '../../checks/labels.ts'
import {createHash} from 'node:crypto'
import type {PlatformContext} from '../../context.ts'
import {readContent, readRevisions} from '../../checks/helm-records.ts'
import type {ReleaseRevision} from '../../checks/helm-records.ts'
import {showValue} from '../../checks/difference.ts'
import {keyOf, lookAtObjects, noteApplied} from '../../checks/objects.ts'
import type {ObjectsLook, ObjectKey, WantedObjects} from '../../checks/objects.ts'
import {KpError} from '../../engine/errors.ts'
import type {Difference} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {notOurs} from './adopt-refusals.ts'

/** Labels that kp gives to its releases. helm hands them on to later revisions, hence the revision label. */
export const RELEASE_LABELS = {platform: PLATFORM_LABEL, digest: 'kp.dev/digest', revision: 'kp.dev/revision', source: 'kp.dev/source', component: COMPONENT_LABEL} as const

/** helm's own name as a field manager of what it applies. */
export const HELM_MANAGER = 'helm'

/** What kp wants of a release. */
export interface WantedRelease {
  /** Id of the component. */
  component: string
  name: string
  namespace: string
  values: Record<string, unknown>
  /** Identity of the chart and the values: `kp.dev/digest`. */
  digest: string
}

/** What was found. */
export type ReleaseLook =
  | {state: 'absent'}
  /** kp's own install or upgrade was cut off: its record is in the way. */
  | {state: 'interrupted'; revision: ReleaseRevision}
  /** The release must be upgraded: another digest, a failed revision, or one that kp did not make. */
  | {state: 'outdated'; revision: ReleaseRevision; reason: string; differences: Difference[]}
  /** The release is right; some of its objects are not. */
  | {state: 'objects'; revision: ReleaseRevision; look: ObjectsLook}
  | {state: 'ok'; revision: ReleaseRevision; objects: number}

/** Digest of a release: of what decides its objects and nothing else. */
export function releaseDigest(chartIdentity: string, values: Record<string, unknown>): string {
  return createHash('sha256').update(JSON.stringify([chartIdentity, canonical(values)])).digest('hex').slice(0, 32)
}

/**
 * Looks at a release.
 * @throws KpError NOT_OURS where somebody else made it
 */
export async function lookAtRelease(ctx: PlatformContext, wanted: WantedRelease): Promise<ReleaseLook> {
  const cluster = await ctx.cluster()
  const revisions = await readRevisions(cluster, wanted.namespace, wanted.name)
  const latest = revisions[0]
  if (latest === undefined) return {state: 'absent'}
  if (latest.labels[RELEASE_LABELS.platform] !== ctx.spec.platform) throw notOurs(wanted.component, wanted, {releases: [], revision: latest, objects: []})
  if (latest.status.startsWith('pending-')) return {state: 'interrupted', revision: latest}
  const madeByKp = latest.labels[RELEASE_LABELS.revision] === String(latest.revision)
  if (latest.status !== 'deployed' || !madeByKp || latest.labels[RELEASE_LABELS.digest] !== wanted.digest) {
    return {state: 'outdated', revision: latest, ...(await describeOutdated(ctx, wanted, latest, madeByKp, revisions))}
  }
  const objects = await objectsOf(ctx, latest)
  if (ctx.looked.applied?.delete(releaseKey(wanted)) === true) noteApplied(ctx.looked, objects.keys)
  const look = await lookAtObjects(cluster, objects, {fieldManager: HELM_MANAGER, cache: ctx.looked})
  return look.differences.length === 0 ? {state: 'ok', revision: latest, objects: objects.keys.length} : {state: 'objects', revision: latest, look}
}

/** Notes that helm just made a revision of a release: its objects are those of its record. */
export function noteReleased(ctx: Pick<PlatformContext, 'looked'>, release: {name: string; namespace: string}): void {
  ctx.looked.applied?.add(releaseKey(release))
}

function releaseKey({name, namespace}: {name: string; namespace: string}): string {
  return `release ${namespace}/${name}`
}

async function describeOutdated(ctx: PlatformContext, wanted: WantedRelease, latest: ReleaseRevision, madeByKp: boolean, revisions: ReleaseRevision[]): Promise<{reason: string; differences: Difference[]}> {
  const cluster = await ctx.cluster()
  const content = await readContent(cluster, latest)
  const release = `release ${wanted.namespace}/${wanted.name}`
  const differences: Difference[] = valueDifferences(wanted.values, content?.config ?? {}).map((difference) => ({object: release, ...difference}))
  if (!madeByKp) {
    // The objects as kp last made them tell which of them the other revision changed.
    const own = revisions.find((revision) => revision.labels[RELEASE_LABELS.digest] === wanted.digest && revision.labels[RELEASE_LABELS.revision] === String(revision.revision))
    if (own !== undefined) {
      const look = await lookAtObjects(cluster, await objectsOf(ctx, own), {fieldManager: HELM_MANAGER, cache: ctx.looked})
      differences.push(...look.differences)
    }
    if (differences.length === 0) differences.push({object: release, field: 'revision', wanted: 'one that kp made', seen: `revision ${latest.revision}, made by somebody else`})
    return {reason: `revision ${latest.revision} was not made by kp (helm upgrade or helm rollback by hand)`, differences}
  }
  if (latest.status !== 'deployed') return {reason: `revision ${latest.revision} is ${latest.status}`, differences: [{object: release, field: 'status', wanted: 'deployed', seen: latest.status}, ...differences]}
  if (differences.length === 0) differences.push({object: release, field: 'chart', wanted: 'the chart of this kp', seen: content === undefined ? 'unknown' : `${content.chart.name} ${content.chart.version}`})
  return {reason: 'kp.yaml or the chart changed', differences}
}

/** The objects of a revision. Their names and digests are kept in a file, so that a second look need not parse the manifest. */
async function objectsOf(ctx: PlatformContext, revision: ReleaseRevision): Promise<WantedObjects> {
  const file = ctx.cacheFile(`release-${revision.namespace}-${revision.name}.json`)
  const of = `${revision.secret.uid} ${revision.secret.resourceVersion}`
  const load = async (): Promise<KubeObject[]> => {
    const cluster = await ctx.cluster()
    const content = await readContent(cluster, revision)
    if (content === undefined) {
      throw new KpError({code: 'API_ERROR', message: `the record of release ${revision.namespace}/${revision.name} cannot be read`, next: [`helm history ${revision.name} -n ${revision.namespace}`]})
    }
    return Promise.all(content.manifest.map((object) => asHelmApplies(ctx, object, revision)))
  }
  const known = readKeys(file.read(), of)
  if (known !== undefined) return {keys: known, load}
  const objects = await load()
  const keys = objects.map(keyOf)
  file.write(JSON.stringify({of, keys}))
  return {keys, load: () => Promise.resolve(objects)}
}

/** The keys that a cache file holds, where they are of that revision. */
function readKeys(text: string | undefined, of: string): ObjectKey[] | undefined {
  try {
    const known = JSON.parse(text ?? '{}') as {of?: string; keys?: ObjectKey[]}
    return known.of === of ? known.keys : undefined
  } catch {
    // a broken cache file: made anew
    return undefined
  }
}

/** An object of a chart with its namespace, which is the release's where it names none. Some charts write one also into what has none: the server takes it out. */
export async function inItsNamespace(ctx: PlatformContext, object: KubeObject, ofRelease: string): Promise<KubeObject> {
  const {api} = await ctx.cluster()
  const {namespace, ...metadata} = object.metadata
  const namespaced = (await api.resource(object.apiVersion, object.kind))?.namespaced ?? namespace !== undefined
  return {...object, metadata: namespaced ? {...metadata, namespace: namespace ?? ofRelease} : metadata}
}

/** An object as helm applies it: with its namespace, its label and its annotations. */
export async function asHelmApplies(ctx: PlatformContext, object: KubeObject, revision: {name: string; namespace: string}): Promise<KubeObject> {
  const placed = await inItsNamespace(ctx, object, revision.namespace)
  return {
    ...placed,
    metadata: {
      ...placed.metadata,
      labels: {...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm'},
      annotations: {...object.metadata.annotations, 'meta.helm.sh/release-name': revision.name, 'meta.helm.sh/release-namespace': revision.namespace},
    },
  }
}

/** Where two sets of values differ, by path. Values are shown only where they cannot be secrets, and never whole lists. */
export function valueDifferences(wanted: Record<string, unknown>, seen: Record<string, unknown>, path = 'values'): ValueDifference[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(seen)])].flatMap((key) => {
    const field = `${path}.${key}`
    const [a, b] = [wanted[key], seen[key]]
    if (isMap(a ?? b) && isMap(b ?? a)) return valueDifferences((a ?? {}) as Record<string, unknown>, (b ?? {}) as Record<string, unknown>, field)
    if (JSON.stringify(canonical(a)) === JSON.stringify(canonical(b))) return []
    return [{field, ...(a === undefined ? {} : {wanted: showIn(field, a)}), ...(b === undefined ? {} : {seen: showIn(field, b)})}]
  })
}

/** One value that differs. */
interface ValueDifference {
  field: string
  wanted?: string
  seen?: string
}

/** Names of values that may be secret; what lies below them may be too. */
const SECRET_NAME = /pass|token|secret|credential|private|auth|key(\.|$)/i

function showIn(field: string, value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  return showValue(value, SECRET_NAME.test(field)) ?? ''
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value with the keys of all maps sorted. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.keys(value).toSorted().map((key) => [key, canonical(value[key])]))
}
