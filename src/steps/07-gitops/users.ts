/** What would be without a keeper if the GitOps tool went. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {EarlierChoice, PlatformContext} from '../../context.ts'
import {KUSTOMIZATION} from '../shared/gitops/flux-objects.ts'
import {keepers} from '../shared/gitops/keeping.ts'
import {TOOLS} from '../shared/gitops/names.ts'
import type {Tool} from '../shared/gitops/names.ts'

/** What was handed over, and what others let the tool deploy. */
export async function usersOf(ctx: PlatformContext, of?: EarlierChoice): Promise<string[]> {
  const cluster = await ctx.cluster()
  const goes = (tool: Tool): boolean => of === undefined || of.component === TOOLS[tool].component
  const kinds = [...(goes('argo-cd') ? [TOOLS['argo-cd'].keeper] : []), ...(goes('flux') ? [TOOLS.flux.keeper, KUSTOMIZATION] : [])]
  const lists = await Promise.all(kinds.map(({apiVersion, kind}) => cluster.list(apiVersion, kind)))
  const others = lists.flatMap((objects) => objects ?? []).filter(({metadata}) => metadata.labels?.[PLATFORM_LABEL] !== ctx.spec.platform)
  return [...(await keepers(ctx)).filter(({tool}) => goes(tool)).map(({object}) => object), ...others].map((object) => `${object.kind} ${nameOf(object.metadata)}`)
}
