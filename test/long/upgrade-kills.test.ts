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
/** A volume in each zone, each of which has one node: what uses it fits nowhere else while that is upgraded. */
const DATA = {
  apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: {name: 'data', namespace: 'demo'},
  spec: {
    replicas: 3, podManagementPolicy: 'Parallel', serviceName: 'data', selector: {matchLabels: {app: 'data'}},
    template: {metadata: {labels: {app: 'data'}}, spec: {
      containers: [{name: 'c', image: 'registry.k8s.io/pause:3.10', volumeMounts: [{name: 'data', mountPath: '/data'}], resources: {requests: {cpu: '50m', memory: '32Mi'}}, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}, runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: 'RuntimeDefault'}}}],
      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: 'data'}}, topologyKey: 'kubernetes.io/hostname'}]}},
    }},
    volumeClaimTemplates: [{metadata: {name: 'data'}, spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}}],
  },
}
let platform: TestPlatform
let before: string[]

beforeAll(async () => {
  platform = await openTestPlatform({name: 'upkill', build: 'fresh', lean: true, spec: {kubernetes: {version: '1.35'}, phases: {gitops: {enabled: false}, monitoring: {enabled: false}}}})
  await platform.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(DATA))
  await platform.kubectl(['-n', 'demo', 'rollout', 'status', 'statefulset/data', '--timeout=90s'])
  before = await uids()
}, 900_000)

afterAll(() => platform?.close(), 60_000)

/** What must survive. Nodes, Secrets and workloads keep their identity through the whole upgrade. */
async function uids(): Promise<string[]> {
  const all = await platform.kubectl(['get', 'nodes,namespaces,deployments,statefulsets,secrets,configmaps', '-A', '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}/{.metadata.uid}{"\\n"}{end}'])
  return all.split('\n').filter((line) => line !== '' && !line.includes('sh.helm.release'))
}

/** Each is reached by whoever goes on after the one before. */
const MOMENTS: Moment[] = [
  {event: 'run.started', after: [0, 80]},
  {event: 'step.started', phase: 'upgrade-backup', after: [0, 150]},
  {event: 'step.started', step: 'upgrade/control-plane', after: [0, 300]},
  {event: 'step.started', step: 'upgrade/control-plane', after: [300, 1200]},
  {event: 'tool.started', tool: 'kwokctl', after: [0, 800]},
  {event: 'step.started', step: 'upgrade/spec', after: [0, 30]},
  {event: 'phase.finished', phase: 'upgrade-control-plane', after: [0, 1500]},
  {event: 'phase.started', phase: 'upgrade-nodes', after: [0, 1500]},
  {event: 'step.started', phase: 'upgrade-nodes', nth: 1, after: [0, 600]},
  {event: 'step.started', phase: 'upgrade-nodes', nth: 2, after: [0, 900]},
]

it('goes on after each of ten kills, and ends as if nobody had killed it', {timeout: 1_800_000}, async () => {
  for (const moment of MOMENTS) {
    const killed = await killAt(platform, UPGRADE, moment, chance.pick(KILL_KINDS), chance)
    console.log(killed.line)
    expect(killed.hit, killed.line).toBe(true)
  }
  const done = (await platform.kpOk(UPGRADE, {timeoutMs: 900_000})).json<UpgradeResult>()
  expect(done).toMatchObject({result: 'ok', to: '1.36.3', objects: {lost: []}})
  // One proof, of one backup: whoever goes on takes no second one.
  const {proofs} = JSON.parse(readFileSync(join(platform.root, '.kp', 'environments', 'lab', 'proofs.json'), 'utf8')) as {proofs: {kind: string; ok: boolean}[]}
  expect(proofs).toEqual([expect.objectContaining({kind: 'etcd', ok: true})])
  const now = new Set(await uids())
  expect(before.filter((line) => !now.has(line))).toEqual([])
  const {items} = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {metadata: {name: string; annotations: Record<string, string>}; spec: {unschedulable?: boolean}; status: {nodeInfo: {kubeletVersion: string}}}[]}
  // Also of the nodes that came for the time nothing is left.
  expect(items.map(({metadata}) => metadata.name)).toEqual(['general-a-1', 'general-b-1', 'general-c-1'])
  expect(items.map(({metadata, spec, status}) => [metadata.annotations['kp.dev/cordoned-by'], spec.unschedulable, status.nodeInfo.kubeletVersion])).toEqual(items.map(() => [undefined, undefined, 'v1.36.3']))
  await platform.kubectl(['-n', 'demo', 'rollout', 'status', 'statefulset/data', '--timeout=60s'])
  expect((await platform.kpOk(['plan', '--json', '--exit-code'])).json<{summary: Record<string, number>}>().summary).toMatchObject({absent: 0, drifted: 0})
})
