/** Namespaces join the mesh one after the other: each is marked, its workloads start anew, and only when all are well comes the next. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {complainAboutWorkload} from '../../checks/builders.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {accessEnv, applyObjects} from '../../tools/kubectl.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {meshOf} from './names.ts'

/** Another manager than that of whoever made the namespace: what it says stays. */
const FIELD_MANAGER = 'kp-mesh'
const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet']
const GATE_MS = 5 * 60_000
/** A pod that says so has no proxy, and is to have none. */
const OPTED_OUT = (pod: KubeObject): boolean => {
  const {annotations = {}, labels = {}} = pod.metadata
  return annotations['linkerd.io/inject'] === 'disabled' || annotations['sidecar.istio.io/inject'] === 'false' || labels['sidecar.istio.io/inject'] === 'false'
}

interface PodSpec {
  hostNetwork?: boolean
  containers: {name: string; image?: string; resources?: unknown}[]
  initContainers?: {name: string; image?: string; restartPolicy?: string; resources?: unknown}[]
}

/** The proxy of a pod; undefined where it has none. It is an init container that goes on running, or a container. */
export function proxyOf(pod: KubeObject, name: string): PodSpec['containers'][number] | undefined {
  const {containers, initContainers = []} = pod['spec'] as PodSpec
  return [...initContainers, ...containers].find((container) => container.name === name)
}

/** Pods of a namespace that should have a proxy: not those that have ended, opted out, or use the network of their node. */
export function meshedPods(pods: KubeObject[], namespace: string): KubeObject[] {
  return pods.filter((pod) => pod.metadata.namespace === namespace && pod.metadata.deletionTimestamp === undefined
    && !['Succeeded', 'Failed'].includes((pod['status'] as {phase?: string} | undefined)?.phase ?? '')
    && (pod['spec'] as PodSpec).hostNetwork !== true && !OPTED_OUT(pod))
}

/** A step that lets a namespace join. */
export function injectNamespace(namespace: string, after: string): PlatformStep {
  return onCluster({
    id: `mesh/inject-${namespace}`,
    title: `Let ${namespace} join the mesh`,
    risk: 'disruptive',
    after: [after],
    verify: ['mesh.injection'],
    timeoutMs: GATE_MS * 2,
    async probe(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'Namespace', namespace)
      if (found === undefined) return {state: 'absent', observed: `there is no namespace ${namespace} yet`}
      if (!isMarked(ctx, found)) return {state: 'absent', observed: `namespace ${namespace} is not marked`}
      const without = ctx.provider.simulated ? [] : await podsWithout(ctx, namespace)
      if (without.length === 0) return {state: 'satisfied', observed: `namespace ${namespace} is part of the mesh`}
      return {state: 'drifted', observed: `${without.length} pods of ${namespace} have no proxy`, differences: without.map((pod) => ({object: `Pod ${namespace}/${pod.metadata.name}`, field: 'spec', wanted: 'a proxy'}))}
    },
    plan(ctx) {
      return Promise.resolve({
        lines: [`mark namespace ${namespace} for ${meshOf(ctx).title}`, `start its workloads anew, and wait until they are ready`],
        commands: [markCommand(ctx, namespace), `kubectl -n ${namespace} rollout restart deployment,statefulset,daemonset`],
      })
    },
    async apply(ctx) {
      if ((await (await ctx.cluster()).get('v1', 'Namespace', namespace)) === undefined && !ctx.dryRun) {
        throw new KpError({code: 'GATE', message: `phases.mesh.inject names ${namespace}, and there is no such namespace`, doing: `let ${namespace} join the mesh`, next: [`make it: kubectl create namespace ${namespace}`, 'or take it out of phases.mesh.inject'], pitfalls: ['KP1006']})
      }
      await applyObjects(ctx.exec, ctx.access, [{apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace, ...meshOf(ctx).mark}}], {fieldManager: FIELD_MANAGER, doing: `mark namespace ${namespace}`})
      // Nothing injects proxies in a lab: pods that start anew would be as they were.
      if (ctx.provider.simulated) return
      ctx.changed()
      for (const workload of await workloadsWithout(ctx, namespace)) {
        await kubectl(ctx, ['-n', namespace, 'rollout', 'restart', workload], `start ${workload} of ${namespace} anew`)
        await kubectl(ctx, ['-n', namespace, 'rollout', 'status', workload, `--timeout=${GATE_MS / 1000}s`], `wait for ${workload} of ${namespace}`)
      }
    },
    async standing(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'Namespace', namespace)
      return {deletes: found !== undefined && isMarked(ctx, found) ? [`the mark of namespace ${namespace}`] : [], keeps: [], blockers: []}
    },
    async undo(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'Namespace', namespace)
      if (found === undefined || !isMarked(ctx, found)) return
      // Applied with nothing but its name, the marks of this manager go.
      await applyObjects(ctx.exec, ctx.access, [{apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}}], {fieldManager: FIELD_MANAGER, doing: `take the mark from namespace ${namespace}`})
      if (!ctx.provider.simulated) await kubectl(ctx, ['-n', namespace, 'rollout', 'restart', 'deployment,statefulset,daemonset'], `start the workloads of ${namespace} anew`)
    },
  })
}

function kubectl(ctx: PlatformContext, args: string[], doing: string): Promise<unknown> {
  return ctx.exec.run({tool: 'kubectl', args: [...(ctx.access.context === undefined ? [] : ['--context', ctx.access.context]), ...args], mutates: true, doing, env: accessEnv(ctx.access), timeoutMs: GATE_MS + 30_000})
}

/** Whether a namespace has the mark. */
export function isMarked(ctx: Pick<PlatformContext, 'spec'>, {metadata}: KubeObject): boolean {
  const {annotations = {}, labels = {}} = meshOf(ctx).mark
  return Object.entries(annotations).every(([key, value]) => metadata.annotations?.[key] === value) && Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)
}

function markCommand(ctx: PlatformContext, namespace: string): string {
  const {annotations, labels} = meshOf(ctx).mark
  const mark = Object.entries(annotations ?? labels ?? {}).map(([key, value]) => `${key}=${value}`).join(' ')
  return `kubectl ${annotations === undefined ? 'label' : 'annotate'} namespace ${namespace} ${mark}`
}

async function podsWithout(ctx: PlatformContext, namespace: string): Promise<KubeObject[]> {
  const pods = await (await ctx.cluster()).listKnown('v1', 'Pod')
  // What nobody makes anew cannot get a proxy by a restart.
  return meshedPods(pods, namespace).filter((pod) => proxyOf(pod, meshOf(ctx).proxy) === undefined && (pod.metadata.ownerReferences?.some(({kind}) => kind !== 'Job') ?? false))
}

/** Workloads of the namespace with pods that have no proxy. A namespace that is not well is left alone until it is. */
async function workloadsWithout(ctx: PlatformContext, namespace: string): Promise<string[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all(KINDS.map((kind) => cluster.listKnown('apps/v1', kind)))
  const own = lists.flat().filter(({metadata}) => metadata.namespace === namespace)
  const unwell = own.flatMap((workload) => complainAboutWorkload(workload) ?? [])
  if (unwell.length > 0) throw new KpError({code: 'GATE', message: `${namespace} is not well before it joins the mesh: ${unwell[0]}`, details: unwell, doing: `let ${namespace} join the mesh`, next: ['mend it first, then run the same command again']})
  const without = await podsWithout(ctx, namespace)
  return own.filter((workload) => {
    const labels = ((workload['spec'] as {selector?: {matchLabels?: Record<string, string>}}).selector?.matchLabels) ?? {}
    return without.some((pod) => Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value))
  }).map(({kind, metadata}) => `${kind.toLowerCase()}/${metadata.name}`)
}
