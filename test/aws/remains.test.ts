/** What a cluster leaves in an account, without Terraform: found by tag, name, ledger and network; taken away; or named. */
import {mkdtempSync} from 'node:fs'
import {join} from 'node:path'
import * as ec2sdk from '@aws-sdk/client-ec2'
import {CreateClusterCommand, DeleteClusterCommand} from '@aws-sdk/client-eks'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../src/context.ts'
import {sweep} from '../../src/operations/destroy/sweep.ts'
import type {Memory} from '../../src/operations/destroy/memory.ts'
import {openClients} from '../../src/providers/aws/clients.ts'
import type {AwsClients} from '../../src/providers/aws/clients.ts'
import {createEksProvider} from '../../src/providers/aws/provider.ts'
import type {Remainder, Remains} from '../../src/providers/aws/remains/find.ts'
import type {AwsProvider} from '../../src/providers/aws/types.ts'
import {noteLine, noteSeen, readLedger} from '../../src/checks/terraform/ledger.ts'
import {eksSpec} from '../helpers/eks.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'
import {plantForeign, plantLost, plantRecords, plantStrangers, plantTagged, plantUntagged} from '../helpers/orphans.ts'
import type {Planted, PlatformNetwork} from '../helpers/orphans.ts'
import {keptFolder} from '../helpers/temp.ts'

const OWN = [{Key: 'kp:platform', Value: 'acme'}, {Key: 'kp:environment', Value: 'dev'}, {Key: 'kp:stack', Value: 'network'}]
const spec = eksSpec({phases: {ingress: {externalDns: {enabled: true}}}})

const kept = keptFolder()

let moto: Moto
let clients: AwsClients
let aws: AwsProvider
let folder: string
let network: PlatformNetwork
let memory: Memory

beforeAll(async () => {
  moto = await startMoto()
  clients = openClients({region: 'eu-central-1', env: moto.env})
})
afterAll(() => moto?.stop())

/** A network and a cluster as kp's stacks make them. */
beforeEach(async () => {
  await moto.reset()
  folder = mkdtempSync(join(kept, 'env-'))
  if (spec.provider.type !== 'eks') throw new Error('not on EKS')
  aws = createEksProvider({spec, settings: spec.provider, env: moto.env, folder, cacheDir: folder})
  const ec2 = await clients.ec2()
  const tags = (ResourceType: ec2sdk.ResourceType, more: ec2sdk.Tag[] = []) => ({TagSpecifications: [{ResourceType, Tags: [...OWN, ...more]}]})
  const {Vpc} = await ec2.send(new ec2sdk.CreateVpcCommand({CidrBlock: '10.20.0.0/16', ...tags('vpc')}))
  const vpc = Vpc?.VpcId ?? ''
  const subnets: string[] = []
  for (const [index, zone] of ['a', 'b'].entries()) {
    const {Subnet} = await ec2.send(new ec2sdk.CreateSubnetCommand({VpcId: vpc, CidrBlock: `10.20.${index}.0/24`, AvailabilityZone: `eu-central-1${zone}`, ...tags('subnet', [{Key: 'karpenter.sh/discovery', Value: 'acme-dev'}])}))
    subnets.push(Subnet?.SubnetId ?? '')
  }
  network = {vpc, subnets}
  await (await clients.eks()).send(new CreateClusterCommand({name: 'acme-dev', version: '1.35', roleArn: 'arn:aws:iam::123456789012:role/acme-dev-cluster', resourcesVpcConfig: {subnetIds: subnets}, tags: {'kp:platform': 'acme', 'kp:environment': 'dev'}}))
  const issuer = (await aws.cluster())?.issuer
  memory = {vpc, ...(issuer === undefined ? {} : {issuer})}
})

const ctx = (): PlatformContext =>
  ({
    spec, aws, provider: aws, dryRun: false,
    clock: {now: () => Date.now(), sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50)))},
    stopping: () => false, emit: () => undefined, change: (_what: unknown, act: () => Promise<unknown>) => act(),
  }) as unknown as PlatformContext
const look = async (): Promise<Remains> => aws.remains({platform: 'acme', environment: 'dev', cluster: 'acme-dev', vpc: network.vpc, issuer: memory.issuer, zones: ['example.com'], ledger: readLedger(aws.stacksFolder)})
const byId = ({found}: Remains): Map<string, Remainder> => new Map(found.map((one) => [one.id, one]))
const sweepAll = (when: 'before' | 'after') => sweep(ctx(), {memory, when, keeps: () => false})

describe('what is in the account', () => {
  it('is told apart: of the cluster, of kp, of nobody that can be told, and of others', async () => {
    const [tagged, untagged, strangers, lost, foreign]: Planted[] = [await plantTagged(clients, network), await plantUntagged(clients, network), await plantStrangers(clients, network), await plantLost(clients), await plantForeign(clients)]
    await plantRecords(clients)
    noteSeen(aws.stacksFolder, {id: untagged?.['volume'] ?? '', what: 'the volume of PersistentVolume pvc-2', retained: false}, Date.now())
    const remains = await look()
    expect(remains.unseen).toEqual([])
    const found = byId(remains)
    for (const [what, id] of [...Object.entries(tagged ?? {}), ...Object.entries(untagged ?? {})]) expect(found.get(id), `${what} ${id}`).toMatchObject({maker: 'cluster'})
    for (const [what, id] of Object.entries(strangers ?? {})) expect(found.get(id), `${what} ${id}`).toMatchObject({maker: 'unknown', because: `in the network ${network.vpc}`})
    for (const id of [...Object.values(lost ?? {}), network.vpc, ...network.subnets, 'acme-dev']) expect(found.get(id), id).toMatchObject({maker: 'kp'})
    for (const id of Object.values(foreign ?? {})) expect(found.get(id), id).toBeUndefined()
    expect(remains.found.filter(({kind}) => kind === 'DNS record').map(({id}) => id)).toEqual(['A demo.example.com.', 'TXT kp-a-demo.example.com.'])
    // Each has its price, and a command for those who take it away by hand.
    expect(found.get(tagged?.['volume'] ?? '')).toMatchObject({name: 'pvc-1', monthly: 9.6, remove: `aws ec2 delete-volume --volume-id ${tagged?.['volume']}`})
    expect(found.get(tagged?.['balancer'] ?? '')?.monthly).toBeCloseTo(19.71)
    expect(found.get(tagged?.['address'] ?? '')?.monthly).toBe(3.65)
    expect(found.get('acme-dev')?.monthly).toBe(73)
    for (const {id, remove, kind} of remains.found) if (kind !== 'DNS record' && kind !== 'other') expect(remove, kind).toContain(id)
  })

  it('goes where the cluster made it: twice, before the machines and after the control plane', async () => {
    const [tagged, untagged, strangers, foreign]: Planted[] = [await plantTagged(clients, network), await plantUntagged(clients, network), await plantStrangers(clients, network), await plantForeign(clients)]
    await plantRecords(clients)
    noteSeen(aws.stacksFolder, {id: untagged?.['volume'] ?? '', what: 'the volume of PersistentVolume pvc-2', retained: false}, Date.now())
    const first = (await sweepAll('before')).map(({kind}) => kind)
    expect(first).toEqual(expect.arrayContaining(['instance', 'load balancer', 'classic load balancer', 'target group', 'network interface', 'security group', 'snapshot', 'launch template', 'address', 'DNS record', 'queue', 'key pair']))
    expect(first).not.toContain('volume')
    await (await clients.eks()).send(new DeleteClusterCommand({name: 'acme-dev'}))
    expect((await sweepAll('after')).map(({kind}) => kind)).toEqual(expect.arrayContaining(['volume', 'log group', 'OIDC provider']))
    const left = byId(await look())
    for (const id of [...Object.values(tagged ?? {}), ...Object.values(untagged ?? {})]) expect(left.get(id), id).toBeUndefined()
    for (const id of Object.values(strangers ?? {})) expect(left.get(id), id).toMatchObject({maker: 'unknown'})
    // Nor the groups that AWS made for classic load balancers.
    expect([...left.values()].filter(({name = ''}) => name.startsWith('default_elb_'))).toEqual([])
    const {Volumes = []} = await (await clients.ec2()).send(new ec2sdk.DescribeVolumesCommand({}))
    expect(Volumes.map(({VolumeId}) => VolumeId)).toEqual(expect.arrayContaining([foreign?.['volume'], foreign?.['theirs']]))
    // Once more changes nothing.
    expect(await sweepAll('after')).toEqual([])
  })

  it('is found by the ledger where a state was lost before it was written, and a volume that is to be kept stays', async () => {
    const ec2 = await clients.ec2()
    const address = (await ec2.send(new ec2sdk.AllocateAddressCommand({Domain: 'vpc'}))).AllocationId ?? ''
    const gone = (await ec2.send(new ec2sdk.AllocateAddressCommand({Domain: 'vpc'}))).AllocationId ?? ''
    const volume = (await ec2.send(new ec2sdk.CreateVolumeCommand({AvailabilityZone: 'eu-central-1a', Size: 10, TagSpecifications: [{ResourceType: 'volume', Tags: [{Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned'}]}]}))).VolumeId ?? ''
    const now = Date.parse('2026-11-28T12:00:00Z')
    noteLine(aws.stacksFolder, 'network', `aws_eip.nat["eu-central-1a"]: Creation complete after 1s [id=${address}]`, now)
    noteLine(aws.stacksFolder, 'network', `aws_eip.nat["eu-central-1b"]: Creation complete after 1s [id=${gone}]`, now)
    noteLine(aws.stacksFolder, 'network', 'aws_eip.nat["eu-central-1b"]: Destruction complete after 0s', now)
    noteSeen(aws.stacksFolder, {id: volume, what: 'the volume of PersistentVolume pvc-3', retained: true}, now)
    expect(await sweepAll('after')).toEqual([])
    const found = byId(await look())
    expect(found.get(address)).toMatchObject({maker: 'kp', because: `kp's ledger: made as aws_eip.nat["eu-central-1a"] on 2026-11-28`, monthly: 3.65})
    expect(found.get(gone)).toBeUndefined()
    expect(found.get(volume)).toMatchObject({maker: 'unknown', because: "kp's ledger: the volume of PersistentVolume pvc-3, to be kept (Retain)"})
  })
})
