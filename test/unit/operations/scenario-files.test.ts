/** Files of the repository that a scenario changes, and what of it is taken back. */
import {mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {changeFile, restoreFile} from '../../../src/operations/scenarios/files.ts'
import type {Change} from '../../../src/operations/scenarios/memory.ts'

let root: string
let changes: Extract<Change, {did: 'filed'}>[]
const context = (): Parameters<typeof changeFile>[1] => ({root, tolerant: false, scenario: {name: 'x'}, say: () => {}, remember: (change) => void changes.push(change as (typeof changes)[number])})
const text = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kp-files-'))
  changes = []
  writeFileSync(join(root, 'Makefile'), 'up:\n')
})

afterEach(() => rmSync(root, {recursive: true, force: true}))

test('a file is written, added to, deleted, and taken back', () => {
  changeFile({path: 'apps/web.yaml', text: 'kind: Secret\n'}, context())
  changeFile({path: 'Makefile', add: '# by hand\n'}, context())
  expect([text('apps/web.yaml'), text('Makefile')]).toEqual(['kind: Secret\n', 'up:\n# by hand\n'])
  changeFile({path: 'Makefile', gone: true}, context())
  expect(text('Makefile')).toBeUndefined()
  for (const change of changes.toReversed()) restoreFile(change, context())
  expect([text('apps/web.yaml'), text('Makefile')]).toEqual([undefined, 'up:\n'])
})

test('what somebody has changed since is left alone', () => {
  changeFile({path: 'Makefile', add: '# by hand\n'}, context())
  writeFileSync(join(root, 'Makefile'), 'down:\n')
  restoreFile(changes[0] as (typeof changes)[number], context())
  expect(text('Makefile')).toBe('down:\n')
})

test('nothing outside of the repository, nothing that is not there, nothing that is there already', () => {
  expect(() => changeFile({path: '../x', text: ''}, context())).toThrow(/outside of the repository/)
  expect(() => changeFile({path: 'missing', gone: true}, context())).toThrow(/has no missing/)
  expect(() => changeFile({path: 'Makefile', text: ''}, context())).toThrow(/is there already/)
})
