/** The default platform, every phase of it, in one lab: it is built, healthy, and then left alone. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {describeEntry, isLease} from '../helpers/audit.ts'
import type {DiagnoseResult} from '../../src/ui/results.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'whole', build: 'fresh'})
}, 600_000)

afterAll(() => platform?.close(), 60_000)

it('has nothing to diagnose: right after it was built, in a rollout and after it', {timeout: 180_000}, async () => {
  const silent = async (): Promise<void> => {
    const {findings} = (await platform.kp(['diagnose', '--json'])).json<DiagnoseResult>()
    expect(findings.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`)).toEqual([])
  }
  await silent()
  await platform.kubectl(['-n', 'demo', 'rollout', 'restart', 'deployment/demo'])
  await platform.kubectl(['-n', 'cert-manager', 'rollout', 'restart', 'deployment/cert-manager-webhook'])
  await silent()
  await platform.kubectl(['-n', 'demo', 'rollout', 'status', 'deployment/demo', '--timeout=60s'])
  await silent()
})

it('has no check that fails, and says why it skips one', {timeout: 180_000}, async () => {
  const {checks} = (await platform.kp(['verify', '--json', '--wait', '60'])).json<{checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.filter(({status}) => status === 'fail' || status === 'unknown')).toEqual([])
  expect(checks.filter(({status, observed}) => status === 'skip' && observed.trim() === '')).toEqual([])
})

it('has nothing left to do, and a second kp up writes nothing but its Lease', {timeout: 180_000}, async () => {
  const plan = (await platform.kpOk(['plan', '--json', '--exit-code'])).json<{summary: Record<string, number>}>()
  expect(plan.summary).toMatchObject({absent: 0, drifted: 0, unknown: 0})
  const mark = platform.audit().mark()
  await platform.kpOk(['up', '--yes'])
  expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
})
