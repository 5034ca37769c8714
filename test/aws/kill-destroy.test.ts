/** A kp that is killed while it takes a platform down: the next run waits for its terraform, and leaves nothing. */
import {DescribeVolumesCommand} from '@aws-sdk/client-ec2'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {hunt, MOMENTS, vpcsOf} from '../helpers/aws-hunt.ts'
import {makeAwsPlatform} from '../helpers/aws.ts'
import {killAt} from '../helpers/kill.ts'
import {startMoto} from '../helpers/moto.ts'
import type {Moto} from '../helpers/moto.ts'
import {networkOf, plantTagged} from '../helpers/orphans.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'

let moto: Moto

beforeAll(async () => {
  moto = await startMoto()
})
afterAll(() => moto?.stop())

describe('kp that is killed while it takes a platform down', () => {
  it(`goes on, and leaves nothing: ${MOMENTS} moments`, async () => {
    const luck = chance(printedSeed('test/aws/kill-destroy'))
    const kills = await hunt({
      moto, luck, args: ['destroy', '--yes', '--confirm', 'acme-dev', '--json'],
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
        expect(await vpcsOf(platform)).toEqual([])
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
    expect(await vpcsOf(platform)).toEqual([])
    const {runs} = (await platform.kp(['history', '--json'])).json<{runs: {command: string; result: string}[]}>()
    expect(runs.filter(({command}) => command === 'kp destroy').map(({result}) => result)).toContain('killed')
  })
})
