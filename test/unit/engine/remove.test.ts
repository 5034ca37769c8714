import {describe, expect, it} from 'vitest'
import {planRemoval, removePhase} from '../../../src/engine/remove.ts'
import type {Step} from '../../../src/engine/types.ts'
import {fakeContext, fakePhase, fakeStep} from '../../helpers/fake-run.ts'
import type {FakeContext} from '../../helpers/fake-run.ts'

/** A step with objects in a world of its own. */
function standing(id: string, world: Set<string>, own: string[], overrides: Partial<Step<FakeContext>> = {}): Step<FakeContext> {
  return fakeStep(id, {
    standing: () => Promise.resolve({deletes: own.filter((name) => world.has(name)), keeps: [], blockers: []}),
    async undo(ctx) {
      for (const name of own) {
        if (!world.has(name)) continue
        await ctx.exec.run({tool: 'kubectl', args: ['delete', name], mutates: true, doing: `delete ${name}`})
        if (!ctx.dryRun) world.delete(name)
      }
    },
    ...overrides,
  })
}

describe('a removal', () => {
  it('goes through the steps in reverse, leaves out what has nothing to undo, and looks that it is gone', async () => {
    const world = new Set(['a', 'b1', 'b2'])
    const phase = fakePhase('p', [standing('p/a', world, ['a']), fakeStep('p/look'), standing('p/b', world, ['b1', 'b2']), standing('p/gone', world, ['never'])])
    const ctx = fakeContext()
    expect((await planRemoval(phase, ctx, {withData: false})).steps.map(({id, deletes}) => [id, deletes])).toEqual([['p/gone', []], ['p/b', ['b1', 'b2']], ['p/a', ['a']]])
    expect(ctx.made).toEqual([])
    const result = await removePhase(phase, ctx, {withData: false})
    expect(ctx.made).toEqual(['kubectl delete b1', 'kubectl delete b2', 'kubectl delete a'])
    expect(result).toMatchObject({result: 'ok', phases: [{id: 'p', state: 'removed', steps: [{id: 'p/gone', result: 'skipped'}, {id: 'p/b', result: 'removed'}, {id: 'p/a', result: 'removed'}]}]})
  })

  it('a second time does nothing', async () => {
    const ctx = fakeContext()
    const result = await removePhase(fakePhase('p', [standing('p/a', new Set(), ['a'])]), ctx, {withData: false})
    expect(ctx.made).toEqual([])
    expect(result).toMatchObject({result: 'ok', phases: [{state: 'removed', steps: [{id: 'p/a', result: 'skipped'}]}]})
  })

  it('that is stopped in the middle goes on where it was', async () => {
    const world = new Set(['a', 'b'])
    const first = fakeContext()
    const b = standing('p/b', world, ['b'])
    const stopping = {...b, undo: async (ctx: FakeContext) => { await b.undo?.(ctx); first.stop() }}
    const steps = [standing('p/a', world, ['a']), stopping]
    expect(await removePhase(fakePhase('p', steps), first, {withData: false})).toMatchObject({result: 'interrupted', phases: [{state: 'interrupted'}]})
    expect([...world]).toEqual(['a'])
    const second = fakeContext()
    expect(await removePhase(fakePhase('p', steps), second, {withData: false})).toMatchObject({result: 'ok'})
    expect(second.made).toEqual(['kubectl delete a'])
  })

  it('fails where something stays, names it, and touches nothing that it stands on', async () => {
    const world = new Set(['a', 'b'])
    const ctx = fakeContext()
    const result = await removePhase(fakePhase('p', [standing('p/a', world, ['a']), standing('p/b', world, ['b'], {undo: () => Promise.resolve()})]), ctx, {withData: false})
    expect(result).toMatchObject({result: 'failed', error: {code: 'STEP_NOT_CONVERGED', details: ['b']}, phases: [{state: 'failed', steps: [{id: 'p/b', result: 'failed'}]}]})
    expect(ctx.made).toEqual([])
  })

  it('as a dry run only records', async () => {
    const world = new Set(['a'])
    const ctx = fakeContext({dryRun: true})
    expect(await removePhase(fakePhase('p', [standing('p/a', world, ['a'])]), ctx, {withData: false})).toMatchObject({result: 'ok', phases: [{steps: [{result: 'recorded'}]}]})
    expect([...world]).toEqual(['a'])
    expect(ctx.events.filter(({code}) => code === 'tool.recorded')).toHaveLength(1)
  })

  it('tells each step what goes before it', async () => {
    const seen: string[][] = []
    const phase = fakePhase('p', [standing('p/last', new Set(), [], {standing: (_ctx, {goes}) => { seen.push([...(goes ?? [])]); return Promise.resolve({deletes: [], keeps: [], blockers: []}) }}), standing('p/first', new Set(['a', 'b']), ['a', 'b'])])
    await planRemoval(phase, fakeContext(), {withData: false})
    expect(seen).toEqual([['a', 'b']])
  })
})
