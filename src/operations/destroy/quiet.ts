/** Before anything is taken away, whatever would make it again is switched off; and what holds load balancers is deleted while somebody is there to clean up. */
import {noteSeen} from '../../checks/terraform/ledger.ts'
import {requireAws} from '../../checks/terraform/place.ts'
import type {ClusterReader} from '../../checks/cluster.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {deleteObject, patchObject} from '../../tools/kubectl.ts'

/** GitOps first: it would put back what everybody after it loses. */
const SWITCHED_OFF: readonly RegExp[] = [
  /argocd-(?:applicationset|application)-controller$|^(?:kustomize|helm|source|notification)-controller$/,
  /cluster-autoscaler$|^karpenter$/,
  /external-dns$/,
]
const BALANCER_CONTROLLER = /aws-load-balancer-controller$/
const WAIT_MS = 4 * 60_000
const PAUSE_MS = 3000
const AT = {phase: 'destroy', step: 'destroy/switch-off'}

/** What is done in the cluster. */
export interface QuietResult {
  /** Workloads that were switched off, by name. */
  off: string[]
  /** Objects that held load balancers and were deleted. */
  deleted: string[]
  /** Why the cluster could not be asked. */
  unasked?: string
}

/** Does it. A cluster that does not answer keeps nobody from taking it down. */
export async function quieten(ctx: PlatformContext): Promise<QuietResult> {
  const result: QuietResult = {off: [], deleted: []}
  const presence = await ctx.presence()
  if (presence.state !== 'running') {
    if (presence.state === 'stopped') ctx.emit({code: 'warning', text: `the controllers of the cluster stay on: ${presence.observed}`})
    return {...result, unasked: presence.observed}
  }
  try {
    const cluster = await ctx.cluster()
    await noteVolumes(ctx, cluster)
    for (const names of SWITCHED_OFF) result.off.push(...(await switchOff(ctx, cluster, names)))
    result.deleted.push(...(await freeBalancers(ctx, cluster)))
    result.off.push(...(await switchOff(ctx, cluster, BALANCER_CONTROLLER)))
    return result
  } catch (error) {
    const {code, message} = asKpError(error)
    if (code !== 'CLUSTER_UNREACHABLE' && code !== 'API_ERROR') throw error
    ctx.emit({code: 'warning', text: `the cluster does not answer, so its controllers stay on: ${message}`})
    return {...result, unasked: message}
  }
}

/** The volumes of the cluster by their ids: a driver without a name for its cluster tags them in no way that tells whose they are. */
async function noteVolumes(ctx: PlatformContext, cluster: ClusterReader): Promise<void> {
  if (ctx.dryRun) return
  for (const {metadata, ...rest} of (await cluster.list('v1', 'PersistentVolume')) ?? []) {
    const {csi, awsElasticBlockStore, persistentVolumeReclaimPolicy: policy} = (rest as {spec?: {csi?: {driver?: string; volumeHandle?: string}; awsElasticBlockStore?: {volumeID?: string}; persistentVolumeReclaimPolicy?: string}}).spec ?? {}
    const id = csi?.driver === 'ebs.csi.aws.com' ? csi.volumeHandle : awsElasticBlockStore?.volumeID?.split('/').at(-1)
    if (id !== undefined) noteSeen(requireAws(ctx).stacksFolder, {id, what: `the volume of PersistentVolume ${metadata.name}`, retained: policy === 'Retain'}, ctx.clock.now())
  }
}

async function switchOff(ctx: PlatformContext, cluster: ClusterReader, names: RegExp): Promise<string[]> {
  const off: string[] = []
  for (const kind of ['Deployment', 'StatefulSet']) {
    for (const object of (await cluster.list('apps/v1', kind)) ?? []) {
      if (!names.test(object.metadata.name) || (object['spec'] as {replicas?: number} | undefined)?.replicas === 0) continue
      const name = `${kind} ${nameOf(object.metadata)}`
      ctx.emit({code: 'step.progress', ...AT, text: `switching off ${name}`})
      await patchObject(ctx.exec, ctx.access, object, [{op: 'add', path: '/spec/replicas', value: 0}], {doing: `switch off ${name}`, fieldManager: 'kp'})
      off.push(name)
    }
  }
  return off
}

/** Gateways and Ingresses first: what they have is a Service of somebody who makes it again. */
const HOLDERS: readonly [apiVersion: string, kind: string, holds: (object: KubeObject) => boolean][] = [
  ['gateway.networking.k8s.io/v1', 'Gateway', () => true],
  ['networking.k8s.io/v1', 'Ingress', () => true],
  ['v1', 'Service', (object) => (object['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer'],
]

async function freeBalancers(ctx: PlatformContext, cluster: ClusterReader): Promise<string[]> {
  const deleted: string[] = []
  for (const [apiVersion, kind, holds] of HOLDERS) {
    for (const object of ((await cluster.list(apiVersion, kind)) ?? []).filter(holds)) {
      const name = `${kind} ${nameOf(object.metadata)}`
      ctx.emit({code: 'step.progress', ...AT, text: `deleting ${name}, which holds a load balancer`})
      await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${name}`})
      deleted.push(name)
    }
  }
  // Finalizers hold them until the load balancer is gone. What is still there afterwards, the sweep takes.
  const until = ctx.clock.now() + WAIT_MS
  while (deleted.length > 0 && !ctx.dryRun && !ctx.stopping() && ctx.clock.now() < until) {
    ctx.changed()
    const left = (await Promise.all(HOLDERS.map(async ([apiVersion, kind, holds]) => ((await cluster.list(apiVersion, kind)) ?? []).filter(holds)))).flat()
    if (left.length === 0) break
    await ctx.clock.sleep(PAUSE_MS)
  }
  return deleted
}
