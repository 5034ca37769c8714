/**
 * Every scenario: started, named first by the diagnosis, healed by the printed fix as printed, stopped.
 * KP_SCENARIOS names some of them; KP_TEST_SHARED a folder in which the labs of all of them stay for the next run.
 */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import {expectNothingLeft, expectSilence, play, SCENARIOS} from '../helpers/scenarios.ts'
import type {Part, PlayOptions} from '../helpers/scenarios.ts'
import {groupByNeeds, roundsOf} from '../helpers/scenario-labs.ts'

const ONLY = (process.env['KP_SCENARIOS'] ?? '').split(',').filter((name) => name !== '')
const KEPT_IN = process.env['KP_TEST_SHARED']
const isChosen = ({name}: Scenario): boolean => ONLY.length === 0 || ONLY.includes(name)
const labs = KEPT_IN === undefined ? groupByNeeds(SCENARIOS.filter((one) => isChosen(one))) : groupByNeeds(SCENARIOS).map((lab) => ({...lab, scenarios: lab.scenarios.filter((one) => isChosen(one))})).filter(({scenarios}) => scenarios.length > 0)
/** As many as there are other names. */
const AT_ONCE = 5
const namesOf = (parts: Part[]): string => parts.map(({scenario}) => scenario.name).join(' and ')

test('every scenario finds a platform to run on', () => {
  expect(labs.flatMap(({scenarios}) => scenarios.map(({name}) => name)).toSorted()).toEqual(SCENARIOS.filter((one) => isChosen(one)).map(({name}) => name).toSorted())
})

describe.each(labs)('on a lab with $title', ({name, spec, scenarios}) => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({name, spec, build: KEPT_IN === undefined ? 'fresh' : 'shared'})
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

  const rounds = roundsOf(scenarios, AT_ONCE)
  const together = new Set(rounds.filter((parts) => parts.length > 1).flatMap((parts) => parts.map(({scenario}) => scenario)))

  test.each(scenarios.filter((scenario) => !together.has(scenario)))('$name', (scenario) => playWhole([{scenario}]), 240_000)

  // Several that do not touch each other: each comes before all that follows from any of them.
  describe("with other names, several at once, kp's labels stripped", () => {
    const alone = scenarios.filter(({parameters}) => Object.keys(parameters).length === 0).map((scenario) => [{scenario}])

    test.each([...rounds, ...alone].map((parts) => ({parts, title: namesOf(parts)})))('$title', ({parts}) => playWhole(parts, {strip: true}), 240_000)

    test('the labels come back', async () => {
      await platform.kpOk(['up', '--yes'])
      await expectNothingLeft(platform)
    }, 180_000)
  })
})
