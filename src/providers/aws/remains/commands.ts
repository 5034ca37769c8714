/** What a person types to take a thing away. Pure. */
import type {Thing} from './things.ts'

const BY_ID: Readonly<Record<Thing['kind'], (id: string) => string>> = {
  'EKS cluster': (id) => `aws eks delete-cluster --name ${id}`,
  instance: (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
  'load balancer': (id) => `aws elbv2 delete-load-balancer --load-balancer-arn ${id}`,
  'classic load balancer': (id) => `aws elb delete-load-balancer --load-balancer-name ${id}`,
  'target group': (id) => `aws elbv2 delete-target-group --target-group-arn ${id}`,
  'NAT gateway': (id) => `aws ec2 delete-nat-gateway --nat-gateway-id ${id}`,
  'VPC endpoint': (id) => `aws ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`,
  'network interface': (id) => `aws ec2 delete-network-interface --network-interface-id ${id}`,
  'security group': (id) => `aws ec2 delete-security-group --group-id ${id}`,
  volume: (id) => `aws ec2 delete-volume --volume-id ${id}`,
  snapshot: (id) => `aws ec2 delete-snapshot --snapshot-id ${id}`,
  'launch template': (id) => `aws ec2 delete-launch-template --launch-template-id ${id}`,
  address: (id) => `aws ec2 release-address --allocation-id ${id}`,
  'DNS record': () => '',
  queue: (id) => `aws sqs delete-queue --queue-url ${id}`,
  'log group': (id) => `aws logs delete-log-group --log-group-name ${id}`,
  'OIDC provider': (id) => `aws iam delete-open-id-connect-provider --open-id-connect-provider-arn ${id}`,
  'KMS key': (id) => `aws kms schedule-key-deletion --key-id ${id} --pending-window-in-days 30`,
  'key pair': (id) => `aws ec2 delete-key-pair --key-pair-id ${id}`,
  'instance profile': (id) => `aws iam delete-instance-profile --instance-profile-name ${id}`,
  role: (id) => `aws iam delete-role --role-name ${id}   # its policies first`,
  subnet: (id) => `aws ec2 delete-subnet --subnet-id ${id}`,
  'route table': (id) => `aws ec2 delete-route-table --route-table-id ${id}`,
  'internet gateway': (id) => `aws ec2 delete-internet-gateway --internet-gateway-id ${id}`,
  VPC: (id) => `aws ec2 delete-vpc --vpc-id ${id}`,
  bucket: (id) => `aws s3 rb --force s3://${id.split(':').at(-1)}   # where versions are kept, they first`,
  other: (id) => `aws resourcegroupstaggingapi get-resources --resource-arn-list ${id}`,
}

/** The command. */
export function removalCommand({kind, id, detail}: Pick<Thing, 'kind' | 'id' | 'detail'>): string {
  if (kind !== 'DNS record') return BY_ID[kind](id)
  const {zone} = detail as {zone: string}
  return `aws route53 list-resource-record-sets --hosted-zone-id ${zone.replace('/hostedzone/', '')}   # delete ${id}`
}
