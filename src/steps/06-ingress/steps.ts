/** Steps of phase 6. */
import type {PlatformStep} from '../../context.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {DEMO_NAMESPACE, DEMO_TLS, demoHost, GATEWAY, GATEWAY_CLASS, GATEWAY_NAMESPACE} from './names.ts'

/** The image of the demo application: answers on every path with the pod's name. */
const DEMO_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'

const wantsDemo: NonNullable<PlatformStep['appliesTo']> = (ctx) => (ctx.spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false')

/** The class, the platform's Gateway and the certificate of its listener. */
export const gateway: PlatformStep = manifestSet({
  id: 'ingress/gateway',
  title: 'Open the platform gateway',
  verify: ['ingress.gateway-class', 'ingress.gateway-programmed'],
  objects: (ctx) => [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: {name: GATEWAY_CLASS},
      spec: {controllerName: 'gateway.envoyproxy.io/gatewayclass-controller', parametersRef: {group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'platform', namespace: GATEWAY_NAMESPACE}},
    },
    {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'EnvoyProxy',
      metadata: {name: 'platform', namespace: GATEWAY_NAMESPACE},
      spec: {
        provider: {
          type: 'Kubernetes',
          kubernetes: {envoyDeployment: {replicas: ctx.spec.phases.ingress.replicas}, envoyService: {type: 'LoadBalancer'}, envoyPDB: {minAvailable: 1}},
        },
      },
    },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: {name: DEMO_TLS, namespace: GATEWAY_NAMESPACE},
      spec: {
        secretName: DEMO_TLS,
        dnsNames: [demoHost(ctx)],
        privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always'},
        issuerRef: {group: 'cert-manager.io', kind: 'ClusterIssuer', name: ctx.spec.phases['cert-manager'].issuer},
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: {name: GATEWAY, namespace: GATEWAY_NAMESPACE},
      spec: {
        gatewayClassName: GATEWAY_CLASS,
        listeners: [
          {name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: {namespaces: {from: 'All'}}},
          {name: 'https', protocol: 'HTTPS', port: 443, tls: {mode: 'Terminate', certificateRefs: [{group: '', kind: 'Secret', name: DEMO_TLS}]}, allowedRoutes: {namespaces: {from: 'All'}}},
        ],
      },
    },
  ],
})

/** The demo application. */
export const demo: PlatformStep = manifestSet({
  id: 'ingress/demo',
  title: 'Start the demo application',
  appliesTo: wantsDemo,
  verify: ['ingress.demo-ready'],
  objects: (ctx) => [
    ...[namespaceObject(ctx, DEMO_NAMESPACE, 'restricted')].filter((object) => object !== undefined),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE, labels: {app: 'demo'}},
      spec: {
        replicas: 2,
        selector: {matchLabels: {app: 'demo'}},
        template: {
          metadata: {labels: {app: 'demo'}},
          spec: {
            automountServiceAccountToken: false,
            securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: {app: 'demo'}}}],
            containers: [
              {
                name: 'demo',
                image: ctx.spec.images.mirror === undefined ? DEMO_IMAGE : DEMO_IMAGE.replace(/^[^/]+/, ctx.spec.images.mirror),
                args: ['netexec', '--http-port=8080'],
                ports: [{name: 'http', containerPort: 8080, protocol: 'TCP'}],
                readinessProbe: {httpGet: {path: '/healthz', port: 'http'}, periodSeconds: 5},
                resources: {requests: {cpu: '50m', memory: '32Mi'}, limits: {memory: '64Mi'}},
                securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE, labels: {app: 'demo'}},
      spec: {selector: {app: 'demo'}, ports: [{name: 'http', port: 80, targetPort: 'http', protocol: 'TCP'}]},
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE},
      spec: {minAvailable: 1, selector: {matchLabels: {app: 'demo'}}},
    },
  ],
})

/** HTTPS leads to the demo; HTTP leads to HTTPS. */
export const demoRoute: PlatformStep = manifestSet({
  id: 'ingress/demo-route',
  title: 'Lead requests to the demo application',
  appliesTo: wantsDemo,
  verify: ['ingress.routes'],
  objects: (ctx) => [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE},
      spec: {
        parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY, namespace: GATEWAY_NAMESPACE, sectionName: 'https'}],
        hostnames: [demoHost(ctx)],
        rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}], backendRefs: [{group: '', kind: 'Service', name: 'demo', port: 80, weight: 1}]}],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {name: 'demo-redirect', namespace: DEMO_NAMESPACE},
      spec: {
        parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY, namespace: GATEWAY_NAMESPACE, sectionName: 'http'}],
        hostnames: [demoHost(ctx)],
        rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}], filters: [{type: 'RequestRedirect', requestRedirect: {scheme: 'https', statusCode: 301}}]}],
      },
    },
  ],
})
