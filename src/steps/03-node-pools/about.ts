/** What, why and how of phase 3. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'node-pools',
  number: 3,
  title: 'Node pools and storage',
  what: 'Groups of equal nodes with labels and taints (general, spot, GPU, storage), spread over the zones; and storage: exactly one default StorageClass, and snapshots.',
  why: 'Pools keep kinds of work apart and save money; taints and tolerations enforce it. Applications that ask for a volume without naming a class need one default, and backups need snapshots.',
  how: [
    'Pools are written in nodePools of kp.yaml: instance type, capacity, min and max, labels and taints. The usual ones: node-role=general (on demand), node-role=spot (spot, tainted), node-role=gpu (tainted, with drivers), node-role=storage (fast disks).',
    'EKS: managed node groups, or eksctl, with the same labels and taints; tags on the group tell an autoscaler about them while the pool is empty. On EKS with Cilium the network plugin comes before the nodes, since nodes without one never become ready.',
    'On nodes that somebody else makes (provider existing) kp keeps the labels and taints of nodePools: a node belongs to the pool that its label kp.dev/node-pool names, else to the one of its node group. Labels and taints of others are left alone.',
    'GPU pools (gpu in the pool): the NVIDIA device plugin runs on them (phases.node-pools.devicePlugin); the driver comes with the machine image, and a check counts what each node really offers.',
    'Spot pools: phases.node-pools.spotHandler drains a node in the two minutes before it is taken away: the AWS node termination handler, on the nodes of those pools, or karpenter, which comes with autoscaling. Only workloads that can lose a pod tolerate the taint.',
    "Storage: one default StorageClass that binds when a pod needs it, encrypts and can grow. EKS has made none since 1.30. The snapshot controller, its kinds and a default VolumeSnapshotClass come with it. Storage belongs to this phase because pods with volumes depend on both.",
    'The lab makes the nodes of the pools in three simulated zones: scheduling, taints and volume binding are real, containers are not.',
    'Verify: `kp verify node-pools`: readiness, pressure, size, zones, labels and taints, versions, storage. By hand: `kubectl get nodes --show-labels`, `kubectl describe node <node>` for the taints, `kubectl get storageclasses`.',
  ],
}
