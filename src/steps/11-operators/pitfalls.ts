/** Known failures of phase 11. */
import type {Pitfall} from '../../engine/types.ts'
import {findStoppedOperator, OPERATED_KINDS} from './find-operators.ts'
import {SYSTEMS} from './names.ts'
import {dataPitfalls} from './pitfalls-data.ts'
import {operationPitfalls} from './pitfalls-operation.ts'

const basicPitfalls: Pitfall[] = [
  {
    code: 'KP1101',
    title: 'An operator does not run',
    symptom: 'Custom resources of a database change nothing: no pods come, their status stays as it was.',
    cause: 'The Deployment of the operator was scaled down, crashes, or may not reach the API server.',
    match: SYSTEMS.filter(({component}) => component !== undefined).map(({id}) => ({check: `operators.${id}-operator`})).concat({check: 'operators.postgres-plugin'}),
    find: findStoppedOperator,
    kinds: OPERATED_KINDS,
    fix: [
      {text: 'Which operator, and what does it say?', command: 'kubectl get pods -A -l app.kubernetes.io/managed-by=Helm'},
      {text: 'Put the operators back: they then go on where they were.', command: 'kp step operators'},
    ],
    confirmBy: 'operators.kafka-operator',
    runbook: 'database-not-ready.md',
    source: 'twenty phases, 11 (operators)',
  },
  {
    code: 'KP1102',
    title: 'A database or queue is not ready',
    symptom: 'The custom resource has Ready=False (Kafka, PostgreSQL), is not Running (MongoDB) or misses replicas (RabbitMQ).',
    cause: 'Instances do not start or do not find each other: no memory, no volume, a lost node, or a change that the operator refuses.',
    match: SYSTEMS.map(({id}) => ({check: `operators.${id}`})),
    fix: [
      {text: 'What does the operator say of it?', command: 'kubectl describe kafkas,clusters.postgresql.cnpg.io,rabbitmqclusters -A'},
      {text: 'Which instances do not run, and why?', command: 'kubectl -n <namespace> get pods,pvc -o wide'},
      {text: 'Put the resource back as kp.yaml says; data is kept.', command: 'kp step operators'},
    ],
    confirmBy: 'operators.kafka',
    runbook: 'database-not-ready.md',
    source: 'twenty phases, 11; docs of Strimzi and CloudNativePG: troubleshooting',
  },
  {
    code: 'KP1103',
    title: 'Volumes are made in another zone than their pods',
    symptom: 'A broker or database stays Pending: "node(s) had volume node affinity conflict"; or kp starts none, since its StorageClass is Immediate.',
    cause: 'A class that binds at once makes the volume before the scheduler has chosen a node, in any zone; a volume of a cloud stays in its zone for ever.',
    match: [{check: 'operators.storage-class'}, {output: /no database is started: StorageClass \S+ makes volumes before it knows the zone/}],
    fix: [
      {text: 'How do the classes bind?', command: 'kubectl get storageclasses'},
      {text: 'Use one with WaitForFirstConsumer: kp makes such a default class.', command: 'kp step node-pools'},
      {text: 'A claim without data in the wrong zone goes, and comes again where its pod is.', command: 'kubectl -n <namespace> delete pvc <name>'},
    ],
    confirmBy: 'operators.storage-class',
    runbook: 'database-not-ready.md',
    source: 'twenty phases, 11 (claims bound to a zone)',
  },
  {
    code: 'KP1104',
    title: 'The volume of a database is not bound',
    symptom: 'A claim in the namespace of a database stays Pending, and its instance waits for it.',
    cause: 'The class in phases.operators does not exist, its driver does not run, or the quota for storage is used up.',
    match: [{check: 'operators.volumes'}],
    fix: [
      {text: 'What does the claim wait for?', command: 'kubectl -n <namespace> describe pvc'},
      {text: 'Put class and driver back, then look again.', command: 'kp step node-pools'},
    ],
    confirmBy: 'operators.volumes',
    runbook: 'database-not-ready.md',
    source: 'twenty phases, 11; self-hosted on EC2, challenge 1',
  },
]

export const pitfalls: Pitfall[] = [...basicPitfalls, ...operationPitfalls, ...dataPitfalls]
