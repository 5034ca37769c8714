/** Which namespaces are kp's own, which are the cluster's, and which hold applications. */
import {exemptNamespacesOf, SYSTEM_NAMESPACES} from '../components/policy-values.ts'
import type {ManifestContext} from '../context.ts'
import {applies} from '../engine/applies.ts'
import type {PlatformContext} from '../context.ts'

/** Namespaces that come with every cluster, but for `default`. */
export {SYSTEM_NAMESPACES}

/** The application that kp brings along; its namespace is like those of others. */
const DEMO = 'demo'

/** Namespaces of what kp installs on this platform, sorted; not that of the demo application. */
export function componentNamespaces(ctx: ManifestContext): string[] {
  const steps = ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx))
  // What a step asks here is answered by the spec alone.
  const names = steps.filter(({component}) => component !== undefined).filter((step) => applies(step, ctx as PlatformContext)).map(({component = ''}) => ctx.catalog.get(component).namespace)
  return [...new Set(names)].filter((name) => name !== 'default' && name !== DEMO).toSorted()
}

/** Namespaces that policies and quotas leave alone: those of the cluster, of what kp installs, and those of kp.yaml. */
export function exemptNamespaces(ctx: ManifestContext): string[] {
  return exemptNamespacesOf(ctx.spec, ctx.catalog)
}

/** Whether the demo application is on this platform. */
export function hasDemo({spec}: Pick<ManifestContext, 'spec'>): boolean {
  return spec.phases.ingress.enabled && spec.phases.ingress.demo.enabled
}

/** Namespaces that another step of kp makes and keeps. */
export function keptElsewhere(ctx: ManifestContext): Set<string> {
  return new Set([...SYSTEM_NAMESPACES, 'default', ...componentNamespaces(ctx), ...(hasDemo(ctx) ? [DEMO] : [])])
}

/** Namespaces of applications that kp.yaml names, and that of the demo. */
export function applicationNamespaces(ctx: ManifestContext): string[] {
  return [...new Set([...(hasDemo(ctx) ? [DEMO] : []), ...ctx.spec.phases.security.namespaces.map(({name}) => name)])]
}

/** Whether kp made the cluster, so that nobody else's applications run in `default`. */
export function madeCluster({spec}: Pick<ManifestContext, 'spec'>): boolean {
  return spec.provider.type !== 'existing'
}
