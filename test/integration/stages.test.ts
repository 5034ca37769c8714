/** A seeded sample of test/long/stages.test.ts: without a stage exactly checks that are marked simulated change. */
import {beforeAll, expect, it} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {allStages, changed, NOT_ABOUT_HEALTH, stagesOf, verdicts, withoutStages} from '../helpers/stage-truth.ts'
import type {Verdict} from '../helpers/stage-truth.ts'

/** Losing the nodes takes a minute; the long test does it. */
const quick = allStages().filter(({name, kind}) => NOT_ABOUT_HEALTH[name] === undefined && kind !== 'Node')
const {shuffle} = chance(printedSeed('stages that are taken away'))
let platform: TestPlatform
let baseline: Map<string, Verdict>
let chosen: typeof quick

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
  const there = await stagesOf(platform)
  chosen = shuffle(quick.filter(({name}) => there.has(name))).slice(0, 2)
  baseline = await verdicts(platform)
}, 300_000)

it.each([0, 1])('without stage %i of the sample only checks marked simulated change', {timeout: 180_000}, async (index) => {
  const stage = chosen[index]
  if (stage === undefined) throw new Error('the platform has no stages')
  const different = changed(baseline, await withoutStages(platform, [stage], baseline))
  expect(different, stage.name).not.toEqual([])
  expect(different.filter((id) => baseline.get(id)?.simulated !== true), stage.name).toEqual([])
})

it('leaves a platform to which nothing has to be done', async () => {
  await platform.kpOk(['plan', '--exit-code'])
})
