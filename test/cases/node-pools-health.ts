/** Cases of the checks of phase 3 about single nodes and volumes. */
import {changed, condition, EXISTING, minutesAgo, node, nodesOf, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const FIRST = 'general-0'
const lease = (name: string, minutes = 0): ReturnType<typeof thing> => thing('coordination.k8s.io/v1', 'Lease', `kube-node-lease/${name}`, {spec: {renewTime: minutesAgo(minutes)}})
const reporting = (...conditions: Record<string, unknown>[]): Record<string, unknown> => ({status: {conditions: [condition('Ready'), ...conditions]}})
const attachment = (status: Record<string, unknown>): ReturnType<typeof thing> => thing('storage.k8s.io/v1', 'VolumeAttachment', 'csi-1', {spec: {nodeName: FIRST, source: {persistentVolumeName: 'pv-1'}}, status})
const DEFAULT = {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}}
const csiNode = (name: string, ...drivers: string[]): ReturnType<typeof thing> => thing('storage.k8s.io/v1', 'CSINode', name, {spec: {drivers: drivers.map((driver) => ({name: driver}))}})

export const nodeHealthCases: CheckCase[] = [
  {
    check: 'node-pools.heartbeat',
    passes: (ctx) => ({objects: nodesOf(ctx).flatMap((one) => [one, lease(one.metadata.name)])}),
    fails: [
      {what: 'one is silent', change: changed('Lease', () => ({spec: {renewTime: minutesAgo(2)}}), `kube-node-lease/${FIRST}`), observed: /node general-0 has been silent for 120 seconds/},
      {what: 'one has no Lease', change: without('Lease', `kube-node-lease/${FIRST}`), observed: /node general-0 has no Lease/},
    ],
    unknown: [{what: 'there are no nodes', change: without('Node'), observed: /no nodes/}],
  },
  {
    check: 'node-pools.problems',
    passes: () => ({objects: [node('one', reporting(condition('KernelDeadlock', 'False'), condition('ReadonlyFilesystem', 'False'))), node('two', reporting(condition('KernelReady')))]}),
    fails: [
      {what: 'a file system is read-only', change: withMore(node('bad', reporting(condition('ReadonlyFilesystem', 'True', 'FilesystemIsReadOnly', 'Remounting filesystem read-only')))), observed: /node bad: ReadonlyFilesystem=True \(FilesystemIsReadOnly\) Remounting/},
      {what: 'a kernel is not ready', change: withMore(node('bad', reporting(condition('KernelReady', 'False', 'SoftLockup')))), observed: /node bad: KernelReady=False \(SoftLockup\)/},
    ],
    skips: [{what: 'nobody watches', change: (_, ctx) => ({objects: nodesOf(ctx)}), observed: /no node-problem-detector/}],
  },
  {
    check: 'node-pools.initialized',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'one still waits', change: changed('Node', () => ({spec: {taints: [{key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule'}]}}), FIRST), observed: /general-0 has the taint node\.cloudprovider\.kubernetes\.io\/uninitialized/}],
  },
  {
    check: 'node-pools.same-version',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'an upgrade stopped', change: changed('Node', () => ({status: {nodeInfo: {kubeletVersion: 'v1.34.9'}}}), FIRST), observed: /pool general: (?:1 with v1\.34\.9, 2 with v1\.35\.4|2 with v1\.35\.4, 1 with v1\.34\.9)/}],
    unknown: [
      {what: 'there are no nodes', change: without('Node'), observed: /no nodes/},
      {what: 'a kubelet says nothing', change: changed('Node', () => ({status: {nodeInfo: {kubeletVersion: ''}}}), FIRST), observed: new RegExp(`node ${FIRST} does not say its version`)},
    ],
  },
  {
    check: 'node-pools.same-version',
    of: 'nodes of no pool',
    platform: EXISTING,
    passes: () => ({objects: [node('one'), node('two')]}),
    fails: [{what: 'one is older', change: changed('Node', () => ({status: {nodeInfo: {kubeletVersion: 'v1.34.9'}}}), 'one'), observed: /nodes of no pool: 1 with v1\.34\.9/}],
  },
  {
    check: 'node-pools.volume-reclaim',
    passes: () => ({objects: [thing('v1', 'PersistentVolume', 'pv-1', {status: {phase: 'Bound'}}), thing('v1', 'PersistentVolume', 'pv-2', {status: {phase: 'Released'}})]}),
    fails: [{what: 'one could not be deleted', change: changed('PersistentVolume', () => ({status: {phase: 'Failed', message: 'VolumeInUse'}}), 'pv-2'), observed: /pv-2 is Failed: VolumeInUse/}],
  },
  {
    check: 'node-pools.attachments',
    passes: () => ({objects: [attachment({attached: true})]}),
    fails: [
      {what: 'one does not come', change: () => ({objects: [attachment({attached: false, attachError: {message: 'no permission'}})]}), observed: /volume pv-1 is not attached to general-0: no permission/},
      {what: 'one does not go', change: () => ({objects: [attachment({attached: true, detachError: {message: 'busy'}})]}), observed: /volume pv-1 is not taken from general-0: busy/},
    ],
  },
  {
    check: 'node-pools.driver-on-nodes',
    passes: () => ({objects: [node('one'), node('two'), csiNode('one', 'csi.acme.org'), csiNode('two', 'csi.acme.org', 'other'), thing('storage.k8s.io/v1', 'CSIDriver', 'csi.acme.org'), thing('storage.k8s.io/v1', 'StorageClass', 'fast', {provisioner: 'csi.acme.org'}, DEFAULT)]}),
    fails: [{what: 'one node has none', change: changed('CSINode', () => ({spec: {drivers: []}}), 'two'), observed: /node two has no driver csi\.acme\.org/}],
    unknown: [{what: 'no class is the default', change: without('StorageClass'), observed: /no StorageClass is the default/}],
    skips: [{what: 'the driver does not register', change: without('CSIDriver'), observed: /is no CSI driver that registers/}],
  },
]
