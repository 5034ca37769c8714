/** Components that a GitOps tool keeps for kp: told by the tool's objects in the cluster. */
import type {KubeObject} from '../tools/kube-api.ts'
import {COMPONENT_LABEL, PLATFORM_LABEL} from './labels.ts'
import type {PlatformContext} from '../context.ts'

/** The kinds by which each tool keeps a component. */
export const KEEPER_KINDS = {
  'argo-cd': {apiVersion: 'argoproj.io/v1alpha1', kind: 'Application'},
  flux: {apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease'},
} as const

/** The components, who keeps each, and by which object. One read for each tool and run. */
export async function keptByTool(ctx: Pick<PlatformContext, 'spec' | 'cluster'>): Promise<{component: string; tool: keyof typeof KEEPER_KINDS; object: KubeObject}[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all(
    (Object.keys(KEEPER_KINDS) as (keyof typeof KEEPER_KINDS)[]).map(async (tool) => {
      const objects = (await cluster.list(KEEPER_KINDS[tool].apiVersion, KEEPER_KINDS[tool].kind, {labelSelector: COMPONENT_LABEL})) ?? []
      return objects
        .filter(({metadata}) => metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform && metadata.deletionTimestamp === undefined)
        .map((object) => ({component: object.metadata.labels?.[COMPONENT_LABEL] ?? '', tool, object}))
    }),
  )
  return lists.flat()
}
