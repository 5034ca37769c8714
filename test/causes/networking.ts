/** How the known failures of phase 1 come about. */
import {writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import * as ec2sdk from '@aws-sdk/client-ec2'
import {CreateRoleCommand} from '@aws-sdk/client-iam'
import {DeleteObjectCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import type {Told} from '../helpers/told.ts'
import type {Cause, Cloud, Machine} from './types.ts'

const NETWORK = ['--only', 'networking']
const UP = ['up', ...NETWORK, '--yes']
const CLOUD_ONLY = 'only AWS itself says it'
const host = (what: string): Cause[] => [{by: 'check', check: 'networking.hosts', what}]

/** Services until there is no address any more. */
const services = Array.from({length: 10}, (_, index) => ({apiVersion: 'v1', kind: 'Service', metadata: {name: `s${index}`}, spec: {ports: [{port: 80}]}}))

async function serviceRangeFull({api, tool, folder}: Machine): Promise<Told> {
  const server = await api()
  const file = join(folder, 'services.json')
  writeFileSync(file, JSON.stringify({apiVersion: 'v1', kind: 'List', items: services}))
  return tool(join(server.bin, 'kubectl'), [...server.as('admin'), 'create', '-f', file])
}

/** Somebody made a subnet where one of kp's was. */
async function subnetTaken({platform, vpc, subnets, kp}: Cloud): Promise<Told> {
  const ec2 = await platform.clients.ec2()
  const [mine = ''] = subnets
  const {Subnets: [subnet] = []} = await ec2.send(new ec2sdk.DescribeSubnetsCommand({SubnetIds: [mine]}))
  const {RouteTables = []} = await ec2.send(new ec2sdk.DescribeRouteTablesCommand({Filters: [{Name: 'association.subnet-id', Values: [mine]}]}))
  for (const {RouteTableAssociationId, SubnetId} of RouteTables.flatMap(({Associations = []}) => Associations)) if (SubnetId === mine) await ec2.send(new ec2sdk.DisassociateRouteTableCommand({AssociationId: RouteTableAssociationId}))
  await ec2.send(new ec2sdk.DeleteSubnetCommand({SubnetId: mine}))
  const {Subnet: theirs} = await ec2.send(new ec2sdk.CreateSubnetCommand({VpcId: vpc, CidrBlock: subnet?.CidrBlock, AvailabilityZone: subnet?.AvailabilityZone}))
  try {
    return await kp(UP)
  } finally {
    await ec2.send(new ec2sdk.DeleteSubnetCommand({SubnetId: theirs?.SubnetId ?? ''}))
    await kp(UP)
  }
}

/** The role that kp is to make is there, and in no state. */
async function roleIsThere({platform, kp}: Cloud): Promise<Told> {
  const iam = await platform.clients.iam()
  await iam.send(new CreateRoleCommand({RoleName: 'acme-two-cluster', AssumeRolePolicyDocument: '{}'}))
  platform.rewrite({environments: [{name: 'two', cluster: 'acme-two'}]})
  try {
    return await kp(UP)
  } finally {
    platform.rewrite({})
  }
}

/** Whoever runs kp may look at everything, and make nothing. */
async function actionMissing({platform, kpAs}: Cloud): Promise<Told> {
  platform.rewrite({environments: [{name: 'four', cluster: 'acme-four'}]})
  try {
    return await kpAs({Version: '2012-10-17', Statement: [{Effect: 'Allow', Action: ['sts:*', 'iam:*', 'ec2:Describe*', 'eks:Describe*', 'eks:List*'], Resource: '*'}]}, UP)
  } finally {
    platform.rewrite({})
  }
}

/** Somebody holds the lock of the state. */
async function stateLocked({platform, kp}: Cloud): Promise<Told> {
  const [Bucket, Key] = ['acme-123456789012-state', 'acme/three/network/terraform.tfstate.tflock']
  const s3 = await platform.clients.s3()
  platform.rewrite({infra: {backend: {type: 's3'}}, environments: [{name: 'three', cluster: 'acme-three'}]})
  await kp(['backend', 'init', '--yes'])
  await s3.send(new PutObjectCommand({Bucket, Key, Body: JSON.stringify({ID: '5d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', Operation: 'OperationTypeApply', Info: '', Who: 'jane@build-7', Version: '1.11.4', Created: '2026-11-28T19:02:11.123456789Z', Path: `${Bucket}/${Key}`})}))
  try {
    return await kp(UP)
  } finally {
    await s3.send(new DeleteObjectCommand({Bucket, Key}))
    platform.rewrite({})
  }
}

/** A backend of Terraform: where the state is, and how it is locked. */
const backend = (folder: string, text: string): void => writeFileSync(join(folder, 'main.tf'), `terraform {\n  backend ${text}\n}\n`)

export const networkingCauses: Record<string, Cause[]> = {
  KP0101: [
    {by: 'capture', because: 'only a kubelet pulls images'},
    {by: 'cloud', what: 'a private subnet has lost its route table: kp finds it, and its fix puts it back', cause: async ({platform, vpc, kp}) => {
      const ec2 = await platform.clients.ec2()
      const {RouteTables = []} = await ec2.send(new ec2sdk.DescribeRouteTablesCommand({Filters: [{Name: 'vpc-id', Values: [vpc]}, {Name: 'tag:Name', Values: ['acme-dev-private-eu-central-1a']}]}))
      const association = RouteTables[0]?.Associations?.[0]
      await ec2.send(new ec2sdk.DisassociateRouteTableCommand({AssociationId: association?.RouteTableAssociationId}))
      const plan = await kp(['plan', ...NETWORK])
      if (!plan.text.includes('aws_route_table_association.private["eu-central-1a"]')) throw new Error(`the plan does not tell of it: ${plan.text}`)
      await kp(['step', 'networking', '--yes'])
      const again = await kp(['plan', ...NETWORK])
      if (again.text.includes('aws_route_table_association')) throw new Error(`it was not put back: ${again.text}`)
      return kp(['explain', 'KP0101'])
    }},
  ],
  KP0102: [{by: 'capture', because: CLOUD_ONLY}, {by: 'cloud', what: 'the policy of the keys lacks an action', cause: actionMissing}],
  KP0103: [
    {by: 'machine', what: 'two ranges of kp.yaml overlap', cause: ({kp, platform}) => kp(platform({network: {vpcCidr: '10.20.0.0/16', podCidr: '10.20.0.0/16'}}), ['plan', ...NETWORK])},
    {by: 'cloud', what: 'somebody made a subnet where one of kp\'s was', cause: subnetTaken},
  ],
  KP0104: [{by: 'check', check: 'networking.ip-headroom'}],
  KP0105: [{by: 'machine', what: 'Services are made until no address is left', cause: serviceRangeFull}],
  KP0106: [{by: 'check', check: 'networking.zones'}],
  KP0107: [{by: 'check', check: 'networking.dns-cluster'}],
  KP0108: [{by: 'scenario', scenario: 'coredns-loop'}],
  KP0109: [{by: 'capture', because: CLOUD_ONLY}],
  KP0110: [{by: 'cloud', what: 'somebody holds the lock', cause: stateLocked}],
  KP0111: [{by: 'scenario', scenario: 'image-missing'}],
  KP0112: [{by: 'capture', because: 'only Docker Hub counts pulls'}],
  KP0113: [{by: 'check', check: 'networking.service-range'}],
  KP0114: [{by: 'check', check: 'networking.service-addresses'}],
  KP0115: [{by: 'check', check: 'networking.api-endpoints'}],
  KP0116: [{by: 'cloud', what: 'the VPC is deleted while its subnets are there', cause: ({refused, platform, vpc}) => refused(async () => (await platform.clients.ec2()).send(new ec2sdk.DeleteVpcCommand({VpcId: vpc})))}],
  KP0117: [{by: 'capture', because: 'scanners find it'}],
  KP0118: [{by: 'cloud', what: 'the role is there, and in no state', cause: roleIsThere}],
  KP0119: [{by: 'machine', what: 'the state is said to be elsewhere', cause: async ({tool, folder}) => {
    backend(folder, '"local" {}')
    await tool('terraform', ['init', '-no-color'], {cwd: folder, says: /successfully initialized/})
    backend(folder, '"local" {\n    path = "elsewhere.tfstate"\n  }')
    return tool('terraform', ['plan', '-no-color'], {cwd: folder})
  }}],
  KP0120: [{by: 'machine', what: 'the backend names a table of DynamoDB', cause: async ({tool, folder}) => {
    // It is said before the bucket is asked for, which is not there.
    const server = createServer((_, response) => void response.writeHead(404, {'content-type': 'application/xml'}).end('<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    backend(folder, `"s3" {\n    bucket                      = "acme-old"\n    key                         = "terraform.tfstate"\n    region                      = "eu-central-1"\n    dynamodb_table              = "locks"\n    use_path_style              = true\n    skip_credentials_validation = true\n    skip_requesting_account_id  = true\n    endpoints                   = { s3 = "http://127.0.0.1:${(server.address() as AddressInfo).port}" }\n  }`)
    try {
      return await tool('terraform', ['init', '-no-color'], {cwd: folder, env: {AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing'}})
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }}],
  KP0121: [{by: 'capture', because: CLOUD_ONLY}],
  KP0122: host('two are clones'),
  KP0123: host('two have one name'),
  KP0124: host('nobody keeps its clock'),
  KP0125: host('a port is closed'),
  KP0126: host('a kernel is old'),
  KP0127: host('one is a node of another cluster'),
}
