/** Cases of the checks of phase 17. */
import {quotaObjects} from '../../src/steps/17-cost/quotas.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {answering, changed, readyComponent, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const platform: NonNullable<CheckCase['platform']> = {phases: {cost: {budget: 2000, teams: [{name: 'shop', namespaces: ['shop'], cpu: 4, memory: '8Gi', pods: 10, budget: 500}]}}}
const EXCEEDED = 'pods "kp-dry-run" is forbidden: exceeded quota: kp-team, requested: limits.cpu=5,requests.cpu=5, used: limits.cpu=600m,requests.cpu=600m, limited: limits.cpu=8,requests.cpu=4'
const FAILED = 'pods "web-dc8d9c4fb-j6jz2" is forbidden: exceeded quota: kp-team, requested: requests.cpu=600m, used: requests.cpu=3600m, limited: requests.cpu=4'

const kinds = ['v1 Node', 'v1 Pod', 'v1 PersistentVolume', 'v1 PersistentVolumeClaim', 'v1 Service', 'v1 ResourceQuota', 'v1 LimitRange', 'discovery.k8s.io/v1 EndpointSlice', 'apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 DaemonSet', 'apps/v1 ReplicaSet']
const pod = (name: string, cpu: string, memory: string): KubeObject => thing('v1', 'Pod', name, {spec: {containers: [{name: 'web', resources: {requests: {cpu, memory}}}]}, status: {phase: 'Running'}})
const node = (name: string): KubeObject => thing('v1', 'Node', name, {status: {allocatable: {cpu: '2', memory: '8Gi'}}}, {labels: {'node.kubernetes.io/instance-type': 'm6i.large'}})
const cluster = (): World => ({
  kinds,
  objects: [
    node('a'), node('b'), pod('shop/web', '500m', '1Gi'),
    thing('v1', 'PersistentVolume', 'used', {spec: {capacity: {storage: '10Gi'}}, status: {phase: 'Bound'}}),
    thing('v1', 'Service', 'shop/web', {spec: {type: 'LoadBalancer'}}),
    thing('discovery.k8s.io/v1', 'EndpointSlice', 'shop/web-1', {endpoints: [{conditions: {ready: true}}]}, {labels: {'kubernetes.io/service-name': 'web'}}),
  ],
})
const workload = (name: string, resources: unknown): KubeObject => thing('apps/v1', 'Deployment', name, {spec: {template: {spec: {containers: [{name: 'web', resources}]}}}})
const asks = {requests: {cpu: '100m', memory: '64Mi'}}

export const costCases: CheckCase[] = [
  {
    check: 'cost.opencost',
    passes: (ctx) => ({objects: readyComponent(ctx, 'opencost')}),
    fails: [{what: 'it is gone', change: without('Deployment', 'opencost/opencost'), observed: /opencost\/opencost does not exist/}],
  },
  {
    check: 'cost.quotas',
    platform,
    passes: (ctx) => ({objects: quotaObjects(ctx)}),
    fails: [
      {what: 'the quota is gone', change: without('ResourceQuota', 'shop/kp-team'), observed: /ResourceQuota shop\/kp-team does not exist/},
      {what: 'the defaults are gone', change: without('LimitRange', 'shop/kp-defaults'), observed: /LimitRange shop\/kp-defaults does not exist/},
      {what: 'somebody raised it', change: changed('ResourceQuota', (one) => ({spec: {hard: {...(one['spec'] as {hard: object}).hard, 'requests.cpu': '40'}}})), observed: /requests\.cpu is 40 instead of 4/},
    ],
  },
  {
    check: 'cost.quota-enforced',
    platform,
    passes: () => ({kinds, objects: [thing('apps/v1', 'ReplicaSet', 'shop/web-dc8d9c4fb', {status: {conditions: [{type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: FAILED}]}})], answers: {'dry-run Pod': {status: 403, body: {reason: 'Forbidden', message: EXCEEDED}}}}),
    fails: [{what: 'a pod beyond it is accepted', change: answering('dry-run Pod', {}), observed: /^a pod beyond the quota is accepted in shop$/}],
    unknown: [
      {what: 'the namespace is not there', change: answering('dry-run Pod', {message: 'namespaces "shop" not found'}, 404), observed: /shop: namespaces "shop" not found/},
      {what: 'another policy refuses it first', change: answering('dry-run Pod', {message: 'pods "kp-dry-run" is forbidden: violates PodSecurity "restricted:latest": x'}, 403), observed: /violates PodSecurity/},
    ],
  },
  {
    check: 'cost.quota-room',
    platform,
    passes: cluster,
    fails: [
      {what: 'nearly all CPUs are asked for', change: withMore(pod('shop/big', '3200m', '1Gi')), observed: /shop: requests\.cpu: 4 in kp\.yaml, 3700m run/},
      {what: 'nearly all memory is asked for', change: withMore(pod('shop/big', '100m', '7Gi')), observed: /shop: requests\.memory: 8Gi in kp\.yaml, 8Gi run/},
    ],
  },
  {
    check: 'cost.requests',
    passes: () => ({kinds, objects: [workload('shop/web', asks)]}),
    fails: [{what: 'a container says nothing', change: withMore(workload('shop/silent', {})), observed: /Deployment shop\/silent: web asks for no CPU or no memory/}],
  },
  {
    check: 'cost.own-requests',
    passes: () => ({kinds, objects: [workload('cert-manager/cert-manager', asks), workload('shop/silent', {})]}),
    fails: [{what: 'a workload of kp says nothing', change: withMore(workload('monitoring/silent', {})), observed: /Deployment monitoring\/silent/}],
  },
  {
    check: 'cost.budget',
    platform,
    passes: cluster,
    fails: [
      {what: 'there are too many nodes', change: withMore(...Array.from({length: 25}, (_, i) => node(`more-${i}`))), observed: /\$1,9\d\d of \$2,000 a month \(9\d %\)/},
      {what: 'a team is over its own', change: withMore(thing('v1', 'PersistentVolumeClaim', 'shop/big', {status: {capacity: {storage: '8Ti'}}})), observed: /team shop: \$[67]\d\d of \$500/},
    ],
    skips: [{what: 'the budget is in another currency', platform: {phases: {cost: {...platform.phases?.cost, currency: 'EUR'}}}, observed: /the budget is in EUR, the price table in USD/}],
  },
  {
    check: 'cost.orphans',
    passes: cluster,
    fails: [
      {what: 'a volume lost its claim', change: changed('PersistentVolume', () => ({status: {phase: 'Released'}})), observed: /PersistentVolume used: 10Gi, its claim is gone/},
      {what: 'a load balancer leads to no pod', change: without('EndpointSlice', 'shop/web-1'), observed: /Service shop\/web: a load balancer that leads to no pod/},
    ],
  },
]
