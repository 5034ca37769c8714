/** What reads does not write: proven by the API server's audit log. */
import {beforeAll, describe, expect, it} from 'vitest'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import {describeEntry, isLease} from '../helpers/audit.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared'})
}, 300_000)

describe('a built platform', () => {
  it.each([
    ['plan'],
    ['plan', '--exit-code', '--json'],
  ])('kp %s %s %s makes no write', async (...args) => {
    const mark = platform.audit().mark()
    await platform.kpOk(args)
    expect((await platform.audit().writes(mark)).map(describeEntry)).toEqual([])
  })
  it('up', async () => {
    const mark = platform.audit().mark()
    await platform.kpOk(['up', '--yes'])
    const writes = (await platform.audit().writes(mark))
    expect(writes.filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
    expect(writes.length).toBeGreaterThan(0)
  })
})
