/** A kp that is killed in the middle of an apply: the next run waits for its terraform, and ends where an undisturbed one does. */
import {ListClustersCommand} from '@aws-sdk/client-eks'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {hunt, MOMENTS, vpcsOf} from '../helpers/aws-hunt.ts'
import {makeAwsPlatform, STACK_PHASES, startCloud} from '../helpers/aws.ts'
import type {Cloud} from '../helpers/aws.ts'
import {chance, printedSeed} from '../helpers/random.ts'

let moto: Cloud

beforeAll(async () => {
  moto = await startCloud({applies: false})
})
afterAll(() => moto?.stop())

describe('kp that is killed while terraform applies', () => {
  it(`goes on, and ends where an undisturbed one does: ${MOMENTS} moments`, async () => {
    const luck = chance(printedSeed('test/aws/kill'))
    const kills = await hunt({
      moto, luck, args: ['up', ...STACK_PHASES, '--yes', '--json'],
      make: () => makeAwsPlatform(moto),
      moment: () => (luck.below(3) === 0 ? {event: 'tool.started', nth: 1 + luck.below(10), after: [0, 1000]} : {event: 'step.started', after: [0, 4000]}),
      async ended(platform) {
        expect(await vpcsOf(platform)).toHaveLength(1)
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
  }, 2_400_000)
})
