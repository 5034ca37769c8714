/** What lies in the repository for the GitOps tool, whichever it is. Pure. */
import type {ManifestContext} from '../../../context.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {application} from './argo-objects.ts'
import {helmReleaseOf} from './flux-objects.ts'
import type {Tool} from './names.ts'

/** The object by which a tool keeps a component. */
export function keeperObject(ctx: ManifestContext, tool: Tool, componentId: string): KubeObject {
  return tool === 'argo-cd' ? application(ctx, componentId) : helmReleaseOf(ctx, componentId)
}
