/** Kills a kp that works on AWS again and again, each time the one that goes on. */
import {DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import type {Vpc} from '@aws-sdk/client-ec2'
import {expect} from 'vitest'
import type {AwsPlatform} from './aws.ts'
import {killAt} from './kill.ts'
import type {Moment} from './kill.ts'
import type {Moto} from './moto.ts'
import type {TestPlatform} from './platform.ts'
import type {Chance} from './random.ts'
import type {KpResult} from './run-kp.ts'

/** How many moments. */
export const MOMENTS = Number(process.env['KP_KILLS'] ?? 10)

/** The networks of the platform. */
export async function vpcsOf(platform: AwsPlatform): Promise<Vpc[]> {
  return (await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? []
}

/** What is killed again and again, and what must be true when it has come to its end. */
export interface Hunt {
  moto: Moto
  luck: Chance
  args: string[]
  make(): Promise<AwsPlatform>
  moment(): Moment
  ended(platform: AwsPlatform, last: KpResult): Promise<void>
}

/** Kills kp until it was killed often enough, each time the one that goes on; what came to its end before is made anew. @returns how often it was killed */
export async function hunt({moto, luck, args, make, moment, ended}: Hunt): Promise<number> {
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
