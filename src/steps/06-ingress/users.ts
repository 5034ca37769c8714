/** Who of others takes requests through the way in of this platform. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {isIP} from 'node:net'
import {nameOf} from '../../checks/cluster.ts'
import type {EarlierChoice, PlatformContext} from '../../context.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import {exposedHosts, frontDoor} from '../shared/front-door.ts'
import {findAddress} from './address.ts'
import {resolveHere} from './test-host.ts'
import type {Resolve} from './test-host.ts'

const GATEWAY_GROUP = 'gateway.networking.k8s.io'
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute']

interface ParentRef {
  kind?: string
  name?: string
  namespace?: string
}

/** Routes and Ingresses that kp did not make and that name a Gateway or a class of this platform; and names that lead to the old way in. */
export async function usersOf(ctx: PlatformContext, of?: EarlierChoice): Promise<string[]> {
  return [...(await routesOfOthers(ctx, of)), ...(of === undefined ? [] : await namesOnOldAddress(ctx, of))]
}

/** Hosts of this platform that DNS still leads to the address of the old way in: its users would get no answer. */
export async function namesOnOldAddress(ctx: PlatformContext, {component, before}: Pick<EarlierChoice, 'component' | 'before'>, resolve: Resolve = resolveHere): Promise<string[]> {
  if (frontDoor(before).component !== component) return []
  const addresses = async (one: PlatformContext): Promise<string[]> => (await Promise.all(((await findAddress(one))?.addresses ?? []).map(async (found) => (isIP(found) === 0 ? resolve(found) : [found])))).flat()
  const [old, now] = await Promise.all([addresses(before), addresses(ctx)])
  const only = new Set(old.filter((address) => !now.includes(address)))
  if (only.size === 0) return []
  const named = await Promise.all(exposedHosts(ctx).map(async ({host}) => ({host, leads: (await resolve(host)).find((address) => only.has(address))})))
  return named.flatMap(({host, leads}) => (leads === undefined ? [] : [`DNS name ${host} (${leads})`]))
}

async function routesOfOthers(ctx: PlatformContext, of: EarlierChoice | undefined): Promise<string[]> {
  const cluster = await ctx.cluster()
  const own = (meta: KubeMeta): boolean => meta.labels?.[PLATFORM_LABEL] === ctx.spec.platform
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

/** The parents that a route names. */
export function parentsOf(route: KubeObject): ParentRef[] {
  return (route['spec'] as {parentRefs?: ParentRef[]} | undefined)?.parentRefs ?? []
}
