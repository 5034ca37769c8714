/** Steps of phase 3. */
import {describeObject} from '../../checks/objects.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {localPathObjects} from '../../components/hosts/objects.ts'
import {knownHosts, setsUpHosts} from '../../checks/hosts/place.ts'
import {hostPlay, inventoryStep} from '../shared/host-play.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {terraformStack} from '../shared/terraform-stack.ts'
import {labNodes} from './lab-nodes.ts'

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

/** One step a pool: its nodes in the lab. */
export function labPools(ctx: ManifestContext): PlatformStep[] {
  if (ctx.provider.id !== 'lab') return []
  return ctx.spec.nodePools.map((pool, index, pools) =>
    manifestSet({
      id: `node-pools/${pool.name}`,
      title: `Add the nodes of pool ${pool.name}`,
      // They need no more of the control plane than that it is the right one.
      after: [index === 0 ? 'control-plane/identity' : `node-pools/${pools[index - 1]?.name}`],
      appliesTo: () => (pool.min > 0 ? true : `pool ${pool.name} starts empty (min: 0)`),
      render: false,
      objects: (platform) => labNodes(platform, pool),
      verify: ['node-pools.ready'],
    }),
  )
}

/** The node groups of EKS, one a pool. */
export function nodeGroups(ctx: ManifestContext): PlatformStep[] {
  if (ctx.provider.id !== 'eks') return []
  return [terraformStack({id: 'node-pools/node-groups', title: 'Make the node groups', stack: 'node-groups'})]
}

/** The workers that kp sets up itself: machines of EC2, and hosts of one's own. */
export function workers(ctx: ManifestContext): PlatformStep[] {
  if (!setsUpHosts(ctx.provider.id)) return []
  const join = hostPlay({id: 'node-pools/hosts', title: 'Prepare the workers, and join them', tags: ['preflight', 'common', 'worker'], hosts: (platform) => knownHosts(platform)?.hosts.filter(({role}) => role === 'worker').length ?? 0})
  if (ctx.provider.id !== 'kubeadm-aws') return [{...join, appliesTo: (platform) => (knownHosts(platform)?.hosts.some(({role}) => role === 'worker') === true ? true : 'kp.yaml names no worker')}]
  return [terraformStack({id: 'node-pools/machines', title: 'Make the machines of the workers', stack: 'worker-machines'}), inventoryStep({id: 'node-pools/inventory'}), join]
}

/** Volumes in folders of the nodes, on machines of one's own. */
export const localVolumes: PlatformStep = manifestSet({
  id: 'node-pools/local-path',
  title: 'Install the provisioner of local volumes',
  appliesTo: ({spec}) => (spec.provider.type === 'bare-metal' && spec.provider.storage === 'local-path' ? true : 'volumes come from elsewhere'),
  objects: ({spec}) => (spec.provider.type === 'bare-metal' && spec.provider.storage === 'local-path' ? localPathObjects(spec) : []),
})

/** Why a driver of machines of one's own keeps no snapshots; undefined where it does. */
const WITHOUT_SNAPSHOTS: Record<string, string> = {
  'rancher.io/local-path': 'volumes in folders of the nodes have no snapshots',
  'topolvm.io': 'LVM keeps no snapshots of volumes that are not thin',
}

/** Name of the default StorageClass. */
export function storageClassName(ctx: ManifestContext): string {
  return ctx.spec.phases['node-pools'].storageClass ?? 'standard'
}

/** Claims that name a class: without it they could not grow, and a StatefulSet that names it gets no more volumes. */
async function claimsOf(ctx: PlatformContext, classes: {metadata: {name: string}}[]): Promise<string[]> {
  const names = new Set(classes.map(({metadata}) => metadata.name))
  const claims = await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')
  return claims.filter((claim) => names.has((claim['spec'] as {storageClassName?: string} | undefined)?.storageClassName ?? '')).map((claim) => describeObject(claim))
}

/** The one default StorageClass. */
export const storageClass: PlatformStep = manifestSet({
  id: 'node-pools/storage-class',
  title: 'Make the default StorageClass',
  appliesTo: (ctx) => (ctx.provider.storageDriver === undefined ? 'the cluster brings its own StorageClasses' : true),
  verify: ['node-pools.default-storage-class'],
  usersOf: claimsOf,
  objects: (ctx) => [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {name: storageClassName(ctx), annotations: {[DEFAULT_CLASS]: 'true'}},
      provisioner: ctx.provider.storageDriver ?? '',
      ...(ctx.provider.storageParameters === undefined ? {} : {parameters: ctx.provider.storageParameters}),
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      // A folder has no size that could grow.
      allowVolumeExpansion: ctx.provider.storageDriver !== 'rancher.io/local-path',
    },
  ],
})

/** The default VolumeSnapshotClass. */
export const snapshotClass: PlatformStep = manifestSet({
  id: 'node-pools/snapshot-class',
  title: 'Make the default VolumeSnapshotClass',
  appliesTo: (ctx) =>
    ctx.provider.storageDriver === undefined ? 'the cluster brings its own snapshot classes' : (WITHOUT_SNAPSHOTS[ctx.provider.storageDriver] ?? (ctx.spec.phases['node-pools'].snapshots ? true : 'phases.node-pools.snapshots is off')),
  verify: ['node-pools.snapshot-class'],
  objects: (ctx) => [
    {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: {name: storageClassName(ctx), annotations: {'snapshot.storage.kubernetes.io/is-default-class': 'true'}, ...forBackups(ctx)},
      driver: ctx.provider.storageDriver ?? '',
      deletionPolicy: 'Delete',
    },
  ],
})

/** By this label velero finds the class of a driver. */
function forBackups({spec}: Pick<ManifestContext, 'spec'>): {labels?: Record<string, string>} {
  const {backup} = spec.phases
  return backup.enabled && backup.snapshots ? {labels: {'velero.io/csi-volumesnapshot-class': 'true'}} : {}
}
