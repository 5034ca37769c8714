/**
 * What machines of one's own get beside a cluster, on an API server of a lab that kp takes for theirs: the law of steps is
 * held against each. KP_TEST_MIRROR names a folder of packaged charts; without it doubles of them are installed.
 */
import {copyFileSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {runCheck} from '../../src/engine/verify.ts'
import type {PlatformPhase} from '../../src/context.ts'
import {nodePools} from '../../src/steps/03-node-pools/phase.ts'
import {cni} from '../../src/steps/04-cni/phase.ts'
import {writeChartDoubles} from '../helpers/chart-doubles.ts'
import {openContext} from '../helpers/context.ts'
import {bareMetalProvider} from '../helpers/kubeadm.ts'
import {checkLaw} from '../helpers/law.ts'
import {lawWorld} from '../helpers/law-world.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

const PACKAGES = process.env['KP_TEST_MIRROR']
const COMPONENTS = ['metallb', 'topolvm']

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({
    lean: true,
    name: 'own',
    build: 'none',
    spec: {
      provider: bareMetalProvider({loadBalancer: 'metallb', storage: 'topolvm', volumeGroup: 'data'}),
      environments: [{name: 'lab', cluster: 'own'}],
      domain: 'acme.org',
      email: 'ops@acme.org',
      charts: {mirror: PACKAGES ?? '../mirror'},
      nodePools: [{name: 'general', min: 1}, {name: 'storage', min: 1}],
      phases: {monitoring: {enabled: false}, backup: {enabled: false}},
    },
  })
  await platform.kpOk(['lab', 'up', 'own'])
  const {ctx} = await openContext(platform)
  mkdirSync(ctx.paths.environment, {recursive: true})
  copyFileSync(platform.lab.adminKubeconfig, join(ctx.paths.environment, 'kubeconfig'))
  if (PACKAGES === undefined) writeChartDoubles(join(dirname(platform.root), 'mirror'), ctx, COMPONENTS)
  const node = (name: string) => ({apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux'}}})
  await platform.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items: [node('worker-1'), node('worker-2')]}))
}, 180_000)
afterAll(() => platform.close(), 60_000)

async function keepsTheLaw(phase: PlatformPhase, id: string): Promise<void> {
  const {ctx} = await openContext(platform)
  // What proves a step is said of programs that do not run here.
  const [step] = phase.steps(ctx).filter((one) => one.id === id).map((one) => ({...one, verify: []}))
  if (step === undefined) throw new Error(id)
  expect(await checkLaw(phase, step, lawWorld(() => platform))).toMatchObject({id, first: 'absent', applied: true})
}

async function verdictOf(phase: PlatformPhase, id: string): Promise<string> {
  const {ctx} = await openContext(platform)
  const found = phase.checks.find((one) => one.id === id)
  if (found === undefined) throw new Error(id)
  const {within: _, ...once} = found
  const {status, observed} = await runCheck(phase.id, once, ctx, {known: []})
  return `${status}: ${observed}`
}

describe('TopoLVM', () => {
  it.each(['node-pools/topolvm', 'node-pools/topolvm-policies', 'node-pools/storage-class'])('%s keeps the law', (id) => keepsTheLaw(nodePools, id), 180_000)

  it('has one class, whose volumes wait for their pod', async () => {
    expect(await platform.kubectl(['get', 'storageclass', 'standard', '-o', 'jsonpath={.provisioner} {.volumeBindingMode} {.parameters}'])).toBe('topolvm.io WaitForFirstConsumer {"csi.storage.k8s.io/fstype":"ext4"}')
    expect(await platform.kubectl(['get', 'csidriver', 'topolvm.io', '-o', 'jsonpath={.spec.storageCapacity}'])).toBe('true')
    expect(await verdictOf(nodePools, 'node-pools.volume-room')).toMatch(/^warn: node worker-1 does not say how much/)
  }, 60_000)
})

describe('MetalLB', () => {
  it.each(['cni/metallb', 'cni/metallb-policies', 'cni/load-balancer'])('%s keeps the law', (id) => keepsTheLaw(cni, id), 180_000)

  it('has its namespace at the level that speakers need, and its pool', async () => {
    expect(await platform.kubectl(['get', 'namespace', 'metallb-system', '-o', 'jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}'])).toBe('privileged')
    expect(await platform.kubectl(['-n', 'metallb-system', 'get', 'ipaddresspool', 'kp', '-o', 'jsonpath={.spec.addresses}'])).toBe('["192.168.10.200-192.168.10.220"]')
    expect(await verdictOf(cni, 'cni.metallb-ready')).toBe('pass: 2 workloads are ready')
    // Nobody counts here, and nothing is said of what nobody said.
    expect(await verdictOf(cni, 'cni.address-pool')).toBe('unknown: the controller has not counted its addresses yet')
  }, 60_000)
})
