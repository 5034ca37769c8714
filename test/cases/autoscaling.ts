/** Cases of the checks of phase 13. */
import {changed, readyComponent, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'

const NODES = '/apis/metrics.k8s.io/v1beta1/nodes'
const object = (apiVersion: string, kind: string, name: string, fields: object, namespace = 'demo'): KubeObject => ({apiVersion, kind, metadata: {name, ...(namespace === '' ? {} : {namespace})}, ...fields})
const conditions = (...list: [type: string, status: string, reason?: string][]): Record<string, unknown> => ({status: {conditions: list.map(([type, status, reason]) => ({type, status, ...(reason === undefined ? {} : {reason})}))}})

const hpa = (name = 'demo', spec: object = {}): KubeObject =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: {
      scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo'}, minReplicas: 2, maxReplicas: 10,
      metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 70}}}],
      behavior: {scaleDown: {stabilizationWindowSeconds: 300}}, ...spec,
    },
    ...conditions(['AbleToScale', 'True'], ['ScalingActive', 'True'], ['ScalingLimited', 'False']),
  })
const deployment = (requests: object = {cpu: '50m'}): KubeObject => object('apps/v1', 'Deployment', 'demo', {spec: {template: {spec: {containers: [{name: 'demo', resources: {requests}}]}}}})
const vpa = (policy: object = {controlledResources: ['memory']}): KubeObject =>
  object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'demo', {
    spec: {targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo'}, updatePolicy: {updateMode: 'Recreate'}, resourcePolicy: {containerPolicies: [{containerName: '*', ...policy}]}},
    ...conditions(['RecommendationProvided', 'True']),
  })
const measured: World = {
  objects: [
    object('apiregistration.k8s.io/v1', 'APIService', 'v1beta1.metrics.k8s.io', conditions(['Available', 'True']), ''),
    object('v1', 'Node', 'general-a-1', conditions(['Ready', 'True']), ''),
  ],
  answers: {[NODES]: {body: {items: [{metadata: {name: 'general-a-1'}}]}}},
}
const all = (objects: KubeObject[]): World => ({objects})
const VPA_ON = {phases: {autoscaling: {vpa: {enabled: true, mode: 'auto'}}}} as NonNullable<CheckCase['platform']>
const by = (nodes: string): NonNullable<CheckCase['platform']> => ({phases: {autoscaling: {nodes}}}) as NonNullable<CheckCase['platform']>
const unready = (kind: string, name: string) => changed(kind, (one) => ({status: {observedGeneration: one.metadata.generation, availableReplicas: 0, updatedReplicas: 1}}), name)

export const autoscalingCases: CheckCase[] = [
  {
    check: 'autoscaling.metrics-server',
    passes: (ctx) => ({objects: readyComponent(ctx, 'metrics-server')}),
    fails: [{what: 'it is gone', change: without('Deployment', 'kube-system/metrics-server'), observed: /metrics-server does not exist/}],
  },
  {
    check: 'autoscaling.metrics-api',
    passes: () => measured,
    fails: [
      {what: 'nobody registered it', change: without('APIService', 'v1beta1.metrics.k8s.io'), observed: /does not exist/},
      {what: 'it has nobody behind it', change: changed('APIService', () => conditions(['Available', 'False', 'MissingEndpoints']), 'v1beta1.metrics.k8s.io'), observed: /Available=False \(MissingEndpoints\)/},
      {what: 'a node is not measured', change: (world) => ({...world, answers: {[NODES]: {body: {items: []}}}}), observed: /node general-a-1 is not measured/},
      {what: 'it breaks', change: (world) => ({...world, answers: {[NODES]: {status: 503, body: {}}}}), observed: /answers 503/},
      {
        what: 'it has just started, and does not know yet that the API server may speak for others',
        change: (world) => ({...world, answers: {[NODES]: {status: 403, body: {message: 'nodes.metrics.k8s.io is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope'}}}}),
        observed: /takes kp for system:anonymous/,
      },
    ],
    unknown: [{what: 'it is refused', change: (world) => ({...world, answers: {[NODES]: {status: 403, body: {}}}}), observed: /answers 403/}],
  },
  {
    check: 'autoscaling.hpa',
    passes: () => all([hpa()]),
    fails: [
      {what: 'it is gone', change: without('HorizontalPodAutoscaler', 'demo/demo'), observed: /does not exist/},
      {what: 'it has no metrics', change: changed('HorizontalPodAutoscaler', () => conditions(['AbleToScale', 'True'], ['ScalingActive', 'False', 'FailedGetResourceMetric']), 'demo/demo'), observed: /ScalingActive=False \(FailedGetResourceMetric\)/},
    ],
  },
  {
    check: 'autoscaling.requests',
    passes: () => all([hpa(), deployment(), object('apps/v1', 'StatefulSet', 'other', {spec: {}})]),
    fails: [
      {what: 'a container has none', change: () => all([hpa(), deployment({memory: '1Gi'})]), observed: /container demo requests no cpu/},
      {what: 'its target is gone', change: () => all([hpa()]), observed: /its target Deployment demo\/demo does not exist/},
    ],
  },
  {
    check: 'autoscaling.room',
    passes: () => all([hpa()]),
    fails: [{what: 'one wants more', change: changed('HorizontalPodAutoscaler', () => conditions(['ScalingLimited', 'True', 'TooManyReplicas']), 'demo/demo'), observed: /wants more than 10 copies/}],
  },
  {
    check: 'autoscaling.calm',
    passes: () => all([hpa()]),
    fails: [{what: 'one shrinks at once', change: () => all([hpa('demo', {behavior: {scaleDown: {stabilizationWindowSeconds: 0}}})]), observed: /shrinks after 0 seconds/}],
  },
  {
    check: 'autoscaling.one-owner',
    passes: () => all([hpa(), vpa()]),
    fails: [
      {what: 'two follow one workload', change: () => all([hpa(), hpa('second')]), observed: /has 2 HorizontalPodAutoscalers: demo, second/},
      {what: 'the VPA sets what the HPA follows', change: () => all([hpa(), vpa({})]), observed: /cpu is followed by HorizontalPodAutoscaler demo and set by/},
    ],
  },
  {
    check: 'autoscaling.vpa',
    platform: VPA_ON,
    passes: (ctx) => ({objects: readyComponent(ctx, 'vertical-pod-autoscaler')}),
    fails: [{what: 'the recommender is not ready', change: unready('Deployment', 'kube-system/vertical-pod-autoscaler-recommender'), observed: /0 of 2 replicas are ready/}],
  },
  {
    check: 'autoscaling.recommendations',
    platform: VPA_ON,
    passes: () => all([vpa()]),
    fails: [{what: 'one has none', change: changed('VerticalPodAutoscaler', () => ({status: {}}), 'demo/demo'), observed: /no condition RecommendationProvided/}],
  },
  {
    check: 'autoscaling.cluster-autoscaler',
    platform: by('cluster-autoscaler'),
    passes: (ctx) => ({objects: readyComponent(ctx, 'cluster-autoscaler')}),
    fails: [{what: 'it is gone', change: without('Deployment', 'kube-system/cluster-autoscaler'), observed: /cluster-autoscaler does not exist/}],
  },
  {
    check: 'autoscaling.karpenter',
    platform: by('karpenter'),
    passes: (ctx) => ({objects: readyComponent(ctx, 'karpenter')}),
    fails: [{what: 'it is gone', change: without('Deployment', 'kube-system/karpenter'), observed: /karpenter does not exist/}],
  },
]
