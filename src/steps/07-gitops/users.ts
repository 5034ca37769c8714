/** What would be without a keeper if the GitOps tool went. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {KUSTOMIZATION} from '../shared/gitops/flux-objects.ts'
import {keepers} from '../shared/gitops/keeping.ts'
import {PLATFORM_LABEL, TOOLS} from '../shared/gitops/names.ts'

/** What was handed over, and what others let the tool deploy. */
export async function usersOf(ctx: PlatformContext): Promise<string[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all([TOOLS['argo-cd'].keeper, TOOLS.flux.keeper, KUSTOMIZATION].map(({apiVersion, kind}) => cluster.list(apiVersion, kind)))
  const others = lists.flatMap((objects) => objects ?? []).filter(({metadata}) => metadata.labels?.[PLATFORM_LABEL] !== ctx.spec.platform)
  return [...(await keepers(ctx)).map(({object}) => object), ...others].map((object) => `${object.kind} ${nameOf(object.metadata)}`)
}
