/** A teardown against the emulator: by name, in order, and what the cluster itself had made is found. */
import {AllocateAddressCommand, CreateSecurityGroupCommand, CreateVolumeCommand, DeleteSecurityGroupCommand, DeleteVolumeCommand, DescribeVpcsCommand, ReleaseAddressCommand} from '@aws-sdk/client-ec2'
import {ListClustersCommand} from '@aws-sdk/client-eks'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import {makeAwsPlatform, STACK_PHASES} from '../helpers/aws.ts'
import type {AwsPlatform} from '../helpers/aws.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'

const SURE = ['--yes', '--confirm', 'acme-dev', '--json']

let moto: Moto
let platform: AwsPlatform
const vpcs = async () => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])

beforeAll(async () => {
  moto = await startMoto()
  platform = await makeAwsPlatform(moto)
  const {exit, stdout, stderr} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
  expect(exit, stdout.slice(-3000) + stderr).toBe(0)
}, 400_000)
afterAll(() => moto?.stop())

describe('kp destroy', () => {
  const planted: {volume?: string | undefined; address?: string | undefined; group?: string | undefined} = {}

  it('wants the name of the cluster', async () => {
    expect((await platform.kp(['destroy', '--yes', '--json'])).exit).toBe(7)
    expect((await platform.kp(['destroy', '--yes', '--confirm', 'acme-prod', '--json'])).exit).toBe(7)
    expect(await vpcs()).toHaveLength(1)
  })

  it('takes the stacks down and names what is left, with its cost', async () => {
    const ec2 = await platform.clients.ec2()
    const owned = [{Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned'}]
    planted.volume = (await ec2.send(new CreateVolumeCommand({AvailabilityZone: 'eu-central-1a', Size: 100, TagSpecifications: [{ResourceType: 'volume', Tags: [{Key: 'Name', Value: 'pvc-1'}, ...owned]}]}))).VolumeId
    planted.address = (await ec2.send(new AllocateAddressCommand({Domain: 'vpc', TagSpecifications: [{ResourceType: 'elastic-ip', Tags: owned}]}))).AllocationId
    // Somebody else's is not kp's business.
    await ec2.send(new CreateVolumeCommand({AvailabilityZone: 'eu-central-1a', Size: 5}))
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE])
    expect(exit, stdout.slice(-3000) + stderr).toBe(1)
    const result = RESULT_SCHEMAS.destroy.strict().parse(json())
    expect(result.destroyed.map(({stack}) => stack)).toEqual(['node-groups', 'eks', 'iam', 'network'])
    expect(result.destroyed.at(-1)?.resources).toContain('aws_vpc.this')
    expect(result.left.map(({kind, id, monthly}) => ({kind, id, monthly}))).toEqual([
      {kind: 'volume', id: planted.volume, monthly: 9.52},
      {kind: 'address', id: planted.address, monthly: 3.65},
    ])
    expect(await vpcs()).toEqual([])
    expect((await (await platform.clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual([])
  })

  it('finds nothing more once that is gone', async () => {
    const ec2 = await platform.clients.ec2()
    await ec2.send(new DeleteVolumeCommand({VolumeId: planted.volume ?? ''}))
    await ec2.send(new ReleaseAddressCommand({AllocationId: planted.address ?? ''}))
    const {exit, json} = await platform.kp(['destroy', ...SURE])
    expect(exit).toBe(0)
    expect(json()).toMatchObject({destroyed: [], left: []})
  })

  it('finds what has no tag by the network that it is in', async () => {
    const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const ec2 = await platform.clients.ec2()
    const [vpc] = await vpcs()
    planted.group = (await ec2.send(new CreateSecurityGroupCommand({GroupName: 'k8s-elb-a1b2', Description: 'made by nobody', VpcId: vpc?.VpcId ?? ''}))).GroupId
    const first = await platform.kp(['destroy', ...SURE])
    expect(first.stdout).toContain(planted.group)
    expect(first.exit).not.toBe(0)
    await ec2.send(new DeleteSecurityGroupCommand({GroupId: planted.group ?? ''}))
    const again = await platform.kp(['destroy', ...SURE])
    expect(again.exit, again.stdout.slice(-3000)).toBe(0)
    expect(await vpcs()).toEqual([])
  })
})
