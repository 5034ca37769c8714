/** Components that a GitOps tool keeps for kp: told by the tool's objects in the cluster. */
import type {PlatformContext} from '../context.ts'

/** The kinds by which each tool keeps a component. */
export const KEEPER_KINDS = {
  'argo-cd': {apiVersion: 'argoproj.io/v1alpha1', kind: 'Application'},
  flux: {apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease'},
} as const
const COMPONENT_LABEL = 'kp.dev/component'

/** The components, and who keeps each. One read for each tool and run. */
export async function keptByTool(ctx: Pick<PlatformContext, 'spec' | 'cluster'>): Promise<{component: string; tool: keyof typeof KEEPER_KINDS}[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all(
    (Object.keys(KEEPER_KINDS) as (keyof typeof KEEPER_KINDS)[]).map(async (tool) => {
      const objects = (await cluster.list(KEEPER_KINDS[tool].apiVersion, KEEPER_KINDS[tool].kind, {labelSelector: COMPONENT_LABEL})) ?? []
      return objects
        .filter(({metadata}) => metadata.labels?.['kp.dev/platform'] === ctx.spec.platform && metadata.deletionTimestamp === undefined)
        .map(({metadata}) => ({component: metadata.labels?.[COMPONENT_LABEL] ?? '', tool}))
    }),
  )
  return lists.flat()
}
