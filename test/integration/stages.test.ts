/** A seeded sample of test/long/stages.test.ts: without a stage exactly checks that are marked simulated change. */
import {beforeAll, expect, it} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {allStages, changed, NOT_ABOUT_HEALTH, verdicts, withoutStages} from '../helpers/stage-truth.ts'
import type {Verdict} from '../helpers/stage-truth.ts'

/** Losing the nodes takes a minute; the long test does it. */
const quick = allStages().filter(({name, kind}) => NOT_ABOUT_HEALTH[name] === undefined && kind !== 'Node')
const chosen = chance(printedSeed('stages that are taken away')).shuffle(quick).slice(0, 2)
let platform: TestPlatform
let baseline: Map<string, Verdict>

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
  baseline = await verdicts(platform)
}, 300_000)

it.each(chosen)('without $name only checks marked simulated change', {timeout: 180_000}, async (stage) => {
  const different = changed(baseline, await withoutStages(platform, [stage], baseline))
  expect(different).not.toEqual([])
  expect(different.filter((id) => baseline.get(id)?.simulated !== true)).toEqual([])
})

it('leaves a platform to which nothing has to be done', async () => {
  await platform.kpOk(['plan', '--exit-code'])
})
