/** Cases of the checks of phase 3. */
import {answering, changed, condition, EXISTING, node, nodesOf, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import type {CheckCase} from '../helpers/check-cases.ts'
import {bareMetalProvider, kubeadmProvider} from '../helpers/kubeadm.ts'

/** Machines that kp sets up, whose nodes come before the pod network. */
const OWN_HOSTS = {provider: bareMetalProvider() as PlatformAnswers['provider'], nodePools: [{name: 'general', min: 3}, {name: 'storage', min: 1}], email: 'ops@acme.org', domain: 'acme.org'}
const FIRST = 'general-0'
const nodeInfo = (rest: Record<string, unknown>): {status: Record<string, unknown>} => ({status: {conditions: [condition('Ready')], nodeInfo: {kubeletVersion: 'v1.35.4', containerRuntimeVersion: 'containerd://2.1.4', ...rest}}})
const DEFAULT = {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}}
const DEFAULT_SNAPSHOTS = {annotations: {'snapshot.storage.kubernetes.io/is-default-class': 'true'}}
const storage = (name: string, metadata = {}): ReturnType<typeof thing> => thing('storage.k8s.io/v1', 'StorageClass', name, {provisioner: 'csi.acme.org'}, metadata)
const snapshots = (driver: string, name = 'snapshots', metadata: Record<string, unknown> = DEFAULT_SNAPSHOTS): ReturnType<typeof thing> => thing('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass', name, {driver}, metadata)
const claim = (name: string, phase?: string): ReturnType<typeof thing> => thing('v1', 'PersistentVolumeClaim', `demo/${name}`, {spec: {storageClassName: 'fast'}, status: phase === undefined ? {} : {phase}})
const user = thing('v1', 'Pod', 'demo/db-0', {spec: {volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}]}, status: {phase: 'Pending'}})
const general = {name: 'general', instanceType: 'm6i.large', min: 3, max: 6}
const gpuPool = {name: 'gpu', instanceType: 'g5.xlarge', min: 1, max: 2, gpu: {count: 2}, taints: ['gpu=true:NoSchedule']}
const WITH_GPUS = {nodePools: [general, gpuPool]}
const gpus = (capacity: string, allocatable = capacity): Record<string, unknown> => ({status: {capacity: {'nvidia.com/gpu': capacity}, allocatable: {'nvidia.com/gpu': allocatable}}})
const WITH_SPOT = {nodePools: [general, {name: 'spot', instanceType: 'm6i.large', capacity: 'spot' as const, min: 1, max: 2}], phases: {'node-pools': {spotHandler: 'node-termination-handler' as const}}}

export const nodePoolsCases: CheckCase[] = [
  {
    check: 'node-pools.ready',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [
      {what: 'a kubelet is silent', change: changed('Node', () => ({status: {conditions: [condition('Ready', 'Unknown', 'NodeStatusUnknown')]}}), FIRST), observed: /general-0: Ready=Unknown \(NodeStatusUnknown\)/},
      {what: 'there are none', change: without('Node'), observed: /there are no nodes/},
    ],
    skips: [
      {what: 'the pod network comes later', platform: OWN_HOSTS, change: changed('Node', () => ({status: {conditions: [{type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'}]}})), observed: /wait for the pod network/},
    ],
  },
  {
    check: 'node-pools.pressure',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [
      ...['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'].map((type) => ({what: type, change: changed('Node', () => ({status: {conditions: [condition(type)]}}), FIRST), observed: new RegExp(`general-0: ${type}=True`)})),
      {what: 'a node reports nothing', change: changed('Node', () => ({status: {}}), FIRST), observed: /reports no conditions/},
    ],
  },
  {
    check: 'node-pools.size',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [
      {what: 'a node is gone', change: without('Node', FIRST), observed: /pool general has 2 nodes, kp\.yaml says 3 to 9/},
      {what: 'there are too many', change: (world, ctx) => withMore(...Array.from({length: 7}, (_, index) => node(`more-${index}`, {pool: ctx.spec.nodePools[0] as never})))(world), observed: /pool general has 10 nodes/},
    ],
    skips: [{what: 'the pools are somebody else\'s', platform: EXISTING, observed: /not made by kp/}],
  },
  {
    check: 'node-pools.zones',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'a pool is in one zone', change: changed('Node', ({metadata}) => ({metadata: {...metadata, labels: {...metadata.labels, 'topology.kubernetes.io/zone': 'one'}}})), observed: /pool general: 3 nodes in 1 zones/}],
  },
  {
    check: 'node-pools.labels',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [
      {what: 'a label is another one', change: changed('Node', ({metadata}) => ({metadata: {...metadata, labels: {...metadata.labels, 'node-role': 'other'}}}), FIRST), observed: /general-0: label node-role is other, not general/},
      {what: 'no node is of the pool', change: without('Node'), observed: /no node belongs to pool general/},
    ],
  },
  {
    check: 'node-pools.labels',
    of: 'taints',
    platform: WITH_GPUS,
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'a taint is missing', change: changed('Node', () => ({spec: {}}), 'gpu-0'), observed: /gpu-0: taint gpu=true:NoSchedule is missing/}],
  },
  {
    check: 'node-pools.skew',
    passes: (ctx) => ({objects: nodesOf(ctx), answers: {'/version': {body: {gitVersion: 'v1.35.4'}}}}),
    fails: [
      {what: 'a kubelet is newer', change: changed('Node', () => nodeInfo({kubeletVersion: 'v1.36.0'}), FIRST), observed: /general-0 runs v1\.36\.0, the API server v1\.35\.4/},
      {what: 'a kubelet is four minors older', change: changed('Node', () => nodeInfo({kubeletVersion: 'v1.31.9'}), FIRST), observed: /general-0 runs v1\.31\.9/},
      {what: 'a kubelet does not say', change: changed('Node', () => nodeInfo({kubeletVersion: ''}), FIRST), observed: /does not say its version/},
    ],
    unknown: [{what: 'the version is refused', change: answering('/version', {message: 'forbidden'}, 403), observed: /403/}],
  },
  {
    check: 'node-pools.runtime',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [
      {what: 'containerd is too old', change: changed('Node', () => nodeInfo({containerRuntimeVersion: 'containerd://1.7.27'}), FIRST), observed: /general-0 runs containerd:\/\/1\.7\.27/},
      {what: 'a node does not say', change: changed('Node', () => nodeInfo({containerRuntimeVersion: ''}), FIRST), observed: /does not say its runtime/},
    ],
  },
  {
    check: 'node-pools.cordoned',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'one was forgotten', change: changed('Node', () => ({spec: {unschedulable: true}}), FIRST), observed: /kubectl uncordon general-0/}],
  },
  {
    check: 'node-pools.default-storage-class',
    passes: () => ({objects: [storage('fast', DEFAULT), storage('slow')]}),
    fails: [
      {what: 'none is', change: without('StorageClass', 'fast'), observed: /no StorageClass is the default/},
      {what: 'two are', change: withMore(storage('gp2', DEFAULT)), observed: /2 are: fast, gp2/},
    ],
  },
  {
    check: 'node-pools.snapshot-class',
    passes: () => ({objects: [storage('fast', DEFAULT), snapshots('csi.acme.org')]}),
    fails: [
      {what: 'none is for the driver', change: changed('VolumeSnapshotClass', () => ({driver: 'other.acme.org'})), observed: /no VolumeSnapshotClass is for the driver csi\.acme\.org/},
      {what: 'none is the default', change: changed('VolumeSnapshotClass', ({metadata}) => ({metadata: {name: metadata.name}})), observed: /0 default snapshot classes/},
      {what: 'two are the default', change: withMore(snapshots('csi.acme.org', 'other')), observed: /2 default snapshot classes/},
      {what: 'the cluster knows no snapshots', change: (world) => ({objects: world.objects.filter(({kind}) => kind === 'StorageClass')}), observed: /does not know VolumeSnapshotClass/},
    ],
    skips: [{what: 'no snapshots are wanted', platform: {phases: {'node-pools': {snapshots: false}, backup: {snapshots: false}}}, observed: /snapshots is off/}],
  },
  {
    check: 'node-pools.volume-binds',
    passes: () => ({objects: [user, claim('data', 'Bound'), claim('unused', 'Pending')]}),
    fails: [
      {what: 'nobody provides the volume', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}}), 'demo/data'), observed: /claim demo\/data is Pending \(StorageClass fast\)/},
      {what: 'its volume is lost', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Lost'}}), 'demo/data'), observed: /claim demo\/data is Lost/},
    ],
  },
  {
    check: 'node-pools.device-plugin',
    platform: WITH_GPUS,
    passes: (ctx) => ({objects: readyComponent(ctx, 'nvidia-device-plugin')}),
    fails: [{what: 'it is not on every node', change: changed('DaemonSet', ({metadata}) => ({status: {observedGeneration: metadata.generation, desiredNumberScheduled: 2, numberReady: 1, updatedNumberScheduled: 2}})), observed: /1 of 2 pods are ready/}],
    skips: [{what: 'no pool has GPUs', platform: {}, observed: /no pool has GPUs/}],
  },
  {
    check: 'node-pools.gpu',
    platform: WITH_GPUS,
    passes: (ctx) => ({objects: nodesOf(ctx).map((one) => (one.metadata.name === 'gpu-0' ? {...one, ...gpus('2')} : one))}),
    fails: [
      {what: 'the driver is missing', change: changed('Node', () => ({status: {}}), 'gpu-0'), observed: /offers no nvidia\.com\/gpu/},
      {what: 'one is unhealthy', change: changed('Node', () => gpus('2', '1'), 'gpu-0'), observed: /offers 1 of its 2 nvidia\.com\/gpu/},
      {what: 'the machine has fewer', change: changed('Node', () => gpus('1'), 'gpu-0'), observed: /offers 1 nvidia\.com\/gpu, kp\.yaml says 2/},
    ],
  },
  {
    check: 'node-pools.ebs-csi-driver',
    platform: {provider: kubeadmProvider() as PlatformAnswers['provider'], domain: 'acme.org', email: 'ops@acme.org', nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3}]},
    passes: (ctx) => ({objects: readyComponent(ctx, 'aws-ebs-csi-driver')}),
    fails: [
      {what: 'its controller is gone', change: without('Deployment'), observed: /Deployment kube-system\/ebs-csi-controller does not exist/},
      {what: 'no node has it', change: without('DaemonSet'), observed: /DaemonSet kube-system\/ebs-csi-node does not exist/},
    ],
    skips: [{what: 'a lab', platform: {}, observed: /not those of EBS/}],
  },
  {
    check: 'node-pools.spot-handler',
    platform: WITH_SPOT,
    passes: (ctx) => ({objects: readyComponent(ctx, 'aws-node-termination-handler')}),
    fails: [{what: 'it is gone', change: without('DaemonSet'), observed: /does not exist/}],
    skips: [{what: 'no pool is of spot nodes', platform: {}, observed: /spotHandler is none|no pool is of spot nodes/}],
  },
]
