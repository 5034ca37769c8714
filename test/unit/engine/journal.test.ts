import {appendFileSync, chmodSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Event, EventCode} from '../../../src/engine/events.ts'
import {listRuns, newRunId, openJournal, pastDurations, readJournal} from '../../../src/engine/journal.ts'
import {tempFolder} from '../../helpers/temp.ts'

const same = <T>(value: T): T => value
const event = (code: EventCode, rest: Partial<Event> = {}): Event => ({code, time: '2026-11-21T08:15:00.000Z', ...rest})
const started = event('run.started', {data: {command: 'kp up', environment: 'lab'}})

describe('a journal', () => {
  it('keeps events as lines, readable by its owner alone', () => {
    const runs = tempFolder()
    const journal = openJournal(runs, '20261121T081500Z-0001', same)
    journal.append(started)
    journal.append(event('step.finished', {phase: 'cni', step: 'cni/release', data: {durationMs: 12}}))
    journal.close()
    journal.append(event('note', {text: 'after the end'}))
    expect(readJournal(journal.dir)).toEqual([started, event('step.finished', {phase: 'cni', step: 'cni/release', data: {durationMs: 12}})])
    expect(statSync(journal.dir).mode & 0o777).toBe(0o700)
    expect(statSync(join(journal.dir, 'journal.jsonl')).mode & 0o777).toBe(0o600)
  })

  it('has each line on the disk as soon as it is appended', () => {
    const journal = openJournal(tempFolder(), '20261121T081500Z-0001', same)
    journal.append(started)
    journal.append(event('tool.started', {data: {pid: 7}}))
    expect(readJournal(journal.dir).map(({code}) => code)).toEqual(['run.started', 'tool.started'])
    journal.close()
  })

  it('leaves out what only matters while it happens', () => {
    const journal = openJournal(tempFolder(), '20261121T081500Z-0001', same)
    for (const code of ['run.started', 'step.probing', 'step.progress', 'lock.waiting', 'run.finished'] as const) journal.append(event(code))
    journal.close()
    expect(readJournal(journal.dir).map(({code}) => code)).toEqual(['run.started', 'run.finished'])
  })

  it('holds no secret', () => {
    const journal = openJournal(tempFolder(), '20261121T081500Z-0001', (value) => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '[redacted]')))
    journal.append(event('run.started', {data: {command: 'kp up', deep: {list: ['a hunter2 b']}}}))
    journal.close()
    expect(readFileSync(join(journal.dir, 'journal.jsonl'), 'utf8')).toContain('a [redacted] b')
  })

  it.runIf(process.getuid?.() !== 0)('that cannot be written is an error of the file system', () => {
    const runs = tempFolder()
    chmodSync(runs, 0o500)
    expect(() => openJournal(runs, '20261121T081500Z-0001', same).append(started)).toThrow(/EACCES/)
  })
})

describe('the runs of a platform', () => {
  const run = (runs: string, id: string, events: Event[]): void => {
    const journal = openJournal(runs, id, same)
    for (const one of events) journal.append(one)
    journal.close()
  }

  it('are listed newest first, with how they ended', () => {
    const runs = tempFolder()
    run(runs, '20261121T081500Z-0001', [started, event('phase.started', {phase: 'cni'}), event('phase.finished', {phase: 'cni', data: {state: 'failed'}}), event('run.finished', {data: {result: 'failed', error: 'no such chart'}})])
    run(runs, '20261121T081600Z-0002', [started, event('run.finished', {data: {result: 'ok'}})])
    run(runs, '20261121T081700Z-0003', [started, event('phase.started', {phase: 'cni'})])
    writeFileSync(join(runs, 'notes.txt'), 'not a run')
    expect(listRuns(runs).map(({id, result, error, phases}) => ({id, result, error, phases: phases.map(({id: phase, state}) => `${phase} ${state}`)}))).toEqual([
      {id: '20261121T081700Z-0003', result: 'killed', error: undefined, phases: ['cni killed']},
      {id: '20261121T081600Z-0002', result: 'ok', error: undefined, phases: []},
      {id: '20261121T081500Z-0001', result: 'failed', error: 'no such chart', phases: ['cni failed']},
    ])
    expect(listRuns(runs, 1)).toHaveLength(1)
    expect(listRuns(join(runs, 'none'))).toEqual([])
  })

  it.each([
    ['in the middle of a line', '{"code":"run.finished","time":"2026-11-21T08:15:00.000Z","da'],
    ['in the middle of a character', Buffer.from('{"code":"note","text":"ä').subarray(0, -1)],
    ['with zeros, as a file system that lost power leaves them', '\0\0\0\0'],
  ])('that were cut %s are read up to there', (_, rest) => {
    const runs = tempFolder()
    run(runs, '20261121T081500Z-0001', [started, event('phase.started', {phase: 'cni'})])
    appendFileSync(join(runs, '20261121T081500Z-0001', 'journal.jsonl'), rest)
    expect(listRuns(runs)).toMatchObject([{command: 'kp up', result: 'killed', phases: [{id: 'cni', state: 'killed'}]}])
  })

  it('tell how long steps took: the median of the last ones, without dry runs', () => {
    const runs = tempFolder()
    const took = (durationMs: number): Event => event('step.finished', {phase: 'cni', step: 'cni/release', data: {durationMs}})
    for (const [index, duration] of [100, 9000, 300, 200, 400].entries()) run(runs, `20261121T08150${index}Z-0001`, [started, took(duration)])
    run(runs, '20261121T081509Z-0001', [event('run.started', {data: {command: 'kp up', dryRun: true}}), took(1)])
    expect(pastDurations(runs)).toEqual(new Map([['cni/release', 400]]))
    expect(pastDurations(runs, 2)).toEqual(new Map([['cni/release', 400]]))
    expect(pastDurations(runs, 9)).toEqual(new Map([['cni/release', 300]]))
  })

  it('have ids that sort by time', () => {
    const ids = ['2026-11-21T08:15:00Z', '2026-11-21T08:15:01Z', '2027-01-01T00:00:00Z'].map((time) => newRunId(Date.parse(time)))
    expect(ids).toEqual(ids.toSorted())
    expect(ids[0]).toMatch(/^20261121T081500Z-[0-9a-f]{4}$/)
  })
})
