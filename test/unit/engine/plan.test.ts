import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {planPhases, requireSamePlan, selectPhases} from '../../../src/engine/plan.ts'
import {fakeContext, fakePhase, fakeStep, looked} from '../../helpers/fake-run.ts'

const difference = {object: 'Deployment a/b', field: 'spec.replicas', wanted: '2', seen: '3'}

describe('planPhases', () => {
  it('says of each step what it sees and would do, and applies nothing', async () => {
    const ctx = fakeContext()
    const steps = [
      fakeStep('a/satisfied', {probe: () => Promise.resolve(looked('satisfied'))}),
      fakeStep('a/absent'),
      fakeStep('a/drifted', {probe: () => Promise.resolve(looked('drifted', [difference])), risk: 'disruptive'}),
      fakeStep('a/skipped', {appliesTo: () => 'nothing to do here'}),
    ]
    const plan = await planPhases([fakePhase('a', steps)], ctx, {parallel: 2, estimates: new Map([['a/absent', 1500]])})
    expect(plan.steps.map(({id, state, changes, commands, differences, estimateMs}) => ({id, state, changes, commands, differences, estimateMs}))).toEqual([
      {id: 'a/satisfied', state: 'satisfied', changes: [], commands: [], differences: [], estimateMs: undefined},
      {id: 'a/absent', state: 'absent', changes: ['do a/absent'], commands: ['tool a/absent'], differences: [], estimateMs: 1500},
      {id: 'a/drifted', state: 'drifted', changes: ['do a/drifted'], commands: ['tool a/drifted'], differences: [difference], estimateMs: undefined},
    ])
    expect(plan.skipped).toEqual([{id: 'a/skipped', phase: 'a', reason: 'nothing to do here'}])
    expect(plan.summary).toEqual({satisfied: 1, absent: 1, drifted: 1, unknown: 0})
    expect(ctx.made).toEqual([])
  })

  it('a step that cannot be looked at is unknown, and the others are looked at all the same', async () => {
    const broken = fakeStep('a/broken', {probe: () => Promise.reject(new KpError({code: 'API_ERROR', message: 'the list is refused'}))})
    const plan = await planPhases([fakePhase('a', [broken, fakeStep('a/other')])], fakeContext(), {parallel: 1})
    expect(plan.steps.map(({id, state, observed}) => ({id, state, observed}))).toEqual([
      {id: 'a/broken', state: 'unknown', observed: 'the list is refused'},
      {id: 'a/other', state: 'absent', observed: 'absent'},
    ])
  })

  it.each(['INTERRUPTED', 'WRONG_CLUSTER'] as const)('%s ends the plan', async (code) => {
    const step = fakeStep('a/x', {probe: () => Promise.reject(new KpError({code, message: 'no'}))})
    await expect(planPhases([fakePhase('a', [step])], fakeContext(), {parallel: 1})).rejects.toMatchObject({code})
  })

  it('a defect in a probe ends the plan as what it is', async () => {
    const step = fakeStep('a/x', {probe: () => Promise.reject(new TypeError('x is not a function'))})
    await expect(planPhases([fakePhase('a', [step])], fakeContext(), {parallel: 1})).rejects.toMatchObject({code: 'BUG'})
  })

  it('has the same digest for the same changes and another one for others', async () => {
    const digestOf = async (seen: string) => (await planPhases([fakePhase('a', [fakeStep('a/x', {probe: () => Promise.resolve(looked('drifted', [{...difference, seen}]))})])], fakeContext(), {parallel: 1})).digest
    const three = await digestOf('3')
    expect(await digestOf('3')).toBe(three)
    expect(await digestOf('4')).not.toBe(three)
  })

  it('a saved plan holds only as long as its digest does', async () => {
    const plan = await planPhases([fakePhase('a', [fakeStep('a/x')])], fakeContext(), {parallel: 1})
    expect(() => requireSamePlan(plan, plan)).not.toThrow()
    expect(() => requireSamePlan({digest: 'other'}, plan)).toThrow(expect.objectContaining({code: 'GATE'}) as Error)
  })
})

describe('selectPhases', () => {
  it('orders what applies and gives the reason of what does not', () => {
    const phases = [fakePhase('b', [], {after: ['a']}), fakePhase('a', []), fakePhase('c', [], {appliesTo: () => 'switched off'})]
    const {active, inactive} = selectPhases(phases, fakeContext())
    expect(active.map(({id}) => id)).toEqual(['a', 'b'])
    expect(inactive.map(({phase, reason}) => [phase.id, reason])).toEqual([['c', 'switched off']])
  })
})
