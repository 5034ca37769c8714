/**
 * Builder: a step for a chart that helm cannot keep as a release (its record
 * would be larger than a Secret may be): rendered by helm, applied by kp.
 */
import {COMPONENT_LABEL, ownLabels} from '../../checks/labels.ts'
import {KpError} from '../../engine/errors.ts'
import type {ChartSource, PlatformContext, PlatformStep} from '../../context.ts'
import {nameOf} from '../../checks/cluster.ts'
import {describeObject, lookAtObjects} from '../../checks/objects.ts'
import type {ObjectKey, ObjectsLook, WantedObjects} from '../../checks/objects.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {onCluster} from './on-cluster.ts'
import {releaseInputs, tellSource} from './release-inputs.ts'
import type {ReleaseInputs} from './release-inputs.ts'
import {RELEASE_LABELS} from './release-state.ts'
import {renderedObjects} from './rendered-chart.ts'
import {describeRepair, repairObjects} from './repair.ts'
import {requireNotNewer} from './adopt.ts'
import {notAdoptable, objectsNotOurs} from './adopt-refusals.ts'
import {findForeignObjects, isOwn, keeperOf} from './foreign.ts'
import type {HelmReleaseStep} from './helm-release.ts'
import {objectsOfOthers} from './standing.ts'

const FIELD_MANAGER = 'kp'
/** Where the chart of a definition came from: a lab stays with it, and asks no network again. */
const SOURCE_LABEL = RELEASE_LABELS.source

/** A step that renders a component's chart and keeps its objects. */
export function appliedChart(options: HelmReleaseStep): PlatformStep {
  const look = async (ctx: PlatformContext): Promise<{look: ObjectsLook; count: number}> => {
    const wanted = await wantedObjects(ctx, options.component)
    if (options.takeOwnership !== true) await requireOwn(ctx, options.component, wanted)
    return {look: await lookAtObjects(await ctx.cluster(), wanted, {fieldManager: FIELD_MANAGER, cache: ctx.looked}), count: wanted.keys.length}
  }
  return onCluster({
    id: options.id,
    title: options.title,
    risk: 'none',
    component: options.component,
    ...(options.appliesTo === undefined ? {} : {appliesTo: options.appliesTo}),
    ...(options.verify === undefined ? {} : {verify: options.verify}),
    ...(options.after === undefined ? {} : {after: options.after}),
    async probe(ctx) {
      const found = await look(ctx)
      const {differences, missing} = found.look
      if (differences.length === 0) return {state: 'satisfied', observed: `${found.count} objects are as wanted`}
      const absent = missing.length === found.count
      return {state: absent ? 'absent' : 'drifted', observed: absent ? 'nothing of it is there' : `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`, differences, data: found.look}
    },
    async plan(ctx, probe) {
      const {source} = await inputsOf(ctx, options.component)
      const found = probe.data as ObjectsLook | undefined
      return {lines: found === undefined ? [`apply ${ctx.catalog.get(options.component).title}: ${source.said}`] : describeRepair(found), commands: [`helm template … | kubectl apply --server-side --field-manager=${FIELD_MANAGER} -f -`]}
    },
    async apply(ctx, probe) {
      tellSource(ctx, options.id, (await inputsOf(ctx, options.component)).source)
      await repairObjects(ctx, (probe.data as ObjectsLook | undefined) ?? (await look(ctx)).look, {fieldManager: FIELD_MANAGER, doing: options.title})
      const cluster = await ctx.cluster()
      cluster.api.forgetResources()
    },
    async standing(ctx, {withData}) {
      const component = ctx.catalog.get(options.component)
      const names = (await ownKeys(ctx, component.id)).map(describeObject)
      if (names.length === 0 || !withData) return {deletes: [], keeps: names, blockers: []}
      return {deletes: names, keeps: [], blockers: await objectsOfOthers(ctx, component)}
    },
    // With a definition all objects of its kind go: only where data shall go.
    async undo(ctx, removal = {withData: false}) {
      if (!removal.withData) return
      for (const key of await ownKeys(ctx, options.component)) {
        await deleteObject(ctx.exec, ctx.access, {...key, metadata: {name: key.name, ...(key.namespace === undefined ? {} : {namespace: key.namespace})}}, {doing: `delete ${describeObject(key)}`})
      }
      const {api} = await ctx.cluster()
      api.forgetResources()
    },
  })
}

/** The objects of the chart that are there and that kp made. */
async function ownKeys(ctx: PlatformContext, component: string): Promise<ObjectKey[]> {
  const cluster = await ctx.cluster()
  const {keys} = await wantedObjects(ctx, component)
  const metas = await Promise.all(keys.map(async (key) => (await cluster.metadata(key.apiVersion, key.kind))?.get(nameOf(key))))
  return keys.filter((_, index) => {
    const meta = metas[index]
    return meta !== undefined && meta.deletionTimestamp === undefined && isOwn(meta, ctx.spec.platform)
  })
}

/**
 * Refuses objects that others made, unless a person lets kp take them over.
 * @throws KpError NOT_OURS; GATE where they are newer than kp's
 */
async function requireOwn(ctx: PlatformContext, component: string, wanted: WantedObjects): Promise<void> {
  const foreign = await findForeignObjects(ctx, wanted.keys)
  if (foreign.length === 0) return
  if (ctx.adopt?.components.has(component) !== true) throw objectsNotOurs(component, foreign)
  requireNotNewer(ctx, component, foreign)
  const keeper = foreign.map(({meta}) => keeperOf(meta)).find((found) => found !== undefined)
  if (keeper !== undefined) throw notAdoptable(component, `${keeper.who} keeps it and would undo what kp does`, [keeper.next])
}

async function inputsOf(ctx: PlatformContext, component: string): Promise<ReleaseInputs> {
  return releaseInputs(ctx, component, 0, ctx.lab === undefined ? undefined : await installedFrom(ctx, component))
}

/** The source that a definition of the component says; nothing is said before there is a cluster. */
async function installedFrom(ctx: PlatformContext, component: string): Promise<ChartSource['kind'] | undefined> {
  const cluster = await ctx.cluster().catch((error: unknown) => {
    if (error instanceof KpError && error.code === 'CLUSTER_ABSENT') return undefined
    throw error
  })
  const definitions = await cluster?.metadata('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  const own = [...(definitions?.values() ?? [])].find(({labels}) => labels?.[COMPONENT_LABEL] === component)
  return own?.labels?.[SOURCE_LABEL] as ChartSource['kind'] | undefined
}

/** The objects of the rendered chart, labelled as kp's. */
async function wantedObjects(ctx: PlatformContext, componentId: string): Promise<WantedObjects> {
  const component = ctx.catalog.get(componentId)
  const {digest, helm, source} = await inputsOf(ctx, componentId)
  const labels = {...ownLabels(ctx), [COMPONENT_LABEL]: component.id, ...(ctx.lab === undefined ? {} : {[SOURCE_LABEL]: source.kind})}
  return renderedObjects(ctx, {
    digest,
    helm,
    cache: `applied-${componentId}${ctx.lab === undefined ? '' : '-lab'}`,
    finish: (object) => ({...object, metadata: {...object.metadata, labels: {...object.metadata.labels, ...labels}}}),
  })
}
