/** Takes a component back from a GitOps tool: the tool's object goes, what it kept stays. */
import {PLATFORM_LABEL} from '../../../checks/labels.ts'
import type {PlatformContext, PlatformStep} from '../../../context.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {deleteObject, patchObject} from '../../../tools/kubectl.ts'
import type {HelmReleaseStep} from '../helm-release.ts'
import {HELM_MANAGER} from '../release-state.ts'
import {chartObjects} from './delivered.ts'
import {handFieldsOver} from './fields.ts'
import {KUSTOMIZATION} from './flux-objects.ts'
import {ROOT, SOURCES, TOOLS} from './names.ts'
import type {Tool} from './names.ts'
import {lastCommit} from './repository.ts'

const FIELD_MANAGER = 'kp'

/**
 * In this order, so that a kill leaves two owners who agree, never none: the
 * root goes, so that it does not bring the object back from an older commit;
 * the tool stops; kp owns the fields and the release; then the object goes.
 * @param own the step by which kp keeps it, taking ownership of what is there
 */
export async function takeFromTool(ctx: PlatformContext, tool: Tool, options: HelmReleaseStep, own: PlatformStep): Promise<void> {
  const component = ctx.catalog.get(options.component)
  const {keeper, namespace, manager, title} = TOOLS[tool]
  const cluster = await ctx.cluster()
  await removeOldRoot(ctx, tool, options.component)
  const object = await cluster.get(keeper.apiVersion, keeper.kind, options.component, namespace)
  if (object !== undefined) await stop(ctx, tool, object)
  const {wanted} = await chartObjects(ctx, options.component)
  if (tool === 'argo-cd') await handFieldsOver(ctx, wanted, manager, component.install.method === 'apply' ? FIELD_MANAGER : HELM_MANAGER)
  ctx.changed()
  const probe = await own.probe(ctx)
  if (probe.state !== 'satisfied') await own.apply(ctx, probe)
  await deleteObject(ctx.exec, ctx.access, {...keeper, metadata: {name: options.component, namespace}}, {doing: `take ${component.title} back from ${title}`})
}

/** The root deploys what lies in the repository; the phase gitops makes it again. Its own objects stay. */
async function removeOldRoot(ctx: PlatformContext, tool: Tool, componentId: string): Promise<void> {
  const {namespace, keeper, title} = TOOLS[tool]
  const kind = tool === 'argo-cd' ? keeper : KUSTOMIZATION
  const look = async (name: string): Promise<KubeObject | undefined> => (await ctx.cluster()).get(kind.apiVersion, kind.kind, name, namespace)
  const root = await look(ROOT)
  // Another phase may be making it anew just now: what is deleted is what was judged, by what is in Git after it was seen.
  if (root === undefined || isOfNow(root, await lastCommit(ctx, `clusters/${ctx.spec.environment.name}/gitops/apps/${componentId}.yaml`))) return
  for (const object of tool === 'argo-cd' ? [root] : [root, await look(SOURCES)]) {
    if (object?.metadata.labels?.[PLATFORM_LABEL] !== ctx.spec.platform || object.metadata.deletionTimestamp !== undefined) continue
    await withoutCascade(ctx, object)
    await deleteObject(ctx.exec, ctx.access, object, {doing: `stop ${title} from bringing back what kp takes: ${kind.kind} ${object.metadata.name}`})
  }
}

/** The root was made after the commit in which the component is no longer handed over: it cannot bring it back. */
function isOfNow(root: KubeObject, commit: Awaited<ReturnType<typeof lastCommit>>): boolean {
  return root.metadata.creationTimestamp !== undefined && commit?.holds === false && Date.parse(root.metadata.creationTimestamp) >= commit.atMs
}

/** The tool no longer acts on the component, and deleting its object deletes nothing else. */
async function stop(ctx: PlatformContext, tool: Tool, object: KubeObject): Promise<void> {
  const {title} = TOOLS[tool]
  const automated = (object['spec'] as {syncPolicy?: {automated?: unknown}} | undefined)?.syncPolicy?.automated !== undefined
  const patch = tool === 'flux' ? [{op: 'add', path: '/spec/suspend', value: true}] : automated ? [{op: 'remove', path: '/spec/syncPolicy/automated'}] : []
  await withoutCascade(ctx, object)
  if (patch.length > 0) await patchObject(ctx.exec, ctx.access, object, patch, {doing: `suspend ${object.metadata.name} in ${title}`, fieldManager: FIELD_MANAGER})
}

/** A finalizer of Argo CD makes it delete what an Application keeps: somebody may have set one. */
export async function withoutCascade(ctx: PlatformContext, object: KubeObject): Promise<void> {
  const kept = (object.metadata.finalizers ?? []).filter((name) => !name.startsWith('resources-finalizer.argocd.argoproj.io'))
  if (kept.length === (object.metadata.finalizers ?? []).length) return
  await patchObject(ctx.exec, ctx.access, object, [{op: 'replace', path: '/metadata/finalizers', value: kept}], {doing: `let the objects of ${object.metadata.name} stay when it goes`, fieldManager: FIELD_MANAGER})
}
