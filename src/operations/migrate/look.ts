/** Two clusters side by side: what of a namespace is in both, whether the new one can take its traffic, and who has it now. */
import {complainAboutWorkload} from '../../checks/builders.ts'
import {exemptNamespaces, SYSTEM_NAMESPACES} from '../../checks/own-namespaces.ts'
import type {PlatformContext} from '../../context.ts'
import {askHost} from '../../tools/ask-host.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {MigratePlanResult} from '../../ui/results.ts'
import {requestTargets} from '../requests.ts'
import {hostsOf, routesOf, weightOf} from './weights.ts'

export type NamespaceLook = MigratePlanResult['namespaces'][number]
type Gate = NamespaceLook['gates'][number]

/** Both ends of a migration. */
export interface Ends {
  from: PlatformContext
  to: PlatformContext
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
const PATIENCE_MS = 3000
const NAMED = 5

/** The namespaces of applications that are led to from outside in the old cluster, sorted. */
export async function migratable({from}: Ends): Promise<string[]> {
  const cluster = await from.cluster()
  const names = [...((await cluster.metadata('v1', 'Namespace')) ?? new Map<string, unknown>()).keys()]
  const own = new Set([...exemptNamespaces(from), ...SYSTEM_NAMESPACES])
  const found: string[] = []
  for (const name of names.toSorted()) if (!own.has(name) && (await routesOf(from, name)).length > 0) found.push(name)
  return found
}

/** One namespace in both clusters. */
export async function lookAtNamespace(ends: Ends, name: string): Promise<NamespaceLook> {
  const [there, here] = await Promise.all([routesOf(ends.from, name), routesOf(ends.to, name)])
  const hosts = [...new Set(there.flatMap(hostsOf))].toSorted()
  const gates = [await routesGate(there, here), await workloadsGate(ends, name), await dataGate(ends, name), ...(await Promise.all(hosts.map((host) => answersGate(ends.to, host))))]
  return {name, hosts, weight: shareOf(there, here), gates, allowed: gates.every(({status}) => status === 'pass' || status === 'warn' || status === 'not-applicable')}
}

/** Per cent of the traffic that the new cluster has, by the weights of both. Without weights it is all in the old one. */
export function shareOf(there: readonly KubeObject[], here: readonly KubeObject[]): number {
  const sum = (routes: readonly KubeObject[]): number => routes.reduce((all, route) => all + (weightOf(route) ?? 0), 0)
  const [old, now] = [sum(there), sum(here)]
  return old + now === 0 ? 0 : Math.round((now / (old + now)) * 100)
}

async function routesGate(there: readonly KubeObject[], here: readonly KubeObject[]): Promise<Gate> {
  const known = new Set(here.flatMap(hostsOf))
  const missing = there.flatMap(hostsOf).filter((host) => !known.has(host))
  return Promise.resolve(missing.length === 0 ? {id: 'routes', status: 'pass', reason: 'every host has a route in the new cluster', fix: null} : {id: 'routes', status: 'fail', reason: `no route there for ${missing.slice(0, NAMED).join(', ')}`, fix: 'deploy the namespace to the new cluster: its GitOps folder, or kp restore from a backup of the old one'})
}

async function workloadsOf(ctx: PlatformContext, namespace: string): Promise<KubeObject[]> {
  const cluster = await ctx.cluster()
  return (await Promise.all(WORKLOADS.map((kind) => cluster.list('apps/v1', kind, {namespace})))).flatMap((list) => list ?? [])
}

/** How many copies are wanted; those of every node count as one. */
function copiesOf(workload: KubeObject): number {
  return workload.kind === 'DaemonSet' ? 1 : ((workload['spec'] as {replicas?: number} | undefined)?.replicas ?? 1)
}

async function workloadsGate({from, to}: Ends, namespace: string): Promise<Gate> {
  const [there, here] = await Promise.all([workloadsOf(from, namespace), workloadsOf(to, namespace)])
  const keyOf = ({kind, metadata}: KubeObject): string => `${kind} ${metadata.name}`
  const byName = new Map(here.map((one) => [keyOf(one), one]))
  const missing = there.filter((one) => !byName.has(keyOf(one))).map((one) => `${keyOf(one)} is not there`)
  const weak = there.flatMap((one) => {
    const other = byName.get(keyOf(one))
    if (other === undefined) return []
    return copiesOf(one) > 0 && copiesOf(other) === 0 ? [`${keyOf(other)} has no copy there`] : (complainAboutWorkload(other) ?? [])
  })
  const complaints = [...missing, ...weak]
  return complaints.length === 0 ? {id: 'workloads', status: 'pass', reason: `${there.length} ${there.length === 1 ? 'workload is' : 'workloads are'} there and ready`, fix: null} : {id: 'workloads', status: 'fail', reason: complaints.slice(0, NAMED).join('; '), fix: `kubectl -n ${namespace} get pods, in the new cluster`}
}

/** Data does not follow the traffic: that is said, and it is for people to know. */
async function dataGate({from, to}: Ends, namespace: string): Promise<Gate> {
  const [there, here] = await Promise.all([from, to].map(async (ctx) => (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim', {namespace})))
  if ((there ?? []).length === 0) return {id: 'data', status: 'not-applicable', reason: 'it has no volumes', fix: null}
  const known = new Set((here ?? []).map(({metadata}) => metadata.name))
  const missing = (there ?? []).map(({metadata}) => metadata.name).filter((name) => !known.has(name))
  if (missing.length > 0) return {id: 'data', status: 'fail', reason: `claims that are not there: ${missing.slice(0, NAMED).join(', ')}`, fix: 'kp backup create in the old environment, and restore it in the new one'}
  return {id: 'data', status: 'warn', reason: `${known.size} ${known.size === 1 ? 'claim is' : 'claims are'} in both: kp does not know whether the data is the same`, fix: 'stop writing before the last shift, and restore the newest backup there'}
}

/** Whether somebody answers for the host in a cluster, as users would meet it there. */
export async function answersGate(ctx: PlatformContext, host: string): Promise<Gate> {
  const id = `answers ${host}`
  const target = (await requestTargets(ctx)).find((one) => one.host === host)
  if (target === undefined) return {id, status: 'unknown', reason: `${host} cannot be asked in ${ctx.spec.environment.cluster}: it has no address there`, fix: `kp verify ingress --env ${ctx.spec.environment.name}`}
  try {
    const {status} = await askHost({scheme: target.scheme, address: target.address, port: target.port, host, path: target.path, timeoutMs: PATIENCE_MS})
    return status < 500 ? {id, status: 'pass', reason: `${ctx.spec.environment.cluster} answers ${status}`, fix: null} : {id, status: 'fail', reason: `${ctx.spec.environment.cluster} answers ${status}`, fix: `kp diagnose --env ${ctx.spec.environment.name}`}
  } catch (error) {
    return {id, status: 'fail', reason: `${ctx.spec.environment.cluster} does not answer: ${error instanceof Error ? error.message : String(error)}`, fix: `kp verify ingress --env ${ctx.spec.environment.name}`}
  }
}
