/** Takes away what a cluster itself made. Errors are the SDK's. */
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import type {AwsClients} from '../clients.ts'
import type {Thing, ThingKind} from './things.ts'

type Removal = (clients: AwsClients, thing: Thing) => Promise<void>

/** What AWS says of something that is gone already. */
const GONE = /NotFound|NoSuch|QueueDoesNotExist|NonExistent/

const REMOVALS: Partial<Record<ThingKind, Removal>> = {
  instance: async (clients, {id}) => {
    const {TerminateInstancesCommand} = await import('@aws-sdk/client-ec2')
    await (await clients.ec2()).send(new TerminateInstancesCommand({InstanceIds: [id]}))
  },
  'load balancer': async (clients, {id}) => {
    const {DeleteLoadBalancerCommand} = await import('@aws-sdk/client-elastic-load-balancing-v2')
    await (await clients.elbv2()).send(new DeleteLoadBalancerCommand({LoadBalancerArn: id}))
  },
  'target group': async (clients, {id}) => {
    const {DeleteTargetGroupCommand} = await import('@aws-sdk/client-elastic-load-balancing-v2')
    await (await clients.elbv2()).send(new DeleteTargetGroupCommand({TargetGroupArn: id}))
  },
  'classic load balancer': async (clients, {id}) => {
    const {DeleteLoadBalancerCommand} = await import('@aws-sdk/client-elastic-load-balancing')
    await (await clients.elb()).send(new DeleteLoadBalancerCommand({LoadBalancerName: id}))
  },
  'network interface': async (clients, {id}) => {
    const {DeleteNetworkInterfaceCommand, DescribeNetworkInterfacesCommand, DetachNetworkInterfaceCommand} = await import('@aws-sdk/client-ec2')
    const ec2 = await clients.ec2()
    const attachment = (await ec2.send(new DescribeNetworkInterfacesCommand({NetworkInterfaceIds: [id]}))).NetworkInterfaces?.[0]?.Attachment?.AttachmentId
    if (attachment !== undefined) await ec2.send(new DetachNetworkInterfaceCommand({AttachmentId: attachment, Force: true}))
    await ec2.send(new DeleteNetworkInterfaceCommand({NetworkInterfaceId: id}))
  },
  'security group': removeGroup,
  volume: async (clients, {id}) => {
    const {DeleteVolumeCommand} = await import('@aws-sdk/client-ec2')
    await (await clients.ec2()).send(new DeleteVolumeCommand({VolumeId: id}))
  },
  snapshot: async (clients, {id}) => {
    const {DeleteSnapshotCommand} = await import('@aws-sdk/client-ec2')
    await (await clients.ec2()).send(new DeleteSnapshotCommand({SnapshotId: id}))
  },
  'launch template': async (clients, {id}) => {
    const {DeleteLaunchTemplateCommand} = await import('@aws-sdk/client-ec2')
    await (await clients.ec2()).send(new DeleteLaunchTemplateCommand({LaunchTemplateId: id}))
  },
  address: async (clients, {id}) => {
    const {DescribeAddressesCommand, DisassociateAddressCommand, ReleaseAddressCommand} = await import('@aws-sdk/client-ec2')
    const ec2 = await clients.ec2()
    const association = (await ec2.send(new DescribeAddressesCommand({AllocationIds: [id]}))).Addresses?.[0]?.AssociationId
    if (association !== undefined) await ec2.send(new DisassociateAddressCommand({AssociationId: association}))
    await ec2.send(new ReleaseAddressCommand({AllocationId: id}))
  },
  // By its name, which every answer to it knows.
  'key pair': async (clients, {id, name}) => {
    const {DeleteKeyPairCommand} = await import('@aws-sdk/client-ec2')
    await (await clients.ec2()).send(new DeleteKeyPairCommand(name === undefined ? {KeyPairId: id} : {KeyName: name}))
  },
  'DNS record': async (clients, {detail}) => {
    const {ChangeResourceRecordSetsCommand} = await import('@aws-sdk/client-route-53')
    const {zone, record} = detail as {zone: string; record: ResourceRecordSet}
    await (await clients.route53()).send(new ChangeResourceRecordSetsCommand({HostedZoneId: zone, ChangeBatch: {Changes: [{Action: 'DELETE', ResourceRecordSet: record}]}}))
  },
  queue: async (clients, {id}) => {
    const {DeleteQueueCommand} = await import('@aws-sdk/client-sqs')
    await (await clients.sqs()).send(new DeleteQueueCommand({QueueUrl: id}))
  },
  'log group': async (clients, {id}) => {
    const {DeleteLogGroupCommand} = await import('@aws-sdk/client-cloudwatch-logs')
    await (await clients.logs()).send(new DeleteLogGroupCommand({logGroupName: id}))
  },
  'OIDC provider': async (clients, {id}) => {
    const {DeleteOpenIDConnectProviderCommand} = await import('@aws-sdk/client-iam')
    await (await clients.iam()).send(new DeleteOpenIDConnectProviderCommand({OpenIDConnectProviderArn: id}))
  },
  'instance profile': async (clients, {id}) => {
    const {DeleteInstanceProfileCommand, GetInstanceProfileCommand, RemoveRoleFromInstanceProfileCommand} = await import('@aws-sdk/client-iam')
    const iam = await clients.iam()
    const {InstanceProfile} = await iam.send(new GetInstanceProfileCommand({InstanceProfileName: id}))
    for (const {RoleName} of InstanceProfile?.Roles ?? []) await iam.send(new RemoveRoleFromInstanceProfileCommand({InstanceProfileName: id, RoleName}))
    await iam.send(new DeleteInstanceProfileCommand({InstanceProfileName: id}))
  },
}

/** A group that others name in their rules cannot go: those rules go first, and its own, since two groups may name each other. */
async function removeGroup(clients: AwsClients, {id}: Thing): Promise<void> {
  const {DeleteSecurityGroupCommand, DescribeSecurityGroupsCommand, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand} = await import('@aws-sdk/client-ec2')
  const ec2 = await clients.ec2()
  for (const direction of ['ip-permission.group-id', 'egress.ip-permission.group-id']) {
    const {SecurityGroups = []} = await ec2.send(new DescribeSecurityGroupsCommand({Filters: [{Name: direction, Values: [id]}]}))
    for (const {GroupId, IpPermissions = [], IpPermissionsEgress = []} of SecurityGroups) {
      const naming = (direction === 'ip-permission.group-id' ? IpPermissions : IpPermissionsEgress).flatMap((rule) => {
        const pairs = rule.UserIdGroupPairs?.filter((pair) => pair.GroupId === id) ?? []
        return pairs.length === 0 ? [] : [{IpProtocol: rule.IpProtocol, FromPort: rule.FromPort, ToPort: rule.ToPort, UserIdGroupPairs: pairs}]
      })
      if (naming.length === 0) continue
      await (direction === 'ip-permission.group-id' ? ec2.send(new RevokeSecurityGroupIngressCommand({GroupId, IpPermissions: naming})) : ec2.send(new RevokeSecurityGroupEgressCommand({GroupId, IpPermissions: naming})))
    }
  }
  await ec2.send(new DeleteSecurityGroupCommand({GroupId: id}))
}

/** Whether kp takes things of that kind away by itself. */
export function isRemovable({kind}: Pick<Thing, 'kind'>): boolean {
  return REMOVALS[kind] !== undefined
}

/** Takes it away; what is gone already is gone. */
export async function removeThing(clients: AwsClients, thing: Thing): Promise<void> {
  try {
    await REMOVALS[thing.kind]?.(clients, thing)
  } catch (error) {
    if (GONE.test((error as {name?: string}).name ?? '')) return
    throw error
  }
}
