/** `phases.mesh` of kp.yaml in the words of Linkerd and Istio. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import type {MeshValues} from './types.ts'

/** Names that the values templates may use. */
export const MESH_NAMES = ['inboundPolicy', 'tracing', 'collector', 'providers', 'prometheusUrl', 'ownPrometheus'] as const satisfies readonly (keyof MeshValues)[]

/** Namespace of the Jaeger that kp installs, and where it takes traces. */
export const TRACING_NAMESPACE = 'tracing'
const OTLP_PORT = 4317
/** Name by which Istio's configuration calls the collector. */
export const TRACING_PROVIDER = 'kp-tracing'
const PROMETHEUS = 'http://kube-prometheus-stack-prometheus.monitoring.svc:9090'

/** Where traces go; undefined where nowhere. */
export function collectorOf({phases: {mesh}}: Pick<EnvironmentSpec, 'phases'>): {host: string; port: number} | undefined {
  const {backend, endpoint} = mesh.tracing
  if (backend === 'none') return undefined
  if (backend === 'jaeger') return {host: `jaeger-collector.${TRACING_NAMESPACE}.svc.cluster.local`, port: OTLP_PORT}
  const found = /^(?:https?:\/\/)?([^:/]+):(\d+)/.exec(endpoint ?? '')
  return found === null ? undefined : {host: found[1] ?? '', port: Number(found[2])}
}

/** What `phases.mesh` makes of the charts' values. */
export function meshValues(spec: EnvironmentSpec): MeshValues {
  const {mesh, monitoring} = spec.phases
  const collector = collectorOf(spec)
  return {
    inboundPolicy: mesh.mtls === 'strict' ? 'all-authenticated' : 'all-unauthenticated',
    tracing: collector !== undefined,
    ...(collector === undefined ? {} : {collector: `${collector.host}:${collector.port}`, providers: [{name: TRACING_PROVIDER, opentelemetry: {service: collector.host, port: collector.port}}]}),
    ...(monitoring.enabled ? {prometheusUrl: PROMETHEUS} : {}),
    ownPrometheus: !monitoring.enabled,
  }
}
