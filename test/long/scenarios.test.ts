/** Every scenario: started, named first by the diagnosis, healed by the printed fix as printed, stopped. KP_SCENARIOS names some of them. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {expectNothingLeft, play, SCENARIOS} from '../helpers/scenarios.ts'
import {groupByNeeds} from '../helpers/scenario-labs.ts'

const ONLY = (process.env['KP_SCENARIOS'] ?? '').split(',').filter((name) => name !== '')
const chosen = SCENARIOS.filter(({name}) => ONLY.length === 0 || ONLY.includes(name))

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

  test('a healthy lab has nothing to diagnose', async () => {
    await expectNothingLeft(platform)
  }, 60_000)

  test.each(scenarios)('$name', async (scenario: Scenario) => {
    const played = await play(platform, scenario)
    await expectNothingLeft(platform)
    process.stderr.write(`${played.name}: ${played.code} in ${played.seconds} s\n`)
  }, 240_000)

  test.each(scenarios.filter(({parameters}) => Object.keys(parameters).length > 0))('$name, with other names', async (scenario: Scenario) => {
    await play(platform, scenario, {set: {namespace: 'orders-7', name: 'checkout-api'}})
    await expectNothingLeft(platform)
  }, 240_000)

  // Two that do not touch each other: each comes before all that follows from it.
  test.each(pairs(scenarios))('$first.name and $second.name at once', async ({first, second}) => {
    await platform.kpOk(['lab', 'scenario', 'start', second.name, '--yes', '--set', 'namespace=second'])
    try {
      await play(platform, first, {set: {namespace: 'first'}, beside: [second.pitfall]})
    } finally {
      await platform.kp(['lab', 'scenario', 'stop', second.name, '--yes'])
    }
    await expectNothingLeft(platform)
  }, 240_000)

  test.each(scenarios.filter(({parameters}) => Object.keys(parameters).length > 0).slice(0, 6))("$name, with kp's labels stripped", async (scenario: Scenario) => {
    await play(platform, scenario, {strip: true})
    await platform.kpOk(['up', '--yes'])
    await expectNothingLeft(platform)
  }, 240_000)
})

function pairs(scenarios: Scenario[]): {first: Scenario; second: Scenario}[] {
  const own = scenarios.filter(({parameters, resolve}) => 'namespace' in parameters && resolve.length === 0)
  return own.flatMap((first, index) => {
    const second = own[(index + 1) % own.length]
    return index % 3 === 0 && second !== undefined && second.pitfall !== first.pitfall ? [{first, second}] : []
  })
}
