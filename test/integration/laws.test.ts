/** The law of steps, held against every registered step of phases 0 to 8 on a lab that they build, and against steps that break it. */
import {appendFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {PlatformPhase, PlatformStep} from '../../src/context.ts'
import {selectPhases} from '../../src/engine/plan.ts'
import {KubeApi} from '../../src/tools/kube-api.ts'
import {systemClock} from '../../src/engine/clock.ts'
import {phases} from '../../src/steps/index.ts'
import {openContext} from '../helpers/context.ts'
import {checkLaw} from '../helpers/law.ts'
import {startRepository} from '../helpers/git.ts'
import {lawWorld} from '../helpers/law-world.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {PHASE_IDS} from '../../src/spec/schema/phases.ts'
import {openTestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

const world = lawWorld(() => platform)

beforeAll(async () => {
  platform = await openTestPlatform({
    name: 'laws',
    build: 'none',
    lean: true,
    spec: {
      repository: 'https://git.example.com/acme/platform.git',
      phases: {
        'cert-manager': {ca: {certificate: 'ca', key: 'key'}},
        ingress: {externalDns: {enabled: true, provider: 'rfc2136', secret: 'tsig', rfc2136: {nameserver: 'ns1.example.com', keyName: 'kp'}}},
        gitops: {handOver: true, secret: 'git'},
      },
      secrets: Object.fromEntries(Object.keys(SECRETS).map((name) => [name, `file:../${name}`])),
    },
  })
  for (const [name, value] of Object.entries(SECRETS)) writeFileSync(join(platform.root, '..', name), value)
  startRepository(platform.root)
})

afterAll(() => platform.close())

/** What the secret references lead to; nobody in the lab looks into a certificate. */
const SECRETS = {git: 'kp:a-token-of-the-test-7', tsig: 'c2VjcmV0LW9mLXRoZS10ZXN0LTg=', ca: 'certificate of the test 9', key: 'key of the test 10'}

/** Steps that this test cannot have applied, and why; a new one must be named here. */
const NEVER_APPLIED: Record<string, string> = {
  'node-pools/labels': 'the lab makes its nodes with their labels',
  'node-pools/device-plugin': 'the default platform has no GPUs',
  'node-pools/device-plugin-policies': 'the default platform has no GPUs',
  'node-pools/spot-handler': 'the default platform has no spot pool on AWS',
  'cert-manager/dns-credentials': 'a CA of one\'s own writes no DNS records; ingress/dns-credentials is made alike',
  'monitoring/grafana-password': 'no password is given; ingress/dns-credentials is made alike',
  'monitoring/grafana-route': 'Grafana has no host; ingress/demo-route is made alike',
  'monitoring/receivers': 'no receiver is given; ingress/dns-credentials is made alike',
  'monitoring/remote-write': 'no store is given; ingress/dns-credentials is made alike',
  'prerequisites/tools': 'the tools are brought before the tests of the lab run',
  'cni/single-plugin': 'only looks, and refuses',
  'node-pools/earlier-choice': 'nothing of another choice was ever installed; brownfield.test.ts changes one',
  'cni/metallb': 'only on own machines and in kind: the lab gives addresses by itself',
  'cni/metallb-policies': 'only on own machines and in kind: the lab gives addresses by itself',
  'cni/load-balancer': 'only on own machines: the lab gives addresses by itself',
  'node-pools/local-path': 'only on own machines: the lab has a StorageClass of its own',
  'node-pools/topolvm': 'only on own machines: the lab has a StorageClass of its own',
  'node-pools/topolvm-policies': 'only on own machines: the lab has a StorageClass of its own',
  'node-pools/ebs-csi-driver': 'only on machines of EC2: the lab has a StorageClass of its own',
  'ingress/earlier-choice': 'nothing of another choice was ever installed',
  'gitops/earlier-choice': 'nothing of another choice was ever installed',
}

describe('every registered step', () => {
  it('obeys the law while the steps build a platform', {timeout: 480_000}, async () => {
    // So that every step has something to do: a rendered file is missing, and no pool starts empty.
    platform.setSpec(['nodePools', 1, 'min'], 1)
    await platform.kpOk(['render', '--yes'])
    rmSync(join(platform.root, 'README.md'))
    const {ctx} = await openContext(platform)
    const {active, inactive} = selectPhases(phases, ctx)
    // Those of the later phases are held in test/long/laws.test.ts.
    expect(inactive.map(({phase}) => phase.id)).toEqual(PHASE_IDS.slice(PHASE_IDS.indexOf('monitoring') + 1))
    const notApplied: string[] = []
    for (const phase of active) {
      for (const step of phase.steps(ctx)) {
        const report = await checkLaw(phase, step, world)
        if (!report.applied) notApplied.push(step.id)
      }
    }
    expect(notApplied.toSorted()).toEqual(Object.keys(NEVER_APPLIED).toSorted())
    // The front door and the loader of Prometheus' rules were started from the sources here; what is built starts its own.
    await platform.kpOk(['step', 'ingress', '--yes'])
    await platform.kpOk(['step', 'monitoring', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
  })
})

describe('a planted step that breaks the law fails', () => {
  const phase = {...(phases[0] as PlatformPhase), checks: []}
  const innocent: PlatformStep = {
    id: 'planted/step',
    title: 'Planted',
    risk: 'none',
    settleMs: 300,
    probe: () => Promise.resolve({state: 'absent', observed: 'planted'}),
    plan: () => Promise.resolve({lines: [], commands: []}),
    apply: () => Promise.resolve(),
  }
  const marker = (name: string): object => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace: 'default'}})

  it('whose probe calls a tool that changes something', async () => {
    const step: PlatformStep = {
      ...innocent,
      async probe(ctx) {
        await ctx.exec.run({tool: 'kubectl', args: ['apply', '-f', '-'], input: JSON.stringify(marker('planted-tool')), env: {KUBECONFIG: ctx.access.kubeconfig}, mutates: true, doing: 'look'})
        return {state: 'satisfied', observed: 'looked'}
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow(/^planted\/step: the first probe changes something\n {2}called: kubectl apply -f -\n {2}changed: create configmaps default\/planted-tool/)
  })

  it('whose probe lies about its tool call', async () => {
    const step: PlatformStep = {
      ...innocent,
      async probe(ctx) {
        await ctx.exec.run({tool: 'kubectl', args: ['create', 'configmap', 'planted-lie', '-n', 'default'], env: {KUBECONFIG: ctx.access.kubeconfig}, mutates: false, doing: 'look'})
        return {state: 'satisfied', observed: 'looked'}
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow(/^planted\/step: the first probe changes something\n {2}changed: create configmaps default\/planted-lie/)
  })

  it('whose probe writes past the exec', async () => {
    const step: PlatformStep = {
      ...innocent,
      async probe(ctx) {
        const api = new KubeApi({...ctx.access, userAgent: 'planted', clock: systemClock, signal: ctx.signal})
        await api.request({method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: marker('planted-api')})
        return {state: 'satisfied', observed: 'looked'}
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow(/^planted\/step: the first probe changes something\n {2}changed: create configmaps default\/planted-api \(planted\) → 201/)
  })

  it('whose probe writes into the repository', async () => {
    const step: PlatformStep = {
      ...innocent,
      probe(ctx) {
        appendFileSync(join(ctx.paths.root, 'planted.txt'), 'x')
        return Promise.resolve({state: 'satisfied', observed: 'looked'})
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow('planted/step: the first probe changes something\n  changed: + planted.txt')
  })

  it('whose second run writes', async () => {
    let looks = 0
    const step: PlatformStep = {
      ...innocent,
      // Agrees whenever it is asked right after an apply, and wants more the next time.
      probe: () => Promise.resolve(looks++ % 3 === 2 ? {state: 'satisfied', observed: 'done'} : {state: 'drifted', observed: 'once more'}),
      async apply(ctx) {
        await ctx.exec.run({tool: 'kubectl', args: ['version', '--client'], mutates: true, doing: 'write'})
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow(/^planted\/step: after apply its probe, with its caches, is drifted/)
    // Also where every single look says that all is well until it is the run that looks.
    looks = 0
    const sly: PlatformStep = {...step, probe: () => Promise.resolve([2, 3, 5].includes(looks++) ? {state: 'satisfied', observed: 'done'} : {state: 'absent', observed: 'once more'})}
    await expect(checkLaw(phase, sly, world)).rejects.toThrow('planted/step: a second run, with its caches, changes something\n  kubectl version --client')
  })

  it('whose apply does not converge', async () => {
    const step: PlatformStep = {...innocent, probe: () => Promise.resolve({state: 'drifted', observed: 'planted', differences: [{object: 'ConfigMap default/planted', field: 'data.a', wanted: '1', seen: '2'}]})}
    await expect(checkLaw(phase, step, world)).rejects.toThrow('planted/step: after apply its probe is not satisfied\n  ConfigMap default/planted data.a: wanted 1, is 2')
  })

  it('which is satisfied only as long as kp remembers', async () => {
    const step: PlatformStep = {
      ...innocent,
      probe: (ctx) => Promise.resolve(ctx.cacheFile('planted.json').read() === undefined ? {state: 'absent', observed: 'kp does not remember'} : {state: 'satisfied', observed: 'kp remembers'}),
      apply(ctx) {
        ctx.cacheFile('planted.json').write('done')
        return Promise.resolve()
      },
    }
    await expect(checkLaw(phase, step, world)).rejects.toThrow('planted/step: after apply its probe, without any cache, is absent: kp does not remember')
  })

  it('and an innocent one passes', async () => {
    let done = false
    const step: PlatformStep = {
      ...innocent,
      probe: () => Promise.resolve(done ? {state: 'satisfied', observed: 'done'} : {state: 'absent', observed: 'not done'}),
      apply: () => Promise.resolve(void (done = true)),
    }
    await expect(checkLaw(phase, step, world)).resolves.toEqual({id: 'planted/step', first: 'absent', applied: true})
  })
})
