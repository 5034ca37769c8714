/** A teardown against the emulator: by name, in order, with what the cluster itself had made, and with what nobody can say whose it is. */
import {appendFileSync, existsSync} from 'node:fs'
import {join} from 'node:path'
import * as ec2sdk from '@aws-sdk/client-ec2'
import {ListClustersCommand} from '@aws-sdk/client-eks'
import {DeleteRoleCommand, GetRoleCommand} from '@aws-sdk/client-iam'
import {ScheduleKeyDeletionCommand} from '@aws-sdk/client-kms'
import {DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {ListResourceRecordSetsCommand} from '@aws-sdk/client-route-53'
import {ListQueuesCommand} from '@aws-sdk/client-sqs'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DestroyResult} from '../../src/ui/results.ts'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import {makeAwsPlatform, STACK_PHASES} from '../helpers/aws.ts'
import type {AwsPlatform} from '../helpers/aws.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'
import {networkOf, plantForeign, plantLost, plantRecords, plantStrangers, plantTagged, plantUntagged} from '../helpers/orphans.ts'
import type {Planted} from '../helpers/orphans.ts'

const SURE = ['--yes', '--confirm', 'acme-dev', '--json']
const WITH_DNS = {phases: {ingress: {externalDns: {enabled: true}}}}

let moto: Moto
let platform: AwsPlatform
let zone: string
let [tagged, untagged, strangers, lost, foreign]: Planted[] = []
const vpcs = async () => ((await (await platform.clients.ec2()).send(new ec2sdk.DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])
const holders = ({left}: Partial<DestroyResult>): string => JSON.stringify((left ?? []).filter(({holdsNetwork}) => holdsNetwork))
const records = async (): Promise<string[]> => ((await (await platform.clients.route53()).send(new ListResourceRecordSetsCommand({HostedZoneId: zone}))).ResourceRecordSets ?? []).filter(({Type}) => Type === 'A').map(({Name = ''}) => Name).toSorted()

beforeAll(async () => {
  moto = await startMoto()
  platform = await makeAwsPlatform(moto, WITH_DNS)
  const {exit, stdout, stderr} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
  expect(exit, stdout.slice(-3000) + stderr).toBe(0)
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
afterAll(() => moto?.stop())

describe('kp destroy', () => {
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
    const volumes = ((await ec2.send(new ec2sdk.DescribeVolumesCommand({}))).Volumes ?? []).map(({VolumeId}) => VolumeId)
    expect(volumes).not.toContain(tagged?.['volume'])
    expect(volumes).not.toContain(untagged?.['volume'])
    expect(volumes).toEqual(expect.arrayContaining([foreign?.['volume'], foreign?.['theirs']]))
    const groups = ((await ec2.send(new ec2sdk.DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map(({GroupId}) => GroupId)
    expect(groups).toContain(foreign?.['group'])
    for (const gone of [tagged?.['group'], tagged?.['other group'], untagged?.['group']]) expect(groups).not.toContain(gone)
    expect((await (await platform.clients.sqs()).send(new ListQueuesCommand({}))).QueueUrls).toEqual([foreign?.['queue']])
    expect((await (await platform.clients.logs()).send(new DescribeLogGroupsCommand({}))).logGroups?.map(({logGroupName}) => logGroupName)).toContain(foreign?.['logs'])
    expect((await (await platform.clients.iam()).send(new GetRoleCommand({RoleName: foreign?.['role'] ?? ''}))).Role?.RoleName).toBe('acme-dev-app')
    expect(await records()).toEqual(['theirs.example.com.', 'www.example.com.'])
  })

  it('goes on where it is once the strangers are gone, and ends with nothing left', async () => {
    const ec2 = await platform.clients.ec2()
    await ec2.send(new ec2sdk.TerminateInstancesCommand({InstanceIds: [strangers?.['machine'] ?? '']}))
    await ec2.send(new ec2sdk.DeleteSecurityGroupCommand({GroupId: strangers?.['group'] ?? ''}))
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
