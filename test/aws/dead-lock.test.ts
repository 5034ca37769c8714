/** The lock of a state whose holder is dead. */
import {writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {CreateTagsCommand} from '@aws-sdk/client-ec2'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {identifySelf} from '../../src/engine/processes.ts'
import {vpcsOf} from '../helpers/aws-hunt.ts'
import {makeAwsPlatform} from '../helpers/aws.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'

let moto: Moto

beforeAll(async () => {
  moto = await startMoto()
})
afterAll(() => moto?.stop())

describe('the lock of a run whose machine died', () => {
  it('is opened by the next run of the same checkout, and by nobody else', async () => {
    await moto.reset()
    const platform = await makeAwsPlatform(moto, {infra: {backend: {type: 's3'}}})
    expect((await platform.kp(['backend', 'init', '--yes', '--json'])).exit).toBe(0)
    const first = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(first.exit, first.stdout.slice(-3000) + first.stderr).toBe(0)
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
