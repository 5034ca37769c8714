/** Who keeps a component now: kp itself, or a GitOps tool. Told by what is in the cluster. */
import {keptByTool} from '../../../checks/kept-by-tool.ts'
import {COMPONENT_LABEL} from '../../../checks/labels.ts'
import {lookAtObjects, wantedNow} from '../../../checks/objects.ts'
import {readRevisions} from '../../../checks/helm-records.ts'
import type {ReleaseRevision} from '../../../checks/helm-records.ts'
import type {PlatformContext} from '../../../context.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {project} from './argo-objects.ts'
import {gitRepository, helmRepositories} from './flux-objects.ts'
import {LOOK_MANAGER, ROOT, TOOLS} from './names.ts'
import type {Tool} from './names.ts'

/** What is there. */
export interface Keeping {
  /** The Application or HelmRelease of kp's that keeps the component, and whose it is. */
  keeper?: {tool: Tool; object: KubeObject}
  /** The records of helm of the component's release: with Argo CD there is none. */
  records: ReleaseRevision[]
  /** Both think that it is theirs: a hand-over, or taking back, was cut off. */
  both: boolean
}

/** Looks at who keeps a component. */
export async function lookAtKeeping(ctx: PlatformContext, componentId: string): Promise<Keeping> {
  const component = ctx.catalog.get(componentId)
  const keeper = (await keepers(ctx)).find(({object}) => object.metadata.labels?.[COMPONENT_LABEL] === componentId)
  const helm = component.install.method === 'helm'
  const records = helm && keeper?.tool === 'argo-cd' ? await readRevisions(await ctx.cluster(), component.namespace, component.releaseName) : []
  return {...(keeper === undefined ? {} : {keeper}), records, both: records.length > 0}
}

/** Every object by which a tool, where kp put it, keeps a component of this platform. */
export async function keepers(ctx: PlatformContext): Promise<{tool: Tool; object: KubeObject}[]> {
  return (await keptByTool(ctx)).filter(({tool, object}) => object.metadata.namespace === TOOLS[tool].namespace)
}

/** Whether the tool is set up: it knows the sources, and may do, what it is to be handed. */
export async function isReady(ctx: PlatformContext, tool: Tool): Promise<boolean> {
  const cluster = await ctx.cluster()
  const {ready, namespace} = TOOLS[tool]
  if ((await cluster.get(ready.apiVersion, ready.kind, ROOT, namespace)) === undefined) return false
  const wanted = tool === 'argo-cd' ? [project(ctx)] : [gitRepository(ctx), ...helmRepositories(ctx)]
  return (await lookAtObjects(cluster, wantedNow(wanted), {fieldManager: LOOK_MANAGER, cache: ctx.looked})).differences.length === 0
}
