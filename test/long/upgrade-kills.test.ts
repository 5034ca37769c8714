/** An upgrade that is killed at ten moments: each time the same command goes on where it was, and its end is the same. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import type {UpgradeResult} from '../../src/ui/results.ts'
import {killAt, KILL_KINDS} from '../helpers/kill.ts'
import type {Moment} from '../helpers/kill.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'

const UPGRADE = ['upgrade', '--minor', '--yes', '--soak', '2s', '--json']
const chance = chanceOf(printedSeed('upgrade kills'))
let platform: TestPlatform
let before: string[]

beforeAll(async () => {
  platform = await openTestPlatform({name: 'upkill', build: 'fresh', lean: true, spec: {kubernetes: {version: '1.35'}, phases: {gitops: {enabled: false}, monitoring: {enabled: false}}}})
  before = await uids()
}, 900_000)

afterAll(() => platform?.close(), 60_000)

/** What must survive. Nodes, Secrets and workloads keep their identity through the whole upgrade. */
async function uids(): Promise<string[]> {
  const all = await platform.kubectl(['get', 'nodes,namespaces,deployments,statefulsets,secrets,configmaps', '-A', '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}/{.metadata.uid}{"\\n"}{end}'])
  return all.split('\n').filter((line) => line !== '' && !line.includes('sh.helm.release'))
}

const MOMENTS: Moment[] = [
  {event: 'run.started', after: [0, 500]},
  {event: 'step.started', step: 'upgrade/control-plane', after: [0, 1500]},
  {event: 'step.started', step: 'upgrade/control-plane', after: [1500, 6000]},
  {event: 'tool.started', tool: 'kwokctl', after: [0, 2500]},
  {event: 'step.started', step: 'upgrade/spec', after: [0, 30]},
  {event: 'phase.finished', phase: 'upgrade-control-plane', after: [0, 3000]},
  {event: 'phase.started', phase: 'upgrade-nodes', after: [0, 1500]},
  {event: 'phase.started', phase: 'upgrade-nodes', after: [1500, 5000]},
  {event: 'step.finished', phase: 'upgrade-nodes', nth: 2, after: [0, 2000]},
  {event: 'step.finished', phase: 'upgrade-nodes', nth: 3, after: [0, 2000]},
]

it('goes on after each of ten kills, and ends as if nobody had killed it', {timeout: 1_800_000}, async () => {
  let hits = 0
  for (const moment of MOMENTS) {
    const killed = await killAt(platform, UPGRADE, moment, chance.pick(KILL_KINDS), chance)
    console.log(killed.line)
    if (!killed.hit && killed.result.exit === 0) break
    if (killed.hit) hits += 1
  }
  expect(hits).toBeGreaterThan(5)
  const done = (await platform.kpOk(UPGRADE, {timeoutMs: 900_000})).json<UpgradeResult>()
  expect(done).toMatchObject({to: '1.36.3'})
  if (done.result === 'ok') expect(done.objects?.lost).toEqual([])
  // One proof, of one backup: whoever goes on takes no second one.
  const {proofs} = JSON.parse(readFileSync(join(platform.root, '.kp', 'environments', 'lab', 'proofs.json'), 'utf8')) as {proofs: {kind: string; ok: boolean}[]}
  expect(proofs).toEqual([expect.objectContaining({kind: 'etcd', ok: true})])
  const now = new Set(await uids())
  expect(before.filter((line) => !now.has(line))).toEqual([])
  const {items} = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {metadata: {annotations: Record<string, string>}; spec: {unschedulable?: boolean}; status: {nodeInfo: {kubeletVersion: string}}}[]}
  expect(items.map(({metadata, spec, status}) => [metadata.annotations['kp.dev/cordoned-by'], spec.unschedulable, status.nodeInfo.kubeletVersion])).toEqual(items.map(() => [undefined, undefined, 'v1.36.3']))
  expect((await platform.kpOk(['plan', '--json', '--exit-code'])).json<{summary: Record<string, number>}>().summary).toMatchObject({absent: 0, drifted: 0})
})
