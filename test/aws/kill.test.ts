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
import type {Moment} from '../helpers/kill.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'
import {networkOf, plantTagged} from '../helpers/orphans.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import type {Chance} from '../helpers/random.ts'
import type {KpResult} from '../helpers/run-kp.ts'

const MOMENTS = Number(process.env['KP_KILLS'] ?? 10)
const UP = ['up', ...STACK_PHASES, '--yes', '--json']

let moto: Moto
const vpcs = async (platform: AwsPlatform) => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])

beforeAll(async () => {
  moto = await startMoto()
})
afterAll(() => moto?.stop())

/** What is killed again and again, and what must be true when it has come to its end. */
interface Hunt {
  luck: Chance
  args: string[]
  make(): Promise<AwsPlatform>
  moment(): Moment
  ended(platform: AwsPlatform, last: KpResult): Promise<void>
}

/** Kills kp until it was killed often enough, each time the one that goes on; what came to its end before is made anew. @returns how often it was killed */
async function hunt({luck, args, make, moment, ended}: Hunt): Promise<number> {
  let kills = 0
  for (let round = 0; kills < MOMENTS && round < MOMENTS; round++) {
    await moto.reset()
    const platform = await make()
    let last: KpResult | undefined
    while (last === undefined) {
      if (kills === MOMENTS) last = await platform.kp(args)
      else {
        const {line, hit, result} = await killAt(platform as unknown as TestPlatform, args, moment(), 'kp', luck)
        console.log(line.slice(0, 200))
        if (hit) kills++
        else last = result
      }
    }
    expect(last.exit, last.stdout.slice(-3000) + last.stderr).toBe(0)
    await ended(platform, last)
  }
  return kills
}

describe('kp that is killed while terraform applies', () => {
  it(`goes on, and ends where an undisturbed one does: ${MOMENTS} moments`, async () => {
    const luck = chance(printedSeed('test/aws/kill'))
    const kills = await hunt({
      luck, args: UP,
      make: () => makeAwsPlatform(moto),
      moment: () => (luck.below(3) === 0 ? {event: 'tool.started', nth: 1 + luck.below(10), after: [0, 1000]} : {event: 'step.started', after: [0, 4000]}),
      async ended(platform) {
        expect(await vpcs(platform)).toHaveLength(1)
        expect((await (await platform.clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual(['acme-dev'])
        const {exit, stdout} = await platform.kp(['plan', ...STACK_PHASES, '--exit-code', '--json'])
        expect(exit, stdout.slice(-3000)).toBe(0)
        // What somebody made twice would be here, and in no state.
        const look = await platform.kp(['destroy', '--yes', '--confirm', 'acme-dev', '--json'])
        expect(look.exit, look.stdout.slice(-3000)).toBe(0)
        expect(look.json()).toMatchObject({left: [], unseen: []})
      },
    })
    expect(kills).toBe(MOMENTS)
  }, 1_200_000)
})

describe('kp that is killed while it takes a platform down', () => {
  it(`goes on, and leaves nothing: ${MOMENTS} moments`, async () => {
    const luck = chance(printedSeed('test/aws/kill-destroy'))
    const kills = await hunt({
      luck, args: ['destroy', '--yes', '--confirm', 'acme-dev', '--json'],
      async make() {
        const platform = await makeAwsPlatform(moto)
        const up = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
        expect(up.exit, up.stdout.slice(-3000) + up.stderr).toBe(0)
        await plantTagged(platform.clients, await networkOf(platform.clients))
        return platform
      },
      moment: () => ({event: 'tool.started', nth: 1 + luck.below(12), after: [0, 2000]}),
      async ended(platform, last) {
        expect(last.json()).toMatchObject({left: [], unseen: []})
        expect(await vpcs(platform)).toEqual([])
        const {Volumes = []} = await (await platform.clients.ec2()).send(new DescribeVolumesCommand({}))
        expect(Volumes).toEqual([])
      },
    })
    expect(kills).toBe(MOMENTS)
  }, 1_200_000)
})

describe('a teardown that was killed while terraform destroyed', () => {
  it('is waited for by the next one, which then plans what is left', async () => {
    await moto.reset()
    const platform = await makeAwsPlatform(moto)
    const up = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
    expect(up.exit, up.stdout.slice(-3000) + up.stderr).toBe(0)
    const down = ['destroy', '--yes', '--confirm', 'acme-dev', '--json']
    const {hit, line} = await killAt(platform as unknown as TestPlatform, down, {event: 'step.progress', step: 'destroy/network', after: [0, 0]}, 'kp', chance(1))
    expect(hit, line).toBe(true)
    const {exit, stdout, stderr, events, json} = await platform.kp(down)
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(events().map(({event}) => event)).toContain('leftover.waiting')
    expect(json()).toMatchObject({left: [], unseen: []})
    expect(await vpcs(platform)).toEqual([])
    const {runs} = (await platform.kp(['history', '--json'])).json<{runs: {command: string; result: string}[]}>()
    expect(runs.filter(({command}) => command === 'kp destroy').map(({result}) => result)).toContain('killed')
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
