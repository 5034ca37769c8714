/** Checks of phase 13. */
import {check, complainAboutCondition, conditionsOf, simulatedPods, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {DEMO, wantsHpa, wantsVpa} from './demo.ts'
import {controlled, followed} from './follow.ts'
import {scaledBy} from './nodes.ts'

const HPA = 'autoscaling/v2'
const VPA = 'autoscaling.k8s.io/v1'
/** metrics-server must have asked twice before it can say how much CPU is used. */
const AFTER_TWO_READS = {deadlineMs: 120_000, everyMs: 2000}
/** With less an HPA swings with every wave of load. */
const SHORTEST_WAIT_S = 60

interface HpaSpec {
  scaleTargetRef: {kind: string; name: string}
  minReplicas?: number
  maxReplicas: number
  metrics?: {type: string; resource?: {name: string; target?: {type: string}}}[]
  behavior?: {scaleDown?: {stabilizationWindowSeconds?: number}}
}

interface Container {
  name: string
  resources?: {requests?: Record<string, string>}
}

const specOf = (object: KubeObject): HpaSpec => object['spec'] as HpaSpec
const targetKey = (object: KubeObject): string => `${specOf(object).scaleTargetRef.kind} ${object.metadata.namespace}/${specOf(object).scaleTargetRef.name}`

export const checks: PlatformCheck[] = [
  workloadsReady({id: 'autoscaling.metrics-server', title: 'Pods are measured: metrics-server is ready', component: 'metrics-server', pitfalls: ['KP1301']}),
  check({
    id: 'autoscaling.metrics-api',
    title: 'The metrics API answers for every ready node',
    pitfalls: ['KP1301', 'KP1302'],
    simulated: (ctx) => ctx.provider.simulated && 'metrics-server is real, the kubelets that it asks are not',
    within: AFTER_TWO_READS,
    run: lookAtMetricsApi,
  }),
  check({
    id: 'autoscaling.hpa',
    title: 'The demo application follows its load',
    pitfalls: ['KP1302', 'KP1303'],
    appliesTo: wantsHpa,
    // The HPA is followed by a real controller, by pods whose readiness and use are told.
    simulated: simulatedPods,
    within: AFTER_TWO_READS,
    async run(ctx) {
      const hpa = (await (await ctx.cluster()).listKnown(HPA, 'HorizontalPodAutoscaler')).find(({metadata}) => nameOf(metadata) === `${DEMO}/${DEMO}`)
      if (hpa === undefined) return {status: 'fail', observed: `HorizontalPodAutoscaler ${DEMO}/${DEMO} does not exist`, expected: 'kp step autoscaling makes it'}
      const complaints = ['AbleToScale', 'ScalingActive'].flatMap((type) => complainAboutCondition(hpa, type) ?? [])
      const {currentReplicas = 0, desiredReplicas = 0} = (hpa['status'] ?? {}) as {currentReplicas?: number; desiredReplicas?: number}
      return verdict(complaints, `${currentReplicas} copies, ${desiredReplicas} wanted, between ${specOf(hpa).minReplicas ?? 1} and ${specOf(hpa).maxReplicas}`, 'AbleToScale=True, ScalingActive=True')
    },
  }),
  check({
    id: 'autoscaling.requests',
    title: 'What an autoscaler measures in per cent has a request',
    pitfalls: ['KP1303', 'KP1312'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const workloads = await workloadsByKey(ctx)
      const hpas = await cluster.listKnown(HPA, 'HorizontalPodAutoscaler')
      const complaints = hpas.flatMap((hpa) => {
        const workload = workloads.get(targetKey(hpa))
        if (workload === undefined) return ['Deployment', 'StatefulSet'].includes(specOf(hpa).scaleTargetRef.kind) ? [`HorizontalPodAutoscaler ${nameOf(hpa.metadata)}: its target ${targetKey(hpa)} does not exist`] : []
        const {containers = []} = (workload['spec'] as {template?: {spec?: {containers?: Container[]}}}).template?.spec ?? {}
        return followed(hpa).flatMap((resource) => containers.filter((container) => container.resources?.requests?.[resource] === undefined).map((container) => `${targetKey(hpa)}: container ${container.name} requests no ${resource}, and ${nameOf(hpa.metadata)} follows it`))
      })
      return verdict(complaints, `${hpas.length} autoscalers have what they measure by`, 'a request of each followed resource in every container')
    },
  }),
  check({
    id: 'autoscaling.room',
    title: 'No autoscaler stands at its most copies and wants more',
    severity: 'warning',
    pitfalls: ['KP1304'],
    async run(ctx) {
      const hpas = await (await ctx.cluster()).listKnown(HPA, 'HorizontalPodAutoscaler')
      const full = hpas.filter((hpa) => conditionsOf(hpa).some(({type, status, reason}) => type === 'ScalingLimited' && status === 'True' && reason === 'TooManyReplicas'))
      return verdict(full.map((hpa) => `HorizontalPodAutoscaler ${nameOf(hpa.metadata)} wants more than ${specOf(hpa).maxReplicas} copies`), `${hpas.length} autoscalers have room`, 'fewer copies wanted than maxReplicas')
    },
  }),
  check({
    id: 'autoscaling.calm',
    title: 'Every autoscaler waits before it shrinks',
    severity: 'warning',
    pitfalls: ['KP1305'],
    async run(ctx) {
      const hpas = await (await ctx.cluster()).listKnown(HPA, 'HorizontalPodAutoscaler')
      const wait = (hpa: KubeObject): number => specOf(hpa).behavior?.scaleDown?.stabilizationWindowSeconds ?? 300
      const complaints = hpas.filter((hpa) => wait(hpa) < SHORTEST_WAIT_S).map((hpa) => `HorizontalPodAutoscaler ${nameOf(hpa.metadata)} shrinks after ${wait(hpa)} seconds`)
      return verdict(complaints, `${hpas.length} autoscalers wait a minute or longer`, `scaleDown.stabilizationWindowSeconds of ${SHORTEST_WAIT_S} or more`)
    },
  }),
  check({
    id: 'autoscaling.one-owner',
    title: 'No resource of a workload is followed by two autoscalers',
    pitfalls: ['KP1306'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const hpas = await cluster.listKnown(HPA, 'HorizontalPodAutoscaler')
      const twice = [...Map.groupBy(hpas, targetKey)].filter(([, list]) => list.length > 1).map(([key, list]) => `${key} has ${list.length} HorizontalPodAutoscalers: ${list.map(({metadata}) => metadata.name).join(', ')}`)
      const vpas = (await cluster.list(VPA, 'VerticalPodAutoscaler')) ?? []
      const complaints = vpas.flatMap((vpa) => bothFollow(vpa, hpas))
      return verdict([...twice, ...complaints], `${hpas.length} HorizontalPodAutoscalers and ${vpas.length} VerticalPodAutoscalers`, 'one autoscaler for each resource')
    },
  }),
  workloadsReady({id: 'autoscaling.vpa', title: 'The Vertical Pod Autoscaler is ready', component: 'vertical-pod-autoscaler', appliesTo: wantsVpa, pitfalls: ['KP1307']}),
  check({
    id: 'autoscaling.recommendations',
    title: 'Every VerticalPodAutoscaler has a recommendation',
    severity: 'warning',
    pitfalls: ['KP1307'],
    appliesTo: wantsVpa,
    simulated: (ctx) => ctx.provider.simulated && 'the lab answers for the recommender',
    within: SOON,
    async run(ctx) {
      const vpas = await (await ctx.cluster()).list(VPA, 'VerticalPodAutoscaler')
      if (vpas === undefined) return {status: 'fail', observed: `the cluster does not know VerticalPodAutoscaler (${VPA})`, expected: 'the kinds of the Vertical Pod Autoscaler'}
      return verdict(vpas.flatMap((vpa) => complainAboutCondition(vpa, 'RecommendationProvided') ?? []), `${vpas.length} recommendations`, 'RecommendationProvided=True')
    },
  }),
  workloadsReady({id: 'autoscaling.cluster-autoscaler', title: 'The Cluster Autoscaler is ready', component: 'cluster-autoscaler', appliesTo: scaledBy('cluster-autoscaler'), pitfalls: ['KP1308']}),
  workloadsReady({id: 'autoscaling.karpenter', title: 'Karpenter is ready', component: 'karpenter', appliesTo: scaledBy('karpenter'), pitfalls: ['KP1309']}),
]

async function lookAtMetricsApi(ctx: PlatformContext): ReturnType<PlatformCheck['run']> {
  const cluster = await ctx.cluster()
  const service = (await cluster.listKnown('apiregistration.k8s.io/v1', 'APIService')).find(({metadata}) => metadata.name === 'v1beta1.metrics.k8s.io')
  if (service === undefined) return {status: 'fail', observed: 'APIService v1beta1.metrics.k8s.io does not exist', expected: 'metrics-server registers it'}
  const complaint = complainAboutCondition(service, 'Available')
  if (complaint !== undefined) return {status: 'fail', observed: complaint, expected: 'Available=True', evidence: [complaint]}
  const answer = await cluster.api.request({path: '/apis/metrics.k8s.io/v1beta1/nodes'})
  if (answer.status !== 200) return refusedBy(answer.status, (answer.body as {message?: string} | undefined)?.message)
  const measured = new Set(((answer.body as {items?: KubeObject[]}).items ?? []).map(({metadata}) => metadata.name))
  const ready = (await cluster.listKnown('v1', 'Node')).filter((node) => conditionsOf(node).some(({type, status}) => type === 'Ready' && status === 'True'))
  if (ready.length === 0) return {status: 'unknown', observed: 'no node is ready'}
  return verdict(ready.filter(({metadata}) => !measured.has(metadata.name)).map(({metadata}) => `node ${metadata.name} is not measured`), `${ready.length} nodes are measured`, 'measurements of every ready node')
}

/** Whoever asks as nobody was sent on by the API server and not believed: metrics-server has not read yet whom to believe, and will. Any other refusal is meant for kp. */
function refusedBy(status: number, message = ''): Awaited<ReturnType<PlatformCheck['run']>> {
  const asNobody = message.includes('"system:anonymous"')
  return {
    status: status === 403 && !asNobody ? 'unknown' : 'fail',
    observed: asNobody ? 'metrics-server does not believe the API server: it takes kp for system:anonymous' : `metrics.k8s.io answers ${status}`,
    expected: 'measurements of every node',
    ...(message === '' ? {} : {evidence: [message]}),
  }
}

async function workloadsByKey(ctx: PlatformContext): Promise<Map<string, KubeObject>> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all(['Deployment', 'StatefulSet'].map(async (kind) => (await cluster.listKnown('apps/v1', kind)).map((object): [string, KubeObject] => [`${kind} ${nameOf(object.metadata)}`, object])))
  return new Map(lists.flat())
}

/** What a VPA sets while an HPA of the same workload follows it. */
function bothFollow(vpa: KubeObject, hpas: KubeObject[]): string[] {
  const {targetRef} = vpa['spec'] as {targetRef?: {kind: string; name: string}}
  if (targetRef === undefined) return []
  const set = controlled(vpa)
  const key = `${targetRef.kind} ${vpa.metadata.namespace}/${targetRef.name}`
  return hpas.filter((hpa) => targetKey(hpa) === key).flatMap((hpa) => followed(hpa).filter((resource) => set.has(resource)).map((resource) => `${key}: ${resource} is followed by HorizontalPodAutoscaler ${hpa.metadata.name} and set by VerticalPodAutoscaler ${vpa.metadata.name}`))
}
