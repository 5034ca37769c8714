/** A status that a stage wrote proves nothing about the platform: exactly the checks marked simulated live on stages. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {allStages, changed, NOT_ABOUT_HEALTH, simulatedOnes, stagesOf, verdicts, withoutStages} from '../helpers/stage-truth.ts'
import type {Verdict} from '../helpers/stage-truth.ts'

const stages = allStages()
const healthy = stages.filter(({name}) => NOT_ABOUT_HEALTH[name] === undefined)
const noticed = new Set<string>()
let platform: TestPlatform
let baseline: Map<string, Verdict>

beforeAll(async () => {
  platform = await openTestPlatform({name: 'stages', build: 'fresh'})
  // What Prometheus records of objectives comes within the first minute.
  await platform.kp(['verify', '--wait', '120'])
  baseline = await verdicts(platform)
}, 420_000)

afterAll(() => platform?.close(), 60_000)

it('starts from a platform on which nothing fails and some passes are simulated', () => {
  expect([...baseline].filter(([, {status}]) => status === 'fail' || status === 'unknown')).toEqual([])
  expect(simulatedOnes(baseline).length).toBeGreaterThan(5)
})

it('knows every stage that it sets aside', () => {
  expect(Object.keys(NOT_ABOUT_HEALTH).filter((name) => !stages.some((stage) => stage.name === name))).toEqual([])
})

it.each(healthy)('without $name only checks marked simulated change', {timeout: 300_000}, async (stage) => {
  const without = await withoutStages(platform, [stage], baseline)
  const different = changed(baseline, without)
  process.stdout.write(`${stage.name}: ${different.join(', ')}\n`)
  expect(different, `no check lives on ${stage.name}: add a reason to NOT_ABOUT_HEALTH, or a check`).not.toEqual([])
  expect(different.filter((id) => baseline.get(id)?.simulated !== true)).toEqual([])
  for (const id of different) noticed.add(id)
})

it('without any stage that is set aside nothing changes', {timeout: 300_000}, async () => {
  // All nodes and pods are made anew at once: that takes a busy machine a while.
  const there = await stagesOf(platform)
  const aside = stages.filter(({name}) => NOT_ABOUT_HEALTH[name] !== undefined && there.has(name))
  expect(aside.length).toBeGreaterThan(10)
  const without = await withoutStages(platform, aside, baseline, {quietMs: 40_000})
  expect(changed(baseline, without)).toEqual([])
})

it('every check marked simulated changes with one of the stages', () => {
  expect([...noticed].toSorted()).toEqual(simulatedOnes(baseline))
})

it('leaves a platform to which nothing has to be done', {timeout: 60_000}, async () => {
  await platform.kpOk(['plan', '--exit-code'])
})
