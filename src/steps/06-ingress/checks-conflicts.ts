/** Checks of phase 6 about what several teams put on one way in: listeners, classes, load balancers, host names. */
import {check, simulatedControllers, SOON, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {frontDoor, usesApi} from '../shared/front-door.ts'
import {addressesOf} from './address.ts'

const GROUP = 'gateway.networking.k8s.io/v1'
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class'
/** How a class was named before it was a field. */
const OLD_CLASS = 'kubernetes.io/ingress.class'

interface ListenerStatus {
  name: string
  conditions?: {type: string; status: string; reason?: string; message?: string}[]
}

interface IngressSpec {
  ingressClassName?: string
  rules?: {host?: string; http?: {paths?: {path?: string}[]}}[]
}

interface RouteSpec {
  hostnames?: string[]
  parentRefs?: {namespace?: string; name: string; sectionName?: string}[]
  rules?: {matches?: {path?: {type?: string; value?: string}; method?: string; headers?: unknown; queryParams?: unknown}[]}[]
}

/** What collides or is left over. */
export const conflictChecks: PlatformCheck[] = [
  check({
    id: 'ingress.listeners',
    title: 'Every listener of the gateways is programmed and has its certificate',
    pitfalls: ['KP0623', 'KP0606', 'KP0622'],
    simulated: simulatedControllers,
    appliesTo: (ctx) => usesApi(ctx, 'gateway'),
    within: SOON,
    async run(ctx) {
      const gateways = (await (await ctx.cluster()).listKnown(GROUP, 'Gateway')).filter((gateway) => (gateway['spec'] as {gatewayClassName?: string} | undefined)?.gatewayClassName === frontDoor(ctx).className)
      if (gateways.length === 0) return {status: 'fail', observed: `no Gateway is of the class ${frontDoor(ctx).className}`, expected: 'kp up makes it'}
      const complaints = gateways.flatMap(complainAboutListeners)
      return verdict(complaints, `${gateways.reduce((sum, gateway) => sum + wantedListeners(gateway).length, 0)} listeners`, 'Accepted=True, Programmed=True, ResolvedRefs=True, no conflict')
    },
  }),
  check({
    id: 'ingress.classes',
    title: 'Every Ingress names a class that exists, and at most one class is the default',
    severity: 'warning',
    pitfalls: ['KP0624', 'KP0616'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [classes, ingresses] = await Promise.all([cluster.listKnown('networking.k8s.io/v1', 'IngressClass'), cluster.listKnown('networking.k8s.io/v1', 'Ingress')])
      const names = new Set(classes.map(({metadata}) => metadata.name))
      const defaults = classes.filter(({metadata}) => metadata.annotations?.[DEFAULT_CLASS] === 'true').map(({metadata}) => metadata.name)
      const complaints = ingresses.flatMap((ingress) => {
        const named = (ingress['spec'] as IngressSpec | undefined)?.ingressClassName ?? ingress.metadata.annotations?.[OLD_CLASS]
        if (named === undefined) return defaults.length === 0 ? [`Ingress ${nameOf(ingress.metadata)} names no class, and none is the default`] : []
        return names.has(named) || ingress.metadata.annotations?.[OLD_CLASS] !== undefined ? [] : [`Ingress ${nameOf(ingress.metadata)} names the class ${named}, which does not exist`]
      })
      const many = defaults.length > 1 ? [`${defaults.length} classes are the default: ${defaults.join(', ')}`] : []
      return verdict([...many, ...complaints], `${ingresses.length} Ingresses, ${classes.length} classes`, 'ingressClassName of a class that exists')
    },
  }),
  check({
    id: 'ingress.load-balancers',
    title: 'Every Service that asks for a load balancer has got one',
    severity: 'warning',
    pitfalls: ['KP0610', 'KP0601', 'KP0609'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const services = (await (await ctx.cluster()).listKnown('v1', 'Service')).filter((service) => (service['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer')
      const waiting = services.filter((service) => addressesOf(service).length === 0)
      return verdict(waiting.map(({metadata}) => `Service ${nameOf(metadata)} has no address`), `${services.length} load balancers`, 'an address in status.loadBalancer')
    },
  }),
  check({
    id: 'ingress.host-conflicts',
    title: 'No two namespaces claim the same host and path',
    severity: 'warning',
    pitfalls: ['KP0625'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [ingresses, routes] = await Promise.all([cluster.listKnown('networking.k8s.io/v1', 'Ingress'), cluster.list(GROUP, 'HTTPRoute')])
      const claims = [...ingresses.flatMap(claimsOfIngress), ...(routes ?? []).flatMap(claimsOfRoute)]
      const byClaim = new Map<string, {host: string; by: Map<string, string>}>()
      for (const {key, host, namespace, by} of claims) {
        const found = byClaim.get(key) ?? {host, by: new Map<string, string>()}
        if (!found.by.has(namespace)) found.by.set(namespace, by)
        byClaim.set(key, found)
      }
      const shared = [...byClaim.values()].filter(({by}) => by.size > 1)
      return verdict(shared.map(({host, by}) => `${host} is claimed by ${[...by.values()].toSorted().join(' and ')}`), `${byClaim.size} hosts and paths, one owner each`, 'one route for each host and path')
    },
  }),
]

function wantedListeners(gateway: KubeObject): {name: string}[] {
  return (gateway['spec'] as {listeners?: {name: string}[]} | undefined)?.listeners ?? []
}

function complainAboutListeners(gateway: KubeObject): string[] {
  const seen = new Map(((gateway['status'] as {listeners?: ListenerStatus[]} | undefined)?.listeners ?? []).map((listener) => [listener.name, listener]))
  return wantedListeners(gateway).flatMap(({name}) => {
    const who = `Gateway ${nameOf(gateway.metadata)}, listener ${name}`
    const conditions = seen.get(name)?.conditions
    if (conditions === undefined) return [`${who}: nobody has answered for it`]
    return conditions.flatMap(({type, status, reason = 'no reason', message = ''}) => {
      const bad = type === 'Conflicted' ? status === 'True' : ['Accepted', 'Programmed', 'ResolvedRefs'].includes(type) && status !== 'True'
      return bad ? [`${who}: ${type}=${status} (${reason}) ${message}`.trim()] : []
    })
  })
}

/** Who leads which host and path where; routes of one namespace may share them on purpose. */
interface Claim {
  key: string
  host: string
  namespace: string
  by: string
}

function claimsOfIngress(ingress: KubeObject): Claim[] {
  const {ingressClassName = '', rules = []} = (ingress['spec'] ?? {}) as IngressSpec
  const namespace = ingress.metadata.namespace ?? ''
  return rules.flatMap(({host = '*', http}) => (http?.paths ?? []).map(({path = '/'}) => ({key: `ingress ${ingressClassName} ${host}${path}`, host: `${host}${path}`, namespace, by: `Ingress ${nameOf(ingress.metadata)}`})))
}

function claimsOfRoute(route: KubeObject): Claim[] {
  const {hostnames = ['*'], parentRefs = [], rules = []} = (route['spec'] ?? {}) as RouteSpec
  const namespace = route.metadata.namespace ?? ''
  const plain = rules.flatMap(({matches = [{}]}) => matches).filter(({method, headers, queryParams}) => method === undefined && headers === undefined && queryParams === undefined)
  return parentRefs.flatMap((parent) => hostnames.flatMap((host) => plain.map(({path}) => {
    const value = path?.value ?? '/'
    return {key: `route ${parent.namespace ?? namespace}/${parent.name}/${parent.sectionName ?? ''} ${host} ${path?.type ?? 'PathPrefix'} ${value}`, host: `${host}${value}`, namespace, by: `HTTPRoute ${nameOf(route.metadata)}`}
  })))
}
