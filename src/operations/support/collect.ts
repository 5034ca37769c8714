/** What a support bundle holds: each file with what it is, and why one is missing. Reads only. */
import {readFileSync} from 'node:fs'
import {arch, platform, release} from 'node:os'
import {join} from 'node:path'
import {conditionsOf} from '../../checks/builders.ts'
import {nameOf, STUCK_PODS} from '../../checks/cluster.ts'
import type {ClusterReader} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import {listRuns} from '../../engine/journal.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {VerifyResult} from '../../ui/results.ts'

/** A file of the bundle, not yet redacted. */
export interface Collected {
  path: string
  about: string
  text: string
}

/** What was gathered, and what could not be. */
export interface Collection {
  files: Collected[]
  missing: {path: string; reason: string}[]
}

/** What is asked for. */
export interface CollectOptions {
  /** How many runs. */
  runs: number
  /** Lines of each log. */
  lines: number
  verify: () => Promise<VerifyResult>
  /** The last run, topology and versions. @param checks what was just looked at */
  report: (checks: VerifyResult | undefined) => Promise<unknown>
}

const MOST_PODS = 20
const MOST_EVENTS = 500

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: Record<string, {reason?: string; exitCode?: number; message?: string} | undefined>
  lastState?: Record<string, unknown>
}

/** Gathers everything; what cannot be had is named with its reason. */
export async function collect(ctx: PlatformContext, {runs, lines, verify, report}: CollectOptions): Promise<Collection> {
  const out: Collection = {files: [], missing: []}
  const add = async (path: string, about: string, read: () => Promise<unknown>): Promise<void> => {
    try {
      const value = await read()
      if (value !== undefined) out.files.push({path, about, text: typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`})
    } catch (error) {
      out.missing.push({path, reason: asKpError(error).message})
    }
  }
  await add('kp.yaml', 'what the platform is; secrets are references in it', () => Promise.resolve(readFileSync(ctx.paths.spec, 'utf8')))
  await add('machine.json', 'the machine that kp runs on', () => Promise.resolve({system: platform(), release: release(), processor: arch(), node: process.version, kp: ctx.version}))
  for (const run of listRuns(ctx.paths.runs, runs)) await add(`runs/${run.id}.jsonl`, `journal of ${run.command}, ${run.result}`, () => Promise.resolve(readFileSync(join(run.dir, 'journal.jsonl'), 'utf8')))
  const present = await ctx.presence().catch((error: unknown) => ({state: 'absent', observed: asKpError(error).message}))
  if (present.state !== 'running') {
    await add('report.json', 'the last run, topology and versions', () => report(undefined))
    out.missing.push(...['verify.json', 'cluster/nodes.json', 'cluster/pods.json', 'cluster/workloads.json', 'cluster/events.json'].map((path) => ({path, reason: present.observed})))
    return out
  }
  let checks: VerifyResult | undefined
  await add('verify.json', 'every check, run now', async () => (checks = await verify()))
  await add('report.json', 'the last run, topology and versions', () => report(checks))
  const cluster = await ctx.cluster().catch((error: unknown) => asKpError(error).message)
  if (typeof cluster === 'string') {
    out.missing.push({path: 'cluster/', reason: cluster})
    return out
  }
  await add('cluster/nodes.json', 'nodes: versions, conditions, taints', async () => (await cluster.listKnown('v1', 'Node')).map(nodeFacts))
  await add('cluster/workloads.json', 'workloads that are not ready', () => unreadyWorkloads(cluster))
  await add('cluster/events.json', `the last ${MOST_EVENTS} warnings of the cluster`, () => warnings(cluster))
  const failing = await failingPods(cluster).catch((error: unknown) => asKpError(error).message)
  if (typeof failing === 'string') {
    out.missing.push({path: 'cluster/pods.json', reason: failing})
    return out
  }
  await add('cluster/pods.json', 'pods that do not run, and why', () => Promise.resolve(failing.map(podFacts)))
  for (const pod of failing.slice(0, MOST_PODS)) {
    for (const {name, restartCount = 0} of statusesOf(pod)) {
      const log = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log?container=${name}&tailLines=${lines}`
      await add(`logs/${pod.metadata.namespace}/${pod.metadata.name}/${name}.log`, 'the end of its log', () => logOf(cluster, log))
      if (restartCount > 0) await add(`logs/${pod.metadata.namespace}/${pod.metadata.name}/${name}.previous.log`, 'the end of its log before it was restarted', () => logOf(cluster, `${log}&previous=true`))
    }
  }
  return out
}

async function logOf(cluster: ClusterReader, path: string): Promise<string> {
  const text = await cluster.api.get(path)
  return typeof text === 'string' ? text : text === undefined ? '' : `${JSON.stringify(text)}\n`
}

const statusesOf = (pod: KubeObject): ContainerStatus[] => {
  const {initContainerStatuses = [], containerStatuses = []} = (pod['status'] ?? {}) as {initContainerStatuses?: ContainerStatus[]; containerStatuses?: ContainerStatus[]}
  return [...initContainerStatuses, ...containerStatuses]
}

/** Pods that wait or have failed, and those of workloads that are not ready. */
async function failingPods(cluster: ClusterReader): Promise<KubeObject[]> {
  const [stuck, unready] = await Promise.all([cluster.listKnown('v1', 'Pod', STUCK_PODS), unreadyWorkloads(cluster)])
  const namespaces = [...new Set(unready.map(({namespace}) => namespace))]
  const near = (await Promise.all(namespaces.map((namespace) => cluster.listKnown('v1', 'Pod', {namespace})))).flat()
  const restarting = near.filter((pod) => (pod['status'] as {phase?: string} | undefined)?.phase === 'Running' && statusesOf(pod).some(({ready}) => ready === false))
  const byName = new Map([...stuck, ...restarting].map((pod) => [nameOf(pod.metadata), pod]))
  return [...byName.values()]
}

interface WorkloadNumbers {
  availableReplicas?: number
  readyReplicas?: number
  numberReady?: number
  desiredNumberScheduled?: number
}

async function unreadyWorkloads(cluster: ClusterReader): Promise<{kind: string; namespace: string; name: string; wanted: number; ready: number; conditions: unknown}[]> {
  const lists = await Promise.all(['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => cluster.listKnown('apps/v1', kind)))
  return lists.flat().flatMap((object) => {
    const status = (object['status'] ?? {}) as WorkloadNumbers
    const wanted = object.kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? 0) : ((object['spec'] as {replicas?: number} | undefined)?.replicas ?? 1)
    const ready = object.kind === 'DaemonSet' ? (status.numberReady ?? 0) : object.kind === 'StatefulSet' ? (status.readyReplicas ?? 0) : (status.availableReplicas ?? 0)
    return ready >= wanted ? [] : [{kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, wanted, ready, conditions: conditionsOf(object)}]
  })
}

function nodeFacts(node: KubeObject): object {
  const {nodeInfo, capacity, allocatable} = (node['status'] ?? {}) as Record<string, unknown>
  const {taints, unschedulable} = (node['spec'] ?? {}) as Record<string, unknown>
  return {name: node.metadata.name, labels: node.metadata.labels, taints, unschedulable, nodeInfo, capacity, allocatable, conditions: conditionsOf(node)}
}

function podFacts(pod: KubeObject): object {
  const {phase, reason, message} = (pod['status'] ?? {}) as Record<string, unknown>
  return {
    name: nameOf(pod.metadata), node: (pod['spec'] as {nodeName?: string} | undefined)?.nodeName, phase, reason, message, owners: pod.metadata.ownerReferences?.map(({kind, name}) => `${kind} ${name}`),
    conditions: conditionsOf(pod), containers: statusesOf(pod).map(({name, ready, restartCount, state, lastState}) => ({name, ready, restartCount, state, lastState})),
  }
}

async function warnings(cluster: ClusterReader): Promise<object[]> {
  const events = await cluster.listKnown('v1', 'Event', {fieldSelector: 'type=Warning'})
  const timeOf = (event: KubeObject): string => String((event['series'] as {lastObservedTime?: string} | undefined)?.lastObservedTime ?? event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp ?? '')
  return events.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a))).slice(0, MOST_EVENTS).map((event) => {
    const {kind, namespace, name} = (event['involvedObject'] ?? {}) as Record<string, string | undefined>
    return {time: timeOf(event), object: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, reason: event['reason'], message: event['message'], count: event['count']}
  })
}
