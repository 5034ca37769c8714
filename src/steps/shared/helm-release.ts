/** Builder: a step that keeps the helm release of a component as kp.yaml wants it. */
import type {ChartSource, PlatformContext, PlatformStep} from '../../context.ts'
import {lookAtObjects, wantedNow} from '../../checks/objects.ts'
import type {ObjectsLook} from '../../checks/objects.ts'
import {readRevisions} from '../../checks/helm-records.ts'
import type {ReleaseRevision} from '../../checks/helm-records.ts'
import type {Component} from '../../components/types.ts'
import {KpError} from '../../engine/errors.ts'
import type {Difference, Probe} from '../../engine/types.ts'
import {formatCommand} from '../../tools/exec.ts'
import {uninstall, upgradeArgs, upgradeInstall} from '../../tools/helm.ts'
import type {HelmRelease} from '../../tools/helm.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {chartDefinitions} from './chart-definitions.ts'
import {explainWorkloads, sayWhatIsWaitedFor} from './explain-workloads.ts'
import {namespaceObject} from './namespace.ts'
import {onCluster} from './on-cluster.ts'
import {describeRepair, repairObjects} from './repair.ts'
import {judgeAdoption} from './adopt.ts'
import type {Adoption} from './adopt.ts'
import {findForeign} from './foreign.ts'
import {releaseInputs, tellSource} from './release-inputs.ts'
import {HELM_MANAGER, lookAtRelease, noteReleased, RELEASE_LABELS} from './release-state.ts'
import type {ReleaseLook} from './release-state.ts'
import {balancersGone, deleteData, standingRelease} from './standing.ts'

/** Which component, and what proves it. */
export interface HelmReleaseStep {
  /** Step id; default `<phase>/<component>`. */
  id: string
  title: string
  component: string
  verify?: string[]
  /** Steps and phases that come before it, where they are others than usual; see `Step.after`. */
  after?: string[]
  appliesTo?: PlatformStep['appliesTo']
  /** Milliseconds that helm waits for the workloads; default 5 minutes. */
  timeoutMs?: number
  /** False where its pods become ready only after a later step, or a person, has done something. */
  wait?: false
  /** Pod Security level of the namespace; default `baseline`. */
  podSecurity?: 'privileged' | 'baseline' | 'restricted'
  /** Its objects may be there without a release: they become the release's. */
  takeOwnership?: boolean
}

interface ReleaseProbe {
  /** `foreign`: somebody else made it, and kp is to take it over. */
  release: ReleaseLook | {state: 'foreign'; adoption: Adoption}
  /** The namespace and the definitions that kp keeps beside the release. */
  base: ObjectsLook
  source: ChartSource
  helm: HelmRelease
}

const FIELD_MANAGER = 'kp'
const DEFAULT_TIMEOUT_MS = 5 * 60_000
/** What a busy or restarting API server makes helm say. */
const TRANSIENT = /TooManyRequests|429|ServiceUnavailable|503|connection refused|connection reset|EOF|etcdserver: (leader changed|request timed out)|TLS handshake timeout|the object has been modified/

/** A step that installs, upgrades and repairs a component. */
export function helmRelease(options: HelmReleaseStep): PlatformStep {
  return onCluster({
    id: options.id,
    title: options.title,
    risk: 'none',
    component: options.component,
    timeoutMs: (options.timeoutMs ?? DEFAULT_TIMEOUT_MS) + 120_000,
    retry: {tries: 3, delayMs: 3000, when: isTransient},
    ...(options.appliesTo === undefined ? {} : {appliesTo: options.appliesTo}),
    ...(options.verify === undefined ? {} : {verify: options.verify}),
    ...(options.after === undefined ? {} : {after: options.after}),
    async probe(ctx) {
      return toProbe(await look(ctx, options))
    },
    async plan(ctx, probe) {
      const found = (probe.data as ReleaseProbe | undefined) ?? {release: {state: 'absent' as const}, base: NOTHING, ...(await releaseInputs(ctx, options.component, options.timeoutMs ?? DEFAULT_TIMEOUT_MS))}
      return {lines: planLines(found), commands: planCommands(ctx, options.component, found)}
    },
    async apply(ctx, probe) {
      const found = (probe.data as ReleaseProbe | undefined) ?? (await look(ctx, options))
      await repairBase(ctx, options, found.base)
      if (found.release.state === 'objects') {
        await repairObjects(ctx, found.release.look, {fieldManager: HELM_MANAGER, doing: `repair ${options.component}`})
        return
      }
      if (found.release.state === 'ok') return
      await install(ctx, options, found)
      if (found.release.state === 'foreign') await takeBackWhatWasSet(ctx, options)
    },
    async standing(ctx, removal) {
      const component = ctx.catalog.get(options.component)
      return standingRelease(ctx, component, await latestOf(ctx, component), removal)
    },
    async undo(ctx, removal = {withData: false}) {
      const component = ctx.catalog.get(options.component)
      const latest = await latestOf(ctx, component)
      if (latest !== undefined && latest.labels[RELEASE_LABELS.platform] !== ctx.spec.platform) return
      if (latest !== undefined && !ctx.dryRun) await balancersGone(ctx, component)
      if (latest !== undefined) await uninstall(ctx.exec, ctx.access, component.releaseName, component.namespace, `remove ${component.title}`)
      if (removal.withData) await deleteData(ctx, component)
    },
  })
}

async function latestOf(ctx: PlatformContext, component: Component): Promise<ReleaseRevision | undefined> {
  return (await readRevisions(await ctx.cluster(), component.namespace, component.releaseName))[0]
}

const NOTHING: ObjectsLook = {missing: [], drifted: [], differences: []}

function isTransient(error: unknown): boolean {
  return error instanceof KpError && (error.code === 'CLUSTER_UNREACHABLE' || (error.code === 'TOOL_FAILED' && TRANSIENT.test(error.tool?.output ?? '')))
}

async function look(ctx: PlatformContext, options: HelmReleaseStep): Promise<ReleaseProbe> {
  const component = ctx.catalog.get(options.component)
  const cluster = await ctx.cluster()
  const revisions = await readRevisions(cluster, component.namespace, component.releaseName)
  const installed = revisions.find((revision) => revision.status === 'deployed')
  const inputs = await releaseInputs(ctx, options.component, options.timeoutMs ?? DEFAULT_TIMEOUT_MS, installed?.labels[RELEASE_LABELS.source] as ChartSource['kind'] | undefined)
  const made = options.wait === false ? {...inputs, helm: {...inputs.helm, wait: false}} : inputs
  const base = await lookAtBase(ctx, options, made.source)
  const foreign = options.takeOwnership === true ? undefined : await findForeign(ctx, options.component, revisions[0])
  if (foreign !== undefined) return {release: {state: 'foreign', adoption: await judgeAdoption(ctx, options.component, foreign, made)}, base, source: made.source, helm: made.helm}
  const release = await lookAtRelease(ctx, {component: options.component, name: made.helm.name, namespace: made.helm.namespace, values: made.values, digest: made.digest})
  return {release, base, source: made.source, helm: made.helm}
}

/** The namespace and the definitions that kp keeps beside a release. */
export async function lookAtBase(ctx: PlatformContext, options: HelmReleaseStep, source: ChartSource): Promise<ObjectsLook> {
  const component = ctx.catalog.get(options.component)
  const objects = [namespaceObject(ctx, component.namespace, options.podSecurity ?? 'baseline'), ...(await chartDefinitions(ctx, component, source))].filter((object) => object !== undefined)
  return lookAtObjects(await ctx.cluster(), wantedNow(objects), {fieldManager: FIELD_MANAGER, cache: ctx.looked})
}

/** Puts the namespace and the definitions right. */
export async function repairBase(ctx: PlatformContext, options: HelmReleaseStep, base: ObjectsLook): Promise<void> {
  await repairObjects(ctx, base, {fieldManager: FIELD_MANAGER, doing: `${options.title}: namespace and definitions`})
  if (base.missing.some((drift) => drift.wanted.kind === 'CustomResourceDefinition')) (await ctx.cluster()).api.forgetResources()
}

async function install(ctx: PlatformContext, options: HelmReleaseStep, found: ReleaseProbe): Promise<void> {
  const component = ctx.catalog.get(options.component)
  const {release} = found
  let last = release.state === 'foreign' ? release.adoption.revision : 'revision' in release ? release.revision.revision : 0
  if (found.release.state === 'interrupted') {
    const {secret, namespace, revision} = found.release.revision
    await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'Secret', metadata: {name: secret.name, namespace}}, {doing: `take away helm's record of the interrupted revision ${revision} of ${component.releaseName}`})
    last = revision - 1
  }
  if (found.release.state === 'outdated' && found.release.revision.status === 'uninstalling') {
    await uninstall(ctx.exec, ctx.access, component.releaseName, component.namespace, `finish the removal of ${component.releaseName}`)
    last = 0
  }
  tellSource(ctx, options.id, found.source)
  const stopSaying = sayWhatIsWaitedFor(ctx, {phase: options.id.split('/')[0] ?? '', step: options.id}, component.namespace)
  try {
    await upgradeInstall(ctx.exec, ctx.access, {...found.helm, takeOwnership: release.state === 'foreign' || options.takeOwnership === true, labels: {...found.helm.labels, [RELEASE_LABELS.revision]: String(last + 1)}}, {doing: options.title})
    noteReleased(ctx, found.helm)
  } catch (error) {
    throw await withWorkloads(ctx, component, error)
  } finally {
    stopSaying()
  }
}

/** What was applied with other means than helm keeps fields that the chart does not set: they go as if set by hand. */
async function takeBackWhatWasSet(ctx: PlatformContext, options: HelmReleaseStep): Promise<void> {
  ctx.changed()
  if (ctx.dryRun) return
  const {release} = await look(ctx, options)
  if (release.state === 'objects') await repairObjects(ctx, release.look, {fieldManager: HELM_MANAGER, doing: `repair ${options.component}`})
}

/** Adds what the workloads of the namespace say to an error of helm: `context deadline exceeded` explains nothing. */
async function withWorkloads(ctx: PlatformContext, component: Component, error: unknown): Promise<unknown> {
  if (!(error instanceof KpError) || error.code !== 'TOOL_FAILED') return error
  ctx.changed()
  const details = await explainWorkloads(ctx, component.namespace).catch(() => [])
  return new KpError({
    code: error.code,
    message: error.message,
    ...(error.doing === undefined ? {} : {doing: error.doing}),
    ...(error.tool === undefined ? {} : {tool: error.tool}),
    details: [...error.details, ...details],
    next: ['run the same command again: kp looks first and goes on where it is', `kubectl -n ${component.namespace} get pods`],
    cause: error,
  })
}

function toProbe(found: ReleaseProbe): Probe {
  const {release, base} = found
  const where = `release ${found.helm.namespace}/${found.helm.name}`
  if (release.state === 'ok' && base.differences.length === 0) {
    return {state: 'satisfied', observed: `revision ${release.revision.revision}, ${release.objects} objects as wanted (${found.source.kind})`, data: found}
  }
  if (release.state === 'absent') return {state: 'absent', observed: `there is no ${where}`, data: found}
  if (release.state === 'foreign') return {state: 'drifted', observed: `${where} was made by somebody else and is to be taken over`, differences: [...release.adoption.differences, ...base.differences], data: found}
  if (release.state === 'interrupted') {
    return {state: 'drifted', observed: `an interrupted ${release.revision.status.replace('pending-', '')} of kp's own is in the way`, differences: [{object: where, field: 'status', wanted: 'deployed', seen: release.revision.status}, ...base.differences], data: found}
  }
  const differences: Difference[] = [...base.differences, ...(release.state === 'outdated' ? release.differences : release.state === 'objects' ? release.look.differences : [])]
  const observed = release.state === 'outdated' ? release.reason : `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'} to what kp installed`
  return {state: 'drifted', observed, differences, data: found}
}

function planLines(found: ReleaseProbe): string[] {
  const {release, base, source, helm} = found
  const version = source.version === undefined ? '' : ` ${source.version}`
  const lines = describeRepair(base)
  if (release.state === 'absent') lines.push(`install release ${helm.name}${version} in namespace ${helm.namespace}: ${source.said}`)
  if (release.state === 'interrupted') lines.push(`take away the record of the interrupted revision ${release.revision.revision}, then install ${helm.name}${version} again`)
  if (release.state === 'outdated') lines.push(`upgrade release ${helm.name}${version} in namespace ${helm.namespace}: ${release.reason}`)
  if (release.state === 'foreign') lines.push(...release.adoption.lines, source.said)
  if (release.state === 'objects') lines.push(...describeRepair(release.look))
  return lines
}

/** The commands that a person could run instead; values come from the rendered repository. */
function planCommands(ctx: PlatformContext, component: string, {release, helm}: ReleaseProbe): string[] {
  if (release.state === 'ok') return [`kubectl apply --server-side --field-manager=${FIELD_MANAGER} -f <objects>`]
  if (release.state === 'objects') return [`kubectl apply --server-side --field-manager=${HELM_MANAGER} -f <objects>`]
  const values = `clusters/${ctx.spec.environment.name}/${component}/values.yaml`
  return [formatCommand('helm', upgradeArgs({...helm, labels: {}, takeOwnership: release.state === 'foreign'}, ctx.access)).replace('--values -', `--values ${values}`)]
}
