/** The whole way of the HPA: from two copies to ten and back, on metrics of the real metrics-server. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {SCALING_SPEC, waitForCopies} from '../helpers/hpa.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'scaling', build: 'fresh', spec: SCALING_SPEC})
}, 600_000)

afterAll(() => platform.close(), 60_000)

it('goes from 2 to 10 and back', {timeout: 900_000}, async () => {
  expect(await waitForCopies(platform, (copies) => copies === 2, {timeoutMs: 60_000, load: '10m'})).toBe(2)
  expect(await waitForCopies(platform, (copies) => copies === 10, {timeoutMs: 300_000, load: '400m'})).toBe(10)
  expect(await waitForCopies(platform, (copies) => copies === 2, {timeoutMs: 480_000, load: '10m'})).toBe(2)
})
