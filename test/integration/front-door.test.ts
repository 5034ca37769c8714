/** The lab's front door, asked from outside: it follows the cluster within a second, and what it counts becomes an alert. */
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {readService} from '../../src/providers/lab/services/record.ts'
import {askHost} from '../../src/tools/ask-host.ts'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

const HOST = 'demo.outside.test'
const mail = (name: string, severities: string[]): object => ({name, type: 'email', to: `${name}@outside.test`, smarthost: 'mail.outside.test:587', severities})
const RECEIVERS = [mail('oncall', ['page', 'critical']), mail('team', ['info'])]
let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'outside', build: 'fresh', lean: true, spec: {phases: {slo: {enabled: true}, monitoring: {receivers: RECEIVERS}}}})
}, 600_000)

afterAll(() => platform?.close(), 60_000)

const door = (): Record<string, number> => readService(platform.lab, 'front-door')?.more ?? {}

/** What a user sees: the status, or why there is none. */
async function see(scheme: 'http' | 'https' = 'https'): Promise<string> {
  return askHost({scheme, address: '127.0.0.1', port: door()[scheme] ?? 0, host: HOST, timeoutMs: 2000}).then(({status}) => String(status), (error: Error & {code?: string}) => error.code ?? error.message)
}

/** Waits until the slices of the demo have so many ready endpoints. @returns when that was seen */
async function untilReady(count: number): Promise<number> {
  const api = platform.admin()
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(30)) {
    const {items} = (await api.get('/apis/discovery.k8s.io/v1/namespaces/demo/endpointslices')) as {items: {endpoints?: {conditions?: {ready?: boolean}}[]}[]}
    if (items.flatMap(({endpoints}) => endpoints ?? []).filter(({conditions}) => conditions?.ready === true).length === count) return Date.now()
  }
  throw new Error(`the demo never had ${count} ready endpoints`)
}

/** How long it takes until a user sees that. */
async function untilSeen(wanted: string, since: number): Promise<number> {
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(30)) if ((await see()) === wanted) return Date.now() - since
  throw new Error(`nobody saw ${wanted}, but ${await see()}`)
}

async function ask(query: string): Promise<number | undefined> {
  const port = readService(platform.lab, 'prometheus')?.port
  const answer = (await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`)).json()) as {data: {result: {value: [number, string]}[]}}
  const [first] = answer.data.result
  return first === undefined ? undefined : Number(first.value[1])
}

it('leads requests as the routes say: HTTPS to a pod, HTTP to HTTPS; kp verify asks it', {timeout: 60_000}, async () => {
  expect([await see(), await see('http')]).toEqual(['200', '301'])
  const {checks} = (await platform.kpOk(['verify', 'ingress', '--json'])).json<{checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.find(({id}) => id === 'ingress.demo-answers')).toMatchObject({status: 'pass', observed: expect.stringMatching(/^200 within \d+ ms$/)})
  expect(checks.find(({id}) => id === 'ingress.http-redirect')).toMatchObject({status: 'pass', observed: `301 to https://${HOST}/`})
})

it('fails within a second of the last ready endpoint, and answers within one of the next', {timeout: 120_000}, async () => {
  await platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=0'])
  expect(await untilSeen('503', await untilReady(0))).toBeLessThan(1000)
  await platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=2'])
  expect(await untilSeen('200', await untilReady(2))).toBeLessThan(1000)
})

it('refuses connections while no proxy runs', {timeout: 120_000}, async () => {
  const proxies = ['-n', 'envoy-gateway-system', 'scale', 'deployment', '-l', 'app.kubernetes.io/name=envoy']
  await platform.kubectl([...proxies, '--replicas=0'])
  await untilSeen('ECONNREFUSED', Date.now())
  expect((await platform.kp(['verify', '--check', 'ingress.demo-answers', '--wait', '0'])).exit).toBe(1)
  await platform.kubectl([...proxies, '--replicas=2'])
  await untilSeen('200', Date.now())
})

it('is left alone by a second kp up, and started again on its ports when it ended', {timeout: 180_000}, async () => {
  const mark = platform.audit().mark()
  await platform.kpOk(['up', '--yes'])
  expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
  const before = readService(platform.lab, 'front-door')
  process.kill(before?.identity.pid ?? 0, 'SIGKILL')
  await expect.poll(() => see()).toBe('ECONNREFUSED')
  const plan = (await platform.kpOk(['plan', 'ingress', '--json'])).json<{steps: {id: string; state: string}[]}>()
  expect(plan.steps.filter(({state}) => state === 'drifted').map(({id}) => id)).toEqual(['ingress/lab-front-door'])
  await platform.kpOk(['step', 'ingress', '--yes'])
  expect(readService(platform.lab, 'front-door')).toMatchObject({port: before?.port, more: before?.more})
  expect(await see()).toBe('200')
})

it('errors of the pods move the indicator, and the alert on the burn rate fires', {timeout: 240_000}, async () => {
  await expect.poll(() => ask('slo:events_total:rate5m'), {timeout: 60_000, interval: 1000}).toBeGreaterThan(0)
  await platform.kubectl(['-n', 'demo', 'annotate', 'pods', '-l', 'app=demo', 'lab.kp.dev/http-errors=50%'])
  const seen: string[] = []
  const firing = 'sum(ALERTS{alertname="SLOErrorBudgetBurn",alertstate="firing",severity="page"})'
  for (const until = Date.now() + 150_000; Date.now() < until && (await ask(firing)) === undefined; ) for (let n = 0; n < 20; n += 1) seen.push(await see())
  expect(await ask(firing)).toBeGreaterThanOrEqual(1)
  expect(await ask('slo:error_ratio:rate5m')).toBeGreaterThan(0.0144)
  expect(new Set(seen)).toEqual(new Set(['200', '500']))
  const {checks} = (await platform.kp(['verify', 'monitoring', '--json', '--wait', '0'])).json<{checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.find(({id}) => id === 'monitoring.firing')).toMatchObject({status: 'warn', observed: expect.stringMatching(/SLOErrorBudgetBurn/)})
})

it('Alertmanager routes the alert by its severity, to this machine alone', {timeout: 120_000}, async () => {
  const received = async (): Promise<Record<string, {alerts: Record<string, number>}>> => (await (await fetch(`http://127.0.0.1:${readService(platform.lab, 'prometheus-rules')?.port}/alerts`)).json()) as Record<string, {alerts: Record<string, number>}>
  // The configuration waits 30 seconds for more of a group.
  await expect.poll(async () => (await received())['oncall']?.alerts['SLOErrorBudgetBurn'] ?? 0, {timeout: 100_000, interval: 1000}).toBeGreaterThan(0)
  expect(await received()).not.toHaveProperty('team')
})
