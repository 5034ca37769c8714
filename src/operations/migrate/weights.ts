/** How much of the traffic of a namespace goes to which cluster: annotations of its routes, which external-dns makes weighted records of. */
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {annotateObject} from '../../tools/kubectl.ts'

export const WEIGHT = 'external-dns.alpha.kubernetes.io/aws-weight'
export const IDENTIFIER = 'external-dns.alpha.kubernetes.io/set-identifier'

const ROUTES = [['gateway.networking.k8s.io/v1', 'HTTPRoute'], ['networking.k8s.io/v1', 'Ingress']] as const

/** The routes of a namespace that bear host names. */
export async function routesOf(ctx: PlatformContext, namespace: string): Promise<KubeObject[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all(ROUTES.map(([apiVersion, kind]) => cluster.list(apiVersion, kind, {namespace})))
  return lists.flatMap((list) => list ?? []).filter((route) => hostsOf(route).length > 0)
}

/** The hosts of a route. */
export function hostsOf(route: KubeObject): string[] {
  const {hostnames = [], rules = []} = (route['spec'] ?? {}) as {hostnames?: string[]; rules?: {host?: string}[]}
  return [...new Set([...hostnames, ...rules.flatMap(({host}) => (host === undefined ? [] : [host]))])]
}

/** The weight that a route has; undefined where it has none: all of its traffic, or none of it, by DNS alone. */
export function weightOf(route: KubeObject): number | undefined {
  const text = route.metadata.annotations?.[WEIGHT]
  return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text)
}

/** Sets the weight of every route of a namespace; undefined takes it away. What has it already is left alone. */
export async function setWeights(ctx: PlatformContext, namespace: string, weight: number | undefined): Promise<number> {
  let changed = 0
  for (const route of await routesOf(ctx, namespace)) {
    if (weightOf(route) === weight && (weight === undefined || route.metadata.annotations?.[IDENTIFIER] === ctx.spec.environment.name)) continue
    await annotateObject(ctx.exec, ctx.access, route, {[WEIGHT]: weight === undefined ? undefined : String(weight), [IDENTIFIER]: weight === undefined ? undefined : ctx.spec.environment.name}, {doing: `give ${route.kind} ${namespace}/${route.metadata.name} of ${ctx.spec.environment.cluster} ${weight === undefined ? 'no weight' : `the weight ${weight}`}`})
    changed += 1
  }
  if (changed > 0) ctx.changed()
  return changed
}

/**
 * Why weights lead no traffic here; undefined where they do. Only the records of Route 53 know weights; in labs kp
 * divides its own requests by them, since a lab has no DNS.
 */
export function whyNoWeights(ctx: Pick<PlatformContext, 'spec' | 'lab'>): string | undefined {
  if (ctx.lab !== undefined) return undefined
  const {enabled, externalDns} = ctx.spec.phases.ingress
  if (!enabled) return `phases.ingress is off in ${ctx.spec.environment.name}`
  if (!externalDns.enabled) return `phases.ingress.externalDns is off in ${ctx.spec.environment.name}: nobody makes records of the weights`
  return externalDns.provider === 'route53' ? undefined : `records of ${externalDns.provider} know no weights`
}
