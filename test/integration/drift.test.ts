/** A seeded sample of the drift matrix: each step that keeps objects, once changed, once deleted; each release, once by helm. */
import {beforeAll, describe, expect, it} from 'vitest'
import {changesOf, deletionOf, takesOthersWithIt} from '../helpers/drift.ts'
import {historyOf, rollbackByHand, upgradeByHand} from '../helpers/drift-helm.ts'
import {driftRound, expectNothingToDo, harmlessRound, helmRound, readPlan, repair, repairIfFailed} from '../helpers/drift-round.ts'
import type {HelmDrift} from '../helpers/drift-round.ts'
import {isReleaseRecord, keptObjects} from '../helpers/kept-objects.ts'
import type {KeptByStep} from '../helpers/kept-objects.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {takeSnapshot, touched} from '../helpers/snapshot.ts'
import type {Snapshot} from '../helpers/snapshot.ts'

const chosen = chance(printedSeed('drift sample'))
let platform: TestPlatform
let before: Snapshot
let kept: KeptByStep[]

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
  await expectNothingToDo(platform)
  before = await takeSnapshot(platform.admin())
  kept = await keptObjects(platform, before)
  expect(kept.length).toBeGreaterThan(15)
}, 300_000)

describe('drift', {timeout: 120_000}, () => {
  it('labels and annotations of somebody else, and a restart, are none', async () => {
    await harmlessRound(platform, kept.map(({objects}) => chosen.pick(objects)))
  })

  it('a field changed in an object of every step is named and repaired', async () => {
    repairIfFailed(platform)
    before = await takeSnapshot(platform.admin())
    await driftRound(platform, before, kept.map(({step, objects}) => chosen.pick(objects.flatMap((object) => changesOf(step, object)))))
  })

  it('a deleted object of every step is named and made anew', async () => {
    repairIfFailed(platform)
    before = await takeSnapshot(platform.admin())
    await driftRound(platform, before, kept.flatMap(({step, objects}) => {
      const alone = objects.filter((object) => !takesOthersWithIt(object))
      return alone.length === 0 ? [] : [deletionOf(step, chosen.pick(alone))]
    }))
  })
  it('releases that helm upgraded or rolled back by hand are named and put right', async () => {
    repairIfFailed(platform)
    const releases = chosen.shuffle(kept.flatMap(({step, release}) => (release === undefined ? [] : [{step, release}])))
    before = await takeSnapshot(platform.admin())
    const half = Math.ceil(releases.length / 2)
    const drifts: HelmDrift[] = []
    for (const {step, release} of releases.slice(0, half)) drifts.push({step, release, names: [await upgradeByHand(platform, release)]})
    for (const {step, release} of releases.slice(half)) {
      await rollbackByHand(platform, release, (await historyOf(platform, release)).at(-1)?.revision ?? 1)
      drifts.push({step, release, names: []})
    }
    await helmRound(platform, before, drifts)
  })

  it('a release whose records are gone is installed over its own objects, and nothing else is touched', async () => {
    repairIfFailed(platform)
    const {step, release} = chosen.pick(kept.flatMap((one) => (one.release === undefined ? [] : [{step: one.step, release: one.release}])))
    before = await takeSnapshot(platform.admin())
    await platform.kubectl(['delete', 'secret', '-n', release.namespace, '-l', `owner=helm,name=${release.name}`])
    const open = (await readPlan(platform)).filter(({state}) => state !== 'satisfied')
    expect(open.map(({id, state}) => ({id, state}))).toEqual([{id: step, state: 'absent'}])
    await repair(platform, [step])
    const after = await takeSnapshot(platform.admin())
    const records = [before, after].flatMap((snapshot) => [...snapshot].filter(([, object]) => isReleaseRecord(object)).map(([name]) => name))
    expect(touched(before, after).filter((name) => !records.includes(name)), 'objects that were touched besides the records').toEqual([])
    expect((await historyOf(platform, release)).at(-1)).toMatchObject({revision: 1, status: 'deployed'})
    await expectNothingToDo(platform)
  })
})
