/**
 * A large cluster: `kp verify` among a thousand nodes and twenty thousand pods, held against `kubectl get pods -A -o json`.
 * The nodes are of the lab, which keeps them ready. The pods are copies of one that really ran, written into etcd as the
 * API server writes them: making each by the API would take most of an hour of what is measured here in seconds.
 */
import {spawn} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {LabRecord} from '../src/providers/lab/record.ts'
import type {KubeApi, KubeObject} from '../src/tools/kube-api.ts'
import {watchPeak} from './peak.ts'
import type {Place} from './places.ts'
import {judge, median} from './report.ts'
import type {Figure} from './report.ts'

const NODES = 1000
const PODS = 20_000
const NAMESPACES = 40
const BATCH = 100
const LIMIT = 0.5
const LIMIT_MB = 300

/** One comparison. */
interface Compared {
  kubectlMs: number
  verifyMs: number
  peakMb: number
}

/** Fills the lab of a place, where it is not filled yet, and compares. */
export async function measureLarge(place: Place, runs: number, say: (text: string) => void): Promise<Figure[]> {
  const started = performance.now()
  await fill(place)
  say(`  ${NODES} nodes and ${PODS} pods are there after ${Math.round((performance.now() - started) / 1000)} s`)
  const rounds: Compared[] = []
  for (let round = 0; round < runs; round++) {
    const one = await compare(place)
    say(`  kp verify ${(one.verifyMs / 1000).toFixed(1)} s, kubectl ${(one.kubectlMs / 1000).toFixed(1)} s, peak ${Math.round(one.peakMb)} MB`)
    rounds.push(one)
  }
  const seconds = (pick: (one: Compared) => number): string => `${(median(rounds.map(pick)) / 1000).toFixed(1)} s`
  return [
    judge('kp verify of a large cluster, to kubectl', rounds.map(({verifyMs, kubectlMs}) => verifyMs / kubectlMs), LIMIT, `${seconds((one) => one.verifyMs)} to ${seconds((one) => one.kubectlMs)}`),
    judge('peak memory of that verify', rounds.map(({peakMb}) => peakMb), LIMIT_MB, `${PODS} pods`, 'MB'),
  ]
}

async function compare(place: Place): Promise<Compared> {
  const kubectlMs = await listByKubectl(place)
  const running = place.start(['verify', '--wait', '0', '--json'])
  const peak = watchPeak(running.pid)
  const {stdout, durationMs, exit} = await running.done
  const {summary, checks = []} = JSON.parse(stdout) as {summary?: {pass: number; unknown: number}; checks?: {id: string; status: string; observed: string}[]}
  const wrong = checks.filter(({status}) => status === 'unknown' || status === 'fail').map(({id, status, observed}) => `${status} ${id}: ${observed}`)
  if (summary === undefined || summary.unknown > 0 || summary.pass < 50) throw new Error(`kp verify could not look (exit ${exit}):\n${wrong.join('\n') || stdout.slice(0, 3000)}`)
  return {kubectlMs, verifyMs: durationMs, peakMb: peak()}
}

function listByKubectl(place: Place): Promise<number> {
  const started = performance.now()
  const nowhere = openSync('/dev/null', 'w')
  return new Promise((resolve, reject) => {
    const child = spawn(join(place.lab.bin, 'kubectl'), ['--kubeconfig', place.lab.adminKubeconfig, 'get', 'pods', '-A', '-o', 'json'], {env: place.environment, stdio: ['ignore', nowhere, 'inherit']})
    child.on('error', reject)
    child.on('exit', (code) => {
      closeSync(nowhere)
      if (code === 0) resolve(performance.now() - started)
      else reject(new Error(`kubectl ended with ${code}`))
    })
  })
}

async function fill(place: Place): Promise<void> {
  const api = place.admin()
  const pods = (await api.get('/api/v1/pods?limit=500&fieldSelector=status.phase%3DRunning')) as {items: KubeObject[]}
  const model = pods.items.find(({metadata}) => metadata.namespace === 'demo')
  const first = ((await api.get('/api/v1/nodes?limit=1')) as {items: KubeObject[]}).items[0]
  if (model === undefined || first === undefined) throw new Error('the lab has no demo pod or no node to copy')
  const nodes = Array.from({length: NODES}, (_, index) => `large-${index}`)
  await inParallel(nodes, 20, (name) => post(api, '/api/v1/nodes', nodeLike(first, name)))
  const namespaces = Array.from({length: NAMESPACES}, (_, index) => `large-${index}`)
  await inParallel(namespaces, 10, (name) => post(api, '/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}))
  const etcd = `http://127.0.0.1:${(JSON.parse(readFileSync(place.lab.record, 'utf8')) as LabRecord).ports.etcd}`
  const copies = Array.from({length: PODS}, (_, index) => podLike(model, {name: `web-${index}`, namespace: namespaces[index % NAMESPACES] ?? '', node: nodes[index % NODES] ?? ''}))
  const batches = Array.from({length: PODS / BATCH}, (_, index) => copies.slice(index * BATCH, (index + 1) * BATCH))
  await inParallel(batches, 4, (batch) => putAll(etcd, batch))
  await until(async () => {
    const all = (await api.get('/api/v1/nodes?resourceVersion=0')) as {items: KubeObject[]}
    return all.items.filter((node) => (node['status'] as {conditions?: {type: string; status: string}[]}).conditions?.some(({type, status}) => type === 'Ready' && status === 'True')).length >= NODES
  })
  // Agents that tolerate every node come to the new ones too.
  await until(async () => {
    const sets = (await api.get('/apis/apps/v1/daemonsets')) as {items: KubeObject[]}
    return sets.items.every((set) => {
      const {desiredNumberScheduled = 0, numberReady = 0} = set['status'] as {desiredNumberScheduled?: number; numberReady?: number}
      return numberReady >= desiredNumberScheduled
    })
  })
}

/** A node like those of the lab, of no pool and no operating system: no DaemonSet of the platform wants it. */
function nodeLike({metadata}: KubeObject, name: string): object {
  const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !/^(?:kp\.dev\/|kubernetes\.io\/os$|kubernetes\.io\/hostname$|node-role$)/.test(key)))
  return {apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {...labels, 'kubernetes.io/hostname': name}, annotations: metadata.annotations}}
}

function podLike(model: KubeObject, {name, namespace, node}: {name: string; namespace: string; node: string}): KubeObject {
  const {ownerReferences: _owners, resourceVersion: _version, ...metadata} = model.metadata
  return {...model, apiVersion: 'v1', kind: 'Pod', metadata: {...metadata, name, namespace, uid: randomUUID()}, spec: {...(model['spec'] as object), nodeName: node}}
}

/** Writes objects where the API server keeps them. */
async function putAll(etcd: string, objects: KubeObject[]): Promise<void> {
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  const success = objects.map((object) => ({requestPut: {key: encode(`/registry/pods/${object.metadata.namespace}/${object.metadata.name}`), value: encode(JSON.stringify(object))}}))
  const answer = await fetch(`${etcd}/v3/kv/txn`, {method: 'POST', body: JSON.stringify({success})})
  if (!answer.ok) throw new Error(`etcd answers ${answer.status}: ${await answer.text()}`)
}

async function post(api: KubeApi, path: string, body: object): Promise<void> {
  const {status, body: said} = await api.request({method: 'POST', path, body})
  if (status >= 300 && status !== 409) throw new Error(`${path} answers ${status}: ${JSON.stringify(said)}`)
}

async function inParallel<T>(items: T[], width: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(Array.from({length: width}, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item)
  }))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10 * 60_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the nodes and their agents did not become ready within ten minutes')
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
