/** Counts requests as the controllers do, under the names that they give to it. */
import {ENVOY_BUCKETS, NGINX_BUCKETS, TRAEFIK_BUCKETS} from '../../../../spec/slo-indicators.ts'
import type {Asked, Entry, Outcome} from './types.ts'
import type {DoorController, Way} from './ways.ts'

/** A request that is over. */
export interface Served {
  way: Way
  entry: Entry | undefined
  asked: Asked
  outcome: Outcome
  status: number
  ms: number
}

/** Counters that grow, and what Prometheus reads of them. */
export interface Metrics {
  count(served: Served): void
  /** The text of /metrics. @param open how many connections are open */
  text(ways: Way[], open: number): string
}

type Labels = Record<string, string>

interface Store {
  add(name: string, labels: Labels, by?: number): void
  time(name: string, labels: Labels, buckets: readonly number[], value: number): void
}

/** How each controller counts. */
const COUNTERS: Record<DoorController, (store: Store, served: Served) => void> = {
  'envoy-gateway'(store, {way, entry, asked, outcome, status, ms}) {
    const code = {envoy_response_code_class: String(Math.floor(status / 100))}
    const listener = {envoy_http_conn_manager_prefix: envoyPrefix(way, asked.scheme)}
    store.add('envoy_http_downstream_rq_xx', {...listener, ...code})
    store.time('envoy_http_downstream_rq_time', listener, ENVOY_BUCKETS, ms)
    const tried = outcome.kind === 'answer' || (outcome.kind === 'refuse' && outcome.reached)
    if (entry === undefined || !tried) return
    const {route} = entry
    const cluster = {envoy_cluster_name: `httproute/${route.namespace}/${route.name}/rule/${route.rule}`}
    store.add('envoy_cluster_upstream_rq_xx', {...cluster, ...code})
    if (outcome.kind === 'answer') store.time('envoy_cluster_upstream_rq_time', cluster, ENVOY_BUCKETS, ms)
  },
  traefik(store, {way, entry, asked, outcome, status, ms}) {
    const entrypoint = asked.scheme === 'https' ? 'websecure' : 'web'
    const labels = {code: String(status), method: asked.method, protocol: 'http'}
    store.add('traefik_entrypoint_requests_total', {...labels, entrypoint})
    if (entry === undefined) return
    const {namespace, name, rule} = entry.route
    const router = `httproute-${namespace}-${name}-gw-${way.gateway?.namespace}-${way.gateway?.name}-ep-${entrypoint}-${rule}@kubernetesgateway`
    const service = `${router.replace('@kubernetesgateway', '')}-wrr@kubernetesgateway`
    store.add('traefik_router_requests_total', {...labels, router, service})
    store.time('traefik_router_request_duration_seconds', {...labels, router, service}, TRAEFIK_BUCKETS, ms / 1000)
    if (outcome.kind === 'redirect') return
    store.add('traefik_service_requests_total', {...labels, service})
    store.time('traefik_service_request_duration_seconds', {...labels, service}, TRAEFIK_BUCKETS, ms / 1000)
  },
  'ingress-nginx'(store, {entry, asked, status, ms}) {
    if (entry === undefined) return
    const {namespace, name} = entry.route
    const labels = {namespace, ingress: name, host: entry.host, path: entry.path.value, method: asked.method, status: String(status)}
    store.add('nginx_ingress_controller_requests', labels)
    store.time('nginx_ingress_controller_request_duration_seconds', labels, NGINX_BUCKETS, ms / 1000)
  },
  // The load balancers of AWS count in CloudWatch.
  alb() {},
}

/** What is there while nobody calls. */
const PRESENT: Record<DoorController, (way: Way, open: number) => {name: string; labels: Labels; value: number}[]> = {
  'envoy-gateway': (way, open) => [
    ...[...new Set((way.gateway?.listeners ?? []).map(({protocol}) => envoyPrefix(way, protocol === 'HTTPS' ? 'https' : 'http')))].flatMap((prefix) => ['2', '3', '4', '5'].map((code) => ({name: 'envoy_http_downstream_rq_xx', labels: {envoy_http_conn_manager_prefix: prefix, envoy_response_code_class: code}, value: 0}))),
    {name: 'envoy_http_downstream_cx_active', labels: {}, value: open},
  ],
  traefik: (_, open) => [{name: 'traefik_config_reloads_total', labels: {}, value: 1}, {name: 'traefik_open_connections', labels: {protocol: 'TCP'}, value: open}],
  'ingress-nginx': (_, open) => [{name: 'nginx_ingress_controller_config_hash', labels: {}, value: 1}, {name: 'nginx_ingress_controller_nginx_process_connections', labels: {state: 'active'}, value: open}],
  alb: () => [],
}

/** Begins at zero. */
export function createMetrics(): Metrics {
  const series = new Map<string, {name: string; labels: Labels; value: number}>()
  const add: Store['add'] = (name, labels, by = 1) => {
    const key = `${name}${written(labels)}`
    const known = series.get(key)
    if (known === undefined) series.set(key, {name, labels, value: by})
    else known.value += by
  }
  const store: Store = {
    add,
    time(name, labels, buckets, value) {
      for (const bucket of buckets) add(`${name}_bucket`, {...labels, le: String(bucket)}, value <= bucket ? 1 : 0)
      add(`${name}_bucket`, {...labels, le: '+Inf'})
      add(`${name}_sum`, labels, value)
      add(`${name}_count`, labels)
    },
  }
  return {
    count: (served) => COUNTERS[served.way.controller](store, served),
    text(ways, open) {
      const here = ways.flatMap((way) => PRESENT[way.controller](way, open))
      const idle = here.filter(({name, labels}) => !series.has(`${name}${written(labels)}`))
      const byName = Map.groupBy([...series.values(), ...idle], ({name}) => name.replace(/_(?:bucket|sum|count)$/, ''))
      return [...byName].flatMap(([name, all]) => [`# TYPE ${name} ${typeOf(name, all.length > 0 && all[0]?.name !== name)}`, ...all.map((one) => `${one.name}${written(one.labels)} ${one.value}`)]).join('\n').concat('\n')
    },
  }
}

function typeOf(name: string, histogram: boolean): string {
  if (histogram) return 'histogram'
  return /_active$|_connections$|_hash$/.test(name) ? 'gauge' : 'counter'
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** As Envoy Gateway names a listener: `https-10443`. Ports below 1024 are 10000 higher in the proxies. */
function envoyPrefix({gateway}: Way, scheme: 'http' | 'https'): string {
  const port = gateway?.listeners.find(({protocol}) => protocol.toLowerCase() === scheme)?.port ?? (scheme === 'https' ? 443 : 80)
  return `${scheme}-${port < 1024 ? port + 10_000 : port}`
}
