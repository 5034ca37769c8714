/** A kp that is killed in the middle of an apply: the next run waits for its terraform, and ends where an undisturbed one does. */
import {writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {CreateTagsCommand, DescribeVolumesCommand, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import {ListClustersCommand} from '@aws-sdk/client-eks'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {identifySelf} from '../../src/engine/processes.ts'
import {makeAwsPlatform, STACK_PHASES} from '../helpers/aws.ts'
import type {AwsPlatform} from '../helpers/aws.ts'
import {killAt} from '../helpers/kill.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'
import {networkOf, plantTagged} from '../helpers/orphans.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'

const MOMENTS = Number(process.env['KP_KILLS'] ?? 3)
const UP = ['up', ...STACK_PHASES, '--yes', '--json']
const STEPS = ['networking/network', 'networking/iam', 'control-plane/eks', 'control-plane/pod-roles', 'node-pools/node-groups']

let moto: Moto
const vpcs = async (platform: AwsPlatform) => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])

beforeAll(async () => {
  moto = await startMoto()
})
afterAll(() => moto?.stop())

describe('kp that is killed while terraform applies', () => {
  const luck = chance(printedSeed('test/aws/kill'))

  it.each(Array.from({length: MOMENTS}, (_, index) => index + 1))('goes on: moment %i', async () => {
    await moto.reset()
    const platform = await makeAwsPlatform(moto)
    const step = luck.pick(STEPS)
    const report = await killAt(platform as unknown as TestPlatform, UP, {event: 'step.started', step, after: [0, 6000]}, 'kp', luck)
    console.log(report.line)
    const next = await platform.kp(UP)
    expect(next.exit, next.stdout.slice(-3000) + next.stderr).toBe(0)
    expect(await vpcs(platform)).toHaveLength(1)
    expect((await (await platform.clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual(['acme-dev'])
    const {exit, stdout} = await platform.kp(['plan', ...STACK_PHASES, '--exit-code', '--json'])
    expect(exit, stdout.slice(-3000)).toBe(0)
  })
})

describe('kp that is killed while it takes a platform down', () => {
  const luck = chance(printedSeed('test/aws/kill-destroy'))
  const DESTROY = ['destroy', '--yes', '--confirm', 'acme-dev', '--json']

  it.each(Array.from({length: MOMENTS}, (_, index) => index + 1))('goes on, and leaves nothing: moment %i', async () => {
    await moto.reset()
    const platform = await makeAwsPlatform(moto)
    const up = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(up.exit, up.stdout.slice(-3000) + up.stderr).toBe(0)
    await plantTagged(platform.clients, await networkOf(platform.clients))
    const report = await killAt(platform as unknown as TestPlatform, DESTROY, {event: 'tool.started', after: [0, 12_000]}, 'kp', luck)
    console.log(report.line)
    const next = await platform.kp(DESTROY)
    expect(next.exit, next.stdout.slice(-3000) + next.stderr).toBe(0)
    expect(next.json()).toMatchObject({left: [], unseen: []})
    expect(await vpcs(platform)).toEqual([])
    const {Volumes = []} = await (await platform.clients.ec2()).send(new DescribeVolumesCommand({}))
    expect(Volumes).toEqual([])
  })
})

describe('the lock of a run whose machine died', () => {
  it('is opened by the next run of the same checkout, and by nobody else', async () => {
    await moto.reset()
    const platform = await makeAwsPlatform(moto, {infra: {backend: {type: 's3'}}})
    expect((await platform.kp(['backend', 'init', '--yes', '--json'])).exit).toBe(0)
    const first = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(first.exit, first.stdout.slice(-3000) + first.stderr).toBe(0)
    const [vpc] = await vpcs(platform)
    await (await platform.clients.ec2()).send(new CreateTagsCommand({Resources: [vpc?.VpcId ?? ''], Tags: [{Key: 'Name', Value: 'theirs'}]}))
    const Key = 'acme/dev/network/terraform.tfstate.tflock'
    const lock = {ID: '0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', Operation: 'OperationTypeApply', Info: '', Who: `root@${hostname()}`, Version: '1.11.4', Created: new Date().toISOString(), Path: `acme-123456789012-state/${Key}`}
    await (await platform.clients.s3()).send(new PutObjectCommand({Bucket: 'acme-123456789012-state', Key, Body: JSON.stringify(lock)}))
    // Without kp's own note it may be anybody's work on this machine.
    expect((await platform.kp(['up', '--only', 'networking', '--yes', '--json'])).exit).toBe(6)
    const dead = {...identifySelf(), start: '1'}
    writeFileSync(join(platform.root, '.kp', 'environments', 'dev', 'terraform', 'network', '.kp-at-work'), JSON.stringify({by: dead, since: Date.now() - 60_000}))
    const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(stdout).toContain('"event":"lock.takenOver"')
    expect((await vpcs(platform))[0]?.Tags?.find((tag) => tag.Key === 'Name')?.Value).toBe('acme-dev')
  })
})
