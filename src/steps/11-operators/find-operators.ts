/** Finds why databases are not looked after, not placed, or not backed up. Pure. */
import type {FactObject, Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {byWorkload, pinOf, podSpec, unscheduled} from '../shared/facts.ts'
import {secretsOf, watchedBy} from './checks-operation.ts'
import {SYSTEMS} from './names.ts'
import type {System} from './names.ts'
import {ZONE} from './parts.ts'
import {STORE} from './postgres.ts'
import {zonesOf} from './volumes-gate.ts'

/** Kinds that are read. */
export const PLACED_KINDS = ['Kafka', 'KafkaNodePool', 'Cluster']
export const OPERATED_KINDS = [...SYSTEMS.filter(({component}) => component !== undefined).map(({kind}) => kind.kind), 'KafkaNodePool']
export const STORE_KINDS = [STORE.kind, 'Cluster']

const groupOf = ({kind: {apiVersion}}: System): string => apiVersion.split('/')[0] ?? ''

/** The objects that wait for an operator. */
const waiting = (facts: Facts, system: System): FactObject[] => [...facts.all(system.kind.kind, groupOf(system))]

/** The Deployments of operators, with the system that each is for. */
function operators(facts: Facts): {system: System; ref: ObjectRef; deployment: FactObject | undefined}[] {
  return SYSTEMS.flatMap((system) => facts.components.filter(({id}) => id === system.component).flatMap(({workloads}) => workloads.filter(({kind}) => kind === 'Deployment').map((ref) => ({system, ref, deployment: facts.get('Deployment', ref.name, ref.namespace)}))))
}

/** KP1101: nobody looks after the databases of a kind. */
export function findStoppedOperator(facts: Facts): Sighting[] {
  if (!facts.seen('Deployment')) return []
  return operators(facts).flatMap(({system, ref, deployment}): Sighting[] => {
    const objects = waiting(facts, system)
    const stopped = deployment === undefined ? 'does not exist' : (deployment['spec'] as {replicas?: number} | undefined)?.replicas === 0 ? 'is scaled to 0' : undefined
    if (stopped === undefined || objects.length === 0) return []
    return [{object: ref, evidence: [`Deployment ${ref.namespace}/${ref.name} ${stopped}: nobody looks after ${objects.map(({kind, metadata}) => `${kind} ${metadata.namespace}/${metadata.name}`).join(', ')}`], affects: objects.map((one) => refOf(one)), fix: [{text: 'Who scaled it down, and when?', command: `kubectl -n ${ref.namespace} get events --field-selector involvedObject.name=${ref.name}`}, {text: 'Put the operator back: it then goes on where it was.', command: 'kp step operators'}]}]
  })
}

/** KP1105: an operator is told of other namespaces than those where its objects are. */
export function findOtherNamespace(facts: Facts): Sighting[] {
  return operators(facts).flatMap(({system, deployment}): Sighting[] => {
    const {watch} = system
    if (deployment === undefined || watch === undefined) return []
    const watched = watchedBy(deployment, watch)
    const unseen = watched === undefined ? [] : waiting(facts, system).filter(({metadata}) => !watched.includes(metadata.namespace ?? ''))
    if (watched === undefined || unseen.length === 0) return []
    const {namespace = '', name} = deployment.metadata
    return [{
      object: refOf(deployment),
      evidence: [`its variable ${watch} names ${watched.join(', ')} alone`, ...unseen.map((one) => `${one.kind} ${one.metadata.namespace}/${one.metadata.name} is looked after by nobody`)],
      affects: unseen.map((one) => refOf(one)),
      fix: [
        {text: 'Which namespaces does it look after?', command: `kubectl -n ${namespace} set env deployment/${name} --list`},
        {text: 'Let it look after all of them.', command: `kubectl -n ${namespace} set env deployment/${name} ${watch}-`},
        {text: 'Put what the chart says back, and wait for it.', command: 'kp step operators'},
      ],
    }]
  })
}

/** KP1106: an object store names a Secret that is not there. */
export function findMissingStoreSecret(facts: Facts): Sighting[] {
  if (!facts.seen('Secret')) return []
  return facts.all(STORE.kind, 'barmancloud.cnpg.io').flatMap((store): Sighting[] => {
    const {namespace = ''} = store.metadata
    const gone = secretsOf(store).filter((name) => facts.get('Secret', name, namespace) === undefined)
    return gone.length === 0 ? [] : [{object: refOf(store), evidence: [`it wants Secret ${namespace}/${gone.join(', ')}, which does not exist: no base backup and no log leaves PostgreSQL`], affects: facts.all('Cluster', 'postgresql.cnpg.io').filter(({metadata}) => metadata.namespace === namespace).map((one) => refOf(one))}]
  })
}

/** KP1107: a custom resource pins instances to a zone where their volumes are not. */
export function findPinnedElsewhere(facts: Facts): Sighting[] {
  const stuck = unscheduled(facts).filter(({said}) => /node affinity|node selector/.test(said))
  return byWorkload(facts, stuck).flatMap(({workload, items}): Sighting[] => {
    const [{pod, said}] = items
    if (!PLACED_KINDS.includes(workload.kind)) return []
    const pin = pinOf(workload)
    const claims = items.flatMap((one) => (podSpec(one.pod).volumes ?? []).flatMap(({persistentVolumeClaim}) => facts.get('PersistentVolumeClaim', persistentVolumeClaim?.claimName ?? '', one.pod.metadata.namespace) ?? []))
    const zones = [...new Set(claims.flatMap((claim) => zonesOf(facts.get('PersistentVolume', (claim['spec'] as {volumeName?: string}).volumeName ?? ''))))]
    const away = zones.filter((zone) => pin?.zones.includes(zone) === false)
    if (pin === undefined || away.length === 0) return []
    const group = workload.apiVersion.split('/')[0] ?? ''
    const fix: FixStep[] = [
      {text: 'In which zones are volumes and nodes?', command: `kubectl get nodes -L ${ZONE}`},
      {text: 'The volumes cannot leave their zone: take the pin away.', command: `kubectl -n ${workload.metadata.namespace} patch ${workload.kind.toLowerCase()}s.${group} ${workload.metadata.name} --type=merge -p '${JSON.stringify(pin.patch)}'`},
      {text: 'Put the rest back as kp.yaml says.', command: 'kp step operators'},
      {text: 'Pods that wait were made with the pin: let the operator make them anew.', command: `kubectl -n ${workload.metadata.namespace} delete pod ${items.map((one) => one.pod.metadata.name).join(' ')}`},
    ]
    return [{object: refOf(workload), evidence: [`its instances may only run in ${pin.zones.join(', ')}, and volumes of them are in ${away.join(', ')}`, `Pod ${pod.metadata.namespace}/${pod.metadata.name}: ${said}`], affects: [...items.map((one) => refOf(one.pod)), ...setsOf(facts, workload)], fix}]
  })
}

/** What a custom resource has made in between. */
const setsOf = (facts: Facts, owner: FactObject): ObjectRef[] => facts.all('StatefulSet').filter(({metadata}) => metadata.namespace === owner.metadata.namespace && metadata.ownerReferences?.some(({uid}) => uid === owner.metadata.uid)).map((one) => refOf(one))
