/** Kafka as objects: brokers that are controllers too, spread over zones, with the metrics of its JVMs. Pure. */
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {resources, spread, ZONE} from './parts.ts'
import type {Settings} from './parts.ts'

const METRICS = {name: 'kafka-metrics', key: 'jmx.yaml'}
const POOL = 'dual'
const HEAP = '1024m'

/** Which beans become metrics, and how they are called; those of the JVM itself come without a rule. */
const RULES = `lowercaseOutputName: true
rules:
  - pattern: kafka.server<type=ReplicaManager, name=(UnderReplicatedPartitions|UnderMinIsrPartitionCount|OfflineReplicaCount|PartitionCount|LeaderCount)><>Value
    name: kafka_server_replicamanager_$1
    type: GAUGE
  - pattern: kafka.controller<type=KafkaController, name=(ActiveControllerCount|OfflinePartitionsCount)><>Value
    name: kafka_controller_kafkacontroller_$1
    type: GAUGE
  - pattern: kafka.server<type=BrokerTopicMetrics, name=(\\w+)PerSec><>Count
    name: kafka_server_brokertopicmetrics_$1_total
    type: COUNTER
  - pattern: kafka.server<type=KafkaRequestHandlerPool, name=RequestHandlerAvgIdlePercent><>OneMinuteRate
    name: kafka_server_requesthandler_idle_ratio
    type: GAUGE
  - pattern: kafka.log<type=LogManager, name=OfflineLogDirectoryCount><>Value
    name: kafka_log_offline_directories
    type: GAUGE
  - pattern: kafka.log<type=LogFlushStats, name=LogFlushRateAndTimeMs><>(\\d+)thPercentile
    name: kafka_log_flush_time_ms
    type: GAUGE
    labels:
      quantile: "0.$1"
  - pattern: kafka.network<type=RequestMetrics, name=TotalTimeMs, request=(Produce|FetchConsumer)><>(\\d+)thPercentile
    name: kafka_network_request_time_ms
    type: GAUGE
    labels:
      request: "$1"
      quantile: "0.$2"
`

/** The objects of Kafka. */
export function kafka(ctx: ManifestContext, {instances, volume, storageClass}: Settings, kind: {apiVersion: string; kind: string}): KubeObject[] {
  const copies = Math.min(3, instances)
  const measured = ctx.spec.phases.monitoring.enabled
  const labels = {'strimzi.io/cluster': 'kafka', 'strimzi.io/name': 'kafka-kafka'}
  return [
    ...(measured ? [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: METRICS.name}, data: {[METRICS.key]: RULES}}] : []),
    {
      apiVersion: kind.apiVersion,
      kind: 'KafkaNodePool',
      metadata: {name: POOL, labels: {'strimzi.io/cluster': 'kafka'}},
      spec: {
        replicas: instances,
        roles: ['controller', 'broker'],
        storage: {type: 'jbod', volumes: [{id: 0, type: 'persistent-claim', size: volume, deleteClaim: false, kraftMetadata: 'shared', ...(storageClass === undefined ? {} : {class: storageClass})}]},
        resources: resources('250m', '2Gi'),
        // Half of the memory is left to the page cache, which Kafka lives on.
        jvmOptions: {'-Xms': HEAP, '-Xmx': HEAP},
        template: {pod: {topologySpreadConstraints: spread(labels)}},
      },
    },
    {
      ...kind,
      metadata: {name: 'kafka'},
      spec: {
        kafka: {
          listeners: [{name: 'plain', port: 9092, type: 'internal', tls: false}, {name: 'tls', port: 9093, type: 'internal', tls: true, authentication: {type: 'tls'}}],
          // Copies of a partition come into different zones, and consumers may read the nearest.
          rack: {topologyKey: ZONE},
          config: {
            'default.replication.factor': copies, 'min.insync.replicas': Math.max(1, copies - 1),
            'offsets.topic.replication.factor': copies, 'transaction.state.log.replication.factor': copies, 'transaction.state.log.min.isr': Math.max(1, copies - 1),
            'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
          },
          ...(measured ? {metricsConfig: {type: 'jmxPrometheusExporter', valueFrom: {configMapKeyRef: METRICS}}} : {}),
        },
        entityOperator: {topicOperator: {}, userOperator: {}},
      },
    },
  ]
}
