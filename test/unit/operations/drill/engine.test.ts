/** The engine of drills: each verdict, each guard's end, each abort, with planted looks and a planted clock. */
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../../src/engine/errors.ts'
import {runDrill} from '../../../../src/operations/drill/engine.ts'
import {waive} from '../../../../src/operations/drill/guard-results.ts'
import type {DrillNumbers, DrillOutcome, GuardResult} from '../../../../src/operations/drill/types.ts'
import {NUMBERS, testWorld} from '../../../helpers/drill-world.ts'
import type {PlannedWorld, TestWorld} from '../../../helpers/drill-world.ts'

async function play(plan: PlannedWorld, numbers: Partial<DrillNumbers> = {}): Promise<{outcome: DrillOutcome; world: TestWorld}> {
  const world = testWorld(plan)
  return {outcome: await runDrill({...NUMBERS, ...numbers}, world), world}
}

/** A node that is dark: half of the requests fail for 8 seconds, the copy is missing until the undo, an alert comes after 12. */
const DARK: PlannedWorld = {failing: (at) => (at >= 0 && at < 8 ? 5 : 0), ready: (at) => at < 2 || at > 20, alerts: (at) => (at >= 12 && at < 40 ? ['PageBurn'] : [])}

describe('held', () => {
  it('with the times of error, sign, alert and recovery', async () => {
    const {outcome, world} = await play(DARK)
    expect(outcome).toMatchObject({verdict: 'held', reasons: [], undone: true, left: [], detectedBy: 'PageBurn'})
    expect(outcome.ttdSeconds).toBe(12)
    expect(outcome.signalSeconds).toBe(2)
    expect(outcome.users?.failed).toBe(40)
    expect(outcome.users?.firstErrorSeconds).toBe(1)
    expect(outcome.users?.backSeconds).toBeGreaterThan(8)
    expect(outcome.ttrSeconds).toBeGreaterThan(20)
    expect(world.acts).toEqual(['prepare', 'inject', 'undo'])
    expect(outcome.timeline.map(({what}) => what)).toEqual(['steady', 'fault', 'users-lost', 'signal', 'users-back', 'alert', 'undo', 'undone', 'recovered'])
  })

  it('says that no alert came, and how long one was waited for', async () => {
    const {outcome} = await play({...DARK, alerts: () => []})
    expect(outcome).toMatchObject({verdict: 'held', ttdSeconds: null, detectedBy: null})
    expect(outcome.timeline.find(({what}) => what === 'undo')?.atSeconds).toBe(NUMBERS.alertWaitSeconds)
  })

  it('waits for no alert where nobody would fire one', async () => {
    const {outcome} = await play({...DARK, alerts: () => []}, {hasAlerts: false})
    expect(outcome.timeline.find(({what}) => what === 'undo')?.atSeconds).toBeLessThan(15)
  })

  it('what never left its steady state took no time to come back', async () => {
    const {outcome} = await play({})
    expect(outcome).toMatchObject({verdict: 'held', ttrSeconds: 0, signalSeconds: null, users: {failed: 0, lostSeconds: 0, firstErrorSeconds: null}})
  })

  it('does not take an alert for its own that fired before', async () => {
    const {outcome} = await play({...DARK, alerts: () => ['PageBurn']})
    expect(outcome).toMatchObject({verdict: 'held', ttdSeconds: null})
  })

  it('holds the fault from the moment on at which it is there whole: making it takes a while', async () => {
    const {outcome} = await play({injectMs: 20_000}, {hasAlerts: false, hasRemedy: true})
    const at = (moment: string): number => outcome.timeline.find(({what}) => what === moment)?.atSeconds ?? Number.NaN
    expect(at('fault')).toBe(20)
    expect(at('remedy') - at('fault')).toBeGreaterThanOrEqual(NUMBERS.holdSeconds)
  })

  it('ends the fault only when users are well, where the hold is over before', async () => {
    const {outcome} = await play({failing: (at) => (at >= 0 && at < 25 ? 1 : 0), alerts: (at) => (at > 3 ? ['Burn'] : [])})
    expect(outcome.timeline.find(({what}) => what === 'undo')?.atSeconds).toBeGreaterThan(25)
  })
})

describe('deviated', () => {
  it('where users lost more than the hypothesis says', async () => {
    const {outcome, world} = await play(DARK, {hypothesis: {...NUMBERS.hypothesis, lostSeconds: 1}})
    expect(outcome.verdict).toBe('deviated')
    expect(outcome.reasons.join()).toMatch(/users lost as much as [\d.]+ s of everything, not 1 s at most/)
    expect(world.acts.at(-1)).toBe('undo')
  })

  it('where nobody got an answer for too long', async () => {
    const {outcome} = await play({...DARK, failing: (at) => (at >= 0 && at < 6 ? 10 : 0)}, {hypothesis: {...NUMBERS.hypothesis, gapSeconds: 3}})
    expect(outcome.reasons.join()).toMatch(/longest time without a good answer was 6 s, not 3 s/)
  })

  it('where it took too long', async () => {
    const {outcome} = await play({...DARK, ready: (at) => at < 2 || at > 50}, {hypothesis: {...NUMBERS.hypothesis, recoverSeconds: 45}})
    expect(outcome).toMatchObject({verdict: 'deviated', reasons: [expect.stringMatching(/back after 5\d s, not within 45 s/)]})
  })

  it('where an alert was promised and none came, or came late', async () => {
    const hypothesis = {...NUMBERS.hypothesis, alertSeconds: 5}
    expect((await play(DARK, {hypothesis})).outcome.reasons).toEqual(['the alert came after 12 s, not within 5 s'])
    expect((await play({...DARK, alerts: () => []}, {hypothesis})).outcome.reasons).toEqual(['no alert within 30 s'])
  })

  it('where what the drill made itself did not come back before it was cleaned up', async () => {
    const {outcome, world} = await play({ready: (at) => at < 2}, {scratch: true, hasRemedy: true, hypothesis: {...NUMBERS.hypothesis, recoverSeconds: 20}})
    // The engine looks at the same copies after the undo; those of a real scratch drill are gone then.
    expect(world.acts).toEqual(['prepare', 'inject', 'remedy', 'undo'])
    expect(outcome.reasons.join()).toMatch(/did not come back|not back/)
  })
})

describe('not started', () => {
  const guard = (status: GuardResult['status'], id = 'capacity'): GuardResult => ({id, status, reason: 'no room for the pods of n1'})

  it.each(['fail', 'unknown'] as const)('where a guard says %s: nothing was touched', async (status) => {
    const {outcome, world} = await play({guards: [guard(status)]})
    expect(outcome).toMatchObject({verdict: 'not-started', reasons: ['capacity: no room for the pods of n1'], undone: true, ttrSeconds: null})
    expect(world.acts).toEqual([])
  })

  it('but goes on where a guard warns, or a person waived it with a reason', async () => {
    expect((await play({guards: [guard('warn')]})).outcome.verdict).toBe('held')
    const waived = waive([guard('fail')], new Map([['capacity', 'a lab']]))
    expect((await play({guards: waived})).outcome).toMatchObject({verdict: 'held', guards: [{waived: 'a lab'}]})
  })

  it('nobody can waive what kp must know', () => {
    for (const id of ['data', 'target', 'cluster', 'fault', 'quorum']) expect(waive([guard('fail', id)], new Map([[id, 'I want to']]))[0]).not.toHaveProperty('waived')
  })

  it('where the steady state does not hold', async () => {
    const {outcome, world} = await play({ready: () => false})
    expect(outcome).toMatchObject({verdict: 'not-started', reasons: ['Deployment demo/demo: 1 of 2 ready']})
    expect(world.acts).not.toContain('inject')
  })
})

describe('aborted', () => {
  it('without data from the beginning: no fault is made', async () => {
    const {outcome, world} = await play({alerts: () => undefined})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: [expect.stringMatching(/no data from alerts for 10 s/)], undone: true})
    expect(world.acts).not.toContain('inject')
  })

  it('where data is missed by the first guard', async () => {
    const {outcome} = await play({guards: [{id: 'data', status: 'unknown', reason: 'Prometheus gave no answer'}]})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: ['Prometheus gave no answer']})
  })

  it('when the data ends while the fault is there, and it is taken back', async () => {
    const {outcome, world} = await play({...DARK, alerts: (at) => (at < 3 ? [] : undefined), ready: () => true})
    expect(outcome).toMatchObject({verdict: 'aborted', undone: true, reasons: [expect.stringMatching(/no data from alerts/)]})
    expect(outcome.timeline.find(({what}) => what === 'abort')?.atSeconds).toBe(13)
    expect(world.acts.at(-1)).toBe('undo')
  })

  it('a short silence aborts nothing, and one that is expected none at all', async () => {
    expect((await play({...DARK, blind: (at) => (at > 3 && at < 10 ? ['api'] : [])})).outcome.verdict).toBe('held')
    expect((await play({...DARK, blind: (at) => (at > 0 && at < 20 ? ['api'] : [])}, {expectedBlind: ['api'], holdSeconds: 18})).outcome.verdict).toBe('held')
    expect((await play({...DARK, blind: (at) => (at > 0 && at < 20 ? ['api'] : [])}, {holdSeconds: 18})).outcome.verdict).toBe('aborted')
  })

  it('when users lose too much', async () => {
    const {outcome} = await play({failing: (at) => (at >= 0 && at < 100 ? 10 : 0)}, {abort: {lostSeconds: 5, blindSeconds: 10}, hypothesis: {...NUMBERS.hypothesis, recoverSeconds: 200}})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: [expect.stringMatching(/users have lost as much as [\d.]+ s of everything, and 5 s are allowed/)]})
    expect(outcome.timeline.find(({what}) => what === 'undo')?.atSeconds).toBeLessThan(8)
  })

  it('when something else suffers for several looks, not for one', async () => {
    expect((await play({...DARK, outside: (at) => (at > 4 && at < 12 ? ['Node n2 is not ready'] : [])})).outcome).toMatchObject({verdict: 'aborted', reasons: ['something else suffers: Node n2 is not ready']})
    expect((await play({...DARK, outside: (at) => (at === 5 ? ['Node n2 is not ready'] : [])})).outcome.verdict).toBe('held')
  })

  it('when a page comes that the drill does not expect', async () => {
    const {outcome} = await play({...DARK, alerts: (at) => (at > 4 ? ['PageEtcd'] : [])}, {alerts: ['SLO.*']})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: ['an alert fires that the drill does not expect: PageEtcd']})
  })

  it('at its limit', async () => {
    const {outcome} = await play({failing: (at) => (at >= 0 && at < 60 ? 1 : 0)}, {limitSeconds: 30, hypothesis: {...NUMBERS.hypothesis, recoverSeconds: 90}})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: ['the fault was there for 30 s, which is its limit']})
  })

  it('by its operator: the undo comes first', async () => {
    const {outcome, world} = await play({...DARK, stopping: (at) => at > 3})
    expect(outcome).toMatchObject({verdict: 'aborted', undone: true, reasons: ['stopped by its operator']})
    expect(world.acts).toEqual(['prepare', 'inject', 'undo'])
  })

  it('when the fault itself fails half-way', async () => {
    const {outcome, world} = await play({inject: () => Promise.reject(new KpError({code: 'API_ERROR', message: 'the API server refused to label n1'}))})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: ['the API server refused to label n1'], undone: true})
    expect(world.acts).toEqual(['prepare', 'inject', 'undo'])
  })

  it('when the set-up fails: it is taken back, and nothing was broken', async () => {
    const {outcome, world} = await play({prepare: () => Promise.reject(new Error('no room'))})
    expect(outcome).toMatchObject({verdict: 'aborted', undone: true})
    expect(world.acts).toEqual(['prepare', 'undo'])
  })

  it('when the runbook does not work', async () => {
    const {outcome} = await play({remedy: () => Promise.reject(new KpError({code: 'API_ERROR', message: 'Restore drill did not come so far within 60 seconds'}))}, {hasRemedy: true})
    expect(outcome).toMatchObject({verdict: 'aborted', reasons: ['Restore drill did not come so far within 60 seconds']})
  })
})

describe('unrecovered', () => {
  it('where the fault stays: tried three times, and named', async () => {
    const {outcome, world} = await play({...DARK, undo: () => Promise.resolve({done: [], left: ['Node n1 is still unplugged']})})
    expect(outcome).toMatchObject({verdict: 'unrecovered', undone: false, left: ['Node n1 is still unplugged']})
    expect(world.acts.filter((act) => act === 'undo')).toHaveLength(3)
  })

  it('but one try that fails is followed by another', async () => {
    const {outcome} = await play({...DARK, undo: (tries) => (tries === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve({done: [], left: []}))})
    expect(outcome).toMatchObject({verdict: 'held', undone: true})
  })

  it('where the steady state does not come back although everything was taken back', async () => {
    const {outcome} = await play({...DARK, ready: (at) => at < 2})
    expect(outcome).toMatchObject({verdict: 'unrecovered', undone: true, reasons: ['the steady state is not back: Deployment demo/demo: 1 of 2 ready']})
  })

  it('beats aborted', async () => {
    const {outcome} = await play({...DARK, ready: (at) => at < 2, stopping: (at) => at > 3})
    expect(outcome.verdict).toBe('unrecovered')
    expect(outcome.reasons).toEqual(['stopped by its operator', 'the steady state is not back: Deployment demo/demo: 1 of 2 ready'])
  })
})
