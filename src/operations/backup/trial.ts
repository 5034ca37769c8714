/** The trial: a restore into scratch namespaces, compared field by field with what was backed up. */
import {beganAt, statusOf, VELERO_NAMESPACE} from '../../checks/backups.ts'
import {exemptNamespaces} from '../../checks/own-namespaces.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {backupLogs, createRestore} from '../../tools/velero.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {differingFields} from './compare.ts'
import type {ContentLook, NamedObject} from './content.ts'
import {scopeOf} from './create.ts'
import type {Scope} from './expected.ts'
import {complaintOf, follow} from './follow.ts'
import {judgeMarker, MARKER, markerNamespace, markerOf, readMarker} from './marker.ts'
import type {MarkerVerdict} from './marker.ts'
import {makeScratch, MODIFIER, mountClaims, SCRATCH_LABEL, SCRATCH_RESOURCES, scratchName} from './scratch.ts'

/** What came of it. */
export interface Trial {
  restore: string
  namespaces: {from: string; to: string; objects: number}[]
  compared: number
  /** In the backup, and not restored. */
  lost: NamedObject[]
  differing: (NamedObject & {fields: string[]})[]
  volumes: {mounted: number; failed: {namespace: string; name: string; reason: string}[]}
  marker: MarkerVerdict | null
  warnings: number
  problems: string[]
  /** From the order to the last object, without the comparison. */
  seconds: number
}

/** More are not restored at once without being named: it is a look, not a migration. */
const MOST_NAMESPACES = 8
/** Kinds that are restored, and come out otherwise or not at all on purpose. */
const NOT_COMPARED = new Set(['persistentvolumes', 'volumesnapshots.snapshot.storage.k8s.io', 'volumesnapshotcontents.snapshot.storage.k8s.io', 'volumesnapshotclasses.snapshot.storage.k8s.io'])

/** The namespaces that are restored for a look: those of applications, and that of the marker; those with volumes first. */
export async function chooseNamespaces(ctx: PlatformContext, scope: Scope, given: readonly string[] | undefined): Promise<string[]> {
  const cluster = await ctx.cluster()
  const all = [...((await cluster.metadata('v1', 'Namespace')) ?? new Map<string, unknown>()).keys()]
  const unknown = (given ?? []).find((name) => !all.includes(name))
  if (unknown !== undefined) throw new KpError({code: 'USAGE', message: `there is no namespace ${unknown} in the cluster${didYouMean(unknown, all)}`, next: ['kubectl get namespaces']})
  const everything = scope.include.length === 0 || scope.include.includes('*')
  const covered = all.filter((name) => (everything || scope.include.includes(name)) && !scope.exclude.includes(name))
  const outside = (given ?? []).find((name) => !covered.includes(name))
  if (outside !== undefined) throw new KpError({code: 'USAGE', message: `the namespace ${outside} is not backed up: phases.backup.includeNamespaces or excludeNamespaces leaves it out`, next: ['name another one']})
  const own = new Set(exemptNamespaces(ctx))
  const claims = new Set((await cluster.listKnown('v1', 'PersistentVolumeClaim')).map(({metadata}) => metadata.namespace))
  const marker = markerNamespace(scope)
  const wanted = given ?? covered.filter((name) => !own.has(name) && name !== marker && !name.startsWith('kp-verify-')).toSorted((a, b) => Number(claims.has(b)) - Number(claims.has(a))).slice(0, MOST_NAMESPACES)
  return [...new Set([...wanted, ...(marker !== undefined && covered.includes(marker) ? [marker] : [])])]
}

/** Restores, compares, mounts. What is made stays until it is cleaned up. */
export async function restoreAndCompare(ctx: PlatformContext, {backup, namespaces, content, progress}: {backup: KubeObject; namespaces: readonly string[]; content: ContentLook; progress: (text: string, percent?: number) => void}): Promise<Trial> {
  const stamp = ctx.clock.now().toString(36).slice(-6)
  const name = `kp-verify-${stamp}`
  const held = namespaces.filter((namespace) => content.archive?.places.has(`namespaces ${namespace}`) === true)
  const mappings = Object.fromEntries(held.map((namespace) => [namespace, scratchName(namespace, stamp)]))
  if (held.length === 0) return {restore: name, namespaces: [], compared: 0, lost: [], differing: [], volumes: {mounted: 0, failed: []}, marker: null, warnings: 0, problems: ['none of the namespaces to look at is in it'], seconds: 0}
  await makeScratch(ctx, Object.values(mappings), name)
  const began = ctx.clock.now()
  const volumes = ctx.spec.phases.backup.snapshots
  await createRestore(ctx.exec, ctx.access, {name, backup: backup.metadata.name, namespaces: held, mappings, resources: SCRATCH_RESOURCES, overwrite: false, volumes, modifier: MODIFIER, labels: {[SCRATCH_LABEL]: name}}, `restore ${backup.metadata.name} into scratch namespaces`)
  const done = await follow(ctx, 'Restore', name, progress)
  const complaint = complaintOf(done)
  const said = complaint === undefined ? [] : await backupLogs(ctx.exec, ctx.access, name, 'restore').catch(() => [])
  progress('comparing what came back, field by field')
  const compared = await compareRestored(ctx, {content, mappings})
  const restoredIn = ctx.clock.now()
  const mounts = volumes ? await mountAll(ctx, {mappings, content, progress}) : {mounted: 0, failed: []}
  const scope = scopeOf(ctx)
  const marker = await markerIn(ctx, mappings[markerNamespace(scope) ?? ''], beganAt(backup), scope)
  const problems = [
    ...(complaint === undefined ? [] : [`${complaint} (kubectl -n ${VELERO_NAMESPACE} get restore ${name} -o yaml)`, ...said.slice(-3)]),
    ...(compared.lost.length > 0 ? [`${compared.lost.length} of ${compared.count} objects did not come back`] : []),
    ...(compared.differing.length > 0 ? [`${compared.differing.length} objects came back with other fields`] : []),
    ...(mounts.failed.length > 0 ? [`${mounts.failed.length} volumes did not come back`] : []),
    ...(marker?.ok === false ? [marker.observed] : []),
  ]
  return {
    restore: name,
    namespaces: held.map((from) => ({from, to: mappings[from] ?? '', objects: compared.byNamespace.get(from) ?? 0})),
    compared: compared.count,
    lost: compared.lost,
    differing: compared.differing,
    volumes: mounts,
    marker: marker ?? null,
    warnings: statusOf(done).warnings ?? 0,
    problems,
    seconds: Math.round((restoredIn - began) / 100) / 10,
  }
}

interface Compared {
  count: number
  lost: NamedObject[]
  differing: (NamedObject & {fields: string[]})[]
  byNamespace: Map<string, number>
}

const MADE_ANEW = new Set(['ConfigMap kube-root-ca.crt', 'ConfigMap istio-ca-root-cert', 'ServiceAccount default'])

/** Every object of the backup that had to come back, with what is there now. */
async function compareRestored(ctx: PlatformContext, {content, mappings}: {content: ContentLook; mappings: Readonly<Record<string, string>>}): Promise<Compared> {
  ctx.changed()
  const cluster = await ctx.cluster()
  const resources = new Set<string>(SCRATCH_RESOURCES.filter((one) => !NOT_COMPARED.has(one)))
  const result: Compared = {count: 0, lost: [], differing: [], byNamespace: new Map()}
  for (const [key, place] of content.archive?.places ?? []) {
    const to = mappings[place.namespace ?? '']
    const object = content.archive?.objects.get(key)
    if (to === undefined || object === undefined || !resources.has(place.resource) || !comesBack(object)) continue
    const restored = (await cluster.list(object.apiVersion, object.kind, {namespace: to}))?.find(({metadata}) => metadata.name === place.name)
    const named = {kind: object.kind, namespace: place.namespace ?? null, name: place.name}
    result.count += 1
    result.byNamespace.set(place.namespace ?? '', (result.byNamespace.get(place.namespace ?? '') ?? 0) + 1)
    if (restored === undefined) {
      result.lost.push(named)
      continue
    }
    const fields = isBalancer(object) ? [] : differingFields(object, restored, mappings)
    if (fields.length > 0) result.differing.push({...named, fields: fields.slice(0, 5)})
  }
  return result
}

/** What velero itself leaves to others: what belongs to a controller, tokens of service accounts, and what each namespace has. */
function comesBack(object: KubeObject): boolean {
  const owned = object.metadata.ownerReferences?.some(({controller}) => controller === true) === true
  return !owned && object['type'] !== 'kubernetes.io/service-account-token' && !MADE_ANEW.has(`${object.kind} ${object.metadata.name}`) && !(object.kind === 'Service' && object.metadata.name === 'kubernetes' && object.metadata.namespace === 'default')
}

/** A second load balancer is not made for a look: the Service comes back as a plain one. */
function isBalancer({kind, spec}: KubeObject): boolean {
  return kind === 'Service' && (spec as {type?: string} | undefined)?.type === 'LoadBalancer'
}

async function mountAll(ctx: PlatformContext, {mappings, content, progress}: {mappings: Readonly<Record<string, string>>; content: ContentLook; progress: (text: string) => void}): Promise<Trial['volumes']> {
  const all: Trial['volumes'] = {mounted: 0, failed: []}
  for (const [namespace, scratch] of Object.entries(mappings)) {
    progress(`mounting the volumes of ${namespace}`)
    const wanted = content.volumes.filter((one) => one.namespace === namespace && one.inBackup).map(({name}) => name)
    if (wanted.length === 0) continue
    const {mounted, failed} = await mountClaims(ctx, scratch, wanted)
    all.mounted += mounted.length
    all.failed.push(...failed.map(({claim, reason}) => ({namespace, name: claim, reason})))
  }
  return all
}

async function markerIn(ctx: PlatformContext, scratch: string | undefined, began: number, scope: Scope): Promise<MarkerVerdict | undefined> {
  if (scratch === undefined) return undefined
  const restored = await (await ctx.cluster()).get('v1', 'ConfigMap', MARKER, scratch)
  return judgeMarker(await readMarker(ctx, scope), markerOf(restored), began)
}
