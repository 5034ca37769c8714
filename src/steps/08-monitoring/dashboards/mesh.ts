/** Traffic between services, by the metrics of the mesh that the platform has. */
import type {EnvironmentSpec} from '../../../spec/types.ts'
import type {Dashboard} from './dashboard.ts'

type Mesh = EnvironmentSpec['phases']['mesh']['type']

/** How a mesh counts what its proxies let through. */
interface Words {
  requests: string
  failed: string
  times: string
  /** Label of who is called, and of who calls. */
  to: string
  from: string
  /** What marks requests that came encrypted, and their identity. */
  secured: string
  /** Containers of the proxies. */
  proxy: string
}

const WORDS: Record<Mesh, Words> = {
  linkerd: {
    requests: 'response_total{direction="inbound"}', failed: 'response_total{direction="inbound",classification="failure"}', times: 'response_latency_ms_bucket{direction="inbound"}',
    to: 'deployment', from: 'client_id', secured: 'response_total{direction="inbound",tls="true"}', proxy: 'linkerd-proxy',
  },
  istio: {
    requests: 'istio_requests_total{reporter="destination"}', failed: 'istio_requests_total{reporter="destination",response_code=~"5.."}', times: 'istio_request_duration_milliseconds_bucket{reporter="destination"}',
    to: 'destination_workload', from: 'source_workload', secured: 'istio_requests_total{reporter="destination",connection_security_policy="mutual_tls"}', proxy: 'istio-proxy',
  },
}

/** Requests, errors and times between services; how much of it is encrypted; what the proxies cost. */
export function meshDashboard(type: Mesh): Dashboard {
  const {requests, failed, times, to, from, secured, proxy} = WORDS[type]
  const rate = (metric: string): string => `rate(${metric}[5m])`
  const quantile = (part: number): string => `histogram_quantile(${part}, sum by (${to}, le) (${rate(times)})) / 1000`
  return {
    id: 'mesh',
    title: `kp: mesh (${type === 'istio' ? 'Istio' : 'Linkerd'})`,
    panels: [
      {title: 'Requests', unit: 'reqps', kind: 'number', queries: [{expr: `sum(${rate(requests)})`, legend: 'requests'}]},
      {title: 'Failed', unit: 'percentunit', kind: 'number', warn: 0.01, bad: 0.05, queries: [{expr: `(sum(${rate(failed)}) or vector(0)) / sum(${rate(requests)})`, legend: 'failed'}]},
      {title: 'Encrypted by mTLS', unit: 'percentunit', kind: 'number', low: true, warn: 0.999, bad: 0.9, queries: [{expr: `sum(${rate(secured)}) / sum(${rate(requests)})`, legend: 'encrypted'}]},
      {title: 'Proxies', unit: 'short', kind: 'number', queries: [{expr: `count(container_memory_working_set_bytes{container="${proxy}"})`, legend: 'proxies'}]},
      {title: 'Memory of the proxies', unit: 'bytes', kind: 'number', queries: [{expr: `sum(container_memory_working_set_bytes{container="${proxy}"})`, legend: 'memory'}]},
      {title: 'CPU of the proxies', unit: 'short', kind: 'number', queries: [{expr: `sum(rate(container_cpu_usage_seconds_total{container="${proxy}"}[5m]))`, legend: 'CPUs'}]},
      {title: 'Requests by service', unit: 'reqps', queries: [{expr: `sum by (${to}) (${rate(requests)})`, legend: `{{${to}}}`}]},
      {title: 'Failed by service', unit: 'percentunit', queries: [{expr: `sum by (${to}) (${rate(failed)}) / sum by (${to}) (${rate(requests)})`, legend: `{{${to}}}`}]},
      {title: '99 of 100 answers within, by service', unit: 's', queries: [{expr: quantile(0.99), legend: `{{${to}}}`}]},
      {title: 'Half of the answers within, by service', unit: 's', queries: [{expr: quantile(0.5), legend: `{{${to}}}`}]},
      {title: 'Who calls whom', unit: 'reqps', queries: [{expr: `topk(20, sum by (${from}, ${to}) (${rate(requests)}))`, legend: `{{${from}}} to {{${to}}}`}]},
      {title: 'Memory of a proxy, by namespace', unit: 'bytes', queries: [{expr: `avg by (namespace) (container_memory_working_set_bytes{container="${proxy}"})`, legend: '{{namespace}}'}]},
    ],
  }
}
