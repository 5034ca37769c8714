/** The way in, by the metrics of the controller that the platform has. */
import type {EnvironmentSpec} from '../../../spec/types.ts'
import type {Dashboard, Panel} from './dashboard.ts'

type Controller = EnvironmentSpec['phases']['ingress']['controller']

/** How a controller counts requests. Each is PromQL with the place of a filter left open. */
interface Words {
  /** Counter of requests. */
  requests: string
  /** Label with the status, and what a failure looks like. */
  failed: string
  /** Histogram of times, and what makes seconds of it. */
  times: string
  scale: number
  /** Label with the route or Service. */
  route: string
  open: string
}

const WORDS: Record<Exclude<Controller, 'aws-load-balancer-controller'>, Words> = {
  'envoy-gateway': {requests: 'envoy_cluster_upstream_rq_xx', failed: 'envoy_response_code_class="5"', times: 'envoy_cluster_upstream_rq_time_bucket', scale: 1000, route: 'envoy_cluster_name', open: 'sum(envoy_http_downstream_cx_active)'},
  traefik: {requests: 'traefik_service_requests_total', failed: 'code=~"5.."', times: 'traefik_service_request_duration_seconds_bucket', scale: 1, route: 'service', open: 'sum(traefik_open_connections)'},
  'ingress-nginx': {requests: 'nginx_ingress_controller_requests', failed: 'status=~"5.."', times: 'nginx_ingress_controller_request_duration_seconds_bucket', scale: 1, route: 'ingress', open: 'sum(nginx_ingress_controller_nginx_process_connections{state="active"})'},
}

/** The dashboard of the way in; undefined where the controller runs outside of the cluster and offers no metrics. */
export function ingressDashboard(controller: Controller): Dashboard | undefined {
  if (controller === 'aws-load-balancer-controller') return undefined
  const words = WORDS[controller]
  return {
    id: 'ingress',
    title: 'kp: ingress',
    panels: [
      {title: 'Requests', unit: 'reqps', kind: 'number', queries: [{expr: `sum(rate(${words.requests}[5m]))`, legend: 'requests'}]},
      {title: 'Failed', unit: 'percentunit', kind: 'number', warn: 0.01, bad: 0.05, queries: [{expr: share(words), legend: 'failed'}]},
      {title: '99 of 100 within', unit: 's', kind: 'number', warn: 0.5, bad: 2, queries: [{expr: quantile(words, 0.99), legend: 'time'}]},
      {title: 'Open connections', unit: 'short', kind: 'number', queries: [{expr: words.open, legend: 'open'}]},
      {title: 'Certificates: days left', unit: 'short', kind: 'number', queries: [{expr: 'min(certmanager_certificate_expiration_timestamp_seconds - time()) / 86400', legend: 'days'}]},
      {title: 'Load of the proxies', unit: 'short', kind: 'number', queries: [{expr: 'sum(rate(container_cpu_usage_seconds_total{container=~"envoy|traefik|controller"}[5m]))', legend: 'CPUs'}]},
      ...byRoute(words),
    ],
  }
}

/** Requests, errors and durations of every route: what users of an application see. */
export function redDashboard(controller: Controller): Dashboard | undefined {
  if (controller === 'aws-load-balancer-controller') return undefined
  const words = WORDS[controller]
  return {id: 'red', title: 'kp: requests, errors, durations', panels: [...byRoute(words), {title: 'Half of the answers within', unit: 's', queries: [{expr: quantile(words, 0.5, words.route), legend: `{{${words.route}}}`}]}]}
}

function byRoute(words: Words): Panel[] {
  const legend = `{{${words.route}}}`
  return [
    {title: 'Requests by route', unit: 'reqps', queries: [{expr: `sum by (${words.route}) (rate(${words.requests}[5m]))`, legend}]},
    {title: 'Failed by route', unit: 'percentunit', queries: [{expr: share(words, words.route), legend}]},
    {title: '99 of 100 answers within, by route', unit: 's', queries: [{expr: quantile(words, 0.99, words.route), legend}]},
  ]
}

function share({requests, failed}: Words, by?: string): string {
  const sum = by === undefined ? 'sum' : `sum by (${by}) `
  return `${sum}(rate(${requests}{${failed}}[5m])) / ${sum}(rate(${requests}[5m]))`
}

function quantile({times, scale}: Words, part: number, by?: string): string {
  const text = `histogram_quantile(${part}, sum by (${by === undefined ? 'le' : `${by}, le`}) (rate(${times}[5m])))`
  return scale === 1 ? text : `${text} / ${scale}`
}
