/** What a backup holds, held against the cluster: whether it says "Completed" or not. */
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {placeKey} from './archive.ts'
import type {Archive} from './archive.ts'
import {differingFields} from './compare.ts'
import {untouchedSince} from './expected.ts'
import type {Expected} from './expected.ts'

/** An object by name. */
export interface NamedObject {
  kind: string
  namespace: string | null
  name: string
}

/** A claim with a volume that can be snapshotted. */
export interface VolumeLook {
  namespace: string
  name: string
  inBackup: boolean
  reason?: string
}

/** What was seen. */
export interface ContentLook {
  /** Whether its content could be read at all. */
  readable: boolean
  /** Why not. */
  problem?: string
  /** What the backup itself says that is not good. */
  complaint?: string
  expected: number
  held: number
  missing: NamedObject[]
  /** Objects that nobody has touched since, and that are in it with other fields. */
  changed: (NamedObject & {fields: string[]})[]
  volumes: VolumeLook[]
  archive: Archive | undefined
  marker: KubeObject | undefined
}

/** Resource of claims, as an archive names it. */
export const CLAIM = 'persistentvolumeclaims'
const SNAPSHOT = 'volumesnapshots.snapshot.storage.k8s.io'

/** Holds the content against what is expected. */
export async function contentOf(ctx: PlatformContext, {expected, archive, since}: {expected: Expected[]; archive: Archive; since: number}): Promise<ContentLook> {
  const missing = expected.filter((one) => !archive.places.has(placeKey(one)))
  return {
    readable: true,
    expected: expected.length,
    held: expected.length - missing.length,
    missing: missing.map(({kind, namespace, name}) => ({kind, namespace: namespace ?? null, name})),
    changed: await changedSince(ctx, expected, {archive, since}),
    volumes: ctx.spec.phases.backup.snapshots ? await volumesOf(ctx, expected, archive) : [],
    archive,
    marker: undefined,
  }
}

/** Only what was left alone since can be told from what somebody changed. */
async function changedSince(ctx: PlatformContext, expected: Expected[], {archive, since}: {archive: Archive; since: number}): Promise<ContentLook['changed']> {
  const quiet = expected.filter((one) => archive.objects.has(placeKey(one)) && untouchedSince(one.meta, since))
  const cluster = await ctx.cluster()
  const scaled = await scaledByLoad(ctx)
  const changed: ContentLook['changed'] = []
  for (const [key, list] of Map.groupBy(quiet, ({apiVersion, kind, namespace}) => `${apiVersion}|${kind}|${namespace}`)) {
    const [apiVersion = '', kind = '', namespace = ''] = key.split('|')
    const live = new Map(((await cluster.list(apiVersion, kind, {namespace})) ?? []).map((object) => [object.metadata.name, object]))
    for (const one of list) {
      const [backedUp, now] = [archive.objects.get(placeKey(one)), live.get(one.name)]
      // Pods are read without what nothing is told by.
      if (backedUp === undefined || now === undefined || backedUp.apiVersion !== apiVersion || now.metadata.uid !== backedUp.metadata.uid || kind === 'Pod') continue
      const fields = differingFields(backedUp, now).filter((field) => field !== 'spec.replicas' || !scaled.has(`${kind} ${namespace}/${one.name}`))
      if (fields.length > 0) changed.push({kind, namespace: namespace === '' ? null : namespace, name: one.name, fields: fields.slice(0, 5)})
    }
  }
  return changed
}

/** What autoscalers follow, as `Deployment shop/web`: its number of copies is the load's, and its metadata do not say who set it. */
async function scaledByLoad(ctx: PlatformContext): Promise<ReadonlySet<string>> {
  const all = (await (await ctx.cluster()).list('autoscaling/v2', 'HorizontalPodAutoscaler')) ?? []
  return new Set(all.map(({metadata: {namespace}, spec}) => {
    const {kind = '', name = ''} = (spec as {scaleTargetRef?: {kind?: string; name?: string}} | undefined)?.scaleTargetRef ?? {}
    return `${kind} ${namespace}/${name}`
  }))
}

/** Each claim that had a volume of a CSI driver then, and whether a snapshot of it is in the backup. */
async function volumesOf(ctx: PlatformContext, expected: Expected[], archive: Archive): Promise<VolumeLook[]> {
  const cluster = await ctx.cluster()
  const [claims, volumes] = await Promise.all([cluster.listKnown('v1', 'PersistentVolumeClaim'), cluster.listKnown('v1', 'PersistentVolume')])
  const csi = new Set(volumes.filter((one) => (one['spec'] as {csi?: unknown} | undefined)?.csi !== undefined).map(({metadata}) => metadata.name))
  const then = new Set(expected.filter(({resource}) => resource === CLAIM).map(({namespace, name}) => `${namespace}/${name}`))
  const snapshots = [...archive.places.values()].filter(({resource}) => resource === SNAPSHOT)
  return claims.flatMap((claim): VolumeLook[] => {
    const {name, namespace = ''} = claim.metadata
    const volume = (claim['spec'] as {volumeName?: string} | undefined)?.volumeName
    if (!then.has(`${namespace}/${name}`) || volume === undefined || !csi.has(volume)) return []
    const named = archive.objects.get(placeKey({resource: CLAIM, namespace, name}))?.metadata.annotations?.['velero.io/volume-snapshot-name']
    // The claim says which. Where it was not read: velero names the snapshot velero-<claim>-…, which the API server cuts after 58 characters.
    const inBackup = snapshots.some((one) => one.namespace === namespace && (named === undefined ? one.name.startsWith(`velero-${name}-`.slice(0, 58)) : one.name === named))
    return [{namespace, name, inBackup, ...(inBackup ? {} : {reason: 'no snapshot of its volume is in the backup'})}]
  })
}

/** How often velero looks which kinds there are. */
const LOOKS_EVERY_MS = 5 * 60_000

/** Whether all of these are of kinds that velero need not have known when the backup began. @param definitions CustomResourceDefinitions */
export function areOfNewKinds(missing: readonly NamedObject[], definitions: readonly KubeObject[], began: number): boolean {
  const fresh = new Set(definitions.flatMap(({metadata, spec}) => (Date.parse(metadata.creationTimestamp ?? '') > began - LOOKS_EVERY_MS ? [(spec as {names?: {kind?: string}} | undefined)?.names?.kind] : [])))
  return missing.length > 0 && missing.every(({kind}) => fresh.has(kind))
}
