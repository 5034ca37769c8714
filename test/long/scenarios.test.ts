/** Every scenario: started, named first by the diagnosis, healed by the printed fix as printed, stopped. KP_SCENARIOS names some of them. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {expectNothingLeft, expectSilence, play, SCENARIOS} from '../helpers/scenarios.ts'
import type {Part, PlayOptions} from '../helpers/scenarios.ts'
import {groupByNeeds, roundsOf} from '../helpers/scenario-labs.ts'

const ONLY = (process.env['KP_SCENARIOS'] ?? '').split(',').filter((name) => name !== '')
const chosen = SCENARIOS.filter(({name}) => ONLY.length === 0 || ONLY.includes(name))
/** As many as there are other names. */
const AT_ONCE = 5
const namesOf = (parts: Part[]): string => parts.map(({scenario}) => scenario.name).join(' and ')

test('every scenario finds a platform to run on', () => {
  const grouped = groupByNeeds(chosen).flatMap(({scenarios}) => scenarios.map(({name}) => name))
  expect(grouped.toSorted()).toEqual(chosen.map(({name}) => name).toSorted())
})

describe.each(groupByNeeds(chosen))('on a lab with $title', ({name, spec, scenarios}) => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({name, spec, build: 'fresh'})
  }, 300_000)

  afterAll(() => platform?.close(), 60_000)

  async function playWhole(parts: Part[], options: PlayOptions = {}): Promise<void> {
    const {codes, seconds} = await play(platform, parts, options)
    await expectSilence(platform)
    process.stderr.write(`${namesOf(parts)}: ${codes.join(' and ')} in ${seconds} s\n`)
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
