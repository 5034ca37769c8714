/** Cases of the checks of phase 11. */
import {changed, readyComponent, thing, without} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {SYSTEMS} from '../../src/steps/11-operators/names.ts'
import type {SystemId} from '../../src/steps/11-operators/names.ts'

const on = {enabled: true}
const platform = {phases: {operators: {enabled: true, mysql: on, mongodb: on, redis: on, rabbitmq: on}}} as never
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
    fails: [{what: 'one waits', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}})), observed: /kafka\/data-0-kafka-dual-0 is not bound/}],
  },
]
