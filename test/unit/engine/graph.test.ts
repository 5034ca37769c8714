import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'
import {mapParallel, orderNodes, runGraph, yielding} from '../../../src/engine/graph.ts'
import {chance} from '../../helpers/random.ts'

const node = (id: string, ...after: string[]) => ({id, after})

describe('orderNodes', () => {
  it('puts each after what it depends on and keeps the order of the others', () => {
    expect(orderNodes([node('c', 'a'), node('b'), node('a')]).map(({id}) => id)).toEqual(['a', 'c', 'b'])
    expect(orderNodes([node('a'), node('b'), node('c')]).map(({id}) => id)).toEqual(['a', 'b', 'c'])
  })

  it('ignores names that are not among the nodes', () => {
    expect(orderNodes([node('b', 'not-selected'), node('a')]).map(({id}) => id)).toEqual(['b', 'a'])
  })

  it('names a circle', () => {
    expect(() => orderNodes([node('a', 'c'), node('b', 'a'), node('c', 'b')])).toThrow('in a circle: a → c → b → a')
    expect(() => orderNodes([node('a', 'a')])).toThrow('in a circle: a → a')
  })
})

describe('yielding', () => {
  const ways = (...nodes: {id: string; after: string[]}[]): string[] => yielding(nodes, ({id}) => (id.startsWith('y') ? ['tool'] : [])).map(({id, after}) => `${id}: ${after.join(' ')}`)

  it('puts a node after what it yields to', () => {
    expect(ways(node('y'), node('tool'), node('x'))).toEqual(['y: tool', 'tool: ', 'x: '])
    expect(ways(node('y'))).toEqual(['y: '])
  })

  it('but not where that waits for it, near or far, or by another that yields', () => {
    expect(ways(node('y'), node('a', 'y'), node('tool', 'a'))).toEqual(['y: ', 'a: y', 'tool: a'])
    expect(ways(node('y1'), node('y2', 'y1'), node('tool', 'y2'), node('y3', 'y1'))).toEqual(['y1: ', 'y2: y1', 'tool: y2', 'y3: y1 tool'])
  })
})

describe('runGraph', () => {
  it('runs random graphs in order, each node once, with no more at a time than allowed', async () => {
    const chosen = chance(20_261_121)
    for (let round = 0; round < 50; round++) {
      const names = Array.from({length: 1 + chosen.below(12)}, (_, index) => `n${index}`)
      const nodes = chosen.shuffle(names.map((id, index) => node(id, ...names.slice(0, index).filter(() => chosen.below(3) === 0))))
      const most = 1 + chosen.below(4)
      const done: string[] = []
      let running = 0
      await runGraph(nodes, most, async ({id, after}) => {
        running++
        expect(running).toBeLessThanOrEqual(most)
        expect(done).toEqual(expect.arrayContaining(after))
        await sleep(chosen.below(3))
        running--
        done.push(id)
        return true
      })
      expect(done.toSorted()).toEqual(names.toSorted())
    }
  })

  it('does not start what depends, at any distance, on a node that did not end well', async () => {
    const started: string[] = []
    const left = await runGraph([node('a'), node('b', 'a'), node('c', 'b'), node('d'), node('e', 'd', 'c')], 4, async ({id}) => {
      started.push(id)
      return id !== 'a'
    })
    expect(started.toSorted()).toEqual(['a', 'd'])
    expect(left).toEqual(['b', 'c', 'e'])
  })

  it('runs what is independent side by side', async () => {
    const log: string[] = []
    await runGraph([node('a'), node('b')], 2, async ({id}) => {
      log.push(`+${id}`)
      await sleep(5)
      log.push(`-${id}`)
      return true
    })
    expect(log.slice(0, 2)).toEqual(['+a', '+b'])
  })
})

describe('mapParallel', () => {
  it('keeps the order of the results and the limit', async () => {
    let running = 0
    let most = 0
    const results = await mapParallel([5, 1, 4, 2, 3], 2, async (value) => {
      most = Math.max(most, ++running)
      await sleep(value)
      running--
      return value * 2
    })
    expect(results).toEqual([10, 2, 8, 4, 6])
    expect(most).toBe(2)
  })

  it('passes an error on', async () => {
    await expect(mapParallel([1, 2], 2, (value) => (value === 2 ? Promise.reject(new Error('two')) : Promise.resolve(value)))).rejects.toThrow('two')
  })

  it('of nothing is nothing', async () => {
    await expect(mapParallel([], 8, () => Promise.reject(new Error('called')))).resolves.toEqual([])
  })
})
