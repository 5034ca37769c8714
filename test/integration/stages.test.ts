/** A seeded sample of test/long/stages.test.ts: without a stage exactly checks that are marked simulated change. */
import {beforeAll, expect, it} from 'vitest'
import {allStages, NOT_ABOUT_HEALTH, ONLY_WITH_LATER_PHASES} from '../helpers/known-stages.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {changed, settledVerdicts, stagesOf, withoutStages} from '../helpers/stage-truth.ts'
import type {Verdict} from '../helpers/stage-truth.ts'

/** Losing the nodes takes a minute; the long test does it. */
const quick = allStages().filter(({name, kind}) => NOT_ABOUT_HEALTH[name] === undefined && ONLY_WITH_LATER_PHASES[name] === undefined && kind !== 'Node')
const {shuffle, seed} = chance(printedSeed('stages that are taken away'))
let platform: TestPlatform
let baseline: Map<string, Verdict>
let chosen: typeof quick

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
  const there = await stagesOf(platform)
  chosen = shuffle(quick.filter(({name}) => there.has(name))).slice(0, 2)
  baseline = await settledVerdicts(platform)
}, 300_000)

it.each([0, 1])('without stage %i of the sample only checks marked simulated change', {timeout: 240_000}, async (index) => {
  const stage = chosen[index]
  if (stage === undefined) throw new Error('the platform has no stages')
  const what = `without ${stage.name} (KP_TEST_SEED=${seed})`
  const different = changed(baseline, await withoutStages(platform, [stage], baseline))
  expect(different, `${what} no check changes`).not.toEqual([])
  expect(different.filter((id) => baseline.get(id)?.simulated !== true), `${what} checks change that are not marked simulated`).toEqual([])
})

it('leaves a platform to which nothing has to be done', async () => {
  await platform.kpOk(['plan', '--exit-code'])
})
