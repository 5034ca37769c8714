/** How scenarios are remembered, and put together for a play. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {openMemory} from '../../../../src/operations/scenarios/memory.ts'
import type {Started} from '../../../../src/operations/scenarios/memory.ts'
import {ofDefaultPlatform, roundsOf} from '../../../helpers/scenario-labs.ts'
import {SCENARIOS} from '../../../helpers/scenarios.ts'

describe('the memory of a lab', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kp-memory-'))))
  afterEach(() => rmSync(folder, {recursive: true, force: true}))

  const started = (scenario: string): Started => ({scenario, names: {}, startedAt: '2026-11-28T12:00:00Z', changes: []})

  test('keeps what several remember at once, and forgets one alone', () => {
    const [one, other] = [openMemory(folder), openMemory(folder)]
    one.keep(started('image-missing'))
    other.keep(started('dns-not-allowed'))
    one.keep({...started('image-missing'), changes: [{did: 'ended', program: 'etcd'}]})
    expect(openMemory(folder).all().map(({scenario, changes}) => `${scenario} ${changes.length}`)).toEqual(['dns-not-allowed 0', 'image-missing 1'])
    other.forget('image-missing')
    expect(one.get('image-missing')).toBeUndefined()
    expect(one.get('dns-not-allowed')).toBeDefined()
  })
})

describe('rounds', () => {
  test('hold each scenario once, and no pitfall twice', () => {
    const rounds = roundsOf(SCENARIOS, 5)
    expect(rounds.flatMap((parts) => parts.map(({scenario}) => scenario.name)).toSorted()).toEqual(SCENARIOS.map(({name}) => name).toSorted())
    for (const parts of rounds) {
      expect(parts.length).toBeLessThanOrEqual(5)
      expect(new Set(parts.map(({scenario}) => scenario.pitfall)).size).toBe(parts.length)
      expect(new Set(parts.map(({set}) => set?.['namespace'])).size).toBe(parts.length)
    }
  })

  test('what ends programs, changes nodes or takes the network away is alone', () => {
    const alone = roundsOf(SCENARIOS, 5).flatMap(([part, ...others]) => (others.length === 0 ? (part?.scenario.name ?? []) : []))
    expect(alone).toEqual(expect.arrayContaining(['api-server-dead', 'node-unplugged', 'node-tainted-by-hand', 'network-agent-deleted', 'scheduler-dead', 'second-network-plugin']))
  })

  test('what needs another choice than the default is not drawn for the default platform', async () => {
    const names = (await ofDefaultPlatform(SCENARIOS)).map(({name}) => name)
    expect(names).not.toContain('argo-project-deleted')
    expect(names.length).toBeGreaterThan(SCENARIOS.length / 2)
  })
})
