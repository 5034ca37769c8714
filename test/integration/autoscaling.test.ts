/** The real metrics-server beside the lab: what it measures moves the HPA, and when it ends it is started again. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {processesUnder} from '../helpers/end-labs.ts'
import {SCALING_SPEC, waitForCopies} from '../helpers/hpa.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'scaling', build: 'fresh', spec: SCALING_SPEC})
}, 600_000)

afterAll(() => platform.close(), 60_000)

it('grows with the load that metrics.k8s.io shows', {timeout: 180_000}, async () => {
  expect(await platform.kubectl(['top', 'pods', '-n', 'demo', '--no-headers'])).toMatch(/^demo-\S+\s+\d+m\s+\d+Mi/)
  expect(await waitForCopies(platform, (copies) => copies > 2, {timeoutMs: 150_000, load: '400m'})).toBeLessThanOrEqual(10)
  expect(await platform.kubectl(['-n', 'demo', 'get', 'events', '--field-selector=reason=SuccessfulRescale'])).toMatch(/cpu resource utilization \(percentage of request\) above target/)
})

it('finds a metrics-server that has ended, and starts it on the same port', {timeout: 180_000}, async () => {
  const status = async (): Promise<{name: string; running: boolean; address: string}[]> => (await platform.kpOk(['lab', 'status', '--json'])).json<{lab: {services: {name: string; running: boolean; address: string}[]}}>().lab.services
  const before = (await status()).find(({name}) => name === 'metrics-server')
  expect(before).toMatchObject({name: 'metrics-server', running: true})
  const pid = processesUnder(platform.lab.folder).find((line) => line.includes('/bin/metrics-server'))?.split(' ')[0]
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(async () => (await status()).find(({name}) => name === 'metrics-server')?.running, {timeout: 20_000}).toBe(false)
  const plan = (await platform.kpOk(['plan', '--json'])).json<{steps: {id: string; state: string}[]}>()
  expect(plan.steps.find(({id}) => id === 'autoscaling/lab-metrics-server')?.state).toBe('drifted')
  await platform.kpOk(['up', '--yes'])
  expect(await status()).toContainEqual(before)
})
