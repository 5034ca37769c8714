/** What kp.yaml means to the stacks of kubeadm on EC2: roles, machines, and what they accept from each other. Pure. */
import type {EnvironmentSpec, ProviderOf} from '../../spec/types.ts'
import {controlPlaneMachines, workerMachines} from '../hosts/aws-machines.ts'
import {podNetworkPorts} from '../hosts/ports.ts'
import {gibibytes, poolVolumes} from './disks.ts'
import type {StackId} from './ids.ts'
import {backupBucket, backupKey, hostedZones, podRoles} from './pod-roles.ts'

/** Makers of operating systems: their accounts, and the names of their images. */
const SYSTEMS: Readonly<Record<string, {owner: string; name: string}>> = {
  'ubuntu-24.04': {owner: '099720109477', name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*'},
  'debian-13': {owner: '136693071363', name: 'debian-13-amd64-*'},
}

/** The longest name of a load balancer. */
const LONGEST_NAME = 32

/** The variables of a stack besides those that every stack has. */
export function machineVariables(spec: EnvironmentSpec, settings: ProviderOf<'kubeadm-aws'>, stack: StackId, zones: readonly string[]): Record<string, unknown> {
  const keys = {kms_key: settings.kmsKey ?? null}
  const routed = {source_dest_check: spec.phases.cni.routing !== 'native'}
  switch (stack) {
    case 'machine-roles':
      return {machine_policies: ['AmazonEC2ContainerRegistryPullOnly', 'service-role/AmazonEBSCSIDriverPolicy', ...(settings.bastion === 'ssm' ? ['AmazonSSMManagedInstanceCore'] : [])], ...controllerRights(spec, settings)}
    case 'control-plane-machines':
      return {
        ...keys,
        ...routed,
        ...imageVariables(settings.image),
        machines: controlPlaneMachines(spec, zones),
        instance_type: settings.controlPlane.instanceType,
        disk: gibibytes(settings.controlPlane.disk),
        public_key: settings.ssh.publicKey ?? null,
        api_name: balancerName(spec.environment.cluster),
        endpoint: spec.network.endpoint,
        api_cidrs: [spec.network.vpcCidr, ...(spec.network.endpoint === 'private' ? spec.network.hostCidrs : spec.network.allowedCidrs)],
        vpc_cidr: spec.network.vpcCidr,
        pod_cidr: spec.network.podCidr,
        node_rules: podNetworkPorts(spec).map(({name, description, protocol, from, to}) => ({name, description, protocol, from, to: to ?? from})),
        protected: spec.environment.protected,
      }
    case 'worker-machines':
      return {
        ...keys,
        ...routed,
        machines: workerMachines(spec, zones),
        pools: spec.nodePools.map((pool) => ({name: pool.name, instance_type: pool.instanceType, capacity: pool.capacity, disk: gibibytes(pool.disk), volumes: poolVolumes(pool)})),
      }
    default:
      return {}
  }
}

/** The controllers that call AWS have the rights of the worker that they run on: Pod Identity is there on EKS alone. */
function controllerRights(spec: EnvironmentSpec, settings: ProviderOf<'kubeadm-aws'>): Record<string, unknown> {
  const policies = podRoles(spec).flatMap(({name, policy, assumes}) => (policy === undefined ? [] : [[name, {file: policy, assumes: assumes ?? null}] as const]))
  return {
    policies: Object.fromEntries(policies),
    hosted_zones: hostedZones(spec),
    backup_bucket: backupBucket(spec),
    backup_key: backupKey(spec, settings),
    secrets_region: spec.phases.secrets.aws.region ?? settings.region,
  }
}

function imageVariables(image: string): Record<string, string | null> {
  const {owner, name} = SYSTEMS[image] ?? {owner: 'self', name: image}
  return {image_id: image.startsWith('ami-') ? image : null, image_owner: owner, image_name: name}
}

/** The name of the API's balancer: the cluster's, cut where it is too long. */
function balancerName(cluster: string): string {
  return `${cluster.slice(0, LONGEST_NAME - '-api'.length).replace(/-+$/, '')}-api`
}
