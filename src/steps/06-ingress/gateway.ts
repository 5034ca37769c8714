/** The platform's Gateway, for controllers that use the Gateway API. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {exposedHosts, frontDoor, GATEWAY, hostCertificate, listenerOf, usesApi} from '../shared/front-door.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {wayOf} from './controllers/index.ts'

/** The class, the Gateway with a listener for each host, and their certificates. */
export const gateway: PlatformStep = manifestSet({
  id: 'ingress/gateway',
  title: 'Open the platform gateway',
  appliesTo: (ctx) => usesApi(ctx, 'gateway'),
  // Its certificates need an issuer.
  after: ['ingress/network-policies', 'ingress/simulation', 'cert-manager/issuers'],
  verify: ['ingress.gateway-class', 'ingress.gateway-programmed'],
  objects: gatewayObjects,
})

function gatewayObjects(ctx: ManifestContext): KubeObject[] {
  const door = frontDoor(ctx)
  const parameters = wayOf(ctx).parameters?.(ctx)
  const hosts = exposedHosts(ctx)
  const allowedRoutes = {namespaces: {from: 'All'}}
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: {name: door.className},
      spec: {controllerName: door.controllerName, ...(parameters === undefined ? {} : {parametersRef: parameters.ref})},
    },
    ...(parameters === undefined ? [] : [parameters.object]),
    ...hosts.map((host) => hostCertificate(ctx, host, door.namespace)),
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: {name: GATEWAY, namespace: door.namespace},
      spec: {
        gatewayClassName: door.className,
        listeners: [
          {name: 'http', protocol: 'HTTP', port: door.listeners.http, allowedRoutes},
          ...hosts.map(({name, host}) => ({
            name: listenerOf(name),
            protocol: 'HTTPS',
            port: door.listeners.https,
            // The first takes every name; the others are told apart by theirs.
            ...(name === 'demo' ? {} : {hostname: host}),
            tls: {mode: 'Terminate', certificateRefs: [{group: '', kind: 'Secret', name: `${name}-tls`}]},
            allowedRoutes,
          })),
        ],
      },
    },
  ]
}
