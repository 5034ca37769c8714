/** Names that steps and checks of phase 9 share. */
import {createHash} from 'node:crypto'
import {FLUENT_BIT_PORT} from '../../components/logging/fluent-bit.ts'
import {VECTOR_METRICS_PORT} from '../../components/logging/vector.ts'
import type {ManifestContext} from '../../context.ts'

export {LOG_SECRET, LOGGING_NAMESPACE, STORE_SERVICE, STORE_TLS} from '../../components/logging/backend.ts'

type Spec = Pick<ManifestContext, 'spec'>

/** An agent as steps and checks know it. */
export interface Agent {
  component: 'fluent-bit' | 'vector'
  title: string
  /** Labels of its pods. */
  pods: Record<string, string>
  /** Where it answers about itself. */
  port: number
  path: string
}

/** The agent of a platform. */
export function agentOf({spec}: Spec): Agent {
  return spec.phases.logging.agent === 'vector'
    ? {component: 'vector', title: 'Vector', pods: {'app.kubernetes.io/name': 'vector'}, port: VECTOR_METRICS_PORT, path: '/metrics'}
    : {component: 'fluent-bit', title: 'Fluent Bit', pods: {'app.kubernetes.io/name': 'fluent-bit'}, port: FLUENT_BIT_PORT, path: '/api/v1/metrics/prometheus'}
}

/** Labels of the pods of OpenSearch and its Dashboards. */
export const STORE_PODS = {'app.kubernetes.io/name': 'opensearch'}
export const DASHBOARDS_PODS = {'app.kubernetes.io/name': 'opensearch-dashboards'}
/** Label of the pods of kp's own Jobs that talk to the store. */
export const JOB_PODS = {'kp.dev/job': 'log-store'}
/** The DaemonSet that sets what OpenSearch wants of its nodes. */
export const NODE_SETTINGS = 'node-settings'
/** The least value of vm.max_map_count for OpenSearch. */
export const MAP_COUNT = 262_144

/** Eight digits for what decides an object that cannot be changed: another one has another name. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8)
}
