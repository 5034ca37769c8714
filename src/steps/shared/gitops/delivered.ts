/** A component that a GitOps tool keeps: held against what the tool says, and against its live objects. */
import {readRevisions} from '../../../checks/helm-records.ts'
import {lookAtObjects, wantedNow} from '../../../checks/objects.ts'
import type {ObjectsLook, WantedObjects} from '../../../checks/objects.ts'
import {nameOf} from '../../../checks/cluster.ts'
import type {ChartSource, PlatformContext} from '../../../context.ts'
import type {Difference} from '../../../engine/types.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {lookAtBase, repairBase} from '../helm-release.ts'
import type {HelmReleaseStep} from '../helm-release.ts'
import {releaseInputs} from '../release-inputs.ts'
import {inItsNamespace, RELEASE_LABELS} from '../release-state.ts'
import {kindsOf, renderedObjects} from '../rendered-chart.ts'
import {describeRepair, repairObjects} from '../repair.ts'
import {LOOK_MANAGER, TOOLS} from './names.ts'
import type {Tool} from './names.ts'
import {keeperObject} from './objects.ts'
import {deliver} from './repository.ts'
import {deliveryStatus} from './status.ts'
import {requestSync, waitForDelivery} from './sync.ts'

const FIELD_MANAGER = 'kp'

/** What was found. */
export interface DeliveredLook {
  /** The Application or HelmRelease, as it is rendered. */
  keeper: ObjectsLook
  /** Namespace and definitions, which kp keeps beside it. */
  base: ObjectsLook
  /** The objects of the chart. */
  live: ObjectsLook
  count: number
  /** All of it, and what the tool complains about. */
  differences: Difference[]
  /** The same in words, for a plan. */
  said: string[]
}

const NOTHING: ObjectsLook = {missing: [], drifted: [], differences: []}

/** Looks at the tool's object, at what the tool says, and at the live objects. */
export async function lookAtDelivered(ctx: PlatformContext, tool: Tool, options: HelmReleaseStep): Promise<DeliveredLook> {
  const {component} = options
  const cluster = await ctx.cluster()
  const {keeper: kind, namespace, title} = TOOLS[tool]
  const applied = ctx.catalog.get(component).install.method === 'apply'
  const {wanted, source} = await chartObjects(ctx, component)
  const [keeper, base, live, object] = await Promise.all([
    lookAtObjects(cluster, wantedNow([await declared(ctx, tool, component)]), {fieldManager: FIELD_MANAGER, cache: ctx.looked}),
    applied ? NOTHING : lookAtBase(ctx, options, source),
    lookAtLive(ctx, wanted),
    cluster.get(kind.apiVersion, kind.kind, component, namespace),
  ])
  const status = object === undefined ? undefined : deliveryStatus(object)
  const complaints = status === undefined || status.well ? [] : status.complaints.length > 0 ? status.complaints : [`${kind.kind} ${namespace}/${component}: ${status.doing}`]
  return {
    keeper,
    base,
    live,
    count: wanted.keys.length,
    differences: [...keeper.differences, ...base.differences, ...live.differences, ...complaints.map((seen) => ({object: `${kind.kind} ${nameOf({name: component, namespace})}`, seen}))],
    said: [
      ...describeRepair(keeper),
      ...describeRepair(live).map((line) => `${title}: ${line}`),
      ...complaints.map((line) => `sync: ${line}`),
    ],
  }
}

/** Commits what is rendered, lets the tool deliver it, and waits until it is there. helm has no part in it. */
export async function deliverNow(ctx: PlatformContext, tool: Tool, options: HelmReleaseStep, look: DeliveredLook): Promise<void> {
  const {component, id, title} = options
  const head = await deliver(ctx)
  await repairBase(ctx, options, look.base)
  await repairObjects(ctx, look.keeper, {fieldManager: FIELD_MANAGER, doing: `${title}: tell ${TOOLS[tool].title}`})
  await playSync(ctx, tool, component, look.live)
  await requestSync(ctx, tool, component, head)
  await waitForDelivery(ctx, tool, component, {phase: id.split('/')[0] ?? '', step: id})
}

/** In the lab no controller runs: kp applies what differs in its place and under its name. Elsewhere it does nothing. */
export async function playSync(ctx: PlatformContext, tool: Tool, component: string, live: ObjectsLook): Promise<void> {
  if (!ctx.provider.simulated || live.differences.length === 0) return
  await repairObjects(ctx, live, {fieldManager: TOOLS[tool].manager, doing: `play the sync of ${component}, in the place of ${TOOLS[tool].title}`})
}

/** The live objects of a component, held against its chart and values. */
export async function lookAtLive(ctx: PlatformContext, wanted: WantedObjects): Promise<ObjectsLook> {
  return lookAtObjects(await ctx.cluster(), wanted, {fieldManager: LOOK_MANAGER, cache: ctx.looked})
}

/** The tool's object for a component, as kp keeps it in the cluster: the rendered one, and from which source a lab has its chart. */
export async function declared(ctx: PlatformContext, tool: Tool, component: string): Promise<KubeObject> {
  const object = keeperObject(ctx, tool, component)
  if (!ctx.provider.simulated) return object
  const {source} = await inputs(ctx, component)
  return {...object, metadata: {...object.metadata, annotations: {...object.metadata.annotations, [RELEASE_LABELS.source]: source.kind}}}
}

/** The objects that the component's chart makes, each with its namespace. What charts make up anew at each rendering is left open. */
export async function chartObjects(ctx: PlatformContext, component: string): Promise<{wanted: WantedObjects; source: ChartSource}> {
  const {digest, helm, source} = await inputs(ctx, component)
  const kinds = await kindsOf(ctx)
  const wanted = await renderedObjects(ctx, {
    // A chart may leave out what the cluster has no kind for.
    digest: `${digest} ${kinds.join(' ')}`,
    helm,
    kinds,
    cache: `delivered-${component}`,
    steadyOnly: true,
    finish(object) {
      const {data: _data, stringData: _text, ...rest} = object
      return inItsNamespace(ctx, object.kind === 'Secret' ? rest : object, helm.namespace)
    },
  })
  return {wanted, source}
}

/** A lab stays with the source of its charts, whoever keeps them. */
async function inputs(ctx: PlatformContext, component: string): ReturnType<typeof releaseInputs> {
  const cluster = await ctx.cluster()
  for (const tool of Object.keys(TOOLS) as Tool[]) {
    const {keeper, namespace} = TOOLS[tool]
    const kind = (await cluster.get(keeper.apiVersion, keeper.kind, component, namespace))?.metadata.annotations?.[RELEASE_LABELS.source]
    if (kind !== undefined) return releaseInputs(ctx, component, 0, kind as ChartSource['kind'])
  }
  const revisions = ctx.catalog.get(component).install.method === 'helm' ? await readSource(ctx, component) : undefined
  return releaseInputs(ctx, component, 0, revisions)
}

async function readSource(ctx: PlatformContext, componentId: string): Promise<ChartSource['kind'] | undefined> {
  const {namespace, releaseName} = ctx.catalog.get(componentId)
  const own = (await readRevisions(await ctx.cluster(), namespace, releaseName)).find(({status}) => status === 'deployed')
  return own?.labels[RELEASE_LABELS.source] as ChartSource['kind'] | undefined
}
