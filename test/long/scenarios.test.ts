/**
 * Every scenario: started, named first by the diagnosis, healed by the printed fix as printed, stopped.
 * KP_SCENARIOS names some of them, KP_AT_ONCE says how many are played at once, KP_TEST_SHARED names a folder in which the
 * labs of all of them stay for the next run.
 */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import {expectNothingLeft, expectSilence, keepInGit, OTHER_NAMES, play, SCENARIOS} from '../helpers/scenarios.ts'
import type {Part, PlayOptions} from '../helpers/scenarios.ts'
import {groupByNeeds, roundsOf} from '../helpers/scenario-labs.ts'

const ONLY = (process.env['KP_SCENARIOS'] ?? '').split(',').filter((name) => name !== '')
const KEPT_IN = process.env['KP_TEST_SHARED']
const isChosen = ({name}: Scenario): boolean => ONLY.length === 0 || ONLY.includes(name)
const labs = KEPT_IN === undefined ? groupByNeeds(SCENARIOS.filter((one) => isChosen(one))) : groupByNeeds(SCENARIOS).map((lab) => ({...lab, scenarios: lab.scenarios.filter((one) => isChosen(one))})).filter(({scenarios}) => scenarios.length > 0)
/** As many as there are other names, or fewer: with 1 each is alone. */
const AT_ONCE = Number(process.env['KP_AT_ONCE'] ?? OTHER_NAMES.length)
const namesOf = (parts: Part[]): string => parts.map(({scenario}) => scenario.name).join(' and ')

test('every scenario finds a platform to run on', () => {
  expect(labs.flatMap(({scenarios}) => scenarios.map(({name}) => name)).toSorted()).toEqual(SCENARIOS.filter((one) => isChosen(one)).map(({name}) => name).toSorted())
})

describe.each(labs)('on a lab with $title', ({name, spec, scenarios}) => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({name, spec, build: KEPT_IN === undefined ? 'fresh' : 'shared'})
    await keepInGit(platform)
  }, 900_000)

  afterAll(() => platform?.close(), 60_000)

  async function playWhole(parts: Part[], options: PlayOptions = {}): Promise<void> {
    const {codes, times} = await play(platform, parts, options)
    await expectSilence(platform)
    process.stderr.write(`${namesOf(parts)}: ${codes.join(' and ')} (seconds: ${times})\n`)
  }

  test('a healthy lab has nothing to diagnose', async () => {
    await expectNothingLeft(platform)
  }, 60_000)

  const rounds = roundsOf(scenarios, AT_ONCE).map((parts) => ({parts, title: namesOf(parts)}))

  // Several that do not touch each other: each comes before all that follows from any of them. The first has its own names.
  test.each(rounds)('$title', ({parts: [first, ...others]}) => playWhole([{scenario: (first as Part).scenario}, ...others]), 300_000)

  describe("with other names and kp's labels stripped", () => {
    test.each(rounds)('$title', ({parts}) => playWhole(parts, {strip: true}), 300_000)

    test('the labels come back', async () => {
      await platform.kpOk(['up', '--yes'])
      await expectNothingLeft(platform)
    }, 180_000)
  })
})
