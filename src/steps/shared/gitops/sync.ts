/** Asks a GitOps tool to deliver what is in Git now, and waits until it is there. */
import {ClusterReader} from '../../../checks/cluster.ts'
import type {PlatformContext} from '../../../context.ts'
import {KpError} from '../../../engine/errors.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {patchObject} from '../../../tools/kubectl.ts'
import {chartPlace} from './chart-place.ts'
import {TOOLS} from './names.ts'
import type {Tool} from './names.ts'
import {deliveryStatus} from './status.ts'

const LOOK_MS = 1000
const LONGEST_MS = 5 * 60_000
const REQUESTED = 'reconcile.fluxcd.io/requestedAt'
/** The lab cannot read Git: it is told which commit there is. */
const LAB_COMMIT = 'lab.kp.dev/commit'

/** What names an object. */
type Named = Pick<KubeObject, 'apiVersion' | 'kind'> & {metadata: {name: string; namespace?: string}}

/** Whose progress it is. */
interface At {
  phase: string
  step: string
}

/** Asks the tool to sync a component at once; without it, it looks at its next interval. */
export function requestSync(ctx: PlatformContext, tool: Tool, componentId: string, head: string | undefined): Promise<void> {
  const revisions = head === undefined ? undefined : [chartPlace(ctx, componentId).version, head]
  return request(ctx, tool, keeperName(tool, componentId), revisions === undefined ? {} : {revisions}, undefined)
}

/** Asks the tool to look at what an object of it reads: the root, a source. */
export function requestLook(ctx: PlatformContext, tool: Tool, object: Named, head: string | undefined): Promise<void> {
  return request(ctx, tool, object, head === undefined ? {} : {revision: head}, head)
}

async function request(ctx: PlatformContext, tool: Tool, object: Named, at: {revision?: string; revisions?: string[]}, head: string | undefined): Promise<void> {
  const {title} = TOOLS[tool]
  const {prune} = ctx.spec.phases.gitops
  const patch = tool === 'argo-cd'
    ? [{op: 'add', path: '/operation', value: {initiatedBy: {username: 'kp'}, sync: {prune, ...at, syncOptions: ['ServerSideApply=true', 'RespectIgnoreDifferences=true']}}}]
    : await annotations(ctx, object, {[REQUESTED]: new Date(ctx.clock.now()).toISOString(), ...(ctx.provider.simulated && head !== undefined ? {[LAB_COMMIT]: head} : {})})
  await patchObject(ctx.exec, ctx.access, object, patch, {doing: `ask ${title} to look at ${object.metadata.name}`, fieldManager: 'kp-request'})
}

async function annotations(ctx: PlatformContext, object: Named, values: Record<string, string>): Promise<unknown[]> {
  const live = await fresh(ctx, object)
  if (live?.metadata.annotations === undefined) return [{op: 'add', path: '/metadata/annotations', value: values}]
  return Object.entries(values).map(([name, value]) => ({op: 'add', path: `/metadata/annotations/${name.replaceAll('/', '~1')}`, value}))
}

/**
 * Waits until the tool says that a component is synced and healthy, and says what it waits for.
 * @throws KpError STEP_FAILED with what the tool says, where it failed or takes too long
 */
export function waitForDelivery(ctx: PlatformContext, tool: Tool, componentId: string, at: At): Promise<void> {
  return waitFor(ctx, tool, keeperName(tool, componentId), at)
}

/** The same for any object of the tool. */
export async function waitFor(ctx: PlatformContext, tool: Tool, {apiVersion, kind, metadata: {name, namespace}}: Named, at: At): Promise<void> {
  const {title} = TOOLS[tool]
  const until = tool === 'argo-cd' ? "jsonpath='{.status.health.status}'=Healthy" : 'condition=Ready'
  await ctx.change({doing: `wait for ${title}: ${name}`, command: `kubectl -n ${namespace} wait --for=${until} ${kind.toLowerCase()}/${name}`}, async () => {
    const deadline = ctx.clock.now() + LONGEST_MS
    let said = ''
    for (;;) {
      const live = await fresh(ctx, {apiVersion, kind, metadata: {name, ...(namespace === undefined ? {} : {namespace})}})
      const status = live === undefined ? undefined : deliveryStatus(live)
      if (status?.well === true) return
      if (ctx.signal.aborted) throw new KpError({code: 'INTERRUPTED', message: `stopped while ${title} was at work on ${name}`})
      if (status === undefined || ctx.clock.now() > deadline || (!status.busy && hasFailed(status.complaints))) throw notDelivered(title, {kind, name, namespace: namespace ?? ''}, status?.complaints ?? [])
      if (status.doing !== said) {
        said = status.doing
        ctx.emit({code: 'step.progress', ...at, text: `waiting for ${title}: ${name}: ${said}`})
      }
      await ctx.clock.sleep(LOOK_MS, ctx.signal)
    }
  })
}

function keeperName(tool: Tool, componentId: string): Named {
  const {keeper, namespace} = TOOLS[tool]
  return {...keeper, metadata: {name: componentId, namespace}}
}

function hasFailed(complaints: string[]): boolean {
  return complaints.some((line) => /failed|Error|Degraded|Exceeded/.test(line))
}

function notDelivered(title: string, {kind, name, namespace}: {kind: string; name: string; namespace: string}, complaints: string[]): KpError {
  return new KpError({
    code: 'STEP_FAILED',
    message: `${title} did not bring ${name}: ${complaints[0] ?? `${kind} ${namespace}/${name} is gone`}`,
    doing: `wait for ${title}`,
    details: complaints,
    next: [`kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`, 'kp verify gitops', 'run the same command again: kp looks first and goes on where it is'],
  })
}

/** An object as it is now, whatever was read before. */
async function fresh(ctx: PlatformContext, {apiVersion, kind, metadata}: Named): Promise<KubeObject | undefined> {
  return new ClusterReader((await ctx.cluster()).api).get(apiVersion, kind, metadata.name, metadata.namespace)
}
