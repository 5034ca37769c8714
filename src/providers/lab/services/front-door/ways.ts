/** The ways in that the lab's front door knows, and whether somebody listens there. Facts of the controllers, as values. */
import type {DoorGateway, DoorPod, DoorService} from './kinds.ts'
import type {World} from './world.ts'

/** The controllers whose part it plays. */
export type DoorController = 'envoy-gateway' | 'traefik' | 'ingress-nginx' | 'alb'

/** How a controller behaves where its documents and code say so. */
export interface Behaviour {
  /** What its class names as controller. */
  controllerName: string
  /** How long it tries to reach a pod, and what it says when nobody answers or somebody refuses. */
  connectMs: number
  timedOut: number
  refused: number
  /** Pods that it tries, one after the other. */
  tries: number
  /** What it says where a rule leads to a Service that is not there. */
  noService: number
  /** Status of a redirect from HTTP to HTTPS that an Ingress wants. */
  redirect: number
  /** What it calls itself in answers. */
  server: string
}

/** By controller. */
export const BEHAVIOURS: Readonly<Record<DoorController, Behaviour>> = {
  'envoy-gateway': {controllerName: 'gateway.envoyproxy.io/gatewayclass-controller', connectMs: 10_000, timedOut: 503, refused: 503, tries: 1, noService: 500, redirect: 301, server: 'envoy'},
  traefik: {controllerName: 'traefik.io/gateway-controller', connectMs: 30_000, timedOut: 504, refused: 502, tries: 1, noService: 500, redirect: 301, server: 'traefik'},
  'ingress-nginx': {controllerName: 'k8s.io/ingress-nginx', connectMs: 5000, timedOut: 504, refused: 502, tries: 3, noService: 503, redirect: 308, server: 'nginx'},
  alb: {controllerName: 'ingress.k8s.aws/alb', connectMs: 10_000, timedOut: 504, refused: 502, tries: 1, noService: 503, redirect: 301, server: 'awselb/2.0'},
}

/** A way in: a Gateway, or the Ingresses of a class. */
export interface Way {
  controller: DoorController
  /** `Gateway envoy-gateway-system/platform`, `IngressClass nginx`. */
  name: string
  gateway?: DoorGateway
  /** Of the IngressClass. */
  className?: string
  /** Whether the class takes Ingresses that name none. */
  takesUnnamed: boolean
  /** The Service before its proxies; undefined where there is none, or where they run outside of the cluster. */
  service: DoorService | undefined
}

/** Every way in that the cluster has. */
export function waysOf(world: World): Way[] {
  const gateways = world.all('gateways').flatMap((gateway): Way[] => {
    const controller = controllerOf(world.get('gatewayClasses', '', gateway.className)?.controller)
    return controller === undefined ? [] : [{controller, name: `Gateway ${gateway.namespace}/${gateway.name}`, gateway, takesUnnamed: false, service: serviceOf(world, controller, gateway)}]
  })
  const classes = world.all('ingressClasses').flatMap((one): Way[] => {
    const controller = controllerOf(one.controller)
    return controller === undefined ? [] : [{controller, name: `IngressClass ${one.name}`, className: one.name, takesUnnamed: one.default, service: serviceOf(world, controller)}]
  })
  return [...gateways, ...classes]
}

/** Whether a request from outside finds somebody: a load balancer with an address, and a proxy that runs. */
export function isOpen(world: World, way: Way): boolean {
  if (way.controller === 'alb') return world.all('ingresses').some(({className, addressed}) => className === way.className && addressed)
  return way.service?.addressed === true && proxiesOf(world, way).some((pod) => pod.ready && isAlive(world, pod.node))
}

/** The pods that carry the requests of a way in. */
export function proxiesOf(world: World, {service}: Way): DoorPod[] {
  if (service === undefined) return []
  return world.all('pods').filter(({namespace, labels}) => namespace === service.namespace && fits(service.selector, labels))
}

/** Whether anybody on the node answers. Who has none is not asked for it. */
export function isAlive(world: World, node: string): boolean {
  return node === '' || world.get('nodes', '', node)?.alive === true
}

function controllerOf(name: string | undefined): DoorController | undefined {
  return (Object.keys(BEHAVIOURS) as DoorController[]).find((one) => BEHAVIOURS[one].controllerName === name)
}

/** The Service of type LoadBalancer before the proxies: Envoy Gateway makes one for each Gateway, the others have one. */
function serviceOf(world: World, controller: DoorController, gateway?: DoorGateway): DoorService | undefined {
  const wanted: Record<string, string> =
    controller === 'envoy-gateway' ? {'gateway.envoyproxy.io/owning-gateway-name': gateway?.name ?? '', 'gateway.envoyproxy.io/owning-gateway-namespace': gateway?.namespace ?? ''} : {'app.kubernetes.io/name': controller}
  return world.all('services').find(({type, selector}) => type === 'LoadBalancer' && fits(wanted, selector))
}

/** Whether labels have all of these. */
export function fits(wanted: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}
