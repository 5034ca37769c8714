/** Names of the GitOps tools and of what kp makes for them, and what kp.yaml hands over to them. */
import {KEEPER_KINDS} from '../../../checks/kept-by-tool.ts'
import type {ManifestContext} from '../../../context.ts'
import {applies} from '../../../engine/applies.ts'

/** A GitOps tool. */
export type Tool = keyof typeof KEEPER_KINDS

/** The project, the root of the app of apps, and the source of Flux: all named alike. */
export const ROOT = 'platform'
/** The Kustomization of Flux that brings the chart repositories before the releases. */
export const SOURCES = 'platform-sources'
/** Secret with the credentials for the repository. */
export const CREDENTIALS = 'kp-platform-repository'
/** ConfigMap that comes from Git alone: it is there when delivery works. */
export const MARKER = 'kp-delivered'
/** A field manager that owns nothing: what a tool adds of its own (where it keeps track, helm's marks) is no difference. */
export const LOOK_MANAGER = 'kp-look'

/** What kp knows of each tool. */
export const TOOLS = {
  'argo-cd': {
    title: 'Argo CD',
    component: 'argo-cd',
    namespace: 'argocd',
    /** The kind that keeps a component. */
    keeper: KEEPER_KINDS['argo-cd'],
    /** Present once the phase has set the tool up. */
    ready: {apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject'},
    /** Field manager of what it applies. */
    manager: 'argocd-controller',
  },
  flux: {
    title: 'Flux',
    component: 'flux2',
    namespace: 'flux-system',
    keeper: KEEPER_KINDS.flux,
    ready: {apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository'},
    manager: 'helm-controller',
  },
} as const

/** The tool of a platform; undefined where there is none. */
export function toolOf(ctx: ManifestContext): Tool | undefined {
  const {enabled, tool} = ctx.spec.phases.gitops
  return enabled && tool !== 'none' ? tool : undefined
}

/** The tool that keeps a component; undefined where kp keeps it. The tools themselves stay with kp. */
export function keepingTool(ctx: ManifestContext, componentId: string): Tool | undefined {
  const tool = toolOf(ctx)
  if (tool === undefined || !ctx.spec.phases.gitops.handOver) return undefined
  if (Object.values(TOOLS).some(({component}) => component === componentId)) return undefined
  // What is too large for a release of helm is too large for one of Flux.
  if (tool === 'flux' && ctx.catalog.get(componentId).install.method === 'apply') return undefined
  return tool
}

/** The components of the platform that the tool keeps, in the order of upgrades. */
export function handedOver(ctx: ManifestContext): string[] {
  const ids = ctx.phases
    .filter((phase) => phase.id !== 'gitops' && applies(phase, ctx))
    .flatMap((phase) => phase.steps(ctx))
    // What a step asks here is answered by the spec alone.
    .flatMap((step) => (step.component !== undefined && applies(step, ctx as never) ? [step.component] : []))
  const wanted = new Set(ids.filter((id) => keepingTool(ctx, id) !== undefined))
  return ctx.catalog.all().map(({id}) => id).filter((id) => wanted.has(id))
}

/** Folder of the environment in the repository, as the tool sees it. */
export function environmentPath(ctx: ManifestContext): string {
  return ctx.spec.phases.gitops.path.replace(/\/+$/, '')
}

/** The address of the repository. */
export function repositoryOf(ctx: ManifestContext): string {
  return ctx.spec.phases.gitops.repository ?? ''
}

/** The address as Flux wants it: `git@host:path` is written as ssh://git@host/path. */
export function fluxAddress(repository: string): string {
  const short = /^([a-z0-9_-]+@[^\s/@:]+):([^\s/]\S*)$/.exec(repository)
  return short === null ? repository : `ssh://${short[1]}/${short[2]}`
}
