/** A status that a stage wrote proves nothing about the platform: exactly the checks marked simulated live on stages. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {allStages, NOT_ABOUT_HEALTH, NOTHING_TO_NOTICE} from '../helpers/known-stages.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {changed, settledVerdicts, simulatedOnes, stagesOf, withoutStages} from '../helpers/stage-truth.ts'
import type {Verdict} from '../helpers/stage-truth.ts'

const stages = allStages()
const healthy = stages.filter(({name}) => NOT_ABOUT_HEALTH[name] === undefined)
const noticed = new Set<string>()
const SEALED = {
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: {name: 'sealed', namespace: 'demo'},
  spec: {encryptedData: {password: 'AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq'}, template: {metadata: {name: 'sealed', namespace: 'demo'}}},
}
let platform: TestPlatform
let baseline: Map<string, Verdict>

beforeAll(async () => {
  platform = await openTestPlatform({name: 'stages', build: 'fresh', spec: {phases: {autoscaling: {vpa: {enabled: true}}}}})
  // What a team keeps in its repository: nothing of the platform itself is sealed.
  await platform.kubectl(['apply', '-f', '-'], JSON.stringify(SEALED))
  // What Prometheus records of objectives comes within the first minute.
  await platform.kp(['verify', '--wait', '120'])
  baseline = await settledVerdicts(platform)
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
  for (const id of different) noticed.add(id)
  process.stdout.write(`${stage.name}: ${different.join(', ')}\n`)
  expect(different, `no check lives on ${stage.name}: add a reason to NOT_ABOUT_HEALTH, or a check`).not.toEqual([])
  expect(different.filter((id) => baseline.get(id)?.simulated !== true), `checks that live on ${stage.name} and are not marked simulated`).toEqual([])
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
  expect([...noticed].filter((id) => NOTHING_TO_NOTICE[id] !== undefined), 'checks that notice more than NOTHING_TO_NOTICE says').toEqual([])
  expect([...noticed, ...Object.keys(NOTHING_TO_NOTICE)].toSorted()).toEqual(simulatedOnes(baseline))
})

it('leaves a platform to which nothing has to be done', {timeout: 60_000}, async () => {
  await platform.kpOk(['plan', '--exit-code'])
})
