/** Checks of phase 11. */
import {check, complainAboutCondition, complainAboutWorkload, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {operationChecks} from './checks-operation.ts'
import {placementChecks} from './checks-placement.ts'
import {has, hasAny, namespaceOf, SYSTEMS} from './names.ts'
import type {System, SystemId} from './names.ts'
import {complainAboutClasses} from './volumes-gate.ts'

const status = (object: KubeObject): Record<string, unknown> => (object['status'] ?? {}) as Record<string, unknown>

/** Why a system is not well, as its operator says it. */
const COMPLAIN: Record<SystemId, (object: KubeObject) => string | undefined> = {
  kafka: (object) => complainAboutCondition(object, 'Ready'),
  postgres: (object) => complainAboutCondition(object, 'Ready'),
  mysql: complainAboutWorkload,
  mongodb: (object) => (status(object)['phase'] === 'Running' ? undefined : `MongoDBCommunity ${nameOf(object.metadata)} is ${String(status(object)['phase'] ?? 'of no phase')}: ${String(status(object)['message'] ?? '')}`.trim()),
  redis: (object) => (status(object)['masterNode'] ? undefined : `RedisReplication ${nameOf(object.metadata)} has no master`),
  rabbitmq: (object) => complainAboutCondition(object, 'AllReplicasReady') ?? complainAboutCondition(object, 'ClusterAvailable'),
}

function checksOf(system: System): PlatformCheck[] {
  const {id, title, component, kind, name} = system
  return [
    ...(component === undefined ? [] : [workloadsReady({id: `operators.${id}-operator`, title: `The operator of ${title} is ready`, component, appliesTo: has(id), pitfalls: ['KP1101']})]),
    check({
      id: `operators.${id}`,
      title: `${title} is ready, as its ${component === undefined ? 'StatefulSet' : 'operator'} says`,
      pitfalls: ['KP1102'],
      simulated: simulatedControllers,
      within: SOON,
      appliesTo: has(id),
      async run(ctx) {
        const all = await (await ctx.cluster()).list(kind.apiVersion, kind.kind)
        if (all === undefined) return {status: 'fail', observed: `the cluster does not know ${kind.kind} (${kind.apiVersion})`, expected: 'kp step operators installs the operator'}
        const at = `${namespaceOf(ctx, id)}/${name}`
        const found = all.find(({metadata}) => nameOf(metadata) === at)
        const complaint = found === undefined ? `${kind.kind} ${at} does not exist` : COMPLAIN[id](found)
        return verdict(complaint === undefined ? [] : [complaint], `${kind.kind} ${at}`, 'its operator says that it is ready')
      },
    }),
  ]
}

export const checks: PlatformCheck[] = [
  check({
    id: 'operators.storage-class',
    title: 'Volumes of databases are made where their pods are',
    pitfalls: ['KP1103'],
    appliesTo: hasAny,
    run: async (ctx) => verdict(await complainAboutClasses(ctx), 'the class waits for the first consumer', 'volumeBindingMode: WaitForFirstConsumer'),
  }),
  ...SYSTEMS.flatMap(checksOf),
  ...placementChecks,
  ...operationChecks,
]
