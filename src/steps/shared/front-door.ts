/**
 * The ways in that a platform can have, as one value each: what later phases
 * and the issuers must know of the ingress controller without knowing which.
 */
import type {ManifestContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {EnvironmentSpec} from '../../spec/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {TrafficRule} from './network-policies.ts'

/** The ingress controllers. */
export type Controller = EnvironmentSpec['phases']['ingress']['controller']

/** A way in. */
export interface FrontDoor {
  controller: Controller
  title: string
  /** Catalog component. */
  component: Controller
  /** Namespace of the controller; with the Gateway API also of the platform's Gateway and its certificates. */
  namespace: string
  /** Whether requests are led by HTTPRoutes of a Gateway or by Ingresses. */
  api: 'gateway' | 'ingress'
  /** The GatewayClass or IngressClass. */
  className: string
  /** What the class names as its controller. */
  controllerName: string
  /** Ports of the Gateway's listeners; Traefik wants those of its own entry points, its Service leads 80 and 443 there. */
  listeners: {http: number; https: number}
  /** Whether requests come to the pods from inside the cluster, out of `namespace`. */
  inCluster: boolean
}

/** The platform's Gateway, in the namespace of its controller. */
export const GATEWAY = 'platform'

const WELL_KNOWN = {http: 80, https: 443}

/** All of them. */
export const FRONT_DOORS: readonly FrontDoor[] = [
  {
    controller: 'envoy-gateway', title: 'Envoy Gateway', component: 'envoy-gateway', namespace: 'envoy-gateway-system', api: 'gateway',
    className: 'envoy-gateway', controllerName: 'gateway.envoyproxy.io/gatewayclass-controller', listeners: WELL_KNOWN, inCluster: true,
  },
  {
    controller: 'traefik', title: 'Traefik', component: 'traefik', namespace: 'traefik', api: 'gateway',
    className: 'traefik', controllerName: 'traefik.io/gateway-controller', listeners: {http: 8000, https: 8443}, inCluster: true,
  },
  {
    controller: 'ingress-nginx', title: 'ingress-nginx', component: 'ingress-nginx', namespace: 'ingress-nginx', api: 'ingress',
    className: 'nginx', controllerName: 'k8s.io/ingress-nginx', listeners: WELL_KNOWN, inCluster: true,
  },
  {
    controller: 'aws-load-balancer-controller', title: 'AWS Load Balancer Controller', component: 'aws-load-balancer-controller', namespace: 'kube-system', api: 'ingress',
    className: 'alb', controllerName: 'ingress.k8s.aws/alb', listeners: WELL_KNOWN, inCluster: false,
  },
]

/** What decides the way in. */
export type DoorContext = Pick<ManifestContext, 'spec' | 'catalog'>

/** The way in of a platform. Its namespace is that of the component, which kp.yaml may have moved. */
export function frontDoor({spec, catalog}: DoorContext): FrontDoor {
  const {controller} = spec.phases.ingress
  const door = FRONT_DOORS.find((one) => one.controller === controller)
  if (door === undefined) throw new KpError({code: 'BUG', message: `there is no way in by ${controller}`})
  return {...door, namespace: catalog.get(door.component).namespace}
}

/** Whether the platform's way in is of that kind; else the reason why not, for `appliesTo`. */
export function usesApi(ctx: DoorContext, api: FrontDoor['api']): true | string {
  const door = frontDoor(ctx)
  if (!ctx.spec.phases.ingress.enabled) return 'phases.ingress.enabled is false'
  return door.api === api ? true : `${door.title} uses ${door.api === 'gateway' ? 'the Gateway API' : 'Ingress objects'}`
}

/** A host name that the front door answers for, and the name of what belongs to it: `<name>-tls`, the routes `<name>`. */
export interface ExposedHost {
  name: string
  host: string
}

/** Every host of the platform: the demo, and what phases with a page of their own were given. A phase that gets a host adds its line. */
export function exposedHosts({spec}: DoorContext): ExposedHost[] {
  const {ingress, monitoring} = spec.phases
  const {grafana} = monitoring
  return [
    {name: 'demo', host: ingress.demo.host},
    ...(monitoring.enabled && grafana.enabled && grafana.host !== undefined ? [{name: 'grafana', host: grafana.host}] : []),
  ]
}

/** The listener of a host at the platform's Gateway. */
export function listenerOf(name: string): string {
  return name === 'demo' ? 'https' : `https-${name}`
}

/** What names the platform's Gateway, or one of its listeners. */
export function gatewayRef(door: FrontDoor, sectionName: string): Record<string, string> {
  return {group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY, namespace: door.namespace, sectionName}
}

/** The certificate of a host, by the issuer of phase 5. */
export function hostCertificate(ctx: DoorContext, {name, host}: ExposedHost, namespace: string): KubeObject {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {name: `${name}-tls`, namespace},
    spec: {
      secretName: `${name}-tls`,
      dnsNames: [host],
      privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always'},
      issuerRef: {group: 'cert-manager.io', kind: 'ClusterIssuer', name: ctx.spec.phases['cert-manager'].issuer},
    },
  }
}

/** The front door may call these pods. A load balancer outside of the cluster comes from the network of the nodes. */
export function allowFrontDoor(ctx: DoorContext, pods: Record<string, string>, port: number): TrafficRule {
  const door = frontDoor(ctx)
  const ports = [{protocol: 'TCP', port}]
  const outside = ctx.spec.provider.type === 'existing' ? {ports} : {from: [{ipBlock: {cidr: ctx.spec.network.vpcCidr}}], ports}
  const inside = {from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': door.namespace}}}], ports}
  return {name: 'allow-gateway', pods, ingress: [door.inCluster ? inside : outside]}
}

/**
 * HTTP-01 challenges are answered by pods of cert-manager beside the certificate: the front door may call them.
 * Nothing for issuers that need no answer.
 */
export function allowSolver(ctx: DoorContext): TrafficRule[] {
  if (!ctx.spec.phases['cert-manager'].issuer.startsWith('letsencrypt-')) return []
  return [{...allowFrontDoor(ctx, {'acme.cert-manager.io/http01-solver': 'true'}, 8089), name: 'allow-acme-solver'}]
}
