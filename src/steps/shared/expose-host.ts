/** Leads the requests of a host to a Service, through whichever front door the platform has. */
import type {ManifestContext} from '../../context.ts'
import {albTargetType} from '../../components/ingress-values.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {frontDoor, gatewayRef, hostCertificate, listenerOf} from './front-door.ts'
import type {ExposedHost} from './front-door.ts'

/** Where the requests of a host go. The host must be one of `exposedHosts`. */
export interface Exposure extends ExposedHost {
  /** Namespace of the Service, and of the route. */
  namespace: string
  service: string
  port: number
  /** Path that answers 200 while the pods are well, for load balancers that ask; default `/`. */
  healthPath?: string
}

/** The routes: HTTPS leads to the Service, HTTP leads to HTTPS. With Ingress also the certificate; with the Gateway API that belongs to the Gateway. */
export function exposeHost(ctx: ManifestContext, exposure: Exposure): KubeObject[] {
  const door = frontDoor(ctx)
  if (door.api === 'gateway') return gatewayRoutes(ctx, exposure)
  const annotations = door.controller === 'ingress-nginx' ? {'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true'} : albAnnotations(ctx, exposure)
  const ownCertificate = door.controller === 'ingress-nginx'
  return [...(ownCertificate ? [hostCertificate(ctx, exposure, exposure.namespace)] : []), ingressOf(exposure, {annotations, className: door.className, tls: ownCertificate})]
}

function gatewayRoutes(ctx: ManifestContext, {name, namespace, host, service, port}: Exposure): KubeObject[] {
  const door = frontDoor(ctx)
  const route = (routeName: string, listener: string, rule: Record<string, unknown>): KubeObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {name: routeName, namespace},
    spec: {parentRefs: [gatewayRef(door, listener)], hostnames: [host], rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}], ...rule}]},
  })
  return [
    route(name, listenerOf(name), {backendRefs: [{group: '', kind: 'Service', name: service, port, weight: 1}]}),
    route(`${name}-redirect`, 'http', {filters: [{type: 'RequestRedirect', requestRedirect: {scheme: 'https', statusCode: 301}}]}),
  ]
}

/** What an Ingress must say to share the platform's load balancer of AWS. */
export function sharedBalancer(ctx: ManifestContext): Record<string, string> {
  return {
    'alb.ingress.kubernetes.io/group.name': ctx.spec.platform,
    'alb.ingress.kubernetes.io/scheme': ctx.spec.phases.ingress.exposure === 'internal' ? 'internal' : 'internet-facing',
    'alb.ingress.kubernetes.io/target-type': albTargetType(ctx.spec),
  }
}

/** One load balancer for all hosts of the platform; its certificate is found in ACM by the host's name. */
function albAnnotations(ctx: ManifestContext, {healthPath}: Exposure): Record<string, string> {
  const key = (name: string): string => `alb.ingress.kubernetes.io/${name}`
  return {
    ...sharedBalancer(ctx),
    [key('listen-ports')]: '[{"HTTP": 80}, {"HTTPS": 443}]',
    [key('ssl-redirect')]: '443',
    [key('healthcheck-path')]: healthPath ?? '/',
    ...(ctx.spec.phases.ingress.aws.certificateArn === undefined ? {} : {[key('certificate-arn')]: ctx.spec.phases.ingress.aws.certificateArn}),
  }
}

function ingressOf({name, namespace, host, service, port}: Exposure, {annotations, className, tls}: {annotations: Record<string, string>; className: string; tls: boolean}): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {name, namespace, annotations},
    spec: {
      ingressClassName: className,
      tls: [{hosts: [host], ...(tls ? {secretName: `${name}-tls`} : {})}],
      rules: [{host, http: {paths: [{path: '/', pathType: 'Prefix', backend: {service: {name: service, port: {number: port}}}}]}}],
    },
  }
}
