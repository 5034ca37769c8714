/** A platform on EKS against the emulator, with the real terraform and the real AWS provider: built, changed outside, and taken down by name, in order, with what the cluster itself had made, and with what nobody can say whose it is. */
import {appendFileSync, existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {CreateTagsCommand, DeleteSecurityGroupCommand, DescribeNatGatewaysCommand, DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVolumesCommand, DescribeVpcsCommand, TerminateInstancesCommand} from '@aws-sdk/client-ec2'
import {DescribeClusterCommand, DescribeNodegroupCommand, ListClustersCommand, ListNodegroupsCommand} from '@aws-sdk/client-eks'
import {DeleteRoleCommand, GetRoleCommand} from '@aws-sdk/client-iam'
import {ScheduleKeyDeletionCommand} from '@aws-sdk/client-kms'
import {DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {ListResourceRecordSetsCommand} from '@aws-sdk/client-route-53'
import {ListQueuesCommand} from '@aws-sdk/client-sqs'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DestroyResult} from '../../src/ui/results.ts'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import {makeAwsPlatform, STACK_PHASES, startCloud} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'
import {networkOf, plantForeign, plantLost, plantRecords, plantStrangers, plantTagged, plantUntagged} from '../helpers/orphans.ts'
import type {Planted} from '../helpers/orphans.ts'

interface PlanJson {
  steps: {id: string; state: string; observed?: string; changes: string[]; commands: string[]; differences?: {object: string; field?: string; wanted?: string; seen?: string}[]}[]
  summary: Record<string, number>
}
const STACK_STEPS = ['networking/network', 'networking/iam', 'control-plane/eks', 'control-plane/pod-roles', 'node-pools/node-groups']

const SURE = ['--yes', '--confirm', 'acme-dev', '--json']
const WITH_DNS = {phases: {ingress: {externalDns: {enabled: true}}}}

let moto: Cloud
let platform: AwsPlatform
const vpcs = async () => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])
const states = (plan: PlanJson): Record<string, string> => Object.fromEntries(plan.steps.filter(({id}) => STACK_STEPS.includes(id)).map(({id, state}) => [id, state]))
let zone: string
let [tagged, untagged, strangers, lost, foreign]: Planted[] = []
const holders = ({left}: Partial<DestroyResult>): string => JSON.stringify((left ?? []).filter(({holdsNetwork}) => holdsNetwork))
const records = async (): Promise<string[]> => ((await (await platform.clients.route53()).send(new ListResourceRecordSetsCommand({HostedZoneId: zone}))).ResourceRecordSets ?? []).filter(({Type}) => Type === 'A').map(({Name = ''}) => Name).toSorted()

beforeAll(async () => {
  moto = await startCloud({applies: true})
  platform = await makeAwsPlatform(moto, WITH_DNS)
})
afterAll(() => moto?.stop())

describe('a platform on EKS', () => {
  it('plans what is missing, and changes nothing', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['plan', ...STACK_PHASES, '--json'])
    expect(exit, stdout + stderr).toBe(0)
    const plan = json<PlanJson>()
    expect(states(plan)).toEqual(Object.fromEntries(STACK_STEPS.map((id) => [id, 'absent'])))
    const network = plan.steps.find(({id}) => id === 'networking/network')
    expect(network?.changes).toContain('+ aws_vpc.this')
    expect(network?.changes.at(-1)).toMatch(/^\d+ to add, 0 to change, 0 to destroy$/)
    expect(network?.commands).toEqual(['terraform -chdir=terraform/dev/network apply'])
    expect(plan.steps.find(({id}) => id === 'control-plane/eks')?.changes.join(' ')).toContain('the EKS cluster acme-dev')
    expect(await vpcs()).toEqual([])
  })

  it('is built, with steps that need an API server left out and said so', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const {phases} = json<{phases: {id: string; steps: {id: string; result: string}[]}[]}>()
    const results = Object.fromEntries(phases.flatMap(({steps}) => steps.map(({id, result}) => [id, result])))
    expect(results).toMatchObject({...Object.fromEntries(STACK_STEPS.map((id) => [id, 'applied'])), 'control-plane/identity': 'skipped', 'node-pools/storage-class': 'skipped'})
    expect(stdout).toContain('an emulator runs no API server')
  })

  it('stands as kp.yaml says', async () => {
    const [vpc, ...others] = await vpcs()
    expect(others).toEqual([])
    expect(vpc?.CidrBlock).toBe('10.20.0.0/16')
    const ec2 = await platform.clients.ec2()
    const of = {Filters: [{Name: 'vpc-id', Values: [vpc?.VpcId ?? '']}]}
    const {Subnets = []} = await ec2.send(new DescribeSubnetsCommand(of))
    const subnetsWith = (key: string) => Subnets.filter(({Tags = []}) => Tags.some(({Key, Value}) => Key === key && Value === '1'))
    expect(subnetsWith('kubernetes.io/role/internal-elb').map(({AvailabilityZone = ''}) => AvailabilityZone).toSorted()).toEqual(['eu-central-1a', 'eu-central-1b', 'eu-central-1c'])
    expect(subnetsWith('kubernetes.io/role/elb')).toHaveLength(3)
    const {NatGateways = []} = await ec2.send(new DescribeNatGatewaysCommand({Filter: of.Filters}))
    expect(NatGateways.filter(({State}) => State === 'available')).toHaveLength(3)
    // Each private subnet has a table of its own that leads to the NAT gateway of its zone.
    const {RouteTables = []} = await ec2.send(new DescribeRouteTablesCommand(of))
    for (const {SubnetId, AvailabilityZone} of subnetsWith('kubernetes.io/role/internal-elb')) {
      const table = RouteTables.find(({Associations = []}) => Associations.some((one) => one.SubnetId === SubnetId))
      const nat = NatGateways.find(({NatGatewayId}) => NatGatewayId === table?.Routes?.find(({DestinationCidrBlock}) => DestinationCidrBlock === '0.0.0.0/0')?.NatGatewayId)
      expect(Subnets.find((one) => one.SubnetId === nat?.SubnetId)?.AvailabilityZone).toBe(AvailabilityZone)
    }
    const eks = await platform.clients.eks()
    const {cluster} = await eks.send(new DescribeClusterCommand({name: 'acme-dev'}))
    expect(cluster).toMatchObject({version: '1.35', status: 'ACTIVE', resourcesVpcConfig: {endpointPrivateAccess: true, endpointPublicAccess: false}})
    expect(cluster?.encryptionConfig?.[0]?.resources).toEqual(['secrets'])
    expect((await eks.send(new ListNodegroupsCommand({clusterName: 'acme-dev'}))).nodegroups?.toSorted()).toEqual(['general', 'spot', 'storage'])
    const {nodegroup} = await eks.send(new DescribeNodegroupCommand({clusterName: 'acme-dev', nodegroupName: 'spot'}))
    expect(nodegroup).toMatchObject({capacityType: 'SPOT', scalingConfig: {minSize: 0, maxSize: 20}, taints: [{key: 'spot', value: 'true', effect: 'NO_SCHEDULE'}], labels: {'kp.dev/node-pool': 'spot'}})
  })

  it('has nothing left to do', async () => {
    const {exit, stdout, json} = await platform.kp(['plan', ...STACK_PHASES, '--exit-code', '--json'])
    expect(states(json<PlanJson>()), stdout).toEqual(Object.fromEntries(STACK_STEPS.map((id) => [id, 'satisfied'])))
    expect(exit).toBe(0)
  })

  it('keeps states and outputs on this machine, and nothing of them in the repository', () => {
    const folder = join(platform.root, '.kp', 'environments', 'dev', 'terraform')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tfstate')).toSorted()).toEqual(['eks.tfstate', 'iam.tfstate', 'network.tfstate', 'node-groups.tfstate', 'pod-roles.tfstate'])
    expect(JSON.parse(readFileSync(join(folder, 'eks.outputs.json'), 'utf8'))).toMatchObject({cluster_name: 'acme-dev'})
    expect(existsSync(join(platform.root, 'terraform.tfstate'))).toBe(false)
  })

  it('tells of a tag that somebody changed, by resource and field, and puts back that alone', async () => {
    const [vpc] = await vpcs()
    await (await platform.clients.ec2()).send(new CreateTagsCommand({Resources: [vpc?.VpcId ?? ''], Tags: [{Key: 'Name', Value: 'theirs'}]}))
    const plan = (await platform.kp(['plan', ...STACK_PHASES, '--json'])).json<PlanJson>()
    expect(states(plan)).toMatchObject({'networking/network': 'drifted', 'networking/iam': 'satisfied', 'control-plane/eks': 'satisfied'})
    const network = plan.steps.find(({id}) => id === 'networking/network')
    expect(network?.changes).toEqual(['~ aws_vpc.this', '    tags.Name: theirs -> acme-dev', '0 to add, 1 to change, 0 to destroy (1 changed outside of kp)'])
    const {exit, stdout, stderr, events} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const changed = events().filter(({event, data}) => event === 'tool.started' && data?.['mutates'] === true)
    expect(changed.map(({step}) => step)).toEqual(['networking/network'])
    expect((await vpcs())[0]?.Tags?.find(({Key}) => Key === 'Name')?.Value).toBe('acme-dev')
  })

  it('never destroys the network for a changed kp.yaml', async () => {
    platform.rewrite({...WITH_DNS, network: {vpcCidr: '10.30.0.0/16'}})
    const {exit, json} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
    platform.rewrite(WITH_DNS)
    expect(exit).toBe(7)
    expect(JSON.stringify(json())).toContain('aws_vpc.this')
    expect(await vpcs()).toHaveLength(1)
  })

  it('refuses credentials of another account before it looks at anything', async () => {
    platform.rewrite({...WITH_DNS, provider: {type: 'eks', region: 'eu-central-1', account: '999999999999'}})
    const {exit, json} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
    platform.rewrite(WITH_DNS)
    expect(exit).toBe(7)
    expect(json()).toMatchObject({code: 'WRONG_ACCOUNT', message: expect.stringContaining('123456789012') as string})
  })

  it('says that there are no credentials', async () => {
    const {exit, json} = await platform.kp(['plan', ...STACK_PHASES, '--json'], {AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: ''})
    expect(exit).toBe(4)
    expect(json()).toMatchObject({code: 'CREDENTIALS_MISSING'})
  })

  it('says that nothing answers for AWS', async () => {
    const {exit, json} = await platform.kp(['plan', ...STACK_PHASES, '--json'], {AWS_ENDPOINT_URL: 'http://127.0.0.1:9'})
    expect(exit).toBe(5)
    expect(json()).toMatchObject({message: expect.stringContaining('http://127.0.0.1:9') as string})
  })
})

describe('kp destroy', () => {
  beforeAll(async () => {
    const {clients} = platform
    const network = await networkOf(clients)
    tagged = await plantTagged(clients, network)
    untagged = await plantUntagged(clients, network)
    strangers = await plantStrangers(clients, network)
    lost = await plantLost(clients)
    foreign = await plantForeign(clients)
    zone = await plantRecords(clients)
    // What kp writes down while the cluster answers: no emulator has volumes of a cluster.
    appendFileSync(join(platform.root, '.kp', 'environments', 'dev', 'terraform', 'ledger.jsonl'), `${JSON.stringify({at: '2026-11-28T12:00:00Z', event: 'seen', id: untagged['volume'], what: 'the volume of PersistentVolume pvc-2', retained: false})}\n`)
  })

  it('wants the name of the cluster', async () => {
    expect((await platform.kp(['destroy', '--yes', '--json'])).exit).toBe(7)
    expect((await platform.kp(['destroy', '--yes', '--confirm', 'acme-prod', '--json'])).exit).toBe(7)
    expect(await vpcs()).toHaveLength(1)
  })

  it('makes no last backup where nothing could make one, and leaves everything', async () => {
    const {exit, json} = await platform.kp(['destroy', ...SURE, '--last-backup'])
    expect(exit).toBe(7)
    expect(JSON.stringify(json())).toContain('no last backup can be made')
    expect(await vpcs()).toHaveLength(1)
  })

  it('takes away what the cluster made, then the stacks, and leaves the network while strangers are in it', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE])
    expect(exit, stdout.slice(-3000) + stderr).toBe(1)
    const result = RESULT_SCHEMAS.destroy.strict().parse(json())
    expect(result.destroyed.map(({stack}) => stack)).toEqual(['node-groups', 'pod-roles', 'eks', 'iam'])
    expect(result.unseen).toEqual([])
    const removed = result.removed.map(({id}) => id)
    for (const [what, id] of Object.entries({...tagged}).concat(Object.entries({...untagged}))) expect(removed, `${what} ${id}`).toContain(id)
    expect(removed.filter((id) => id.endsWith('demo.example.com.'))).toHaveLength(2)
    expect(new Set(removed).size).toBe(removed.length)
    expect(result.saved).toBeGreaterThan(400)
    const left = Object.fromEntries(result.left.map((one) => [one.id, one]))
    expect(left[strangers?.['machine'] ?? '']).toMatchObject({kind: 'instance', monthly: 72.88, holdsNetwork: true, remove: `aws ec2 terminate-instances --instance-ids ${strangers?.['machine']}`})
    expect(left[strangers?.['group'] ?? '']).toMatchObject({kind: 'security group', monthly: 0, holdsNetwork: true})
    expect(left[lost?.['key'] ?? '']).toMatchObject({kind: 'KMS key', monthly: 1, holdsNetwork: false})
    expect(left[lost?.['role'] ?? '']).toMatchObject({kind: 'role', monthly: 0})
    expect(await vpcs()).toHaveLength(1)
    expect((await (await platform.clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual([])
  })

  it('leaves nothing of what it took away, and everything of others', async () => {
    const ec2 = await platform.clients.ec2()
    const volumes = ((await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []).map(({VolumeId}) => VolumeId)
    expect(volumes).not.toContain(tagged?.['volume'])
    expect(volumes).not.toContain(untagged?.['volume'])
    expect(volumes).toEqual(expect.arrayContaining([foreign?.['volume'], foreign?.['theirs']]))
    const groups = ((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map(({GroupId}) => GroupId)
    expect(groups).toContain(foreign?.['group'])
    for (const gone of [tagged?.['group'], tagged?.['other group'], untagged?.['group']]) expect(groups).not.toContain(gone)
    expect((await (await platform.clients.sqs()).send(new ListQueuesCommand({}))).QueueUrls).toEqual([foreign?.['queue']])
    expect((await (await platform.clients.logs()).send(new DescribeLogGroupsCommand({}))).logGroups?.map(({logGroupName}) => logGroupName)).toContain(foreign?.['logs'])
    expect((await (await platform.clients.iam()).send(new GetRoleCommand({RoleName: foreign?.['role'] ?? ''}))).Role?.RoleName).toBe('acme-dev-app')
    expect(await records()).toEqual(['theirs.example.com.', 'www.example.com.'])
  })

  it('goes on where it is once the strangers are gone, and ends with nothing left', async () => {
    const ec2 = await platform.clients.ec2()
    await ec2.send(new TerminateInstancesCommand({InstanceIds: [strangers?.['machine'] ?? '']}))
    await ec2.send(new DeleteSecurityGroupCommand({GroupId: strangers?.['group'] ?? ''}))
    await (await platform.clients.kms()).send(new ScheduleKeyDeletionCommand({KeyId: lost?.['key'] ?? ''}))
    await (await platform.clients.iam()).send(new DeleteRoleCommand({RoleName: lost?.['role'] ?? ''}))
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE])
    expect(exit, holders(json()) + stdout.slice(-3000) + stderr).toBe(0)
    expect(json<DestroyResult>()).toMatchObject({destroyed: [{stack: 'network'}], removed: [], left: []})
    expect(await vpcs()).toEqual([])
    expect(existsSync(join(platform.root, '.kp', 'environments', 'dev', 'terraform', 'ledger.jsonl'))).toBe(false)
  })

  it('finds nothing more', async () => {
    const {exit, json} = await platform.kp(['destroy', ...SURE])
    expect(exit).toBe(0)
    expect(json()).toMatchObject({destroyed: [], removed: [], left: [], saved: 0})
  })
})
