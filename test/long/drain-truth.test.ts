/** What the simulation of drains predicts is what really happens: 20 random set-ups on a lab of 50 nodes, each node really emptied. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {ClusterReader} from '../../src/checks/cluster.ts'
import {systemClock} from '../../src/engine/clock.ts'
import {drainNode, uncordon} from '../../src/operations/drain/evict.ts'
import type {DrainContext} from '../../src/operations/drain/evict.ts'
import {readDrainInput} from '../../src/operations/drain/read.ts'
import {isBlocked, simulateDrain} from '../../src/operations/drain/simulate.ts'
import {createLabs} from '../../src/providers/lab/labs.ts'
import {labLayout} from '../../src/providers/lab/layout.ts'
import {KubeApi} from '../../src/tools/kube-api.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import {testExec} from '../helpers/exec.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'
import type {Chance} from '../helpers/random.ts'

const NAME = 'drain-truth'
const [SETUPS, NODES, APPS, ROUND_MS] = [Number(process.env['KP_DRAIN_SETUPS'] ?? 20), 50, 9, 2000]
const stateDir = mkdtempSync(join(tmpdir(), 'kp-drain-truth-'))
const labs = createLabs({stateDir, cacheDir: cacheDir(process.env), exec: testExec(), clock: systemClock, env: process.env})
const layout = labLayout(stateDir, NAME)
const chance = chanceOf(printedSeed('drain truth'))
const names = Array.from({length: NODES}, (_, index) => `n-${'abc'[index % 3]}-${index + 1}`)
let api: KubeApi

beforeAll(async () => {
  await labs.create({name: NAME, kubernetesMinor: '1.35', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: false})
  api = new KubeApi({kubeconfig: layout.kubeconfig, userAgent: 'kp-test', clock: systemClock, signal: new AbortController().signal})
  for (const [index, name] of names.entries()) await create({apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `lab-${'abc'[index % 3]}`, disk: index % 5 === 0 ? 'ssd' : 'hdd'}, annotations: {'kwok.x-k8s.io/node': 'fake', 'lab.kp.dev/cpu': '2'}}, ...(index % 10 === 9 ? {spec: {taints: [{key: 'special', value: 'true', effect: 'NoSchedule'}]}} : {})})
  await until(async () => (await list('/api/v1/nodes')).every((node) => JSON.stringify(node['status']).includes('"type":"Ready"')), 60_000)
}, 300_000)

afterAll(async () => {
  await labs.down(NAME)
  rmSync(stateDir, {recursive: true, force: true})
}, 60_000)

async function create(object: object): Promise<void> {
  const {apiVersion, kind, metadata} = object as KubeObject
  const resource = await api.resource(apiVersion, kind)
  const path = `${resource?.base}${metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`}/${resource?.plural}`
  const answer = await api.request({method: 'POST', path, body: object})
  if (answer.status >= 300) throw new Error(`${kind} ${metadata.name}: ${JSON.stringify(answer.body)}`)
}

async function list(path: string): Promise<KubeObject[]> {
  return ((await api.get(path)) as {items: KubeObject[]}).items
}

async function until(ask: () => Promise<boolean>, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await systemClock.sleep(200)) if (await ask()) return
  throw new Error('it never was so')
}

/** What runs on one node alone: its volume is there. */
function localWorkload(from: Chance, namespace: string, app: string): object[] {
  const [name, replicas, labels] = [`${namespace}-${app}`, 1 + from.below(2), {app}]
  const host = {key: 'kubernetes.io/hostname', operator: 'In', values: [from.pick(names.filter((_, index) => index % 10 !== 9))]}
  return [
    {apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name, labels: {setup: namespace}}, spec: {capacity: {storage: '1Gi'}, accessModes: ['ReadWriteOnce'], storageClassName: '', persistentVolumeReclaimPolicy: 'Retain', local: {path: '/mnt/data'}, claimRef: {namespace, name: app}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [host]}]}}}},
    {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: app, namespace}, spec: {accessModes: ['ReadWriteOnce'], storageClassName: '', volumeName: name, resources: {requests: {storage: '1Gi'}}}},
    {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: app, namespace}, spec: {replicas, selector: {matchLabels: labels}, template: {metadata: {labels}, spec: {containers: [container(100)], volumes: [{name: 'data', persistentVolumeClaim: {claimName: app}}]}}}},
    ...budgetFor(from, {name: app, namespace}, labels, replicas),
  ]
}

const container = (milli: number): object => ({name: 'c', image: 'registry.k8s.io/pause:3.10', resources: {requests: {cpu: `${milli}m`}}})

function budgetFor(from: Chance, metadata: object, labels: object, replicas: number): object[] {
  const rule = from.pick<object | undefined>([undefined, {maxUnavailable: 1}, {minAvailable: 1}, {minAvailable: '100%'}, {maxUnavailable: 0}, {minAvailable: Math.max(1, replicas - 1)}])
  return rule === undefined ? [] : [{apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: {...rule, selector: {matchLabels: labels}}}]
}

/** Workloads that differ in budgets, tolerations, affinity, spread and local volumes. */
function workloads(from: Chance, namespace: string): object[] {
  return Array.from({length: APPS}, (_, index) => {
    const [app, replicas] = [`app-${index}`, 1 + from.below(4)]
    if (from.below(6) === 0) return localWorkload(from, namespace, app)
    const labels = {app}
    const term = {labelSelector: {matchLabels: labels}, topologyKey: 'kubernetes.io/hostname'}
    const spec = {
      containers: [container(100 + from.below(4) * 100)],
      ...(from.below(4) === 0 ? {nodeSelector: {disk: 'ssd'}} : {}),
      ...(from.below(4) === 0 ? {tolerations: [{key: 'special', operator: 'Exists'}]} : {}),
      ...(from.below(4) === 0 ? {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [term]}}} : {}),
      ...(from.below(5) === 0 ? {topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {matchLabels: labels}}]} : {}),
      ...(from.below(5) === 0 ? {volumes: [{name: 'tmp', emptyDir: {}}]} : {}),
    }
    const metadata = {name: app, namespace}
    const deployment = {apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: {replicas, selector: {matchLabels: labels}, template: {metadata: {labels}, spec}}}
    const bare = from.below(12) === 0 ? [{apiVersion: 'v1', kind: 'Pod', metadata: {name: `bare-${index}`, namespace}, spec: {containers: spec.containers}}] : []
    return [deployment, ...budgetFor(from, metadata, labels, replicas), ...bare]
  }).flat()
}

interface Seen extends KubeObject {
  spec?: {replicas?: number; nodeName?: string; selector?: {matchLabels: Record<string, string>}}
  status?: {conditions?: {type: string; status: string; reason?: string; message?: string}[]; observedGeneration?: number; currentHealthy?: number}
}

/** Nothing is on its way: each pod runs or is known to find no place, none ends, and every budget has counted what is there. */
async function settled(namespace: string): Promise<void> {
  await until(async () => {
    const [pods, budgets, deployments] = (await Promise.all([`/api/v1/namespaces/${namespace}/pods`, `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, `/apis/apps/v1/namespaces/${namespace}/deployments`].map(list))) as [Seen[], Seen[], Seen[]]
    const has = ({status}: Seen, type: string, value: string): boolean => status?.conditions?.some((one) => one.type === type && one.status === value) === true
    // Whose claim is only being bound is on its way: the scheduler comes back to it.
    const hopeless = (pod: Seen): boolean => has(pod, 'PodScheduled', 'False') && pod.status?.conditions?.some(({message = ''}) => /unbound immediate PersistentVolumeClaims/.test(message)) !== true
    if (pods.some((pod) => pod.metadata.deletionTimestamp !== undefined || !(has(pod, 'Ready', 'True') || hopeless(pod)))) return false
    const of = (app: string | undefined): Seen[] => pods.filter(({metadata}) => metadata.labels?.['app'] === app)
    if (deployments.some(({metadata, spec}) => of(metadata.name).length !== spec?.replicas)) return false
    return budgets.every(({metadata, spec, status}) => status?.observedGeneration === metadata.generation && status?.currentHealthy === of(spec?.selector?.matchLabels['app']).filter((pod) => has(pod, 'Ready', 'True')).length)
  }, 120_000)
}

/**
 * Empties a node as far as it goes.
 * @returns what holds it: nothing is on its way any more, and a whole round was refused; undefined where it got empty
 */
async function holding(ctx: DrainContext, node: string, namespace: string): Promise<string[] | undefined> {
  for (;;) {
    const {drained, evicted, held} = await drainNode(ctx, node, {by: 'kp test', limitMs: ROUND_MS})
    if (drained) return undefined
    await settled(namespace)
    if (evicted.length === 0 && held.every(({kind}) => kind !== 'ending')) return held.map(({pod, pdb, kind, reason}) => `${pod} ${kind} ${pdb ?? ''} ${reason}`)
  }
}

it.each(Array.from({length: SETUPS}, (_, index) => index + 1))('set-up %i: predicted blocked nodes are those that are', {timeout: 900_000}, async (number) => {
  const namespace = `truth-${number}`
  await create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}})
  await until(async () => (await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)) !== undefined, 30_000)
  const objects = workloads(chance, namespace)
  for (const object of objects) await create(object)
  await settled(namespace)
  const reader = new ClusterReader(api)
  const ctx = {cluster: () => Promise.resolve(reader), clock: systemClock, signal: new AbortController().signal, stopping: () => false, change: (_what: unknown, act: () => Promise<unknown>) => act(), changed: () => reader.lookAnew(), emit: () => {}, provider: {simulated: true}} as unknown as DrainContext & Parameters<typeof readDrainInput>[0]
  const input = await readDrainInput(ctx)
  const order = chance.shuffle(names.filter((name) => input.pods.some(({spec}) => spec?.nodeName === name)))
  const simulated = simulateDrain(input, order.map((name) => [name])).nodes
  const blocked = new Map<string, string[]>()
  for (const node of order) {
    const held = await holding(ctx, node, namespace)
    if (held !== undefined) blocked.set(node, held)
    await uncordon(ctx, node)
    await settled(namespace)
  }
  console.log(`set-up ${number}: ${order.length} nodes with pods, ${blocked.size} blocked`)
  const predicted = new Map(simulated.filter(isBlocked).map((one) => [one.node, [...one.blockedBy.map(({pod, pdb, reason}) => `${pod} ${pdb} ${reason}`), ...one.bare]]))
  const differ = order.filter((node) => predicted.has(node) !== blocked.has(node)).map((node) => ({node, predicted: predicted.get(node) ?? 'gets empty', happened: blocked.get(node) ?? 'got empty'}))
  expect(differ, `order: ${order.join(' ')}\nset-up: ${JSON.stringify(objects)}`).toEqual([])
  await api.request({method: 'DELETE', path: `/api/v1/namespaces/${namespace}`})
  await api.request({method: 'DELETE', path: `/api/v1/persistentvolumes?labelSelector=setup%3D${namespace}`})
  await until(async () => (await api.get(`/api/v1/namespaces/${namespace}`)) === undefined, 120_000)
})
