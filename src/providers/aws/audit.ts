/** What is left in the account after a teardown: by the tags of kp and of Kubernetes, and by the network. Reads only. */
import type {AwsClients} from './clients.ts'

/** Something that is there, with what it costs. */
export interface Remainder {
  /** "volume", "network interface". */
  kind: string
  id: string
  name?: string
  /** By what it was found: a tag, or the network that it is in. */
  because: string
  /** US dollars a month by list price; 0 where it costs nothing by itself. */
  monthly: number
}

/** Whose remains are looked for. */
export interface AuditScope {
  platform: string
  environment: string
  cluster: string
  vpc?: string | undefined
}

type Tag = {Key?: string | undefined; Value?: string | undefined}

const HOURS = 730
/** List prices of eu-central-1, November 2026, in dollars: https://aws.amazon.com/ec2/pricing, /ebs/pricing, /vpc/pricing. */
const PRICES = {natGateway: 0.052 * HOURS, address: 0.005 * HOURS, volumeGigabyte: 0.0952, snapshotGigabyte: 0.054, endpoint: 0.012 * HOURS}

/** Everything that is found. @throws the SDK's errors: what could not be looked at is not nothing */
export async function findRemainders(clients: AwsClients, scope: AuditScope): Promise<Remainder[]> {
  const sdk = await import('@aws-sdk/client-ec2')
  const ec2 = await clients.ec2()
  const found: Remainder[] = []
  const add = (kind: string, id: string | undefined, tags: Tag[] | undefined, vpc: string | undefined, monthly: number): void => {
    const because = reason(scope, tags ?? [], vpc)
    if (because === undefined || id === undefined) return
    const name = tags?.find(({Key}) => Key === 'Name')?.Value
    found.push({kind, id, ...(name === undefined || name === '' ? {} : {name}), because, monthly: Math.round(monthly * 100) / 100})
  }
  const client = {client: ec2}
  for await (const {Reservations = []} of sdk.paginateDescribeInstances(client, {})) {
    for (const one of Reservations.flatMap(({Instances = []}) => Instances)) if (one.State?.Name !== 'terminated') add('instance', one.InstanceId, one.Tags, one.VpcId, 0)
  }
  for await (const {Volumes = []} of sdk.paginateDescribeVolumes(client, {})) for (const one of Volumes) add('volume', one.VolumeId, one.Tags, undefined, (one.Size ?? 0) * PRICES.volumeGigabyte)
  for await (const {Snapshots = []} of sdk.paginateDescribeSnapshots(client, {OwnerIds: ['self']})) for (const one of Snapshots) add('snapshot', one.SnapshotId, one.Tags, undefined, (one.VolumeSize ?? 0) * PRICES.snapshotGigabyte)
  for await (const {NetworkInterfaces = []} of sdk.paginateDescribeNetworkInterfaces(client, {})) for (const one of NetworkInterfaces) add('network interface', one.NetworkInterfaceId, one.TagSet, one.VpcId, 0)
  for await (const {NatGateways = []} of sdk.paginateDescribeNatGateways(client, {})) for (const one of NatGateways) if (one.State !== 'deleted') add('NAT gateway', one.NatGatewayId, one.Tags, one.VpcId, PRICES.natGateway)
  for await (const {VpcEndpoints = []} of sdk.paginateDescribeVpcEndpoints(client, {})) for (const one of VpcEndpoints) if (String(one.State).toLowerCase() !== 'deleted') add('VPC endpoint', one.VpcEndpointId, one.Tags, one.VpcId, one.VpcEndpointType === 'Interface' ? PRICES.endpoint * (one.SubnetIds?.length ?? 1) : 0)
  for await (const {SecurityGroups = []} of sdk.paginateDescribeSecurityGroups(client, {})) for (const one of SecurityGroups) if (one.GroupName !== 'default') add('security group', one.GroupId, one.Tags, one.VpcId, 0)
  for await (const {LaunchTemplates = []} of sdk.paginateDescribeLaunchTemplates(client, {})) for (const one of LaunchTemplates) add('launch template', one.LaunchTemplateId, one.Tags, undefined, 0)
  for await (const {Subnets = []} of sdk.paginateDescribeSubnets(client, {})) for (const one of Subnets) add('subnet', one.SubnetId, one.Tags, one.VpcId, 0)
  for (const one of (await ec2.send(new sdk.DescribeAddressesCommand({}))).Addresses ?? []) add('address', one.AllocationId, one.Tags, undefined, PRICES.address)
  for await (const {Vpcs = []} of sdk.paginateDescribeVpcs(client, {})) for (const one of Vpcs) add('VPC', one.VpcId, one.Tags, one.VpcId, 0)
  return found
}

function reason({platform, environment, cluster, vpc}: AuditScope, tags: readonly Tag[], inVpc: string | undefined): string | undefined {
  const value = (key: string): string | undefined => tags.find(({Key}) => Key === key)?.Value
  if (value('kp:platform') === platform && value('kp:environment') === environment) return `tag kp:environment=${environment}`
  // What the cluster itself made: volumes, load balancers and their groups, machines of an autoscaler.
  if (value(`kubernetes.io/cluster/${cluster}`) === 'owned') return `tag kubernetes.io/cluster/${cluster}=owned`
  for (const key of ['aws:eks:cluster-name', 'eks:cluster-name', 'elbv2.k8s.aws/cluster', 'karpenter.sh/discovery']) if (value(key) === cluster) return `tag ${key}=${cluster}`
  if (vpc !== undefined && inVpc === vpc) return `in the network ${vpc}`
  return undefined
}
