import {readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildToEnd, expectSame, openReference, openVictim} from '../helpers/converge.ts'
import type {Victim} from '../helpers/converge.ts'
import {KILL_KINDS, killAt, killHalfInstalled, RELEASES, whenHelmSays} from '../helpers/kill.ts'
import type {KillKind, KillReport, Moment} from '../helpers/kill.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'
import type {Traces} from '../helpers/traces.ts'

// A sample of test/long/kills.test.ts.
const chance = chanceOf(printedSeed('kills'))
let reference: Traces
let victim: Victim

beforeAll(async () => {
  const built = await openReference()
  reference = built.traces
  await built.victim.platform.close()
  victim = await openVictim()
}, 240_000)

afterAll(() => victim?.platform.close(), 60_000)

async function tryToKill(moment: Moment, kind: KillKind): Promise<KillReport> {
  const killed = await killAt(victim.platform, ['up', '--yes', '--json'], moment, kind, chance, victim.env)
  process.stdout.write(`  ${killed.line}\n`)
  return killed
}

async function killUp(moment: Moment, kind: KillKind): Promise<void> {
  expect((await tryToKill(moment, kind)).hit).toBe(true)
}

test('kp up, killed while it renders, makes the lab, and has a release half installed, ends like a run that was never killed', async () => {
  const {platform} = victim
  for (const name of readdirSync(platform.root)) if (name !== 'kp.yaml' && name !== '.kp') rmSync(join(platform.root, name), {recursive: true})
  await killUp({event: 'step.started', step: 'prerequisites/repository', after: [0, 15]}, chance.pick(KILL_KINDS))
  await killUp({event: 'tool.started', tool: 'kwokctl', after: [0, 2000]}, chance.pick(KILL_KINDS))
  const release = chance.pick(RELEASES)
  expect((await killHalfInstalled(platform, release, (moment) => tryToKill(moment, 'tree'), [0, 50])).hit).toBe(true)
  expect(await whenHelmSays(platform, release.name, 'pending-install').ask()).toBe(true)
  await killUp({event: 'start', after: [800, 4000]}, chance.pick(KILL_KINDS))
  await buildToEnd(victim)
  await expectSame(victim, reference)
}, 300_000)
