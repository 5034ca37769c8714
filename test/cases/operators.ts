/** Cases of the checks of phase 11. */
import {changed, minutesAgo, readyComponent, thing, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {SYSTEMS} from '../../src/steps/11-operators/names.ts'
import type {System, SystemId} from '../../src/steps/11-operators/names.ts'

const on = {enabled: true}
const platform = {phases: {operators: {enabled: true, mysql: on, mongodb: on, redis: on, rabbitmq: on}}} as never
const kafkaAlone = {phases: {operators: {enabled: true, postgres: {enabled: false}}}} as never
const postgresAlone = {phases: {operators: {enabled: true, kafka: {enabled: false}}}} as never
const nothing = {phases: {operators: {enabled: true, kafka: {enabled: false}, postgres: {enabled: false}}}} as never
const sayTrue = (...types: string[]): Record<string, unknown> => ({conditions: types.map((type) => ({type, status: 'True'}))})
const sayFalse = (...types: string[]): Record<string, unknown> => ({conditions: types.map((type) => ({type, status: 'False', reason: 'Because', message: 'it is broken'}))})

/** How each says that it is well, and that it is not. */
const STATUS: Record<SystemId, {well: Record<string, unknown>; ill: Record<string, unknown>; says: RegExp}> = {
  kafka: {well: sayTrue('Ready'), ill: sayFalse('Ready'), says: /Kafka kafka\/kafka: Ready=False/},
  postgres: {well: sayTrue('Ready'), ill: sayFalse('Ready'), says: /Cluster postgres\/postgres: Ready=False/},
  mysql: {well: {observedGeneration: 1, readyReplicas: 1}, ill: {observedGeneration: 1, readyReplicas: 0}, says: /mysql\/mysql: 0 of 1 replicas/},
  mongodb: {well: {phase: 'Running'}, ill: {phase: 'Pending', message: 'waits'}, says: /mongodb\/mongodb is Pending: waits/},
  redis: {well: {masterNode: 'redis-0'}, ill: {}, says: /redis\/redis has no master/},
  rabbitmq: {well: sayTrue('AllReplicasReady', 'ClusterAvailable'), ill: sayFalse('AllReplicasReady'), says: /AllReplicasReady=False/},
}
const storage = (mode: string): KubeObject => thing('storage.k8s.io/v1', 'StorageClass', 'fast', {volumeBindingMode: mode}, {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}})
const ZONES = ['lab-a', 'lab-b', 'lab-c']
const nodes = (): KubeObject[] => ZONES.map((zone) => thing('v1', 'Node', `node-${zone}`, {spec: {}}, {labels: {'topology.kubernetes.io/zone': zone}}))
const inZone = (zone: string): Record<string, unknown> => ({spec: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone]}]}]}}}})
const system = (id: SystemId): System => SYSTEMS.find((one) => one.id === id) as System
const pods = (id: SystemId, ports: string[] = []): KubeObject[] => ZONES.map((zone, index) => thing('v1', 'Pod', `${id}/${id}-${index}`, {spec: {nodeName: `node-${zone}`, containers: [{name: id, ports: ports.map((name) => ({name, containerPort: 9404}))}]}}, {labels: system(id).pods}))
const budget = (id: SystemId): KubeObject => thing('policy/v1', 'PodDisruptionBudget', `${id}/${id}`, {spec: {maxUnavailable: 1, selector: {matchLabels: system(id).pods}}})
const patched = (world: World, which: (object: KubeObject) => boolean, change: Record<string, unknown>): World => ({...world, objects: (world.objects ?? []).map((object) => (which(object) ? {...object, ...change} : object))})
const env = (name: string, value: string): Record<string, unknown> => ({spec: {replicas: 2, template: {spec: {containers: [{name: 'operator', env: [{name, value}]}]}}}})

const PODMONITOR = thing('monitoring.coreos.com/v1', 'PodMonitor', 'kafka/kafka', {spec: {}})
const STORE = (secret: Record<string, unknown>): KubeObject => thing('barmancloud.cnpg.io/v1', 'ObjectStore', 'postgres/postgres', {spec: {configuration: {s3Credentials: secret}}, status: {serverRecoveryWindow: {postgres: {lastSuccessfulBackupTime: minutesAgo(60)}}}})
const ARCHIVED = thing('postgresql.cnpg.io/v1', 'Cluster', 'postgres/postgres', {status: sayTrue('ContinuousArchiving', 'LastBackupSucceeded')})

export const operatorsCases: CheckCase[] = [
  {
    check: 'operators.storage-class', platform, passes: () => ({objects: [storage('WaitForFirstConsumer')]}),
    fails: [
      {what: 'it binds at once', change: changed('StorageClass', () => ({volumeBindingMode: 'Immediate'})), observed: /StorageClass fast makes volumes before it knows the zone of their pod/},
      {what: 'there is none', change: without('StorageClass'), observed: /no StorageClass is the default/},
    ],
  },
  ...SYSTEMS.flatMap(({id, component, kind, name}): CheckCase[] => [
    ...(component === undefined ? [] : [{
      check: `operators.${id}-operator`, platform, passes: (ctx): ReturnType<CheckCase['passes']> => ({objects: readyComponent(ctx, component)}),
      fails: [{what: 'it is gone', change: without('Deployment'), observed: /does not exist/}],
    } satisfies CheckCase]),
    {
      check: `operators.${id}`, platform, passes: () => ({objects: [thing(kind.apiVersion, kind.kind, `${id}/${name}`, {spec: {replicas: 1}, status: STATUS[id].well}, {generation: 1})]}),
      fails: [
        {what: 'it is not well', change: changed(kind.kind, () => ({status: STATUS[id].ill})), observed: STATUS[id].says},
        {what: 'it is gone', change: without(kind.kind), observed: /does not exist/},
      ],
    },
  ]),
  {
    check: 'operators.volumes', platform, passes: () => ({objects: [thing('v1', 'PersistentVolumeClaim', 'kafka/data-0-kafka-dual-0', {status: {phase: 'Bound'}})]}),
    fails: [
      {what: 'one waits', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}})), observed: /kafka\/data-0-kafka-dual-0 is not bound/},
      {what: 'there is none', change: without('PersistentVolumeClaim'), observed: /no database has a volume/},
    ],
  },
  {
    check: 'operators.volume-zones', platform: kafkaAlone,
    passes: () => ({objects: [...nodes(), thing('v1', 'PersistentVolumeClaim', 'kafka/data-0-kafka-dual-0', {spec: {volumeName: 'pv-1'}}), thing('v1', 'PersistentVolume', 'pv-1', inZone('lab-a'))]}),
    fails: [
      {what: 'the only node of the zone takes no pods', change: (world) => patched(world, ({metadata}) => metadata.name === 'node-lab-a', {spec: {unschedulable: true}}), observed: /data-0-kafka-dual-0 is in lab-a, where no node takes pods/},
      {what: 'the zone has no node', change: changed('PersistentVolume', () => inZone('lab-z')), observed: /is in lab-z/},
    ],
  },
  {
    check: 'operators.spread', platform: kafkaAlone, passes: () => ({objects: [...nodes(), ...pods('kafka')]}),
    fails: [
      {what: 'two share a node', change: (world) => patched(world, ({metadata}) => metadata.name === 'kafka-1', {spec: {nodeName: 'node-lab-a', containers: []}}), observed: /Kafka in kafka: 3 instances are in lab-a, lab-c alone; there are 3 zones/},
      {what: 'one has no node', change: (world) => patched(world, ({metadata}) => metadata.name === 'kafka-1', {spec: {containers: []}}), observed: /1 of 3 instances have no node/},
      {what: 'one is missing', change: (world) => ({...world, objects: (world.objects ?? []).filter(({metadata}) => metadata.name !== 'kafka-2')}), observed: /2 of 3 instances exist/},
    ],
    skips: [{what: 'there are no several instances', platform: nothing, observed: /no database has more than one instance/}],
  },
  {
    check: 'operators.budgets', platform: kafkaAlone, passes: () => ({objects: [...pods('kafka'), budget('kafka')]}),
    fails: [
      {what: 'it was deleted', change: without('PodDisruptionBudget'), observed: /no PodDisruptionBudget guards kafka\/kafka-0, kafka\/kafka-1, kafka\/kafka-2/},
      {what: 'it is about others', change: changed('PodDisruptionBudget', () => ({spec: {selector: {matchLabels: {app: 'web'}}}})), observed: /no PodDisruptionBudget guards/},
      {what: 'there is no instance', change: without('Pod'), observed: /Kafka has no instance in kafka/},
    ],
  },
  {
    check: 'operators.watches', platform: kafkaAlone, passes: (ctx) => ({objects: readyComponent(ctx, 'strimzi-kafka-operator')}),
    fails: [{what: 'it was told of another namespace', change: changed('Deployment', () => env('STRIMZI_NAMESPACE', 'kafka-old')), observed: /strimzi\/strimzi-cluster-operator looks after kafka-old alone \(STRIMZI_NAMESPACE\), and not after kafka/}],
    skips: [{what: 'there is no operator', platform: nothing, observed: /no database of the platform has an operator/}],
  },
  {
    check: 'operators.metrics', platform: kafkaAlone, passes: () => ({objects: [PODMONITOR, ...pods('kafka', ['tcp-prometheus'])]}),
    fails: [
      {what: 'there is no monitor', change: without('PodMonitor'), observed: /PodMonitor kafka\/kafka does not exist/},
      {what: 'the metrics are off', change: changed('Pod', () => ({spec: {containers: [{name: 'kafka'}]}})), observed: /has no port tcp-prometheus: its metrics are off/},
      {what: 'it selects nobody', change: without('Pod'), observed: /selects no pod/},
    ],
  },
  {
    check: 'operators.alerts', platform, passes: () => ({objects: [thing('monitoring.coreos.com/v1', 'PrometheusRule', 'monitoring/databases', {spec: {groups: [{name: 'databases', rules: [{alert: 'DatabaseVolumeFull'}]}]}})]}),
    fails: [{what: 'they are gone', change: without('PrometheusRule'), observed: /monitoring\/databases does not exist/}],
  },
  {
    check: 'operators.postgres-plugin', platform, passes: (ctx) => ({objects: readyComponent(ctx, 'plugin-barman-cloud')}),
    fails: [{what: 'it is gone', change: without('Deployment'), observed: /does not exist/}],
  },
  {
    check: 'operators.postgres-backup', platform: postgresAlone,
    passes: () => ({objects: [STORE({accessKeyId: {name: 'postgres-backup', key: 'access-key-id'}}), ARCHIVED, thing('v1', 'Secret', 'postgres/postgres-backup')]}),
    fails: [
      {what: 'the credentials are gone', change: without('Secret'), observed: /wants Secret postgres\/postgres-backup, which does not exist/},
      {what: 'the log does not arrive', change: changed('Cluster', () => ({status: sayFalse('ContinuousArchiving', 'LastBackupSucceeded')})), observed: /ContinuousArchiving=False/},
      {what: 'the last one is old', change: changed('ObjectStore', () => ({status: {serverRecoveryWindow: {postgres: {lastSuccessfulBackupTime: minutesAgo(60 * 20)}}}})), observed: /the last base backup is 20 hours old: more than phases.backup.every 6h/},
      {what: 'there was none', change: changed('ObjectStore', () => ({status: {}})), observed: /there is no base backup/},
      {what: 'there is no store', change: without('ObjectStore'), observed: /ObjectStore postgres\/postgres does not exist/},
      {what: 'there is no database', change: without('Cluster'), observed: /Cluster postgres\/postgres does not exist/},
    ],
    skips: [{what: 'nothing is backed up', platform: {phases: {operators: {enabled: true}, backup: {enabled: false}}}, observed: /phases.backup.enabled is false/}],
  },
]
