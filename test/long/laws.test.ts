/** The law of steps, held against every registered step of phases 9 to 20, on a lab that stands up to monitoring and that they build on. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {selectPhases} from '../../src/engine/plan.ts'
import {PHASE_IDS} from '../../src/spec/schema/phases.ts'
import {phases} from '../../src/steps/index.ts'
import {openContext} from '../helpers/context.ts'
import {LATER_LAWS, SATISFIED_FROM_THE_START} from '../helpers/later-laws.ts'
import {checkLaw} from '../helpers/law.ts'
import {lawWorld} from '../helpers/law-world.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform
const world = lawWorld(() => platform)
const EARLIER: readonly string[] = PHASE_IDS.slice(0, PHASE_IDS.indexOf('monitoring') + 1)

beforeAll(async () => {
  platform = await openTestPlatform({name: 'later-laws', build: 'none', spec: LATER_LAWS.spec})
  for (const [name, value] of Object.entries(LATER_LAWS.secrets)) writeFileSync(join(platform.root, '..', name), value)
  await platform.kpOk(['up', '--yes', '--only', EARLIER.filter((id) => id !== 'gitops').join(',')])
}, 600_000)

afterAll(() => platform?.close(), 60_000)

it('every step of phases 9 to 20 obeys the law while it builds', {timeout: 3_600_000}, async () => {
  const {ctx} = await openContext(platform)
  const later = selectPhases(phases, ctx).active.filter(({id}) => !EARLIER.includes(id))
  expect(later.map(({id}) => id)).toEqual(PHASE_IDS.slice(EARLIER.length))
  const satisfied: string[] = []
  const broken: string[] = []
  let held = 0
  for (const phase of later) {
    for (const step of phase.steps(ctx)) {
      try {
        const report = await checkLaw(phase, step, world)
        if (report.skipped !== undefined) expect(report.skipped, step.id).not.toBe('')
        else held += 1
        if (report.skipped === undefined && !report.applied) satisfied.push(step.id)
      } catch (error) {
        // All that break it are named, not the first alone.
        broken.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  expect(broken).toEqual([])
  expect(satisfied.toSorted()).toEqual(Object.keys(SATISFIED_FROM_THE_START).toSorted())
  expect(held).toBeGreaterThan(80)
})
