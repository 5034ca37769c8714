/** Machines, volumes and what belongs to a network. */
import type {Instance} from '@aws-sdk/client-ec2'
import {ADDRESS, instanceMonthly, monthlyOf, volumeMonthly} from '../../../spec/aws-prices.ts'
import {nameTag, tagOf} from './things.ts'
import type {Look, Tag, Thing} from './things.ts'

/** A machine that is none any more. */
const GONE = new Set(['terminated', 'shutting-down'])

const instances: Look = {
  title: 'instances',
  async find(clients, {region}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const found: Thing[] = []
    for await (const {Reservations = []} of sdk.paginateDescribeInstances({client: await clients.ec2()}, {})) {
      for (const one of Reservations.flatMap(({Instances = []}) => Instances)) if (!GONE.has(one.State?.Name ?? '')) found.push(machine(one, region))
    }
    return found
  },
}

function machine({InstanceId: id = '', InstanceType: type, Tags: tags = [], VpcId: vpc, InstanceLifecycle: life, State: state}: Instance, region: string): Thing {
  const group = tagOf(tags, 'eks:nodegroup-name')
  return {
    kind: 'instance',
    id,
    name: nameTag(tags),
    tags,
    vpc,
    monthly: state?.Name === 'stopped' ? 0 : instanceMonthly(type ?? '', region, life === 'spot' ? 'spot' : 'on-demand'),
    ...(group === undefined ? {} : {goesWith: `the node group ${group}`}),
  }
}

const volumes: Look = {
  title: 'volumes',
  async find(clients, {region}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const found: Thing[] = []
    for await (const {Volumes = []} of sdk.paginateDescribeVolumes({client: await clients.ec2()}, {})) {
      for (const {VolumeId: id = '', Tags: tags = [], Size = 0, VolumeType = 'gp3', Iops} of Volumes) {
        found.push({kind: 'volume', id, name: nameTag(tags) ?? tagOf(tags, 'kubernetes.io/created-for/pvc/name'), tags, monthly: volumeMonthly({type: VolumeType, gigabytes: Size, operations: Iops}, region)})
      }
    }
    return found
  },
}

const snapshots: Look = {
  title: 'snapshots',
  async find(clients, {region}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const found: Thing[] = []
    for await (const {Snapshots = []} of sdk.paginateDescribeSnapshots({client: await clients.ec2()}, {OwnerIds: ['self']})) {
      // A snapshot holds what was written: the size of the volume is the most that it costs.
      for (const {SnapshotId: id = '', Tags: tags = [], VolumeSize = 0} of Snapshots) found.push({kind: 'snapshot', id, name: nameTag(tags), tags, monthly: VolumeSize * monthlyOf('snapshot', region)})
    }
    return found
  },
}

/** Descriptions by which those who make interfaces and groups for a cluster sign them. */
function signed(description: string, name: string, cluster: string): string | undefined {
  if (/^aws-K8S-i-[0-9a-f]+/.test(description)) return 'its description: the network plugin of AWS made it'
  if (description.startsWith(`Amazon EKS ${cluster}`)) return `its description: ${description}`
  if (/^ELB (?:app|net|gwy)\/k8s-/.test(description) || /^\[k8s\] (?:Managed|Shared)/.test(description)) return `its description: ${description}`
  if (description.startsWith('Security group for Kubernetes ELB ') && name.startsWith('k8s-elb-')) return `its description: ${description}`
  // For a classic load balancer without groups AWS makes one for the whole network, and leaves it there.
  if (/^default_elb_[0-9a-f-]{36}$/.test(name)) return 'its name: AWS made it for a classic load balancer'
  return undefined
}

const interfaces: Look = {
  title: 'network interfaces',
  async find(clients, {cluster, vpc}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const client = {client: await clients.ec2()}
    const holders = new Map<string, string>()
    for await (const {NatGateways = []} of sdk.paginateDescribeNatGateways(client, {})) for (const {NatGatewayId = '', NatGatewayAddresses = []} of NatGateways) for (const {NetworkInterfaceId = ''} of NatGatewayAddresses) holders.set(NetworkInterfaceId, `the NAT gateway ${NatGatewayId}`)
    for await (const {VpcEndpoints = []} of sdk.paginateDescribeVpcEndpoints(client, {})) for (const {VpcEndpointId = '', NetworkInterfaceIds = []} of VpcEndpoints) for (const one of NetworkInterfaceIds) holders.set(one, `the endpoint ${VpcEndpointId}`)
    const found: Thing[] = []
    for await (const {NetworkInterfaces = []} of sdk.paginateDescribeNetworkInterfaces(client, {})) {
      for (const {NetworkInterfaceId: id = '', TagSet: tags = [], VpcId, Description = '', RequesterManaged, Attachment, Status} of NetworkInterfaces) {
        const attached = Attachment?.InstanceId !== undefined && Status === 'in-use' ? `the instance ${Attachment.InstanceId}` : undefined
        const holder = holders.get(id) ?? (RequesterManaged === true ? 'what AWS made it for' : attached)
        found.push({kind: 'network interface', id, name: nameTag(tags) ?? (Description || undefined), tags, vpc: VpcId, monthly: 0, ...(VpcId === vpc ? {says: signed(Description, '', cluster)} : {}), ...(holder === undefined ? {} : {goesWith: holder})})
      }
    }
    return found
  },
}

const groups: Look = {
  title: 'security groups',
  async find(clients, {cluster, vpc}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const found: Thing[] = []
    for await (const {SecurityGroups = []} of sdk.paginateDescribeSecurityGroups({client: await clients.ec2()}, {})) {
      for (const {GroupId: id = '', GroupName: name = '', Tags: tags = [], VpcId, Description = ''} of SecurityGroups) {
        if (name === 'default') continue
        const ofEks = tagOf(tags, 'aws:eks:cluster-name') === cluster
        found.push({kind: 'security group', id, name, tags, vpc: VpcId, monthly: 0, ...(VpcId === vpc ? {says: signed(Description, name, cluster)} : {}), ...(ofEks ? {goesWith: 'the EKS cluster'} : {})})
      }
    }
    return found
  },
}

const network: Look = {
  title: 'networks and what is in them',
  async find(clients, {region}) {
    const sdk = await import('@aws-sdk/client-ec2')
    const ec2 = await clients.ec2()
    const client = {client: ec2}
    const found: Thing[] = []
    const add = (kind: Thing['kind'], id: string | undefined, tags: Tag[] | undefined, vpc: string | undefined, monthly = 0): void => {
      if (id !== undefined) found.push({kind, id, name: nameTag(tags ?? []), tags: tags ?? [], vpc, monthly})
    }
    for await (const {NatGateways = []} of sdk.paginateDescribeNatGateways(client, {})) for (const one of NatGateways) if (one.State !== 'deleted') add('NAT gateway', one.NatGatewayId, one.Tags, one.VpcId, monthlyOf('natGateway', region))
    for await (const {VpcEndpoints = []} of sdk.paginateDescribeVpcEndpoints(client, {})) for (const one of VpcEndpoints) if (String(one.State).toLowerCase() !== 'deleted') add('VPC endpoint', one.VpcEndpointId, one.Tags, one.VpcId, one.VpcEndpointType === 'Interface' ? monthlyOf('endpoint', region) * (one.SubnetIds?.length ?? 1) : 0)
    for await (const {LaunchTemplates = []} of sdk.paginateDescribeLaunchTemplates(client, {})) for (const one of LaunchTemplates) found.push({kind: 'launch template', id: one.LaunchTemplateId ?? '', name: one.LaunchTemplateName, tags: one.Tags ?? [], monthly: 0})
    for await (const {Subnets = []} of sdk.paginateDescribeSubnets(client, {})) for (const one of Subnets) add('subnet', one.SubnetId, one.Tags, one.VpcId)
    for await (const {RouteTables = []} of sdk.paginateDescribeRouteTables(client, {})) for (const one of RouteTables) if (one.Associations?.some(({Main}) => Main === true) !== true) add('route table', one.RouteTableId, one.Tags, one.VpcId)
    for await (const {InternetGateways = []} of sdk.paginateDescribeInternetGateways(client, {})) for (const one of InternetGateways) add('internet gateway', one.InternetGatewayId, one.Tags, one.Attachments?.[0]?.VpcId)
    for await (const {Vpcs = []} of sdk.paginateDescribeVpcs(client, {})) for (const one of Vpcs) add('VPC', one.VpcId, one.Tags, one.VpcId)
    for (const one of (await ec2.send(new sdk.DescribeAddressesCommand({}))).Addresses ?? []) found.push({kind: 'address', id: one.AllocationId ?? one.PublicIp ?? '', name: nameTag(one.Tags ?? []) ?? one.PublicIp, tags: one.Tags ?? [], monthly: ADDRESS})
    for (const one of (await ec2.send(new sdk.DescribeKeyPairsCommand({}))).KeyPairs ?? []) found.push({kind: 'key pair', id: one.KeyPairId ?? '', name: one.KeyName, tags: one.Tags ?? [], monthly: 0})
    return found
  },
}

/** Looks by the client of EC2. */
export const EC2_LOOKS: readonly Look[] = [instances, volumes, snapshots, interfaces, groups, network]
