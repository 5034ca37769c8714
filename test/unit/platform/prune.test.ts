import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {KEPT_DAYS, KEPT_RUNS, MOST_RUNS, oldRuns, prune} from '../../../src/platform/prune.ts'
import {tempFolder} from '../../helpers/temp.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const DAY = 86_400_000
const idAt = (ms: number, tail = 'aaaa'): string => `${new Date(ms).toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '')}-${tail}`
/** One run a day, the newest today. */
const daily = (count: number): string[] => Array.from({length: count}, (_, day) => idAt(NOW - day * DAY))

describe('old runs', () => {
  it('stay for some time, and the last ones whatever their age', () => {
    expect(oldRuns(daily(60), new Set(), NOW)).toEqual([])
    expect(oldRuns(daily(120), new Set(), NOW)).toEqual(daily(120).slice(KEPT_DAYS + 1))
    const yearsAgo = Array.from({length: KEPT_RUNS + 3}, (_, day) => idAt(NOW - (800 + day) * DAY))
    expect(oldRuns(yearsAgo, new Set(), NOW)).toEqual(yearsAgo.slice(KEPT_RUNS))
  })

  it('of a pipeline that runs all the time do not fill the disk', () => {
    const many = Array.from({length: MOST_RUNS + 5}, (_, minute) => idAt(NOW - minute * 60_000))
    expect(oldRuns(many, new Set(), NOW)).toEqual(many.slice(MOST_RUNS))
  })

  it('are never the present one, nor one that the record of a cluster names, nor what is no run', () => {
    const runs = daily(200)
    const [current = '', built = ''] = [runs[150], runs[160]]
    const gone = oldRuns([...runs, 'notes.txt'], new Set([current, built]), NOW)
    expect(gone).toHaveLength(200 - KEPT_DAYS - 1 - 2)
    for (const id of [current, built, 'notes.txt']) expect(gone).not.toContain(id)
  })
})

describe('pruning', () => {
  it('deletes them with what is in them, and caches as old; who built last is remembered', () => {
    const state = tempFolder()
    const cache = join(state, 'environments', 'dev', 'cache')
    const runs = join(state, 'runs')
    const ids = daily(100)
    for (const id of ids) {
      mkdirSync(join(runs, id), {recursive: true})
      writeFileSync(join(runs, id, 'journal.jsonl'), '{}\n')
    }
    mkdirSync(cache, {recursive: true})
    const built = ids.at(-1) ?? ''
    const old = new Date(NOW - (KEPT_DAYS + 1) * DAY)
    for (const [name, text] of [['last-build.json', JSON.stringify({digest: 'd', run: built})], ['crds-x-1.json', '[]'], ['looked.json', '{}']] as const) {
      writeFileSync(join(cache, name), text)
      if (name !== 'looked.json') utimesSync(join(cache, name), old, old)
      else utimesSync(join(cache, name), new Date(NOW), new Date(NOW))
    }
    prune({runs, state}, ids[95] ?? '', NOW)
    expect(readdirSync(runs).toSorted()).toEqual([...ids.slice(0, KEPT_DAYS + 1), ids[95] ?? '', built].toSorted())
    expect(existsSync(join(cache, 'crds-x-1.json'))).toBe(false)
    expect(readdirSync(cache).toSorted()).toEqual(['last-build.json', 'looked.json'])
    expect(() => prune({runs: join(state, 'none'), state: join(state, 'none')}, '', NOW)).not.toThrow()
  })
})
