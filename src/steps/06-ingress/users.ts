/** Who of others takes requests through the way in of this platform. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'

const GATEWAY_GROUP = 'gateway.networking.k8s.io'
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute']

interface ParentRef {
  name?: string
  namespace?: string
}

/** Routes and Ingresses that kp did not make and that name a Gateway or a class of this platform. */
export async function usersOf(ctx: PlatformContext, of?: {component: string; keep: ReadonlySet<string>}): Promise<string[]> {
  const cluster = await ctx.cluster()
  const own = (meta: KubeMeta): boolean => meta.labels?.['kp.dev/platform'] === ctx.spec.platform
  const gateways = new Set((await cluster.list(`${GATEWAY_GROUP}/v1`, 'Gateway') ?? []).filter(({metadata}) => own(metadata)).map(({metadata}) => nameOf(metadata)).filter((name) => of?.keep.has(`Gateway ${name}`) !== true))
  const routes = gateways.size === 0 ? [] : (await Promise.all(ROUTES.map((kind) => cluster.list(`${GATEWAY_GROUP}/v1`, kind)))).flatMap((found) => found ?? [])
  const releases = new Set(ctx.catalog.all().filter(({id, phase}) => phase === 'ingress' && (of === undefined || id === of.component)).map(({releaseName}) => releaseName))
  const classes = new Set([...((await cluster.metadata('networking.k8s.io/v1', 'IngressClass'))?.values() ?? [])].filter((meta) => (of === undefined && own(meta)) || releases.has(meta.annotations?.['meta.helm.sh/release-name'] ?? '')).map(({name}) => name))
  const ingresses = classes.size === 0 ? [] : ((await cluster.list('networking.k8s.io/v1', 'Ingress')) ?? [])
  return [
    ...routes.filter((route) => !own(route.metadata) && parentsOf(route).some((parent) => gateways.has(`${parent.namespace ?? route.metadata.namespace}/${parent.name}`))),
    ...ingresses.filter((ingress) => !own(ingress.metadata) && classes.has((ingress['spec'] as {ingressClassName?: string} | undefined)?.ingressClassName ?? '')),
  ].map((object) => `${object.kind} ${nameOf(object.metadata)}`)
}

function parentsOf(route: KubeObject): ParentRef[] {
  return (route['spec'] as {parentRefs?: ParentRef[]} | undefined)?.parentRefs ?? []
}
