/** A cluster in memory, for finders: objects in short, and what a diagnosis says of them. */
import {refName, refOf} from '../../src/engine/facts.ts'
import type {FactCheck, FactComponent, FactObject, Facts} from '../../src/engine/facts.ts'
import {findingsOf} from '../../src/operations/diagnose/findings.ts'
import type {Finding} from '../../src/operations/diagnose/findings.ts'
import {phases} from '../../src/steps/index.ts'

/** When it is. */
export const NOW = Date.parse('2026-11-28T12:00:00Z')
/** When everything was made that names no other time. */
export const OLD = '2026-11-28T11:00:00Z'
const PITFALLS = phases.flatMap(({pitfalls}) => pitfalls)

/** What is not the default of an object. */
export type Extra = Record<string, unknown> & {apiVersion?: string; labels?: Record<string, string>; annotations?: Record<string, string>; created?: string; owner?: {kind: string; name: string}; deleted?: string; finalizers?: string[]}

/** An object; of a namespace where its name is `namespace/name`. */
export function object(kind: string, name: string, extra: Extra = {}): FactObject {
  const [first = '', second] = name.split('/')
  const {apiVersion = 'v1', labels, annotations, created = OLD, owner, deleted, finalizers, ...rest} = extra
  return {
    apiVersion,
    kind,
    metadata: {
      name: second ?? first,
      ...(second === undefined ? {} : {namespace: first}),
      creationTimestamp: created,
      ...(labels === undefined ? {} : {labels}),
      ...(annotations === undefined ? {} : {annotations}),
      ...(deleted === undefined ? {} : {deletionTimestamp: deleted}),
      ...(finalizers === undefined ? {} : {finalizers}),
      ...(owner === undefined ? {} : {ownerReferences: [{apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner}]}),
    },
    ...rest,
  }
}

const EMPTY = ['Secret', 'ConfigMap', 'StorageClass', 'Service', 'ServiceAccount', 'DaemonSet', 'ClusterIssuer', 'Issuer', 'Node', 'Namespace']

/** Facts of objects in memory, on a lab with every phase; `more` says what else is known. */
export function factsOf(objects: FactObject[], kinds: readonly string[], more: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    all: (kind, group) => objects.filter((one) => one.kind === kind && (group === undefined || one.apiVersion.startsWith(`${group}/`))),
    get: (kind, name, namespace) => objects.find((one) => refName(refOf(one)) === refName({kind, name, ...(namespace === undefined ? {} : {namespace})})),
    seen: (kind) => kinds.includes(kind),
    events: [],
    logs: [],
    checks: [],
    components: [],
    phases: phases.map(({id}) => id),
    provider: 'lab',
    cluster: 'acme',
    ...more,
  }
}

/** A failing check, of which little is said. */
export function failing(check: Partial<FactCheck>): FactCheck {
  return {id: '', phase: '', observed: '', evidence: [], pitfalls: [], ...check}
}

/** What all pitfalls find in these facts, causes first. */
export function findingsIn(facts: Facts, kinds: readonly string[]): Finding[] {
  return findingsOf(PITFALLS, facts, [...kinds])
}

/** What kp says of these objects. */
export function diagnose(objects: FactObject[], {provider = 'lab', events = [], checks = [], components = []}: {provider?: string; events?: [kind: string, name: string, reason: string, message: string][]; checks?: Partial<FactCheck>[]; components?: FactComponent[]} = {}): Finding[] {
  const kinds = [...new Set([...EMPTY, ...objects.map(({kind}) => kind)])]
  const said = events.map(([kind, name, reason, message]) => ({type: 'Warning', reason, message, object: refOf(object(kind, name)), time: NOW}))
  return findingsIn(factsOf(objects, kinds, {provider, events: said, checks: checks.map(failing), components}), kinds)
}

const ready = {status: {conditions: [{type: 'Ready', status: 'True'}], allocatable: {cpu: '4', memory: '16Gi'}}}
/** A node that is well, in the zone of its last letter. */
export const node = (name: string, extra: Extra = {}): FactObject => object('Node', name, {labels: {'node-role': 'general', 'topology.kubernetes.io/zone': `lab-${name.at(-1)}`}, ...ready, ...extra})
/** Two of them. */
export const NODES = [node('a'), node('b')]

/** A Deployment `orders/web` with its ReplicaSet and one pod. */
export function app({podSpec = {}, status = {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]}, older = false}: {podSpec?: object; status?: object; older?: boolean} = {}): FactObject[] {
  const template = {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'web', ports: [{name: 'http'}], resources: {requests: {cpu: '100m'}}}], ...podSpec}}
  return [
    object('Deployment', 'orders/web', {spec: {replicas: 1, template}, status: {readyReplicas: 1, availableReplicas: 1}}),
    object('ReplicaSet', 'orders/web-2', {annotations: {'deployment.kubernetes.io/revision': '2'}, owner: {kind: 'Deployment', name: 'web'}, spec: {replicas: 1, template}, status: {readyReplicas: 0}}),
    ...(older ? [object('ReplicaSet', 'orders/web-1', {annotations: {'deployment.kubernetes.io/revision': '1'}, owner: {kind: 'Deployment', name: 'web'}, spec: {replicas: 1}, status: {readyReplicas: 1}})] : []),
    object('Pod', 'orders/web-2-x', {labels: {app: 'web'}, owner: {kind: 'ReplicaSet', name: 'web-2'}, spec: template.spec, status}),
  ]
}
