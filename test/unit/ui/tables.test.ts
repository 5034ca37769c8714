import {describe, expect, test} from 'vitest'
import {tableLines} from '../../../src/ui/tables.ts'
import {width} from '../../../src/ui/text.ts'
import {plainLook} from './samples.ts'

const COLUMNS = [{header: 'Name'}, {header: 'Size', align: 'right' as const}, {header: 'Note'}]
const ROWS = [
  ['日本語', '12', 'a note that is long enough to be wrapped in a narrow window'],
  ['b', '3', ''],
]

describe('tableLines', () => {
  test('numbers stand right, the widest column wraps', () => {
    expect(tableLines(COLUMNS, ROWS, plainLook(40))).toMatchInlineSnapshot(`
      [
        "NAME    SIZE  NOTE",
        "日本語    12  a note that is long enough",
        "              to be wrapped in a narrow",
        "              window",
        "b          3",
      ]
    `)
  })

  test('a column may be cut instead', () => {
    const [, first] = tableLines([{header: 'Name'}, {header: 'Note', overflow: 'truncate'}], [['a', 'x'.repeat(60)]], plainLook(40))
    expect(first).toBe(`a     ${'x'.repeat(33)}…`)
  })

  test('where even that is too wide, rows become blocks', () => {
    const many = Array.from({length: 8}, (_, index) => ({header: `Column${index}`}))
    const lines = tableLines(many, [many.map((_, index) => `value ${index}`)], plainLook(40))
    expect(lines).toHaveLength(8)
    expect(lines[0]).toBe('Column0  value 0')
  })

  test.each([40, 60, 80, 120])('nothing is wider than %i columns', (columns) => {
    for (const line of tableLines(COLUMNS, ROWS, plainLook(columns))) expect(width(line)).toBeLessThanOrEqual(columns)
  })

  test('colour does not move anything', () => {
    const rows = [[{text: 'one', colour: 'red' as const}, '1', 'n']]
    const coloured = tableLines(COLUMNS, rows, {...plainLook(80), colour: true}).join('\n')
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(tableLines(COLUMNS, rows, plainLook(80)).join('\n'))
    expect(coloured).toContain('\u001b[31mone\u001b[39m')
  })

  test('no rows: the head alone', () => {
    expect(tableLines(COLUMNS, [], plainLook(80))).toEqual(['NAME  SIZE  NOTE'])
  })
})
