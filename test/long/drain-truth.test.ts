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
const [SETUPS, NODES, LIMIT_MS] = [Number(process.env['KP_DRAIN_SETUPS'] ?? 20), 50, 12_000]
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

/** Workloads that differ in budgets, tolerations, affinity, spread and local volumes. */
function workloads(from: Chance, namespace: string): object[] {
  return Array.from({length: 14}, (_, index) => {
    const [app, replicas] = [`app-${index}`, 1 + from.below(5)]
    const labels = {app}
    const term = {labelSelector: {matchLabels: labels}, topologyKey: 'kubernetes.io/hostname'}
    const spec = {
      containers: [{name: 'c', image: 'registry.k8s.io/pause:3.10', resources: {requests: {cpu: `${100 + from.below(4) * 100}m`}}}],
      ...(from.below(4) === 0 ? {nodeSelector: {disk: 'ssd'}} : {}),
      ...(from.below(4) === 0 ? {tolerations: [{key: 'special', operator: 'Exists'}]} : {}),
      ...(from.below(4) === 0 ? {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [term]}}} : {}),
      ...(from.below(5) === 0 ? {topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {matchLabels: labels}}]} : {}),
      ...(from.below(5) === 0 ? {volumes: [{name: 'tmp', emptyDir: {}}]} : {}),
    }
    const meta = {name: app, namespace}
    const deployment = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta, spec: {replicas, selector: {matchLabels: labels}, template: {metadata: {labels}, spec}}}
    const rule = from.pick<object | undefined>([undefined, {maxUnavailable: 1}, {minAvailable: 1}, {minAvailable: '100%'}, {maxUnavailable: 0}, {minAvailable: Math.max(1, replicas - 1)}])
    const bare = from.below(12) === 0 ? [{apiVersion: 'v1', kind: 'Pod', metadata: {name: `bare-${index}`, namespace}, spec: {containers: spec.containers}}] : []
    return [deployment, ...(rule === undefined ? [] : [{apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: meta, spec: {...rule, selector: {matchLabels: labels}}}]), ...bare]
  }).flat()
}

/** All pods run, or are known to find no place; and the budgets are counted. */
async function settled(namespace: string, wanted: number): Promise<void> {
  await until(async () => {
    const pods = (await list(`/api/v1/namespaces/${namespace}/pods`)).filter(({metadata}) => metadata.deletionTimestamp === undefined)
    const calm = pods.every(({status}) => /"type":"Ready","status":"True"|"type":"Ready".{0,200}"status":"True"|"reason":"Unschedulable"/.test(JSON.stringify(status)))
    return pods.length >= wanted && calm
  }, 60_000)
  await systemClock.sleep(1000)
}

it.each(Array.from({length: SETUPS}, (_, index) => index + 1))('set-up %i: predicted blocked nodes are those that are', {timeout: 900_000}, async (number) => {
  const namespace = `truth-${number}`
  await create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}})
  const objects = workloads(chance, namespace)
  // Budgets after pods: their controller counts what is there.
  for (const object of objects) await create(object)
  const wanted = objects.reduce<number>((sum, object) => sum + (((object as {kind: string}).kind === 'Deployment' ? (object as {spec: {replicas: number}}).spec.replicas : (object as {kind: string}).kind === 'Pod' ? 1 : 0)), 0)
  await settled(namespace, wanted)
  const reader = new ClusterReader(api)
  const ctx = {cluster: () => Promise.resolve(reader), clock: systemClock, signal: new AbortController().signal, stopping: () => false, change: (_what: unknown, act: () => Promise<unknown>) => act(), changed: () => reader.lookAnew(), emit: () => {}, provider: {simulated: true}} as unknown as DrainContext & Parameters<typeof readDrainInput>[0]
  const input = await readDrainInput(ctx)
  const order = chance.shuffle(names.filter((name) => input.pods.some(({spec}) => spec?.nodeName === name)))
  const predicted = simulateDrain(input, order.map((name) => [name])).nodes.filter(isBlocked).map(({node}) => node)
  const blocked: string[] = []
  const why = new Map<string, string>()
  for (const node of order) {
    const outcome = await drainNode(ctx, node, {by: 'kp test', limitMs: LIMIT_MS})
    if (!outcome.drained) {
      blocked.push(node)
      why.set(node, outcome.held.map(({pod, pdb, reason}) => `${pod} ${pdb ?? ''} ${reason}`).join('; '))
    }
    await uncordon(ctx, node)
    await settled(namespace, wanted)
  }
  console.log(`set-up ${number}: ${order.length} nodes with pods, ${blocked.length} blocked`)
  expect(predicted.toSorted(), JSON.stringify([...why])).toEqual(blocked.toSorted())
  await api.request({method: 'DELETE', path: `/api/v1/namespaces/${namespace}`})
  await until(async () => (await api.get(`/api/v1/namespaces/${namespace}`)) === undefined, 120_000)
})
