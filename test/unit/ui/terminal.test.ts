import {describe, expect, test} from 'vitest'
import {terminalOf} from '../../../src/ui/terminal.ts'
import type {ProcessLike} from '../../../src/ui/terminal.ts'
import {memory} from './samples.ts'

function source(env: Record<string, string>, options: {tty?: boolean; columns?: number; platform?: string} = {}): ProcessLike {
  const {tty = true, columns, platform = 'linux'} = options
  const stream = memory({isTTY: tty, columns})
  return {stdout: stream, stderr: stream, stdin: {isTTY: tty}, env, platform, on: () => undefined, removeListener: () => undefined}
}

describe('colour', () => {
  test.each<[Record<string, string>, boolean, boolean | undefined, boolean]>([
    [{}, true, undefined, true],
    [{}, false, undefined, false],
    [{NO_COLOR: '1'}, true, undefined, false],
    [{NO_COLOR: ''}, true, undefined, true],
    [{FORCE_COLOR: '1'}, false, undefined, true],
    [{FORCE_COLOR: '0'}, true, undefined, false],
    [{FORCE_COLOR: '1'}, true, true, false],
    [{TERM: 'dumb'}, true, undefined, false],
  ])('with %j, terminal %s, --no-color %s: %s', (env, tty, noColor, wanted) => {
    expect(terminalOf(source(env, {tty}), noColor === undefined ? {} : {noColor}).colour).toBe(wanted)
  })
})

test('columns come from the stream, are 80 where there are none and 40 at least', () => {
  expect(terminalOf(source({}, {columns: 132})).columns).toBe(132)
  expect(terminalOf(source({}, {columns: 20})).columns).toBe(40)
  expect(terminalOf(source({})).columns).toBe(80)
  expect(terminalOf(source({COLUMNS: '100'})).columns).toBe(100)
  expect(terminalOf(source({COLUMNS: 'many'})).columns).toBe(80)
})

test('a dumb terminal cannot redraw lines', () => {
  expect(terminalOf(source({TERM: 'dumb'})).isTTY).toBe(false)
})

test.each<[Record<string, string>, string, boolean]>([
  [{LANG: 'en_US.UTF-8'}, 'linux', true],
  [{LANG: 'C'}, 'linux', false],
  [{LC_ALL: 'C.utf8', LANG: 'C'}, 'linux', true],
  [{}, 'linux', true],
  [{TERM: 'linux', LANG: 'en_US.UTF-8'}, 'linux', false],
  [{}, 'win32', false],
  [{WT_SESSION: '1'}, 'win32', true],
])('unicode with %j on %s: %s', (env, platform, wanted) => {
  expect(terminalOf(source(env, {platform})).unicode).toBe(wanted)
})

test('questions need a terminal on both sides', () => {
  expect(terminalOf(source({})).interactive).toBe(true)
  expect(terminalOf({...source({}), stdin: {}}).interactive).toBe(false)
  expect(terminalOf({...source({}), stdout: memory()}).interactive).toBe(false)
  expect(terminalOf({...source({}), stdout: memory()}, {json: true}).interactive).toBe(true)
})
