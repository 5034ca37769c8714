/** The same cluster as the stacks make, as a configuration of eksctl: for those who use that instead. Pure. */
import {parseTaint, POOL_LABEL} from '../spec/pools.ts'
import type {EnvironmentSpec, NodePool, ProviderOf} from '../spec/types.ts'
import {gibibytes, poolVolumes} from './terraform/disks.ts'
import {stackTags} from './terraform/variables.ts'

const NAT = {'per-zone': 'HighlyAvailable', single: 'Single', none: 'Disable'} as const
const LOG_DAYS = 90

/** `eksctl.io/v1alpha5`, kind ClusterConfig. */
export function eksctlConfig(spec: EnvironmentSpec, settings: ProviderOf<'eks'>, zones: readonly string[]): Record<string, unknown> {
  const {environment, kubernetes, network, phases} = spec
  const own = phases.cni.enabled
  const proxy = !(own && phases.cni.plugin === 'cilium' && phases.cni.kubeProxyReplacement)
  const {'kp:stack': _, ...tags} = stackTags(spec, 'eks')
  return {
    apiVersion: 'eksctl.io/v1alpha5',
    kind: 'ClusterConfig',
    metadata: {name: environment.cluster, region: settings.region, version: kubernetes.version, tags},
    availabilityZones: [...zones],
    vpc: {
      cidr: network.vpcCidr,
      nat: {gateway: NAT[network.nat]},
      clusterEndpoints: {privateAccess: network.endpoint !== 'public', publicAccess: network.endpoint !== 'private'},
      ...(network.endpoint === 'private' ? {} : {publicAccessCIDRs: network.allowedCidrs}),
    },
    kubernetesNetworkConfig: {serviceIPv4CIDR: network.serviceCidr},
    accessConfig: {
      authenticationMode: 'API',
      bootstrapClusterCreatorAdminPermissions: true,
      ...(settings.admins.length === 0 ? {} : {accessEntries: settings.admins.map((principalARN) => ({principalARN, accessPolicies: [{policyARN: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', accessScope: {type: 'cluster'}}]}))}),
    },
    ...(phases['control-plane'].logs.length === 0 ? {} : {cloudWatch: {clusterLogging: {enableTypes: phases['control-plane'].logs, logRetentionInDays: LOG_DAYS}}}),
    // eksctl makes no key: it takes one that is there.
    ...(phases['control-plane'].encryption && settings.kmsKey !== undefined ? {secretsEncryption: {keyARN: settings.kmsKey}} : {}),
    upgradePolicy: {supportType: settings.support === 'extended' ? 'EXTENDED' : 'STANDARD'},
    addonsConfig: {disableDefaultAddons: true},
    addons: [
      {name: 'eks-pod-identity-agent'},
      ...(proxy ? [{name: 'kube-proxy'}] : []),
      ...(own ? [] : [{name: 'vpc-cni', useDefaultPodIdentityAssociations: true}]),
      {name: 'coredns'},
      {name: 'aws-ebs-csi-driver', useDefaultPodIdentityAssociations: true},
    ],
    managedNodeGroups: spec.nodePools.map((pool) => nodeGroup(pool, zones)),
  }
}

function nodeGroup(pool: NodePool, zones: readonly string[]): Record<string, unknown> {
  return {
    name: pool.name,
    instanceTypes: [pool.instanceType],
    amiFamily: 'AmazonLinux2023',
    spot: pool.capacity === 'spot',
    availabilityZones: [...(pool.zones ?? zones)],
    minSize: pool.min,
    maxSize: Math.max(pool.max, pool.min, 1),
    desiredCapacity: pool.min,
    maxPodsPerNode: pool.pods,
    privateNetworking: true,
    disableIMDSv1: true,
    labels: {[POOL_LABEL]: pool.name, ...pool.labels},
    ...(pool.taints.length === 0 ? {} : {taints: pool.taints.map(parseTaint)}),
    volumeType: 'gp3',
    volumeSize: gibibytes(pool.disk),
    volumeEncrypted: true,
    ...(pool.volumes.length === 0 ? {} : {additionalVolumes: poolVolumes(pool).map(({device, size, type, iops}) => ({volumeName: device, volumeSize: size, volumeType: type, volumeEncrypted: true, ...(iops === null ? {} : {volumeIOPS: iops})}))}),
  }
}
