/** Judges what a person wants kp to take over (`--adopt`): refuses what cannot be, and says in words what would change. Reads only. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import {compareObjects} from '../../checks/difference.ts'
import {readContent} from '../../checks/helm-records.ts'
import type {ReleaseContent, ReleaseRevision} from '../../checks/helm-records.ts'
import {nameOf} from '../../checks/cluster.ts'
import {describeObject} from '../../checks/objects.ts'
import {chartFor, isNewer} from '../../components/compatibility.ts'
import {platformValues} from '../../components/platform-values.ts'
import {KpError} from '../../engine/errors.ts'
import type {Difference} from '../../engine/types.ts'
import {template} from '../../tools/helm.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import {keeperOf} from './foreign.ts'
import type {Foreign, ForeignObject, ReleasePlace} from './foreign.ts'
import {notAdoptable, notOurs, otherPlace} from './adopt-refusals.ts'
import {asHelmApplies, HELM_MANAGER, valueDifferences} from './release-state.ts'
import type {ReleaseInputs} from './release-inputs.ts'
import {kindsOf} from './rendered-chart.ts'

/** What taking over would mean. */
export interface Adoption {
  foreign: Foreign
  /** What changes, for the plan. */
  lines: string[]
  differences: Difference[]
  /** The last revision of the release that is taken over; 0 where there is none. */
  revision: number
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])
/** Chart of the lab's stand-ins. */
const STAND_IN = 'kp-stand-in'
const MOST_VALUES = 15
/** Annotation that names the version of the kinds of the Gateway API. */
const BUNDLE = 'gateway.networking.k8s.io/bundle-version'

/**
 * What it means to take over what somebody else installed.
 * @throws KpError NOT_OURS where that was not asked for, or cannot be; GATE where it needs another consent
 */
export async function judgeAdoption(ctx: PlatformContext, componentId: string, foreign: Foreign, made: ReleaseInputs): Promise<Adoption> {
  const component = ctx.catalog.get(componentId)
  const place = {name: made.helm.name, namespace: made.helm.namespace}
  const elsewhere = foreign.releases.find((release) => !isSame(release, place))
  const other = foreign.revision?.labels[PLATFORM_LABEL]
  if (ctx.adopt?.components.has(componentId) !== true || other !== undefined) throw notOurs(componentId, place, foreign)
  if (foreign.releases.length > 1) throw notAdoptable(componentId, `its objects belong to ${foreign.releases.length} releases: ${foreign.releases.map(nameOf).join(', ')}`, ['remove those that nobody needs, then run the same command again'])
  if (elsewhere !== undefined) throw otherPlace(componentId, elsewhere, place)
  const content = foreign.revision === undefined ? undefined : await contentOf(ctx, componentId, foreign.revision)
  if (content !== undefined) requireSameChart(componentId, component.chart.name, content, place)
  const wanted = chartFor(component, ctx.spec.kubernetes.version).version
  const theirs = content === undefined ? undefined : versionOf(content)
  if (theirs !== undefined && isNewer(theirs, wanted) && !ctx.adopt.downgrade) throw newer(componentId, theirs, wanted)
  await requireNoKeeper(ctx, componentId, foreign, content)
  const next = await Promise.all((await template(ctx.exec, ctx.access, made.helm, {kubeVersion: `v${ctx.spec.kubernetes.version}.0`, kinds: await kindsOf(ctx)})).map((object) => asHelmApplies(ctx, object, place)))
  const gone = await goneObjects(ctx, content, place, next)
  const definitions = gone.filter((object) => object.kind === 'CustomResourceDefinition' && object.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep')
  if (definitions.length > 0) throw notAdoptable(componentId, `its upgrade would delete ${definitions.length} kinds with all their objects: ${definitions.slice(0, 3).map((object) => object.metadata.name).join(', ')}`, [`keep them first: kubectl annotate crd ${definitions[0]?.metadata.name} helm.sh/resource-policy=keep`])
  const values = valueDifferences(platformValues(ctx, componentId).values, givenValues(content)).map((difference) => ({object: `release ${nameOf(place)}`, ...difference}))
  const pods = await podChanges(ctx, componentId, next)
  return {
    foreign,
    revision: foreign.revision?.revision ?? 0,
    differences: content === undefined ? foreign.objects.map(({object}) => ({object, seen: 'was made by somebody else'})) : values.filter((value) => value.seen !== undefined),
    lines: [
      ...(content === undefined ? [`take over ${foreign.objects.length} objects that belong to no release, into release ${nameOf(place)}`] : [`take over release ${nameOf(place)} (their revision ${foreign.revision?.revision}) and upgrade it in place`]),
      ...(theirs === undefined ? [] : [theirs === wanted ? `the chart stays at ${wanted}` : `the chart goes from ${theirs} to ${wanted}`]),
      ...(content === undefined ? [] : lostValues(componentId, values)),
      ...addedValues(values),
      ...pods,
      ...gone.filter((object) => object.kind !== 'CustomResourceDefinition').map((object) => `delete ${describeObject(object)}: the chart of kp does not have it`),
    ],
  }
}

/**
 * Refuses kinds whose bundle is newer than that of kp's chart.
 * @throws KpError GATE
 */
export function requireNotNewer(ctx: PlatformContext, componentId: string, objects: ForeignObject[]): void {
  const {crds} = ctx.catalog.get(componentId)
  for (const {meta} of objects) {
    const theirs = meta.annotations?.[BUNDLE]
    const wanted = crds.find(({name}) => name === meta.name)?.annotations[BUNDLE]
    if (theirs !== undefined && wanted !== undefined && isNewer(theirs, wanted) && ctx.adopt?.downgrade !== true) throw newer(componentId, theirs, wanted)
  }
}

/** Their values that kp's take the place of, each with how to keep it. */
function lostValues(component: string, values: Difference[]): string[] {
  const lost = values.filter((value) => value.seen !== undefined)
  const lines = lost.slice(0, MOST_VALUES).map(({field = '', seen, wanted}) => {
    const path = field.replace(/^values\./, '')
    return `their ${path} (${seen}) ${wanted === undefined ? 'is lost' : `becomes ${wanted}`}: to keep it, set components.${component}.values.${path} in kp.yaml`
  })
  return lost.length > MOST_VALUES ? [...lines, `and ${lost.length - MOST_VALUES} more of their values: helm get values shows them`] : lines
}

/** How many values kp sets that they did not. */
function addedValues(values: Difference[]): string[] {
  const added = values.filter((value) => value.seen === undefined).length
  return added === 0 ? [] : [`kp sets ${added} values that were left to the chart`]
}

/** Which pods would be replaced. A workload that the server refuses cannot be taken over. */
async function podChanges(ctx: PlatformContext, component: string, next: KubeObject[]): Promise<string[]> {
  const {api} = await ctx.cluster()
  const lines: string[] = []
  for (const object of next.filter(({kind}) => WORKLOADS.has(kind))) {
    const path = await api.pathOf(object)
    const live = path === undefined ? undefined : ((await api.get(path)) as KubeObject | undefined)
    if (live === undefined) {
      lines.push(`create ${describeObject(object)}`)
      continue
    }
    const answer = await api.dryRunApply(object, HELM_MANAGER)
    if (answer.status === 422 || answer.status === 409) {
      throw notAdoptable(component, `${describeObject(object)} cannot become what the chart wants: ${(answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`}`, [`delete it when a short gap is fine (kubectl -n ${object.metadata.namespace} delete ${object.kind.toLowerCase()} ${object.metadata.name}), then run the same command again`])
    }
    if (answer.status >= 300) continue
    const changed = compareObjects(live, answer.body as KubeObject).filter(({path: at}) => at[0] === 'spec' && at[1] === 'template')
    if (changed.length > 0) lines.push(`replace the pods of ${describeObject(object)}: ${changed.slice(0, 3).map(({field}) => field.replace('spec.template.', '')).join(', ')}${changed.length > 3 ? ` and ${changed.length - 3} more` : ''}`)
  }
  return lines
}

async function contentOf(ctx: PlatformContext, component: string, revision: ReleaseRevision): Promise<ReleaseContent> {
  if (revision.status !== 'deployed' && revision.status !== 'failed') throw notAdoptable(component, `its revision ${revision.revision} is ${revision.status}: somebody may be at work on it`, [`helm history ${revision.name} -n ${revision.namespace}`])
  const content = await readContent(await ctx.cluster(), revision)
  if (content !== undefined) return content
  throw notAdoptable(component, 'the record of its release cannot be read', [`helm history ${revision.name} -n ${revision.namespace}`])
}

function requireSameChart(component: string, chart: string, content: ReleaseContent, place: ReleasePlace): void {
  const standIn = content.chart.name === STAND_IN && (content.config['component'] as {id?: string} | undefined)?.id === component
  if (content.chart.name === chart || standIn) return
  throw notAdoptable(component, `the release ${place.name} in namespace ${place.namespace} is of another chart: ${content.chart.name} ${content.chart.version}, not ${chart}`, [`give kp's release another place: components.${component}.namespace in kp.yaml`])
}

async function requireNoKeeper(ctx: PlatformContext, component: string, foreign: Foreign, content: ReleaseContent | undefined): Promise<void> {
  const cluster = await ctx.cluster()
  const metas: KubeMeta[] = foreign.objects.map(({meta}) => meta)
  for (const {apiVersion, kind, metadata} of (content?.manifest ?? []).filter((object) => WORKLOADS.has(object.kind) || object.kind === 'CustomResourceDefinition')) {
    const namespace = WORKLOADS.has(kind) ? {namespace: metadata.namespace ?? foreign.releases[0]?.namespace ?? ''} : {}
    const meta = (await cluster.metadata(apiVersion, kind))?.get(nameOf({name: metadata.name, ...namespace}))
    if (meta !== undefined) metas.push(meta)
  }
  const keeper = metas.map(keeperOf).find((found) => found !== undefined)
  if (keeper !== undefined) throw notAdoptable(component, `${keeper.who} keeps it and would undo what kp does`, [keeper.next])
}

async function goneObjects(ctx: PlatformContext, content: ReleaseContent | undefined, place: ReleasePlace, next: KubeObject[]): Promise<KubeObject[]> {
  const key = (object: KubeObject): string => `${object.apiVersion.split('/')[0]} ${describeObject(object)}`
  const wanted = new Set(next.map(key))
  const theirs = await Promise.all((content?.manifest ?? []).map((object) => asHelmApplies(ctx, object, place)))
  return theirs.filter((object) => !wanted.has(key(object)))
}

/** The values that they gave; a stand-in of the lab carries them inside of its own. */
function givenValues(content: ReleaseContent | undefined): Record<string, unknown> {
  const config = content?.config ?? {}
  return content?.chart.name === STAND_IN ? ((config['values'] ?? {}) as Record<string, unknown>) : config
}

function versionOf(content: ReleaseContent): string | undefined {
  if (content.chart.name !== STAND_IN) return content.chart.version
  const chart = (content.config['component'] as {chart?: string} | undefined)?.chart
  return chart?.replace(/^.*-(?=v?\d+\.)/, '').replaceAll('_', '+')
}

function newer(component: string, theirs: string, wanted: string): KpError {
  return new KpError({
    code: 'GATE',
    message: `${component} cannot be adopted: ${theirs} is installed, which is newer than kp's ${wanted}; going back to an older version can lose data`,
    next: [`keep their version: components.${component}.version: ${theirs} in kp.yaml`, `or go back, after a backup: kp up --adopt ${component} --allow-downgrade`],
  })
}

function isSame(a: ReleasePlace, b: ReleasePlace): boolean {
  return a.name === b.name && a.namespace === b.namespace
}
