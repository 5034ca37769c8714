/** What dead runs leave: a lock of a state, and a terraform that goes on. */
import {writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {CreateTagsCommand} from '@aws-sdk/client-ec2'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {identifySelf} from '../../src/engine/processes.ts'
import {vpcsOf} from '../helpers/aws-hunt.ts'
import {makeAwsPlatform, startCloud} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'
import {killAt} from '../helpers/kill.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance} from '../helpers/random.ts'

let moto: Cloud
let platform: AwsPlatform

beforeAll(async () => {
  moto = await startCloud({applies: false})
  platform = await makeAwsPlatform(moto, {infra: {backend: {type: 's3'}}})
  expect((await platform.kp(['backend', 'init', '--yes', '--json'])).exit).toBe(0)
  const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
  expect(exit, stdout.slice(-3000) + stderr).toBe(0)
})
afterAll(() => moto?.stop())

describe('the lock of a run whose machine died', () => {
  it('is opened by the next run of the same checkout, and by nobody else', async () => {
    const [vpc] = await vpcsOf(platform)
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
    expect((await vpcsOf(platform))[0]?.Tags?.find((tag) => tag.Key === 'Name')?.Value).toBe('acme-dev')
  })
})

describe('a teardown that was killed while terraform destroyed', () => {
  it('is waited for by the next one, which then plans what is left', async () => {
    const down = ['destroy', '--yes', '--confirm', 'acme-dev', '--json']
    const {hit, line} = await killAt(platform as unknown as TestPlatform, down, {event: 'step.progress', step: 'destroy/network', after: [0, 0]}, 'kp', chance(1))
    expect(hit, line).toBe(true)
    const {exit, stdout, stderr, events, json} = await platform.kp(down)
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(events().map(({event}) => event)).toContain('leftover.waiting')
    expect(json()).toMatchObject({left: [], unseen: []})
    expect(await vpcsOf(platform)).toEqual([])
    const {runs} = (await platform.kp(['history', '--json'])).json<{runs: {command: string; result: string}[]}>()
    expect(runs.filter(({command}) => command === 'kp destroy').map(({result}) => result)).toContain('killed')
  })
})
