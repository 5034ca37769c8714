import {describe, expect, it} from 'vitest'
import {measuredOf} from '../../../src/operations/cost.ts'

describe('what OpenCost measured', () => {
  it('is summed by namespace, the dearest first; what belongs to nobody is no namespace', () => {
    expect(measuredOf({code: 200, data: [{shop: {name: 'shop', totalCost: 1.234}, books: {totalCost: 5}, __idle__: {totalCost: 9}}]})).toEqual({window: '7d', total: 6.23, namespaces: [{name: 'books', total: 5}, {name: 'shop', total: 1.23}]})
  })

  it.each([[undefined], ['<html>'], [{code: 500}], [{code: 200, data: [{}]}], [{code: 200, data: null}]])('is none where it says %j', (answer) => expect(measuredOf(answer)).toBeNull())
})
