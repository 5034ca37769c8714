/** What of kp's stands in the cluster and what others have put on it: for removals. Reads only. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import {readContent} from '../../checks/helm-records.ts'
import type {ReleaseRevision} from '../../checks/helm-records.ts'
import {nameOf} from '../../checks/cluster.ts'
import {describeObject} from '../../checks/objects.ts'
import {companionsOf} from '../../components/alternatives.ts'
import type {Component} from '../../components/types.ts'
import {KpError} from '../../engine/errors.ts'
import {mapParallel} from '../../engine/graph.ts'
import type {RemovalOptions, Standing} from '../../engine/types.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {releaseOf} from './foreign.ts'

const BALANCERS_MS = 3 * 60_000

/** Nothing. */
export const NOTHING_STANDS: Standing = {deletes: [], keeps: [], blockers: []}

/** What of a helm release stands. Data stays: claims of volumes, and kinds that the chart asks to keep. */
export async function standingRelease(ctx: PlatformContext, component: Component, revision: ReleaseRevision | undefined, options: RemovalOptions): Promise<Standing> {
  if (revision === undefined || revision.labels[PLATFORM_LABEL] !== ctx.spec.platform) return standingRest(ctx, component, options)
  const cluster = await ctx.cluster()
  const manifest = (await readContent(cluster, revision))?.manifest ?? []
  const kept = manifest.filter(isKept)
  const claims = await claimsOf(ctx, component)
  return {
    deletes: [`release ${revision.namespace}/${revision.name}`, ...manifest.filter((object) => !isKept(object)).map((object) => named(object, revision)), ...(options.withData ? [...kept.map((object) => named(object, revision)), ...claims] : [])],
    keeps: options.withData ? [] : [...kept.map((object) => named(object, revision)), ...claims],
    blockers: await objectsOfOthers(ctx, component),
  }
}

/** The release is gone: what was kept of it goes too where data shall go. */
async function standingRest(ctx: PlatformContext, component: Component, options: RemovalOptions): Promise<Standing> {
  const kinds = await ownDefinitions(ctx, component)
  const rest = [...kinds.map((name) => `CustomResourceDefinition ${name}`), ...(await claimsOf(ctx, component))]
  if (rest.length === 0) return NOTHING_STANDS
  return options.withData ? {deletes: rest, keeps: [], blockers: await objectsOfOthers(ctx, component)} : {deletes: [], keeps: rest, blockers: []}
}

/** Kinds of a component that its release, or kp itself, made. */
export async function ownDefinitions(ctx: PlatformContext, component: Component): Promise<string[]> {
  if (component.crds.length === 0) return []
  const all = await (await ctx.cluster()).metadata('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  return component.crds.flatMap(({name}) => {
    const meta = all?.get(name)
    if (meta === undefined || meta.deletionTimestamp !== undefined) return []
    const release = releaseOf(meta)
    const own = meta.labels?.[PLATFORM_LABEL] === ctx.spec.platform || (meta.managedFields ?? []).some(({manager}) => manager === 'kp') || (release?.name === component.releaseName && release.namespace === component.namespace)
    return own ? [name] : []
  })
}

/** Objects of a component's kinds that kp did not make, and that nothing else in the cluster made for it. */
export async function objectsOfOthers(ctx: PlatformContext, component: Component): Promise<string[]> {
  const cluster = await ctx.cluster()
  const kinds = component.crds.filter((crd) => !crd.atRuntime)
  const found = await mapParallel(kinds, 8, async (crd) => {
    const metas = await cluster.metadata(`${crd.name.slice(crd.name.indexOf('.') + 1)}/${crd.storage ?? crd.versions[0]}`, crd.kind)
    return [...(metas?.values() ?? [])].filter((meta) => isOfOthers(ctx, meta, component) && !(meta.namespace === component.namespace && crd.makes.includes(meta.name))).map((meta) => `${crd.kind} ${nameOf(meta)}`)
  })
  return found.flat()
}

function isOfOthers(ctx: PlatformContext, meta: KubeMeta, component: Component): boolean {
  if (meta.labels?.[PLATFORM_LABEL] === ctx.spec.platform) return false
  if ((meta.ownerReferences ?? []).some((owner) => owner.controller === true)) return false
  const release = releaseOf(meta)
  // The policies of Kyverno are a release beside Kyverno's: what comes and goes with a component is no user of it.
  return ![component, ...companionsOf(component.id).filter((id) => ctx.catalog.has(id)).map((id) => ctx.catalog.get(id))].some(({releaseName, namespace}) => release?.name === releaseName && release.namespace === namespace)
}

/** Claims of volumes that the workloads of a release made. */
export async function claimsOf(ctx: PlatformContext, component: Component): Promise<string[]> {
  const claims = await (await ctx.cluster()).metadata('v1', 'PersistentVolumeClaim')
  return [...(claims?.values() ?? [])]
    .filter((meta) => meta.namespace === component.namespace && meta.deletionTimestamp === undefined && (meta.labels?.['app.kubernetes.io/instance'] ?? meta.labels?.['release']) === component.releaseName)
    .map((meta) => `PersistentVolumeClaim ${nameOf(meta)}`)
}

/**
 * Waits until the load balancers that a component's controller made are gone: without the controller nobody would delete them.
 * @throws KpError GATE where they stay
 */
export async function balancersGone(ctx: PlatformContext, component: Component): Promise<void> {
  const until = ctx.clock.now() + BALANCERS_MS
  for (;;) {
    const services = await (await ctx.cluster()).listKnown('v1', 'Service')
    const left = services.filter((service) => service.metadata.namespace === component.namespace && (service['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer' && releaseOf(service.metadata) === undefined && (service.metadata.ownerReferences ?? []).length > 0)
    if (left.length === 0) return
    if (ctx.clock.now() > until || ctx.signal.aborted) {
      throw new KpError({
        code: 'GATE',
        message: `${component.title} still has load balancers: without it nobody would delete them, and they would cost money`,
        details: left.map((service) => describeObject(service)),
        next: [`look why they stay: kubectl -n ${component.namespace} describe service ${left[0]?.metadata.name}`, 'then run the same command again'],
      })
    }
    await ctx.clock.sleep(1000, ctx.signal)
    ctx.changed()
  }
}

/** Deletes what a removal keeps unless it is told otherwise: kinds with all their objects, and claims of volumes. */
export async function deleteData(ctx: PlatformContext, component: Component): Promise<void> {
  ctx.changed()
  for (const name of await ownDefinitions(ctx, component)) {
    await deleteObject(ctx.exec, ctx.access, {apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: {name}}, {doing: `delete the kind ${name}`})
  }
  for (const claim of await claimsOf(ctx, component)) {
    const [namespace = '', name = ''] = claim.replace('PersistentVolumeClaim ', '').split('/')
    await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name, namespace}}, {doing: `delete ${claim}`})
  }
  const {api} = await ctx.cluster()
  api.forgetResources()
}

/** helm leaves such objects behind. */
function isKept(object: KubeObject): boolean {
  return object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep'
}

function named(object: KubeObject, revision: {namespace: string}): string {
  // A manifest leaves the namespace of the release out.
  const clusterWide = /^(Cluster|CustomResourceDefinition|ValidatingWebhook|MutatingWebhook|ValidatingAdmission|PriorityClass|IngressClass|GatewayClass|StorageClass|CSIDriver|APIService|Namespace)/.test(object.kind)
  return describeObject(clusterWide || object.metadata.namespace !== undefined ? object : {kind: object.kind, metadata: {name: object.metadata.name, namespace: revision.namespace}})
}
