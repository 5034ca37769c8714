/**
 * The whole drift matrix: every step that keeps objects, every kind that it keeps; every way to change a kind, the
 * deletion of two objects of each; every deletion that takes others with it; every release upgraded and rolled back by helm.
 */
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {describeObject} from '../../src/checks/objects.ts'
import type {Drift} from '../helpers/drift.ts'
import {changesOf, deletionOf, takesOthersWithIt} from '../helpers/drift.ts'
import {historyOf, rollbackByHand, upgradeByHand} from '../helpers/drift-helm.ts'
import {cascadeRound, driftRound, harmlessRound, helmRound, repairIfFailed} from '../helpers/drift-round.ts'
import {keptObjects} from '../helpers/kept-objects.ts'
import type {KeptByStep} from '../helpers/kept-objects.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {takeSnapshot} from '../helpers/snapshot.ts'

/** Drifts of one step in one round. */
const MOST_A_STEP = 4
/** Objects of each kind that are deleted, and on which each change is tried. */
const OBJECTS_A_KIND = 2

const chosen = chance(printedSeed('drift matrix'))
let platform: TestPlatform
let kept: KeptByStep[]

beforeAll(async () => {
  platform = await openTestPlatform({name: 'drift', build: 'fresh'})
  kept = await keptObjects(platform, await takeSnapshot(platform.admin()))
}, 300_000)

afterAll(() => platform.close())

/** Two objects of every kind of a step, in a seeded choice. */
function sampleOf({objects}: KeptByStep): KeptByStep['objects'] {
  return [...Map.groupBy(chosen.shuffle(objects), ({kind}) => kind).values()].flatMap((ofKind) => ofKind.slice(0, OBJECTS_A_KIND))
}

/** Puts drifts into rounds: one an object and a few a step in each. */
function inRounds(drifts: Drift[]): Drift[][] {
  const rounds: Drift[][] = []
  for (const drift of drifts) {
    const free = rounds.find((round) => !round.some(({name}) => name === drift.name) && round.filter(({step}) => step === drift.step).length < MOST_A_STEP)
    if (free === undefined) rounds.push([drift])
    else free.push(drift)
  }
  return rounds
}

async function runRounds(drifts: Drift[]): Promise<void> {
  const rounds = inRounds(drifts)
  console.log(`${drifts.length} drifts in ${rounds.length} rounds`)
  await eachInTurn(rounds.map((round, index) => [`round ${index + 1}`, async () => driftRound(platform, await takeSnapshot(platform.admin()), round)]))
}

/** Does one after the other, also after one that fails: all that is wrong is named at once. */
async function eachInTurn(works: [string, () => Promise<void>][]): Promise<void> {
  const failed: string[] = []
  for (const [name, work] of works) {
    try {
      await work()
    } catch (error) {
      failed.push(`${name} (KP_TEST_SEED=${chosen.seed}): ${error instanceof Error ? error.message : String(error)}`)
      await platform.kp(['up', '--yes'])
    }
  }
  expect(failed.join('\n')).toBe('')
}

describe('the drift matrix', () => {
  it('labels and annotations of somebody else are no drift, on any object; nor is a restart', {timeout: 300_000}, async () => {
    await harmlessRound(platform, kept.flatMap(sampleOf))
  })

  it('every kind can be changed by hand: named and repaired', {timeout: 1_200_000}, async () => {
    const drifts = kept.flatMap((one) => sampleOf(one).flatMap((object) => changesOf(one.step, object)))
    const unchanged = kept.flatMap(({step, objects}) => [...new Set(objects.map(({kind}) => kind))].filter((kind) => !drifts.some((drift) => drift.step === step && drift.object.kind === kind)).map((kind) => `${step} ${kind}`))
    expect(unchanged, 'kinds that this test has no change for').toEqual([])
    await runRounds(drifts)
  })

  it('every kind can be deleted: named and made anew', {timeout: 1_200_000}, async () => {
    await runRounds(kept.flatMap((one) => sampleOf(one).filter((object) => !takesOthersWithIt(object)).map((object) => deletionOf(one.step, object))))
  })

  it('definitions and namespaces that take others with them: all of it is named and made anew', {timeout: 1_200_000}, async () => {
    await eachInTurn(kept.flatMap(({step, objects}) => {
      const namespaces = objects.filter(({kind}) => kind === 'Namespace')
      const definitions = objects.filter(({kind}) => kind === 'CustomResourceDefinition')
      return [...namespaces, ...(definitions.length === 0 ? [] : [chosen.pick(definitions)])].map((object): [string, () => Promise<void>] => [`delete ${describeObject(object)}`, () => cascadeRound(platform, kept, deletionOf(step, object))])
    }))
  })

  it('every release upgraded by helm, then rolled back by helm', {timeout: 300_000}, async () => {
    repairIfFailed(platform)
    const releases = kept.flatMap(({step, release}) => (release === undefined ? [] : [{step, release}]))
    const before = await takeSnapshot(platform.admin())
    const upgraded = []
    for (const {step, release} of releases) upgraded.push({step, release, names: [await upgradeByHand(platform, release)]})
    const byHand = new Map(await Promise.all(releases.map(async ({step, release}) => [step, (await historyOf(platform, release)).at(-1)?.revision ?? 0] as const)))
    await helmRound(platform, before, upgraded)
    const again = await takeSnapshot(platform.admin())
    for (const {step, release} of releases) await rollbackByHand(platform, release, byHand.get(step) ?? 0)
    await helmRound(platform, again, upgraded)
  })
})
