/** Running a platform: certificates, objectives, load, and how changes reached the cluster, on one lab. */
import {execFileSync} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertsCheckResult, CertsRotateResult, DoraResult, LoadtestResult, SloReportResult} from '../../src/ui/results.ts'
import {CERTIFICATES} from '../data/certificates.ts'
import {until} from '../helpers/backups.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'operated', build: 'fresh', lean: true, spec: {phases: {slo: {enabled: true}, autoscaling: {enabled: true}}}})
}, 300_000)

afterAll(() => platform?.close(), 60_000)

describe('kp certs', () => {
  it('finds nothing due on a platform that was just built, and names those of the control plane', {timeout: 60_000}, async () => {
    const value = (await platform.kpOk(['certs', 'check', '--json'])).json<CertsCheckResult>()
    expect(value.summary).toMatchObject({due: 0, expired: 0, unknown: 0})
    const areas = new Set(value.certificates.map(({area}) => area))
    for (const area of ['api-server', 'kubeconfig', 'etcd', 'ingress'] as const) expect(areas, area).toContain(area)
    expect(value.certificates.find(({area}) => area === 'api-server')?.daysLeft).toBeGreaterThan(30)
  })

  it('names one that nobody renews, with the fix, and ends with 1', {timeout: 60_000}, async () => {
    await platform.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'Secret', metadata: {name: 'by-hand', namespace: 'default'}, type: 'kubernetes.io/tls', stringData: {'tls.crt': CERTIFICATES.soon, 'tls.key': ''}}))
    const value = (await platform.kpOk(['certs', 'check', '--json', '--threshold', '3650d'], {exit: 1})).json<CertsCheckResult>()
    const found = value.certificates.find(({object}) => object === 'Secret default/by-hand')
    expect(found).toMatchObject({renewedBy: null})
    expect(['due', 'expired']).toContain(found?.status)
    expect(found?.fix[0]?.command).toMatch(/^kubectl -n default create secret tls by-hand /)
    await platform.kubectl(['-n', 'default', 'delete', 'secret', 'by-hand'])
  })

  it('has a certificate issued anew, and restarts what reads it', {timeout: 180_000}, async () => {
    const {certificates} = (await platform.kpOk(['certs', 'check', '--json'])).json<CertsCheckResult>()
    const name = certificates.find(({area, object}) => area === 'ingress' && object.startsWith('Certificate '))?.object.slice('Certificate '.length) ?? ''
    const [namespace = '', certificate = ''] = name.split('/')
    const secret = await platform.kubectl(['-n', namespace, 'get', 'certificate', certificate, '-o', 'jsonpath={.spec.secretName}'])
    const shown = (): Promise<string> => platform.kubectl(['-n', namespace, 'get', 'secret', secret, '-o', 'jsonpath={.data.tls\\.crt}'])
    await platform.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'reader', namespace}, spec: {selector: {matchLabels: {app: 'reader'}}, template: {metadata: {labels: {app: 'reader'}}, spec: {containers: [{name: 'reader', image: 'registry.k8s.io/pause:3.10'}], volumes: [{name: 'tls', secret: {secretName: secret}}]}}}}))
    const before = await shown()
    const value = (await platform.kpOk(['certs', 'rotate', name, '--yes', '--json'])).json<CertsRotateResult>()
    expect(value.rotated).toEqual([expect.objectContaining({certificate: name, secret, restarted: [{kind: 'Deployment', namespace, name: 'reader', reads: 'volume'}]})])
    expect(await shown()).not.toBe(before)
    expect(await platform.kubectl(['-n', namespace, 'get', 'deployment', 'reader', '-o', 'jsonpath={.spec.template.metadata.annotations}'])).toContain('restartedAt')
    await platform.kubectl(['-n', namespace, 'delete', 'deployment', 'reader'])
    expect((await platform.kpOk(['certs', 'rotate', 'nobody/nothing', '--yes'], {exit: 2})).stderr).toContain('there is no Certificate nobody/nothing')
  })
})

describe('kp loadtest', () => {
  it('puts load on the front door, and tells of every failure', {timeout: 120_000}, async () => {
    const good = await platform.kpOk(['loadtest', '--duration', '3s', '--connections', '4', '--rate', '40', '--yes', '--json'])
    const value = good.json<LoadtestResult>()
    expect(good.events().map(({event}) => event)).toContain('step.progress')
    expect(value).toMatchObject({ok: true, requests: {failed: 0}})
    expect(value.requests.answered).toBeGreaterThan(0)
    expect(value.latencyMs?.p99).toBeGreaterThanOrEqual(value.latencyMs?.p50 ?? Infinity)
    expect(value.scalers.map(({name}) => name)).toContain('demo/demo')
    // Real: without a pod behind it nobody answers. With none wanted the HPA, which still sees the load before, adds none.
    const copies = await platform.kubectl(['-n', 'demo', 'get', 'deployment', 'demo', '-o', 'jsonpath={.spec.replicas}'])
    const scale = (replicas: string): Promise<string> => platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', `--replicas=${replicas}`])
    await scale('0')
    await until('nobody is ready', async () => ((await platform.kubectl(['-n', 'demo', 'get', 'endpointslices', '-o', 'jsonpath={.items[*].endpoints[*].conditions.ready}'])).includes('true') ? undefined : true))
    const bad = (await platform.kpOk(['loadtest', '--duration', '2s', '--connections', '2', '--rate', '20', '--yes', '--json'], {exit: 1})).json<LoadtestResult>()
    expect(bad.requests.failedPercent).toBeGreaterThan(90)
    await scale(copies)
    expect((await platform.kpOk(['loadtest', 'nobody.example.com', '--yes'], {exit: 2})).stderr).toContain('the platform has no host nobody.example.com')
  })
})

describe('kp slo report', () => {
  it('says what Prometheus says, and nothing where it is away', {timeout: 120_000}, async () => {
    const result = await platform.kp(['slo', 'report', '--json'])
    const value = result.json<SloReportResult>()
    expect(value.unknown).toBeNull()
    expect(value.slos.length).toBeGreaterThan(0)
    expect(result.exit).toBe(value.summary.missed > 0 ? 1 : value.summary.unknown > 0 ? 8 : 0)
    const pid = execFileSync('pgrep', ['-f', `${platform.lab.folder}/bin/prometheus --config`], {encoding: 'utf8'}).trim().split('\n')[0]
    process.kill(Number(pid), 'SIGKILL')
    const away = await platform.kpOk(['slo', 'report', '--json'], {exit: 8})
    expect(away.json<SloReportResult>().unknown).toMatch(/Prometheus/)
  })
})

describe('kp report --dora', () => {
  it('counts what was built', {timeout: 60_000}, async () => {
    const value = (await platform.kpOk(['report', '--dora', '--json'])).json<DoraResult>()
    expect(value.deployments).toMatchObject({total: 1, kp: 1})
    expect(value.changeFailures).toEqual({failed: 0, percent: 0})
  })
})
