/** Whose a thing is. Pure. */
import {tagOf} from './things.ts'
import type {AuditScope, Tag, Thing} from './things.ts'

/** Who made it: the cluster's own controllers, kp with its stacks, or nobody that can be told. */
export type Maker = 'cluster' | 'kp' | 'unknown'

/** Why a thing belongs to the environment. */
export interface Reason {
  maker: Maker
  because: string
}

/** Tags by which controllers mark what they make for a cluster. */
const CLUSTER_TAGS = ['elbv2.k8s.aws/cluster', 'eks:eks-cluster-name', 'aws:eks:cluster-name', 'eks:cluster-name', 'karpenter.k8s.aws/cluster', 'KubernetesCluster', 'alpha.eksctl.io/cluster-name']

/** Tags that only an autoscaler writes: whatever else its machines carry, they are in no stack. */
const KARPENTER_TAGS = ['karpenter.sh/nodepool', 'karpenter.k8s.aws/ec2nodeclass']

/** The reason; undefined where it is not this environment's. */
export function reasonOf(thing: Pick<Thing, 'id' | 'tags' | 'vpc' | 'says'>, scope: AuditScope): Reason | undefined {
  const {tags} = thing
  const written = scope.ledger.get(thing.id)
  if (written !== undefined && written.maker !== 'kp') return written
  const byCluster = clusterTag(tags, scope.cluster)
  if (byCluster !== undefined && KARPENTER_TAGS.some((key) => tagOf(tags, key) !== undefined)) return {maker: 'cluster', because: byCluster}
  if (tagOf(tags, 'kp:platform') === scope.platform && tagOf(tags, 'kp:environment') === scope.environment) return {maker: 'kp', because: `tag kp:environment=${scope.environment}`}
  if (byCluster !== undefined) return {maker: 'cluster', because: byCluster}
  // Of another platform or environment, whatever network or name it has.
  if (tagOf(tags, 'kp:platform') !== undefined) return undefined
  if (written !== undefined) return written
  if (thing.says !== undefined) return {maker: 'cluster', because: thing.says}
  // A person's mark on what Karpenter may use: who made it is not said.
  if (tagOf(tags, 'karpenter.sh/discovery') === scope.cluster) return {maker: 'unknown', because: `tag karpenter.sh/discovery=${scope.cluster}`}
  if (scope.vpc !== undefined && thing.vpc === scope.vpc) return {maker: 'unknown', because: `in the network ${scope.vpc}`}
  return undefined
}

function clusterTag(tags: readonly Tag[], cluster: string): string | undefined {
  if (tagOf(tags, `kubernetes.io/cluster/${cluster}`) === 'owned') return `tag kubernetes.io/cluster/${cluster}=owned`
  const key = CLUSTER_TAGS.find((one) => tagOf(tags, one) === cluster)
  return key === undefined ? undefined : `tag ${key}=${cluster}`
}
