/** Finds what somebody else installed in the place of a component: a release of helm, or objects of no release. Reads only. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import type {ReleaseRevision} from '../../checks/helm-records.ts'
import {nameOf} from '../../checks/cluster.ts'
import {describeObject} from '../../checks/objects.ts'
import {objectNames} from '../../components/objects.ts'
import type {ObjectName} from '../../components/objects.ts'
import {platformValues} from '../../components/platform-values.ts'
import type {KubeMeta} from '../../tools/kube-api.ts'

/** Name and namespace of a release. */
export interface ReleasePlace {
  name: string
  namespace: string
}

/** An object that kp did not make. */
export interface ForeignObject {
  /** `Deployment cert-manager/cert-manager` */
  object: string
  meta: KubeMeta
}

/** What is in the way of a component. */
export interface Foreign {
  /** The releases that own it; empty for objects that were applied without helm. */
  releases: ReleasePlace[]
  /** The latest revision, where the release has kp's own name and namespace. */
  revision?: ReleaseRevision
  /** Objects that exist already. */
  objects: ForeignObject[]
}

/**
 * What somebody else made of a component, or undefined.
 * @param latest the latest revision of the release of kp's name, whoever made it
 */
export async function findForeign(ctx: PlatformContext, componentId: string, latest: ReleaseRevision | undefined): Promise<Foreign | undefined> {
  const component = ctx.catalog.get(componentId)
  const place = {name: component.releaseName, namespace: component.namespace}
  if (latest !== undefined) return latest.labels[PLATFORM_LABEL] === ctx.spec.platform ? undefined : {releases: [place], revision: latest, objects: []}
  // What a chart makes in a hook belongs to no release, also when kp was the one who installed it.
  const hooks = new Set(component.webhooks.filter((entry) => entry.hook).map((entry) => entry.name))
  const names = objectNames(component, platformValues(ctx, componentId).values).filter((name) => !hooks.has(name.name) && name.kind !== 'Namespace')
  const objects = await existing(ctx, names, (meta) => !isOwn(meta, ctx.spec.platform) && !belongsTo(meta, place))
  if (objects.length === 0) return undefined
  return {releases: releasesOf(objects.map(({meta}) => meta)), objects}
}

/** Objects of a chart that kp applies itself which exist and were made by others. Where kp made some of them, the rest is drift and none is foreign. */
export async function findForeignObjects(ctx: PlatformContext, names: ObjectName[]): Promise<ForeignObject[]> {
  const there = await existing(ctx, names, () => true)
  return there.some(({meta}) => isOwn(meta, ctx.spec.platform)) ? [] : there
}

async function existing(ctx: PlatformContext, names: ObjectName[], wanted: (meta: KubeMeta) => boolean): Promise<ForeignObject[]> {
  const cluster = await ctx.cluster()
  const kinds = new Map(names.map((name) => [`${name.apiVersion}/${name.kind}`, name]))
  const read = new Map(await Promise.all([...kinds].map(async ([key, {apiVersion, kind}]) => [key, await cluster.metadata(apiVersion, kind)] as const)))
  return names.flatMap((name) => {
    const meta = read.get(`${name.apiVersion}/${name.kind}`)?.get(nameOf(name))
    return meta === undefined || meta.deletionTimestamp !== undefined || !wanted(meta) ? [] : [{object: describeObject(name), meta}]
  })
}

/** Whether kp made an object: it has its label, or fields that kp applied. */
export function isOwn(meta: KubeMeta, platform: string): boolean {
  return meta.labels?.[PLATFORM_LABEL] === platform || (meta.managedFields ?? []).some((entry) => entry.manager === 'kp')
}

function belongsTo(meta: KubeMeta, place: ReleasePlace): boolean {
  const owner = releaseOf(meta)
  return owner?.name === place.name && owner.namespace === place.namespace
}

/** The release that an object says to be of. */
export function releaseOf(meta: KubeMeta): ReleasePlace | undefined {
  const name = meta.annotations?.['meta.helm.sh/release-name']
  return name === undefined ? undefined : {name, namespace: meta.annotations?.['meta.helm.sh/release-namespace'] ?? ''}
}

function releasesOf(metas: KubeMeta[]): ReleasePlace[] {
  const places = metas.flatMap((meta) => releaseOf(meta) ?? [])
  return [...new Map(places.map((place) => [`${place.namespace}/${place.name}`, place])).values()]
}

/** What keeps putting an object back as it wants it, in words, and how to end that; undefined where nothing does. */
export function keeperOf(meta: KubeMeta): {who: string; next: string} | undefined {
  const {labels = {}, annotations = {}, ownerReferences = []} = meta
  const argo = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels['argocd.argoproj.io/instance']
  if (argo !== undefined) return {who: `the Argo CD application ${argo}`, next: `take it out of Argo CD and keep its objects: argocd app delete ${argo} --cascade=false`}
  const helmRelease = labels['helm.toolkit.fluxcd.io/name']
  if (helmRelease !== undefined) {
    const namespace = labels['helm.toolkit.fluxcd.io/namespace'] ?? 'flux-system'
    return {who: `the Flux HelmRelease ${namespace}/${helmRelease}`, next: `take it out of Flux and keep its objects: flux suspend helmrelease ${helmRelease} -n ${namespace}, then delete it without its finalizer`}
  }
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name']
  if (kustomization !== undefined) return {who: `the Flux Kustomization ${labels['kustomize.toolkit.fluxcd.io/namespace'] ?? 'flux-system'}/${kustomization}`, next: 'take the objects out of the Kustomization with prune: false, then run the same command again'}
  const rancher = annotations['objectset.rio.cattle.io/owner-name']
  if (rancher !== undefined) return {who: `the add-on ${rancher} of k3s or Rancher`, next: `switch the add-on ${rancher} off where it is configured`}
  const olm = labels['olm.owner']
  if (olm !== undefined) return {who: `the Operator Lifecycle Manager (${olm})`, next: 'delete the Subscription and the ClusterServiceVersion, then run the same command again'}
  const owner = ownerReferences.find((reference) => reference.controller === true)
  if (owner !== undefined) return {who: `the operator of ${owner.kind} ${owner.name}`, next: `delete or pause ${owner.kind} ${owner.name}, then run the same command again`}
  return undefined
}
