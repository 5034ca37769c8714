import {appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {listRuns, openJournal, readJournal} from '../../../src/engine/journal.ts'
import {tempFolder} from '../../helpers/temp.ts'

const time = '2026-01-01T00:00:00.000Z'

test('a run that is refused before its first event leaves no folder', () => {
  const runsDir = join(tempFolder(), 'runs')
  openJournal(runsDir, '20260101T000000Z-0001', (value) => value).close()
  expect(existsSync(runsDir)).toBe(false)
})

test('a run that was killed in the middle of a line is known up to the line before', () => {
  const runsDir = tempFolder()
  const journal = openJournal(runsDir, '20260101T000000Z-0001', (value) => value)
  journal.append({code: 'run.started', time, data: {command: 'kp up', environment: 'lab'}})
  journal.append({code: 'phase.started', time, phase: 'cni'})
  journal.close()
  appendFileSync(join(journal.dir, 'journal.jsonl'), '{"code":"phase.finished","time":"2026')
  expect(readJournal(journal.dir).map(({code}) => code)).toEqual(['run.started', 'phase.started'])
  expect(listRuns(runsDir)).toMatchObject([{command: 'kp up', environment: 'lab', result: 'killed', phases: [{id: 'cni', state: 'killed'}]}])
})

test('a run that was killed before its first line is none; the ones before it count all the same', () => {
  const runsDir = tempFolder()
  for (const id of ['20260101T000001Z-0001', '20260101T000002Z-0001']) {
    const journal = openJournal(runsDir, id, (value) => value)
    journal.append({code: 'run.started', time, data: {command: 'kp up', environment: 'lab'}})
    journal.close()
  }
  mkdirSync(join(runsDir, '20260101T000003Z-0001'))
  mkdirSync(join(runsDir, '20260101T000004Z-0001'))
  writeFileSync(join(runsDir, '20260101T000004Z-0001', 'journal.jsonl'), '')
  expect(readdirSync(runsDir)).toHaveLength(4)
  expect(listRuns(runsDir, 2).map(({id}) => id)).toEqual(['20260101T000002Z-0001', '20260101T000001Z-0001'])
})
