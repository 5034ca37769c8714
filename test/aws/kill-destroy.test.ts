/** A kp that is killed while it takes a platform down: the next run waits for its terraform, and leaves nothing. */
import {DescribeVolumesCommand} from '@aws-sdk/client-ec2'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {hunt, MOMENTS, vpcsOf} from '../helpers/aws-hunt.ts'
import {makeAwsPlatform, startCloud} from '../helpers/aws.ts'
import type {Cloud} from '../helpers/aws.ts'
import {networkOf, plantTagged} from '../helpers/orphans.ts'
import {chance, printedSeed} from '../helpers/random.ts'

let moto: Cloud

beforeAll(async () => {
  moto = await startCloud({applies: false})
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
      moment: () => ({event: 'tool.started', nth: 1 + luck.below(8), after: [0, 2000]}),
      async ended(platform, last) {
        expect(last.json()).toMatchObject({left: [], unseen: []})
        expect(await vpcsOf(platform)).toEqual([])
        const {Volumes = []} = await (await platform.clients.ec2()).send(new DescribeVolumesCommand({}))
        expect(Volumes).toEqual([])
      },
    })
    expect(kills).toBe(MOMENTS)
  }, 2_400_000)
})
