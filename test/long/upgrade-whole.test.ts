/** The upgrade of a whole platform, all phases, with defaults: what stands in the way is named and refuses; mended by what is printed, it goes through with everything there. */
import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {selectPhases} from '../../src/engine/plan.ts'
import {phases} from '../../src/steps/index.ts'
import type {UpgradePlanResult, UpgradeResult} from '../../src/ui/results.ts'
import {openContext} from '../helpers/context.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {plantObstacles, removeObstacles} from '../helpers/upgrade-plants.ts'

/** Kinds that come and go by themselves. */
const PASSING = /^(?:events|events\.events\.k8s\.io|pods|leases\..*|endpointslices\..*|endpoints|replicasets\.apps|controllerrevisions\.apps|jobs\.batch|csinodes\..*|volumeattachments\..*|ipaddresses\..*|componentstatuses|.*\.metrics\.k8s\.io|.*reports\..*)$/
let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'upwhole', build: 'fresh', spec: {kubernetes: {version: '1.35'}, nodePools: [{name: 'general', min: 6, max: 9}], phases: {gitops: {enabled: true, repository: 'https://git.acme.io/acme/platform.git'}, mesh: {enabled: true}, operators: {enabled: true}, chaos: {enabled: true, namespaces: ['demo']}}}})
}, 900_000)

afterAll(() => platform?.close(), 120_000)

const gate = (result: UpgradePlanResult | UpgradeResult, id: string): UpgradePlanResult['gates'][number] | undefined => result.gates.find((one) => one.id === id)
const standing = (result: UpgradePlanResult | UpgradeResult): string[] => result.gates.filter(({status}) => status === 'fail' || status === 'unknown').map(({id, reason}) => `${id}: ${reason}`)

/** UID of each object of each kind, asked of kubectl: `deployments.apps demo/demo` to its UID. */
async function everything(): Promise<Map<string, string>> {
  const kinds = (await platform.kubectl(['api-resources', '--verbs=list', '-o', 'name'])).trim().split('\n').filter((kind) => !PASSING.test(kind))
  const found = new Map<string, string>()
  for (const kind of kinds) {
    const lines = (await platform.kubectl(['get', kind, '-A', '-o', 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\\n"}{end}'])).split('\n')
    for (const line of lines) {
      const [name = '', uid = ''] = line.split(' ')
      if (name !== '' && !name.includes('sh.helm.release.v1.')) found.set(`${kind} ${name}`, uid)
    }
  }
  return found
}

/** Runs a fix as it is printed, as somebody would who copies it. */
async function copied(command: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', command], {cwd: platform.root, env: {...process.env, PATH: `${platform.lab.bin}:${process.env['PATH']}`, KUBECONFIG: platform.lab.adminKubeconfig}})
}

it('has every phase', async () => {
  const {ctx} = await openContext(platform)
  expect(selectPhases(phases, ctx).inactive.map(({phase, reason}) => `${phase.id}: ${reason}`)).toEqual([])
})

it('names a budget, a removed API, a certificate and the unproven backup, each with its fix, and refuses', {timeout: 300_000}, async () => {
  await plantObstacles(platform)
  const plan = (await platform.kpOk(['upgrade', '--minor', '--plan', '--json'], {exit: 7})).json<UpgradePlanResult>()
  expect(standing(plan).map((line) => line.replace(/:.*/s, '')).toSorted()).toEqual(['backup', 'certificates', 'drain', 'removed-apis'])
  expect(gate(plan, 'drain')).toMatchObject({status: 'fail', fix: expect.stringMatching(/^kubectl -n kube-system patch poddisruptionbudget never /) as string})
  expect(plan.drain.flatMap(({blockedBy}) => blockedBy).map(({pdb, owner}) => `${pdb} ${owner}`)).toEqual(expect.arrayContaining(['kube-system/never Deployment stuck']))
  expect(plan.drain.flatMap(({blockedBy}) => blockedBy).filter(({pdb}) => pdb !== 'kube-system/never')).toEqual([])
  expect(gate(plan, 'removed-apis')).toMatchObject({status: 'fail', problems: [{source: 'helm release demo/legacy', fix: expect.stringContaining('helm mapkubeapis legacy --namespace demo') as string}]})
  expect(gate(plan, 'certificates')).toMatchObject({status: 'fail', reason: expect.stringContaining('Secret demo/by-hand') as string, fix: 'kp explain day2.certificates'})
  expect(gate(plan, 'backup')).toMatchObject({status: 'fail', fix: expect.stringContaining('kp backup verify') as string, first: 'a backup is made and proven'})
  for (const args of [['--minor'], ['--minor', '--yes'], ['--to', '1.36']]) expect((await platform.kpOk(['upgrade', ...args, '--json'], {exit: 7})).json<UpgradeResult>()).toMatchObject({result: 'refused', nodes: [], error: {code: 'GATE'}})
  expect((JSON.parse(await platform.kubectl(['version', '-o', 'json'])) as {serverVersion: {gitVersion: string}}).serverVersion.gitVersion).toBe('v1.35.4')
})

it('goes 1.35 to 1.36 once that is mended, tells what users lost, and everything from before is there', {timeout: 1_500_000}, async () => {
  const plan = (await platform.kpOk(['upgrade', '--minor', '--plan', '--json'], {exit: 7})).json<UpgradePlanResult>()
  await copied(gate(plan, 'drain')?.fix ?? '')
  await removeObstacles(platform)
  // The fix of the backup, as it is printed: "kp backup create, then kp backup verify".
  await platform.kpOk(['backup', 'create', '--yes', '--json'], {timeoutMs: 400_000})
  await platform.kpOk(['backup', 'verify', '--yes', '--json'], {timeoutMs: 400_000})
  expect(standing((await platform.kpOk(['upgrade', '--minor', '--plan', '--json'])).json<UpgradePlanResult>())).toEqual([])
  const before = await everything()
  expect(before.size).toBeGreaterThan(400)
  const done = (await platform.kpOk(['upgrade', '--minor', '--yes', '--soak', '5s', '--json'], {timeoutMs: 1_200_000})).json<UpgradeResult>()
  console.log(`upgrade of the whole platform: ${Math.round(done.durationMs / 1000)} s, ${done.nodes.length} nodes, ${done.requests?.failed} of ${done.requests?.sent} requests lost, longest gap ${done.requests?.longestGapMs} ms, ${done.objects?.before} objects before, ${done.objects?.after} after; ${before.size} by kubectl`)
  expect(done).toMatchObject({result: 'ok', from: '1.35.4', to: '1.36.3', objects: {lost: []}})
  expect(done.objects?.before).toBeGreaterThan(400)
  expect(done.nodes.map(({node, result, to}) => [node, result, to])).toEqual(done.nodes.map(({node}) => [node, 'upgraded', 'v1.36.3']))
  expect(done.nodes.length).toBeGreaterThan(2)
  // Somebody has asked the demo all the while; nothing that a user would notice was lost.
  expect(done.requests?.sent).toBeGreaterThan(50)
  expect(done.requests?.failed).toBe(0)
  expect(done.requests?.longestGapMs).toBe(0)
  const after = await everything()
  expect([...before].filter(([name, uid]) => after.get(name) !== uid).map(([name]) => `${name}${after.has(name) ? ' is another one' : ' is gone'}`)).toEqual([])
  const {items} = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {spec: {unschedulable?: boolean}; status: {nodeInfo: {kubeletVersion: string}}}[]}
  expect(items.map(({spec, status}) => [spec.unschedulable, status.nodeInfo.kubeletVersion])).toEqual(items.map(() => [undefined, 'v1.36.3']))
  expect((await platform.kpOk(['plan', '--json', '--exit-code'])).json<{summary: Record<string, number>}>().summary).toMatchObject({absent: 0, drifted: 0})
  const {checks} = (await platform.kp(['verify', '--json', '--wait', '90'])).json<{checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.filter(({status}) => status === 'fail' || status === 'unknown')).toEqual([])
})
