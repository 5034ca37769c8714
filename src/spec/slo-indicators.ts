/** What the metrics of each way in are called: facts of Envoy, Traefik and ingress-nginx that objectives are measured by. */
import type {EnvironmentSpec, Slo} from './types.ts'
import {durationSeconds} from './units.ts'

type Controller = EnvironmentSpec['phases']['ingress']['controller']

/** An indicator that counts requests of a route. */
export type RouteIndicator = Exclude<Slo['indicator'], {type: 'prometheus'}>

/** How a way in counts the requests of one route. */
export interface RouteMetrics {
  /** Kind of the object that leads the requests. */
  kind: 'HTTPRoute' | 'Ingress'
  /** Counter of requests, and the matchers of its labels for a route. */
  requests: string
  selector: string
  /** What a failed request looks like. */
  failed: string
  /** Histogram of times, without `_bucket`; its buckets, and how many of them are a second. */
  times: string
  buckets: readonly number[]
  perSecond: number
  /** A series that is there as long as the proxies are read, also while nobody calls. */
  presence: string
  /** Labels that must not be dropped. */
  labels: readonly string[]
}

/** Where the demo application is; the default of a route's namespace. */
const DEMO_NAMESPACE = 'demo'
/** Envoy's own, in milliseconds: they cannot be chosen through Envoy Gateway. */
export const ENVOY_BUCKETS = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000]
/** As kp sets them for Traefik, in seconds. */
export const TRAEFIK_BUCKETS = [0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5, 5, 10]
/** Those of ingress-nginx, in seconds. */
export const NGINX_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const WAYS: Record<Exclude<Controller, 'aws-load-balancer-controller'>, (route: string, namespace: string) => RouteMetrics> = {
  'envoy-gateway': (route, namespace) => ({
    kind: 'HTTPRoute',
    requests: 'envoy_cluster_upstream_rq_xx',
    selector: `envoy_cluster_name=~"httproute/${namespace}/${route}/rule/.+"`,
    failed: 'envoy_response_code_class="5"',
    times: 'envoy_cluster_upstream_rq_time',
    buckets: ENVOY_BUCKETS,
    perSecond: 1000,
    presence: 'envoy_http_downstream_rq_xx',
    labels: ['envoy_cluster_name', 'envoy_response_code_class', 'envoy_http_conn_manager_prefix'],
  }),
  traefik: (route, namespace) => ({
    kind: 'HTTPRoute',
    requests: 'traefik_router_requests_total',
    selector: `router=~"httproute-${namespace}-${route}-gw-.+"`,
    failed: 'code=~"5.."',
    times: 'traefik_router_request_duration_seconds',
    buckets: TRAEFIK_BUCKETS,
    perSecond: 1,
    presence: 'traefik_config_reloads_total',
    labels: ['router', 'code'],
  }),
  'ingress-nginx': (route, namespace) => ({
    kind: 'Ingress',
    requests: 'nginx_ingress_controller_requests',
    // The label of the target itself wins: that of the Ingress becomes exported_namespace.
    selector: `exported_namespace="${namespace}",ingress="${route}"`,
    failed: 'status=~"5.."',
    times: 'nginx_ingress_controller_request_duration_seconds',
    buckets: NGINX_BUCKETS,
    perSecond: 1,
    presence: 'nginx_ingress_controller_config_hash',
    labels: ['exported_namespace', 'ingress', 'status'],
  }),
}

/** Namespace of the route of an indicator. */
export function routeNamespace({namespace}: Pick<RouteIndicator, 'namespace'>): string {
  return namespace ?? DEMO_NAMESPACE
}

/** How the platform's way in counts the requests of a route; a sentence where it does not. */
export function routeMetrics({phases: {ingress}}: Pick<EnvironmentSpec, 'phases'>, indicator: RouteIndicator): RouteMetrics | string {
  if (!ingress.enabled) return 'phases.ingress.enabled is false: no way in counts requests'
  if (ingress.controller === 'aws-load-balancer-controller') return 'the load balancers of AWS count requests in CloudWatch, not in Prometheus'
  return WAYS[ingress.controller](indicator.route, routeNamespace(indicator))
}

/**
 * The bucket by which a threshold is measured: the largest that is not above it, so that nothing slow counts as fast.
 * @returns the bucket as the metrics name it, and in seconds; undefined where the threshold is below all buckets
 */
export function bucketFor({buckets, perSecond}: Pick<RouteMetrics, 'buckets' | 'perSecond'>, threshold: string): {bucket: number; seconds: number} | undefined {
  const seconds = thresholdSeconds(threshold)
  const bucket = buckets.findLast((one) => one / perSecond <= seconds)
  return bucket === undefined ? undefined : {bucket, seconds: bucket / perSecond}
}

/** Seconds of a threshold such as `300ms` or `1s`. */
export function thresholdSeconds(threshold: string): number {
  return threshold.endsWith('ms') ? Number(threshold.slice(0, -2)) / 1000 : durationSeconds(threshold)
}

/** Names of the metrics that an objective needs, and of their labels. */
export function metricsOf(spec: Pick<EnvironmentSpec, 'phases'>, {indicator}: Pick<Slo, 'indicator'>): {names: string[]; labels: readonly string[]} {
  if (indicator.type === 'prometheus') return {names: [], labels: []}
  const metrics = routeMetrics(spec, indicator)
  if (typeof metrics === 'string') return {names: [], labels: []}
  const latency = indicator.type === 'http-latency'
  return {names: [...(latency ? [`${metrics.times}_bucket`, `${metrics.times}_count`] : [metrics.requests]), metrics.presence], labels: [...metrics.labels, ...(latency ? ['le'] : [])]}
}
