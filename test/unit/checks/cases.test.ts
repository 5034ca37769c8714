/** Every check passes, fails for its reasons, and is unknown where what it reads is refused. */
import {describe, expect, it} from 'vitest'
import type {PlatformCheck} from '../../../src/context.ts'
import {phases} from '../../../src/steps/index.ts'
import {CASES, COVERED} from '../../cases/index.ts'
import {runInWorld} from '../../helpers/check-cases.ts'

const CHECKS = new Map<string, PlatformCheck>(phases.flatMap((phase) => phase.checks.map((check): [string, PlatformCheck] => [check.id, check])))

describe('cases of checks', () => {
  it('are of checks that exist', () => {
    expect(CASES.map((one) => one.check).filter((id) => !CHECKS.has(id))).toEqual([])
  })

  it('are there for every check of the phases that are covered', () => {
    const covered = new Set(CASES.map((one) => one.check))
    const missing = phases.filter(({id}) => COVERED.includes(id)).flatMap((phase) => phase.checks.map(({id}) => id)).filter((id) => !covered.has(id))
    expect(missing).toEqual([])
  })
})

describe.each(CASES.map((one) => ({...one, name: one.of === undefined ? one.check : `${one.check} (${one.of})`})))('$name', (given) => {
  const check = CHECKS.get(given.check)
  if (check === undefined) return

  it('passes, and is unknown for every kind that is refused', async () => {
    const {report, fake} = await runInWorld(check, given)
    expect({status: report.status, observed: report.observed}).toEqual({status: 'pass', observed: report.observed})
    const survives = given.survives ?? {}
    const asked = [...(fake?.kinds ?? [])].filter((kind) => !(kind in survives))
    if (!('all' in survives) && given.unknown === undefined) expect(asked.length, 'it reads a kind, whose refusal can be seen').toBeGreaterThan(0)
    for (const kind of asked) {
      const refused = await runInWorld(check, given, {}, new Set([kind]))
      expect({kind, status: refused.report.status}).toEqual({kind, status: 'unknown'})
    }
  })

  it.each(given.fails)('fails where $what', async ({observed, status, ...other}) => {
    const {report} = await runInWorld(check, given, other)
    expect(report.observed).toMatch(observed)
    expect(report.status).toBe(status ?? (check.severity === 'warning' ? 'warn' : 'fail'))
  })

  it.each(given.unknown ?? [])('is unknown where $what', async ({observed, ...other}) => {
    const {report} = await runInWorld(check, given, other)
    expect(report.observed).toMatch(observed)
    expect(report.status).toBe('unknown')
  })

  it.each(given.skips ?? [])('is skipped where $what', async ({observed, ...other}) => {
    const {report} = await runInWorld(check, given, other)
    expect(report.observed).toMatch(observed)
    expect(report.status).toBe('skip')
  })
})
