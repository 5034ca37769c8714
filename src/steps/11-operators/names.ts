/** The systems of phase 11, as data: what installs them, where they are, how they say that they are well. */
import type {ManifestContext} from '../../context.ts'
import type {Applies} from '../../engine/types.ts'
import {databaseOf} from '../shared/databases.ts'

export type SystemId = 'kafka' | 'postgres' | 'mysql' | 'mongodb' | 'redis' | 'rabbitmq'

/** A system. */
export interface System {
  id: SystemId
  title: string
  /** The operator; MySQL has none. */
  component?: string
  /** The object that it is made of. */
  kind: {apiVersion: string; kind: string}
  name: string
  /** Ports at which clients ask. */
  ports: number[]
  /** Labels of its instances. */
  pods: Record<string, string>
  /** Name of the port of an instance where Prometheus reads, where kp lets it. */
  metrics?: string
  /** What the operator asks to know in which namespaces it works: nothing, an empty text or a star mean all. */
  watch?: string
}

export const SYSTEMS: readonly System[] = [
  {id: 'kafka', title: 'Kafka', component: 'strimzi-kafka-operator', kind: {apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka'}, name: 'kafka', ports: [9092, 9093], pods: {'strimzi.io/cluster': 'kafka', 'strimzi.io/name': 'kafka-kafka'}, metrics: 'tcp-prometheus', watch: 'STRIMZI_NAMESPACE'},
  {id: 'postgres', title: 'PostgreSQL', component: 'cloudnative-pg', kind: {apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster'}, name: 'postgres', ports: [5432], pods: {'cnpg.io/cluster': 'postgres', 'cnpg.io/podRole': 'instance'}, metrics: 'metrics', watch: 'WATCH_NAMESPACE'},
  {id: 'mysql', title: 'MySQL', kind: {apiVersion: 'apps/v1', kind: 'StatefulSet'}, name: 'mysql', ports: [3306], pods: {'app.kubernetes.io/name': 'mysql'}},
  {id: 'mongodb', title: 'MongoDB', component: 'mongodb-kubernetes', kind: {apiVersion: 'mongodbcommunity.mongodb.com/v1', kind: 'MongoDBCommunity'}, name: 'mongodb', ports: [27_017], pods: {app: 'mongodb-svc'}, watch: 'WATCH_NAMESPACE'},
  {id: 'redis', title: 'Redis', component: 'redis-operator', kind: {apiVersion: 'redis.redis.opstreelabs.in/v1beta2', kind: 'RedisReplication'}, name: 'redis', ports: [6379], pods: {app: 'redis', redis_setup_type: 'replication'}, watch: 'WATCH_NAMESPACE'},
  {id: 'rabbitmq', title: 'RabbitMQ', component: 'rabbitmq-cluster-operator', kind: {apiVersion: 'rabbitmq.com/v1beta1', kind: 'RabbitmqCluster'}, name: 'rabbitmq', ports: [5672, 15_672], pods: {'app.kubernetes.io/name': 'rabbitmq'}, metrics: 'prometheus', watch: 'OPERATOR_SCOPE_NAMESPACE'},
]

type Spec = Pick<ManifestContext, 'spec'>

/** Whether the platform has a system, or why not. */
export const has = (id: SystemId) => ({spec}: Spec): Applies => (spec.phases.operators[id].enabled ? true : `phases.operators.${id}.enabled is false`)

/** The namespace of a system. */
export function namespaceOf({spec}: Spec, id: SystemId): string {
  return id === 'kafka' || id === 'rabbitmq' ? (spec.phases.operators[id].namespace ?? id) : databaseOf(spec, id).namespace
}

/** How many instances a system has: MySQL is one server, whatever is asked for. */
export const instancesOf = ({spec}: Spec, {id}: Pick<System, 'id'>): number => (id === 'mysql' ? 1 : spec.phases.operators[id].instances)

/** Whether the platform has any, or why not. */
export const hasAny = (ctx: Spec): Applies => (systemsOf(ctx).length > 0 ? true : 'phases.operators switches nothing on')

/** The systems that the platform has. */
export const systemsOf = (ctx: Spec): System[] => SYSTEMS.filter(({id}) => has(id)(ctx) === true)
