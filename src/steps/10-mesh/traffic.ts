/** The demo application as an example of what a mesh does with requests: a new version gets some of them; failed ones are tried again; a failing copy gets none for a while. */
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {CANARY, DEMO, demoInMesh, isIstio, MESH_GATEWAY, wantsGateway} from './names.ts'

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
const STABLE = 'demo-stable'
/** How many failures in a row put a copy aside. */
const FAILURES = 5

/** Both versions behind one name, and how requests are shared. */
export const traffic: PlatformStep = manifestSet({
  id: 'mesh/traffic',
  title: 'Share the requests of the demo with its new version',
  appliesTo: demoInMesh,
  verify: ['mesh.canary'],
  prunes: [{apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute'}, {apiVersion: 'networking.istio.io/v1', kind: 'VirtualService'}, {apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule'}],
  objects: (ctx) => [deployment(ctx), service(ctx, STABLE, DEMO), service(ctx, CANARY, CANARY), ...(isIstio(ctx) ? istioObjects(ctx) : [linkerdRoute(ctx)])],
})

function deployment(ctx: ManifestContext): KubeObject {
  const labels = {app: CANARY}
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: CANARY, namespace: DEMO, labels},
    spec: {
      replicas: 1,
      selector: {matchLabels: labels},
      template: {
        metadata: {labels},
        spec: {
          automountServiceAccountToken: false,
          securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
          containers: [{
            name: 'demo', image: relocateImage(IMAGE, ctx.spec.images.mirror), args: ['netexec', '--http-port=8080'],
            ports: [{name: 'http', containerPort: 8080, protocol: 'TCP'}],
            readinessProbe: {httpGet: {path: '/healthz', port: 'http'}, periodSeconds: 5},
            resources: {requests: {cpu: '50m', memory: '32Mi'}, limits: {memory: '64Mi'}},
            securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
          }],
        },
      },
    },
  }
}

function service({spec}: ManifestContext, name: string, app: string): KubeObject {
  const {circuitBreaker} = spec.phases.mesh
  const breaker = spec.phases.mesh.type === 'linkerd' && circuitBreaker ? {annotations: {'balancer.linkerd.io/failure-accrual': 'consecutive', 'balancer.linkerd.io/failure-accrual-consecutive-max-failures': String(FAILURES)}} : {}
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: DEMO, labels: {app}, ...breaker}, spec: {selector: {app}, ports: [{name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http'}]}}
}

/** Weights of both versions. */
export function weights({spec}: Pick<ManifestContext, 'spec'>): {stable: number; canary: number} {
  const {canary} = spec.phases.mesh
  return {stable: 100 - canary, canary}
}

/** Of Linkerd: a route whose parent is the Service itself. */
function linkerdRoute(ctx: ManifestContext): KubeObject {
  const {retries, timeout} = ctx.spec.phases.mesh
  const {stable, canary} = weights(ctx)
  return {
    apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute',
    metadata: {
      name: CANARY, namespace: DEMO,
      annotations: {...(retries === 0 ? {} : {'retry.linkerd.io/http': '5xx', 'retry.linkerd.io/limit': String(retries)}), 'timeout.linkerd.io/request': `${durationSeconds(timeout)}s`},
    },
    spec: {
      parentRefs: [{group: '', kind: 'Service', name: DEMO, port: 80}],
      rules: [{backendRefs: [{group: '', kind: 'Service', name: STABLE, port: 80, weight: stable}, {group: '', kind: 'Service', name: CANARY, port: 80, weight: canary}]}],
    },
  }
}

function istioObjects(ctx: ManifestContext): KubeObject[] {
  const {retries, timeout, circuitBreaker} = ctx.spec.phases.mesh
  const {stable, canary} = weights(ctx)
  const host = (name: string): string => `${name}.${DEMO}.svc.cluster.local`
  const rule = (name: string): KubeObject => ({
    apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: {name, namespace: DEMO},
    spec: {
      host: host(name),
      trafficPolicy: {
        connectionPool: {http: {http1MaxPendingRequests: 1024, maxRetries: Math.max(1, retries)}},
        ...(circuitBreaker ? {outlierDetection: {consecutive5xxErrors: FAILURES, interval: '10s', baseEjectionTime: '30s', maxEjectionPercent: 50}} : {}),
      },
    },
  })
  return [
    {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: {name: DEMO, namespace: DEMO},
      spec: {
        hosts: [host(DEMO)],
        http: [{
          route: [{destination: {host: host(STABLE), port: {number: 80}}, weight: stable}, {destination: {host: host(CANARY), port: {number: 80}}, weight: canary}],
          timeout: `${durationSeconds(timeout)}s`,
          retries: retries === 0 ? {attempts: 0} : {attempts: retries, perTryTimeout: `${Math.max(1, Math.floor(durationSeconds(timeout) / (retries + 1)))}s`, retryOn: '5xx,connect-failure,refused-stream'},
        }],
      },
    },
    rule(STABLE), rule(CANARY),
  ]
}

/** Istio's gateway for the demo, with a limit and, where kp.yaml names an issuer of tokens, a login. Istiod makes its pods and its Service. */
export const gateway: PlatformStep = manifestSet({
  id: 'mesh/gateway',
  title: "Open Istio's gateway",
  appliesTo: wantsGateway,
  verify: ['mesh.gateway'],
  objects: gatewayObjects,
})

function gatewayObjects(ctx: ManifestContext): KubeObject[] {
  const {rateLimit, jwt} = ctx.spec.phases.mesh
  const {stable, canary} = weights(ctx)
  const targetRefs = [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: MESH_GATEWAY}]
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: {name: MESH_GATEWAY, namespace: DEMO},
      spec: {gatewayClassName: 'istio', listeners: [{name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: {namespaces: {from: 'Same'}}}]},
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: {name: MESH_GATEWAY, namespace: DEMO},
      spec: {
        parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: MESH_GATEWAY}],
        rules: [{backendRefs: [{group: '', kind: 'Service', name: STABLE, port: 80, weight: stable}, {group: '', kind: 'Service', name: CANARY, port: 80, weight: canary}]}],
      },
    },
    ...(rateLimit === 0 ? [] : [limitFilter(rateLimit)]),
    ...(jwt === undefined ? [] : [
      {apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata: {name: MESH_GATEWAY, namespace: DEMO}, spec: {targetRefs, jwtRules: [{issuer: jwt.issuer, jwksUri: jwt.jwks}]}},
      // A request without a token has no principal: it is refused.
      {apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: {name: MESH_GATEWAY, namespace: DEMO}, spec: {targetRefs, action: 'ALLOW', rules: [{from: [{source: {requestPrincipals: [`${jwt.issuer}/*`]}}]}]}},
    ]),
  ]
}

/** Each pod of the gateway counts for itself. */
function limitFilter(requests: number): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: {name: 'mesh-gateway-limit', namespace: DEMO},
    spec: {
      workloadSelector: {labels: {'gateway.networking.k8s.io/gateway-name': MESH_GATEWAY}},
      configPatches: [{
        applyTo: 'HTTP_FILTER',
        match: {context: 'GATEWAY', listener: {filterChain: {filter: {name: 'envoy.filters.network.http_connection_manager'}}}},
        patch: {
          operation: 'INSERT_BEFORE',
          value: {
            name: 'envoy.filters.http.local_ratelimit',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
              stat_prefix: 'http_local_rate_limiter',
              token_bucket: {max_tokens: requests, tokens_per_fill: requests, fill_interval: '1s'},
              filter_enabled: {runtime_key: 'local_rate_limit_enabled', default_value: {numerator: 100, denominator: 'HUNDRED'}},
              filter_enforced: {runtime_key: 'local_rate_limit_enforced', default_value: {numerator: 100, denominator: 'HUNDRED'}},
            },
          },
        },
      }],
    },
  }
}
