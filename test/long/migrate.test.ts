/** Traffic goes from one real cluster to another and back: behind gates, by weights, through both front doors; a kill and a new cluster that fails included. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {labLayout} from '../../src/providers/lab/layout.ts'
import type {MigratePlanResult, MigrateResult} from '../../src/ui/results.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import type {KpResult} from '../helpers/run-kp.ts'

const ENDS = ['--from', 'blue', '--to', 'green', '--json']
const WEIGHT = 'external-dns\\.alpha\\.kubernetes\\.io/aws-weight'
const run = promisify(execFile)
let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'migrate', build: 'none', lean: true, spec: {environments: [{name: 'blue', cluster: 'mig-blue'}, {name: 'green', cluster: 'mig-green'}], phases: {gitops: {enabled: false}, monitoring: {enabled: false}}}})
  for (const environment of ['blue', 'green']) await platform.kpOk(['up', '--env', environment, '--yes'], {timeoutMs: 400_000})
}, 900_000)

afterAll(() => platform?.close(), 120_000)

/** kubectl as the administrator of one of the two. */
async function kubectl(cluster: 'mig-blue' | 'mig-green', args: string[]): Promise<string> {
  const {bin, adminKubeconfig} = labLayout(platform.stateDir, cluster)
  return (await run(join(bin, 'kubectl'), args, {env: {...process.env, KUBECONFIG: adminKubeconfig}})).stdout
}

/** The weights of the demo's routes: in blue, in green. */
async function weights(): Promise<string[]> {
  return Promise.all((['mig-blue', 'mig-green'] as const).map((cluster) => kubectl(cluster, ['-n', 'demo', 'get', 'httproutes', '-o', `jsonpath={.items[0].metadata.annotations.${WEIGHT}}`])))
}

async function plan(): Promise<MigratePlanResult> {
  // Exit code 1 where something stands in the way.
  return (await platform.kp(['migrate', 'plan', ...ENDS])).json<MigratePlanResult>()
}

const shift = (weight: number, soak: string): string[] => ['migrate', 'shift', 'demo', '--weight', String(weight), '--soak', soak, '--yes', ...ENDS]

/** Runs a shift, and does something once both routes have their weights and both are asked. */
async function whileAsked(weight: number, act: (kp: ReturnType<TestPlatform['start']>) => Promise<unknown>): Promise<KpResult> {
  const kp = platform.start(shift(weight, '60s'), {timeoutMs: 120_000})
  await expect.poll(weights, {timeout: 60_000, interval: 500}).toEqual([String(100 - weight), String(weight)])
  await act(kp)
  return kp.done
}

it('plans: what is there, who has the traffic, and what stands in the way', {timeout: 120_000}, async () => {
  const ready = await plan()
  expect(ready).toMatchObject({clusters: {from: 'mig-blue', to: 'mig-green'}, unfinished: null, finished: null})
  expect(ready.namespaces).toEqual([expect.objectContaining({name: 'demo', weight: 0, allowed: true})])
  await kubectl('mig-green', ['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=0'])
  await kubectl('mig-green', ['-n', 'demo', 'delete', 'hpa', '--all'])
  await expect.poll(async () => (await plan()).namespaces[0]?.allowed, {timeout: 60_000, interval: 2000}).toBe(false)
  expect((await plan()).namespaces[0]?.gates.find(({id}) => id === 'workloads')).toMatchObject({status: 'fail', reason: 'Deployment demo has no copy there'})
  const refused = await platform.kpOk(shift(10, '2s'), {exit: 7})
  expect(refused.stdout).toContain('demo cannot be led to mig-green yet')
  expect(await weights()).toEqual(['', ''])
  await platform.kpOk(['step', 'ingress', '--env', 'green', '--yes'], {timeoutMs: 300_000})
  await expect.poll(async () => (await plan()).namespaces[0]?.allowed, {timeout: 60_000, interval: 2000}).toBe(true)
})

it('leads a part over, and asks both by the weights', {timeout: 120_000}, async () => {
  const moved = (await platform.kpOk(shift(25, '6s'))).json<MigrateResult>()
  expect(moved).toMatchObject({ok: true, namespaces: [{name: 'demo', before: 0, after: 25, takenBack: false, requests: {from: {failed: 0}, to: {failed: 0}}}]})
  const {from, to} = moved.namespaces[0]?.requests ?? {from: {sent: 0}, to: {sent: 0}}
  expect(Math.abs(to.sent - from.sent / 3)).toBeLessThanOrEqual(1)
  expect(await weights()).toEqual(['75', '25'])
})

it('killed in the middle, the next plan names it, and the same command goes on', {timeout: 180_000}, async () => {
  const killed = await whileAsked(50, (kp) => Promise.resolve(kp.child.kill('SIGKILL')))
  expect(killed.signal).toBe('SIGKILL')
  expect((await plan()).unfinished).toMatchObject({action: 'shift', namespaces: ['demo'], weight: 50})
  expect((await platform.kpOk(shift(50, '2s'))).json<MigrateResult>()).toMatchObject({ok: true, namespaces: [{after: 50}]})
  expect((await plan()).unfinished).toBeNull()
  expect(await weights()).toEqual(['50', '50'])
})

it('takes the traffic back where the new cluster fails', {timeout: 180_000}, async () => {
  const failed = await whileAsked(90, () => kubectl('mig-green', ['-n', 'demo', 'annotate', 'pods', '--all', 'lab.kp.dev/http-errors=100%']))
  expect(failed.exit).toBe(1)
  expect(failed.json<MigrateResult>()).toMatchObject({ok: false, namespaces: [{before: 50, after: 50, takenBack: true}]})
  expect(await weights()).toEqual(['50', '50'])
  await kubectl('mig-green', ['-n', 'demo', 'annotate', 'pods', '--all', 'lab.kp.dev/http-errors-'])
})

it('ends only when all of it is there, and the way back stays open', {timeout: 180_000}, async () => {
  await platform.kpOk(['migrate', 'finish', '--yes', ...ENDS], {exit: 7})
  await platform.kpOk(shift(100, '2s'))
  expect((await platform.kpOk(['migrate', 'finish', '--yes', ...ENDS])).json()).toMatchObject({ok: true, action: 'finish'})
  expect(await plan()).toMatchObject({finished: expect.any(String) as string, namespaces: [{weight: 100}]})
  expect((await platform.kpOk(['migrate', 'rollback', '--yes', ...ENDS])).json()).toMatchObject({ok: true, namespaces: [{before: 100, after: 0}]})
  expect(await weights()).toEqual(['100', '0'])
  expect((await plan()).finished).toBeNull()
})
