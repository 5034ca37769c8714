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
}

export const SYSTEMS: readonly System[] = [
  {id: 'kafka', title: 'Kafka', component: 'strimzi-kafka-operator', kind: {apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka'}, name: 'kafka', ports: [9092, 9093]},
  {id: 'postgres', title: 'PostgreSQL', component: 'cloudnative-pg', kind: {apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster'}, name: 'postgres', ports: [5432]},
  {id: 'mysql', title: 'MySQL', kind: {apiVersion: 'apps/v1', kind: 'StatefulSet'}, name: 'mysql', ports: [3306]},
  {id: 'mongodb', title: 'MongoDB', component: 'mongodb-kubernetes', kind: {apiVersion: 'mongodbcommunity.mongodb.com/v1', kind: 'MongoDBCommunity'}, name: 'mongodb', ports: [27_017]},
  {id: 'redis', title: 'Redis', component: 'redis-operator', kind: {apiVersion: 'redis.redis.opstreelabs.in/v1beta2', kind: 'RedisReplication'}, name: 'redis', ports: [6379]},
  {id: 'rabbitmq', title: 'RabbitMQ', component: 'rabbitmq-cluster-operator', kind: {apiVersion: 'rabbitmq.com/v1beta1', kind: 'RabbitmqCluster'}, name: 'rabbitmq', ports: [5672, 15_672]},
]

type Spec = Pick<ManifestContext, 'spec'>

/** Whether the platform has a system, or why not. */
export const has = (id: SystemId) => ({spec}: Spec): Applies => (spec.phases.operators[id].enabled ? true : `phases.operators.${id}.enabled is false`)

/** The namespace of a system. */
export function namespaceOf({spec}: Spec, id: SystemId): string {
  return id === 'kafka' || id === 'rabbitmq' ? (spec.phases.operators[id].namespace ?? id) : databaseOf(spec, id).namespace
}

/** The systems that the platform has. */
export const systemsOf = (ctx: Spec): System[] => SYSTEMS.filter(({id}) => has(id)(ctx) === true)
