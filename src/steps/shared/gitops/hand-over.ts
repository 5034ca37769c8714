/** Hands a component that kp installed over to a GitOps tool: no object is made anew, no pod restarts. */
import {readRevisions} from '../../../checks/helm-records.ts'
import type {PlatformContext} from '../../../context.ts'
import {KpError} from '../../../engine/errors.ts'
import {applyObjects, deleteObject} from '../../../tools/kubectl.ts'
import type {HelmReleaseStep} from '../helm-release.ts'
import {HELM_MANAGER, RELEASE_LABELS} from '../release-state.ts'
import {chartObjects, declared, lookAtLive, playSync} from './delivered.ts'
import {handFieldsOver} from './fields.ts'
import {TOOLS} from './names.ts'
import type {Tool} from './names.ts'
import {deliver} from './repository.ts'
import {requestSync, waitForDelivery} from './sync.ts'

const FIELD_MANAGER = 'kp'

/**
 * In this order, so that a kill leaves two owners who agree, never none: Git
 * has the files; the tool gets its object and says that all is as in Git; then
 * the fields change hands, and helm's own record goes. Flux goes on with the
 * release and keeps its record.
 */
export async function handToTool(ctx: PlatformContext, tool: Tool, options: HelmReleaseStep): Promise<void> {
  const {component: id} = options
  const component = ctx.catalog.get(id)
  const head = await deliver(ctx)
  const object = await declared(ctx, tool, id)
  const {wanted} = await chartObjects(ctx, id)
  // Without a record of helm nothing would tell later that this is still to be done.
  if (component.install.method === 'apply') await handFieldsOver(ctx, wanted, FIELD_MANAGER, TOOLS[tool].manager)
  await applyObjects(ctx.exec, ctx.access, [object], {doing: `hand ${component.title} over to ${TOOLS[tool].title}`, fieldManager: FIELD_MANAGER})
  await playSync(ctx, tool, id, await lookAtLive(ctx, wanted))
  await requestSync(ctx, tool, id, head)
  await waitForDelivery(ctx, tool, id, {phase: options.id.split('/')[0] ?? '', step: options.id})
  if (tool === 'flux' || component.install.method === 'apply') return
  await handFieldsOver(ctx, wanted, HELM_MANAGER, TOOLS[tool].manager)
  await forgetRelease(ctx, id)
}

/** Takes helm's records of a release of kp's away. The objects of the release stay. */
async function forgetRelease(ctx: PlatformContext, id: string): Promise<void> {
  const component = ctx.catalog.get(id)
  ctx.changed()
  const records = await readRevisions(await ctx.cluster(), component.namespace, component.releaseName)
  const foreign = records[0] !== undefined && records[0].labels[RELEASE_LABELS.platform] !== ctx.spec.platform
  if (foreign) throw new KpError({code: 'NOT_OURS', message: `the release ${component.releaseName} in namespace ${component.namespace} was made by somebody else: kp does not take its record away`, next: [`helm history ${component.releaseName} -n ${component.namespace}`]})
  // The newest goes last: as long as it is there the hand-over is not done.
  for (const {secret, namespace, revision} of records.toReversed()) {
    await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'Secret', metadata: {name: secret.name, namespace}}, {doing: `take away helm's record of revision ${revision} of ${component.releaseName}`})
  }
}
