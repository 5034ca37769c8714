/** Cases of the checks of TopoLVM. */
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import {changed, node, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, OtherCase} from '../helpers/check-cases.ts'
import {bareMetalProvider} from '../helpers/kubeadm.ts'

const own = (settings: Record<string, unknown> = {}): Partial<PlatformAnswers> => ({
  provider: bareMetalProvider(settings) as PlatformAnswers['provider'],
  nodePools: [{name: 'general', min: 1}, {name: 'storage', min: 1}],
  email: 'ops@acme.org',
  domain: 'acme.org',
  phases: {backup: {snapshots: false}},
})
export const TOPOLVM = own({storage: 'topolvm', volumeGroup: 'data'})
const elsewhere: OtherCase[] = [{what: 'volumes come from elsewhere', platform: own(), observed: /volumes come from elsewhere/}]

const left = (name: string, capacity: string): ReturnType<typeof thing> => thing('storage.k8s.io/v1', 'CSIStorageCapacity', `topolvm-system/csisc-${name}`, {storageClassName: 'standard', capacity, nodeTopology: {matchLabels: {'topology.topolvm.io/node': name}}})
const control = node('cp-1', {labels: {'node-role.kubernetes.io/control-plane': ''}})

export const topolvmCases: CheckCase[] = [
  {
    check: 'node-pools.topolvm',
    platform: TOPOLVM,
    passes: (ctx) => ({objects: readyComponent(ctx, 'topolvm')}),
    fails: [
      {what: 'a worker has no volume group', change: changed('DaemonSet', ({metadata}) => ({status: {observedGeneration: metadata.generation, desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3}}), 'topolvm-system/topolvm-lvmd-0'), observed: /topolvm-lvmd-0: 2 of 3 pods are ready/},
      {what: 'the controller is gone', change: without('Deployment'), observed: /topolvm-controller does not exist/},
    ],
    skips: elsewhere,
  },
  {
    check: 'node-pools.volume-room',
    platform: TOPOLVM,
    passes: () => ({objects: [control, node('worker-1'), node('worker-2'), left('worker-1', '107370Mi'), left('worker-2', '21474836480')]}),
    fails: [
      {what: 'the group of one is full', status: 'warn', change: changed('CSIStorageCapacity', () => ({capacity: '0'}), 'topolvm-system/csisc-worker-2'), observed: /^node worker-2 has no room left$/},
      {what: 'one says nothing', status: 'warn', change: withMore(node('worker-3')), observed: /^node worker-3 does not say how much of its volume group is left$/},
      {what: 'there is no worker', status: 'warn', change: () => ({objects: [control, left('worker-1', '1Gi')]}), observed: /there is no worker/},
    ],
    skips: elsewhere,
  },
]
