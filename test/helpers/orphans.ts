/** Things in the emulated account, as controllers of a cluster make them: with their tags, and without. */
import * as ec2sdk from '@aws-sdk/client-ec2'
import {CreateLogGroupCommand} from '@aws-sdk/client-cloudwatch-logs'
import {DescribeClusterCommand} from '@aws-sdk/client-eks'
import * as elb from '@aws-sdk/client-elastic-load-balancing'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import {CreateOpenIDConnectProviderCommand, CreateRoleCommand} from '@aws-sdk/client-iam'
import {CreateAliasCommand, CreateKeyCommand} from '@aws-sdk/client-kms'
import {ChangeResourceRecordSetsCommand, CreateHostedZoneCommand} from '@aws-sdk/client-route-53'
import {CreateQueueCommand} from '@aws-sdk/client-sqs'
import type {AwsClients} from '../../src/providers/aws/clients.ts'

/** The name of the cluster that they are of. */
const CLUSTER = 'acme-dev'
const ZONE = 'eu-central-1a'

/** What was made, by what it is. */
export type Planted = Record<string, string>

/** The network of the platform. */
export interface PlatformNetwork {
  vpc: string
  subnets: string[]
}

/** The network that kp made. */
export async function networkOf(clients: AwsClients): Promise<PlatformNetwork> {
  const ec2 = await clients.ec2()
  const {Vpcs = []} = await ec2.send(new ec2sdk.DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))
  const vpc = Vpcs[0]?.VpcId ?? ''
  const {Subnets = []} = await ec2.send(new ec2sdk.DescribeSubnetsCommand({Filters: [{Name: 'vpc-id', Values: [vpc]}]}))
  return {vpc, subnets: Subnets.filter(({Tags = []}) => Tags.some(({Key}) => Key === 'kubernetes.io/role/elb')).flatMap(({SubnetId}) => SubnetId ?? [])}
}

const OWNED = [{Key: `kubernetes.io/cluster/${CLUSTER}`, Value: 'owned'}]
const tagged = (ResourceType: ec2sdk.ResourceType, Tags = OWNED) => ({TagSpecifications: [{ResourceType, Tags}]})

/** One of each kind that carries the tags of its maker. */
export async function plantTagged(clients: AwsClients, {vpc, subnets}: PlatformNetwork): Promise<Planted> {
  const ec2 = await clients.ec2()
  const [subnet = ''] = subnets
  const volume = await ec2.send(new ec2sdk.CreateVolumeCommand({AvailabilityZone: ZONE, Size: 100, VolumeType: 'gp3', ...tagged('volume', [{Key: 'Name', Value: 'pvc-1'}, ...OWNED])}))
  const snapshot = await ec2.send(new ec2sdk.CreateSnapshotCommand({VolumeId: volume.VolumeId, ...tagged('snapshot')}))
  const one = await ec2.send(new ec2sdk.CreateSecurityGroupCommand({GroupName: 'k8s-traffic-acme', Description: '[k8s] Shared Backend SecurityGroup for LoadBalancer', VpcId: vpc, ...tagged('security-group', [{Key: 'elbv2.k8s.aws/cluster', Value: CLUSTER}])}))
  const other = await ec2.send(new ec2sdk.CreateSecurityGroupCommand({GroupName: 'k8s-default-web-0123456789', Description: '[k8s] Managed SecurityGroup for LoadBalancer', VpcId: vpc, ...tagged('security-group', [{Key: 'elbv2.k8s.aws/cluster', Value: CLUSTER}])}))
  // Two that name each other.
  for (const [of, named] of [[one.GroupId, other.GroupId], [other.GroupId, one.GroupId]]) await ec2.send(new ec2sdk.AuthorizeSecurityGroupIngressCommand({GroupId: of, IpPermissions: [{IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{GroupId: named}]}]}))
  const card = await ec2.send(new ec2sdk.CreateNetworkInterfaceCommand({SubnetId: subnet, Description: 'left by a pod', ...tagged('network-interface')}))
  const template = await ec2.send(new ec2sdk.CreateLaunchTemplateCommand({LaunchTemplateName: 'karpenter-1', LaunchTemplateData: {InstanceType: 'm6i.large'}, ...tagged('launch-template', [{Key: 'karpenter.k8s.aws/cluster', Value: CLUSTER}])}))
  const machine = await ec2.send(new ec2sdk.RunInstancesCommand({ImageId: 'ami-12c6146b', InstanceType: 'm6i.large', MinCount: 1, MaxCount: 1, SubnetId: subnet, ...tagged('instance', [...OWNED, {Key: 'karpenter.sh/nodepool', Value: 'default'}])}))
  const address = await ec2.send(new ec2sdk.AllocateAddressCommand({Domain: 'vpc', ...tagged('elastic-ip')}))
  const pair = await ec2.send(new ec2sdk.CreateKeyPairCommand({KeyName: 'nodes', ...tagged('key-pair')}))
  const balancing = await clients.elbv2()
  const balancer = await balancing.send(new elbv2.CreateLoadBalancerCommand({Name: 'front', Subnets: subnets, Tags: [{Key: 'elbv2.k8s.aws/cluster', Value: CLUSTER}]}))
  const targets = await balancing.send(new elbv2.CreateTargetGroupCommand({Name: 'front-targets', Protocol: 'HTTP', Port: 80, VpcId: vpc, Tags: [{Key: 'elbv2.k8s.aws/cluster', Value: CLUSTER}]}))
  await (await clients.elb()).send(new elb.CreateLoadBalancerCommand({LoadBalancerName: 'old-front', Subnets: [subnet], Listeners: [{Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 30_080}], Tags: OWNED}))
  return {
    volume: volume.VolumeId ?? '', snapshot: snapshot.SnapshotId ?? '', group: one.GroupId ?? '', 'other group': other.GroupId ?? '', card: card.NetworkInterface?.NetworkInterfaceId ?? '', template: template.LaunchTemplate?.LaunchTemplateId ?? '',
    machine: machine.Instances?.[0]?.InstanceId ?? '', address: address.AllocationId ?? '', pair: pair.KeyPairId ?? '', balancer: balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? '', targets: targets.TargetGroups?.[0]?.TargetGroupArn ?? '', classic: 'old-front',
  }
}

/** One of each kind without a tag, that its name, its description or who wrote it gives away. */
export async function plantUntagged(clients: AwsClients, {vpc, subnets}: PlatformNetwork): Promise<Planted> {
  const ec2 = await clients.ec2()
  const [subnet = ''] = subnets
  const group = await ec2.send(new ec2sdk.CreateSecurityGroupCommand({GroupName: 'k8s-elb-a1b2', Description: 'Security group for Kubernetes ELB a1b2 (default/web)', VpcId: vpc}))
  const card = await ec2.send(new ec2sdk.CreateNetworkInterfaceCommand({SubnetId: subnet, Description: 'aws-K8S-i-0123456789abcdef0'}))
  const volume = await ec2.send(new ec2sdk.CreateVolumeCommand({AvailabilityZone: ZONE, Size: 20}))
  const balancer = await (await clients.elbv2()).send(new elbv2.CreateLoadBalancerCommand({Name: 'k8s-default-web-0123456789', Subnets: subnets, Type: 'network'}))
  const classic = `a${'0123456789abcdef'.repeat(2).slice(0, 31)}`
  await (await clients.elb()).send(new elb.CreateLoadBalancerCommand({LoadBalancerName: classic, Subnets: [subnet], Listeners: [{Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 30_081}]}))
  await (await clients.logs()).send(new CreateLogGroupCommand({logGroupName: `/aws/containerinsights/${CLUSTER}/application`}))
  const {QueueUrl = ''} = await (await clients.sqs()).send(new CreateQueueCommand({QueueName: CLUSTER}))
  const {cluster} = await (await clients.eks()).send(new DescribeClusterCommand({name: CLUSTER}))
  const issuer = await (await clients.iam()).send(new CreateOpenIDConnectProviderCommand({Url: cluster?.identity?.oidc?.issuer ?? '', ThumbprintList: ['a'.repeat(40)], ClientIDList: ['sts.amazonaws.com']}))
  return {group: group.GroupId ?? '', card: card.NetworkInterface?.NetworkInterfaceId ?? '', volume: volume.VolumeId ?? '', balancer: balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? '', classic, logs: `/aws/containerinsights/${CLUSTER}/application`, queue: QueueUrl, issuer: issuer.OpenIDConnectProviderArn ?? ''}
}

/** The zone of the platform, with records that external-dns wrote for the cluster and for another one, and a person's. */
export async function plantRecords(clients: AwsClients): Promise<string> {
  const route53 = await clients.route53()
  const {HostedZone} = await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'one'}))
  const record = (Name: string, Type: 'A' | 'TXT', Value: string) => ({Action: 'CREATE' as const, ResourceRecordSet: {Name, Type, TTL: 300, ResourceRecords: [{Value}]}})
  const mark = (owner: string): string => `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/web"`
  await route53.send(new ChangeResourceRecordSetsCommand({
    HostedZoneId: HostedZone?.Id,
    ChangeBatch: {Changes: [
      record('demo.example.com', 'A', '192.0.2.1'), record('kp-a-demo.example.com', 'TXT', mark(CLUSTER)),
      record('theirs.example.com', 'A', '192.0.2.2'), record('kp-a-theirs.example.com', 'TXT', mark('other')),
      record('www.example.com', 'A', '192.0.2.3'),
    ]},
  }))
  return HostedZone?.Id ?? ''
}

/** What nobody can say whose it is, in the platform's network. */
export async function plantStrangers(clients: AwsClients, {vpc, subnets}: PlatformNetwork): Promise<Planted> {
  const ec2 = await clients.ec2()
  const group = await ec2.send(new ec2sdk.CreateSecurityGroupCommand({GroupName: 'jump', Description: 'made by hand', VpcId: vpc}))
  const machine = await ec2.send(new ec2sdk.RunInstancesCommand({ImageId: 'ami-12c6146b', InstanceType: 't3.large', MinCount: 1, MaxCount: 1, SubnetId: subnets[0]}))
  return {group: group.GroupId ?? '', machine: machine.Instances?.[0]?.InstanceId ?? ''}
}

/** What kp made and lost from its states, by its tags. */
export async function plantLost(clients: AwsClients): Promise<Planted> {
  const own = [{Key: 'kp:platform', Value: 'acme'}, {Key: 'kp:environment', Value: 'dev'}]
  const {KeyMetadata} = await (await clients.kms()).send(new CreateKeyCommand({Tags: own.map(({Key, Value}) => ({TagKey: Key, TagValue: Value}))}))
  await (await clients.kms()).send(new CreateAliasCommand({AliasName: `alias/${CLUSTER}-lost`, TargetKeyId: KeyMetadata?.KeyId}))
  await (await clients.iam()).send(new CreateRoleCommand({RoleName: `${CLUSTER}-lost`, AssumeRolePolicyDocument: '{}', Tags: own}))
  return {key: KeyMetadata?.KeyId ?? '', role: `${CLUSTER}-lost`}
}

/** What is somebody else's, however much alike. */
export async function plantForeign(clients: AwsClients): Promise<Planted> {
  const ec2 = await clients.ec2()
  const volume = await ec2.send(new ec2sdk.CreateVolumeCommand({AvailabilityZone: ZONE, Size: 5}))
  const theirs = await ec2.send(new ec2sdk.CreateVolumeCommand({AvailabilityZone: ZONE, Size: 5, ...tagged('volume', [{Key: 'kubernetes.io/cluster/acme-prod', Value: 'owned'}])}))
  const group = await ec2.send(new ec2sdk.CreateSecurityGroupCommand({GroupName: 'k8s-elb-c3d4', Description: 'Security group for Kubernetes ELB c3d4 (default/web)'}))
  const {QueueUrl = ''} = await (await clients.sqs()).send(new CreateQueueCommand({QueueName: `${CLUSTER}-2`}))
  await (await clients.logs()).send(new CreateLogGroupCommand({logGroupName: `/aws/eks/${CLUSTER}-2/cluster`}))
  await (await clients.iam()).send(new CreateRoleCommand({RoleName: `${CLUSTER}-app`, AssumeRolePolicyDocument: '{}'}))
  return {volume: volume.VolumeId ?? '', theirs: theirs.VolumeId ?? '', group: group.GroupId ?? '', queue: QueueUrl, logs: `/aws/eks/${CLUSTER}-2/cluster`, role: `${CLUSTER}-app`}
}
