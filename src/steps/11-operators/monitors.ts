/** Steps: Prometheus reads the databases, and alerts about them. */
import {runbookLink} from '../../components/runbook-link.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {hasAny, namespaceOf, systemsOf} from './names.ts'
import type {System, SystemId} from './names.ts'

/** Where the rules lie; its Prometheus takes rules of every namespace. */
export const RULES = {name: 'databases', namespace: 'monitoring'}
const RUNBOOK = 'database-not-ready.md'

interface Alert {
  alert: string
  expr: string
  for: string
  labels: {severity: 'page' | 'critical' | 'warning'}
  annotations: {summary: string; runbook?: string; runbook_url?: string}
}

/** An alert as it is written down here: its runbook by name. */
type Draft = Omit<Alert, 'annotations'> & {summary: string; runbook: string}

const alert = (name: string, severity: Alert['labels']['severity'], wait: string, expr: string, summary: string, runbook = RUNBOOK): Draft => ({alert: name, expr, for: wait, labels: {severity}, summary, runbook})

const OF_SYSTEM: Partial<Record<SystemId, (namespace: string) => Draft[]>> = {
  kafka: (namespace) => [
    alert('KafkaPartitionOffline', 'critical', '2m', `sum(kafka_controller_kafkacontroller_offlinepartitionscount{namespace="${namespace}"}) > 0`, 'Partitions of Kafka have no leader: nobody reads or writes them'),
    alert('KafkaBelowMinimumCopies', 'critical', '5m', `sum by (pod) (kafka_server_replicamanager_underminisrpartitioncount{namespace="${namespace}"}) > 0`, 'Broker {{ $labels.pod }} leads partitions with too few copies: producers that want all of them are refused'),
    alert('KafkaCopiesBehind', 'warning', '15m', `sum by (pod) (kafka_server_replicamanager_underreplicatedpartitions{namespace="${namespace}"}) > 0`, 'Copies of partitions that broker {{ $labels.pod }} leads are behind'),
    alert('KafkaControllers', 'critical', '5m', `sum(kafka_controller_kafkacontroller_activecontrollercount{namespace="${namespace}"}) != 1`, 'Kafka has no controller, or more than one'),
    alert('KafkaDiskOffline', 'critical', '1m', `sum by (pod) (kafka_log_offline_directories{namespace="${namespace}"}) > 0`, 'Broker {{ $labels.pod }} cannot write its volume any more'),
    alert('KafkaDiskSlow', 'warning', '15m', `max by (pod) (kafka_log_flush_time_ms{namespace="${namespace}",quantile="0.99"}) > 1000`, 'Broker {{ $labels.pod }} takes more than a second to write to its disk'),
    alert('KafkaThreadsBusy', 'warning', '15m', `min by (pod) (kafka_server_requesthandler_idle_ratio{namespace="${namespace}"}) < 0.2`, 'Broker {{ $labels.pod }} has hardly a thread left for requests'),
    alert('KafkaHeapFull', 'warning', '10m', `max by (pod) (jvm_memory_used_bytes{namespace="${namespace}",area="heap"}) / max by (pod) (jvm_memory_max_bytes{namespace="${namespace}",area="heap"} > 0) > 0.92`, 'The heap of the JVM of {{ $labels.pod }} is nearly full'),
    alert('KafkaGarbageCollection', 'warning', '10m', `sum by (pod) (rate(jvm_gc_collection_seconds_sum{namespace="${namespace}"}[5m])) > 0.1`, 'The JVM of {{ $labels.pod }} spends more than a tenth of its time collecting garbage'),
  ],
  postgres: (namespace) => [
    alert('PostgresReplicaBehind', 'warning', '5m', `max by (pod) (cnpg_pg_replication_lag{namespace="${namespace}"}) > 300`, 'Replica {{ $labels.pod }} is more than five minutes behind'),
    alert('PostgresArchivingFails', 'critical', '15m', `max by (pod) (cnpg_pg_stat_archiver_seconds_since_last_archival{namespace="${namespace}"}) > 900 and max by (pod) (cnpg_collector_pg_wal_archive_status{namespace="${namespace}",value="ready"}) > 2`, 'The log of {{ $labels.pod }} does not reach the object store: its volume fills up', 'backup-failed.md'),
    alert('PostgresManyConnections', 'warning', '10m', `sum by (pod) (cnpg_backends_total{namespace="${namespace}"}) / max by (pod) (cnpg_pg_settings_setting{namespace="${namespace}",name="max_connections"}) > 0.85`, '{{ $labels.pod }} has hardly a connection left'),
  ],
  rabbitmq: (namespace) => [
    alert('RabbitMqAlarm', 'critical', '1m', `max by (pod) (rabbitmq_alarms_memory_used_watermark{namespace="${namespace}"} or rabbitmq_alarms_free_disk_space_watermark{namespace="${namespace}"}) > 0`, 'Node {{ $labels.pod }} lets nobody publish: its memory or its disk is used up'),
  ],
}

/** The volumes of all of them: used by four fifths, and full within four hours if it goes on like this. */
const volumes = (namespaces: string): Draft[] => [
  alert('DatabaseVolumeFillsUp', 'critical', '30m', `kubelet_volume_stats_available_bytes{namespace=~"${namespaces}"} / kubelet_volume_stats_capacity_bytes{namespace=~"${namespaces}"} < 0.2 and predict_linear(kubelet_volume_stats_available_bytes{namespace=~"${namespaces}"}[6h], 4 * 3600) < 0`, 'Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is full within four hours'),
  alert('DatabaseVolumeFull', 'page', '5m', `kubelet_volume_stats_available_bytes{namespace=~"${namespaces}"} / kubelet_volume_stats_capacity_bytes{namespace=~"${namespaces}"} < 0.05`, 'Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is full: what writes to it stops'),
]

/** The alerts of what the platform has. */
export function databaseAlerts(ctx: Pick<ManifestContext, 'spec'>): Alert[] {
  const systems = systemsOf(ctx)
  const drafts = systems.length === 0 ? [] : [...volumes([...new Set(systems.map(({id}) => namespaceOf(ctx, id)))].join('|')), ...systems.flatMap(({id}) => OF_SYSTEM[id]?.(namespaceOf(ctx, id)) ?? [])]
  return drafts.map(({summary, runbook, ...rest}) => ({...rest, annotations: {summary, ...runbookLink(ctx.spec, runbook)}}))
}

/** Whether somebody measures. */
export const measured = (ctx: Pick<ManifestContext, 'spec'>): true | string => {
  const wanted = hasAny(ctx)
  return wanted !== true ? wanted : ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false'
}

/** The systems whose instances show metrics. */
export const measuredSystems = (ctx: Pick<ManifestContext, 'spec'>): (System & {metrics: string})[] => systemsOf(ctx).flatMap((system) => (system.metrics === undefined ? [] : [{...system, metrics: system.metrics}]))

/** Prometheus reads the instances that show metrics. */
export const monitors: PlatformStep = manifestSet({
  id: 'operators/monitors',
  title: 'Let Prometheus read the databases',
  verify: ['operators.metrics'],
  appliesTo: (ctx) => (measured(ctx) !== true ? measured(ctx) : measuredSystems(ctx).length > 0 ? true : 'no database of the platform shows metrics'),
  objects: (ctx) => measuredSystems(ctx).map((system) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: {name: system.name, namespace: namespaceOf(ctx, system.id)},
    spec: {selector: {matchLabels: system.pods}, podMetricsEndpoints: [{port: system.metrics}]},
  })),
})

/** Rules about them. */
export const alerts: PlatformStep = manifestSet({
  id: 'operators/alerts',
  title: 'Alert about databases and their disks',
  after: ['monitoring'],
  verify: ['operators.alerts'],
  appliesTo: measured,
  objects: (ctx) => [{apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: {...RULES}, spec: {groups: [{name: 'databases', rules: databaseAlerts(ctx)}]}}],
})
