/** An upgrade of a real control plane with its data: what stands in the way is named and refuses; mended, it goes through. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import type {UpgradePlanResult, UpgradeResult} from '../../src/ui/results.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {plantObstacles, removeObstacles} from '../helpers/upgrade-plants.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'upgrade', build: 'fresh', lean: true, spec: {kubernetes: {version: '1.35'}, phases: {gitops: {enabled: false}, monitoring: {enabled: false}, day2: {enabled: true}}}})
}, 900_000)

afterAll(() => platform?.close(), 60_000)

const gate = (result: UpgradePlanResult | UpgradeResult, id: string): UpgradePlanResult['gates'][number] | undefined => result.gates.find((one) => one.id === id)

it('names what stands in the way, with the fix, and refuses', {timeout: 300_000}, async () => {
  await plantObstacles(platform)
  const plan = (await platform.kpOk(['upgrade', '--minor', '--plan', '--json'], {exit: 7})).json<UpgradePlanResult>()
  expect(plan).toMatchObject({schema: 'kp/upgrade-plan/v1', from: '1.35.4', to: '1.36.3', allowed: false})
  expect(gate(plan, 'drain')).toMatchObject({status: 'fail', fix: expect.stringMatching(/^kubectl -n kube-system patch poddisruptionbudget never /) as string})
  expect(plan.drain.flatMap(({blockedBy}) => blockedBy)).toContainEqual(expect.objectContaining({pdb: 'kube-system/never', owner: 'Deployment stuck'}))
  expect(gate(plan, 'removed-apis')).toMatchObject({status: 'fail', problems: [{source: 'helm release demo/legacy'}]})
  expect(gate(plan, 'certificates')).toMatchObject({status: 'fail', reason: expect.stringContaining('Secret demo/by-hand') as string, fix: 'kp explain day2.certificates'})
  expect(gate(plan, 'backup')).toMatchObject({status: 'fail', fix: expect.stringContaining('kp backup verify') as string, first: 'a snapshot of etcd is taken and proven'})
  expect(plan.order[0]?.id).toBe('backup')
  const refused = (await platform.kpOk(['upgrade', '--minor', '--yes', '--json'], {exit: 7})).json<UpgradeResult>()
  expect(refused).toMatchObject({schema: 'kp/upgrade/v1', result: 'refused', nodes: [], error: {code: 'GATE'}})
  expect((JSON.parse(await platform.kubectl(['version', '-o', 'json'])) as {serverVersion: {gitVersion: string}}).serverVersion.gitVersion).toBe('v1.35.4')
})

it('says what cannot be gone to', {timeout: 120_000}, async () => {
  for (const [version, exit] of [['1.34', 7], ['1.37', 7], ['1.36.99', 2], ['soon', 2]] as const) await platform.kpOk(['upgrade', '--to', version, '--plan', '--json'], {exit})
  await platform.kpOk(['upgrade', '--minor', '--max-unavailable', '0', '--plan', '--json'], {exit: 2})
  await platform.kpOk(['upgrade', '--minor', '--max-unavailable', '100%', '--plan', '--json'], {exit: 7})
})

it('goes through once that is mended, with all data, and tells what users lost', {timeout: 900_000}, async () => {
  await platform.kubectl(['-n', 'kube-system', 'patch', 'poddisruptionbudget', 'never', '--type=json', '-p', '[{"op":"replace","path":"/spec/maxUnavailable","value":1}]'])
  await removeObstacles(platform)
  // What is left is the backup: without --yes that refuses too, with it one is made and proven first.
  const unproven = (await platform.kpOk(['upgrade', '--minor', '--plan', '--json'], {exit: 7})).json<UpgradePlanResult>()
  expect(unproven.gates.filter(({status}) => status === 'fail' || status === 'unknown').map(({id}) => id)).toEqual(['backup'])
  const path = join(platform.root, 'kp.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^(\s*version: "?1\.35"?)$/m, '$1 # as staging has it'))
  const uids = async (): Promise<string> => platform.kubectl(['get', 'namespaces,deployments,secrets', '-A', '-o', 'jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}'])
  const before = new Set((await uids()).split('\n'))
  const done = (await platform.kpOk(['upgrade', '--minor', '--yes', '--soak', '2s', '--json'], {timeoutMs: 800_000})).json<UpgradeResult>()
  const {proofs} = JSON.parse(readFileSync(join(platform.root, '.kp', 'environments', 'lab', 'proofs.json'), 'utf8')) as {proofs: {kind: string; ok: boolean}[]}
  expect(proofs).toEqual([expect.objectContaining({kind: 'etcd', ok: true})])
  expect(done).toMatchObject({result: 'ok', from: '1.35.4', to: '1.36.3', objects: {lost: []}})
  expect(done.nodes.length).toBeGreaterThan(2)
  expect(done.nodes.map(({result, to}) => [result, to])).toEqual(done.nodes.map(() => ['upgraded', 'v1.36.3']))
  expect(done.requests?.sent).toBeGreaterThan(20)
  const now = new Set((await uids()).split('\n'))
  expect([...before].filter((uid) => !now.has(uid))).toEqual([])
  const {items} = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {spec: {unschedulable?: boolean}; status: {nodeInfo: {kubeletVersion: string}}}[]}
  expect(items.map(({spec, status}) => [spec.unschedulable, status.nodeInfo.kubeletVersion])).toEqual(items.map(() => [undefined, 'v1.36.3']))
  expect(readFileSync(path, 'utf8')).toContain('1.36" # as staging has it')
  expect((await platform.kpOk(['plan', '--json', '--exit-code'])).json<{summary: Record<string, number>}>().summary).toMatchObject({absent: 0, drifted: 0})
  await platform.kpOk(['upgrade', '--patch', '--yes', '--json'])
})

it('drains one node behind the same gates, and says who holds it', {timeout: 300_000}, async () => {
  const {nodes} = (await platform.kpOk(['node', 'list', '--json'])).json<{nodes: {name: string; evictions: number; blockedBy: unknown[]}[]}>()
  const node = nodes.find(({evictions, blockedBy}) => evictions > 0 && blockedBy.length === 0)?.name ?? ''
  await platform.kpOk(['node', 'drain', 'nowhere-1', '--yes', '--json'], {exit: 2})
  expect((await platform.kpOk(['node', 'patch', node, '--yes', '--json'])).json()).toMatchObject({schema: 'kp/node-patch/v1', result: 'ok', nodes: [{node, result: 'done'}]})
  const uid = await platform.kubectl(['get', 'node', node, '-o', 'jsonpath={.metadata.uid}'])
  await platform.kpOk(['node', 'replace', node, '--yes', '--json'])
  expect(await platform.kubectl(['get', 'node', node, '-o', 'jsonpath={.metadata.uid}'])).not.toBe(uid)
  await platform.kpOk(['node', 'drain', node, '--yes', '--json'])
  expect(await platform.kubectl(['get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}'])).toBe('true')
  // A cordon left behind is found.
  expect((await platform.kp(['verify', '--check', 'node-pools.cordoned', '--json'])).stdout).toContain(`node ${node} is cordoned`)
  await platform.kubectl(['uncordon', node])
})
