/** A cluster that others use too: their releases taken over, phases taken away again, choices changed, and a second operator. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {writeChartDoubles} from '../helpers/chart-doubles.ts'
import {openContext} from '../helpers/context.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'

interface ErrorJson {
  code: string
  message: string
  details: string[]
  next: string[]
}

interface PlanJson {
  steps: {id: string; state: string; risk: string; observed: string; changes: string[]}[]
  notes?: {text: string; next: string[]}[]
}

interface StepJson {
  phases: {id: string; state: string; steps: {id: string; result: string}[]}[]
  kept?: string[]
}

const NAMESPACE = 'cert-manager'
/** A way in of somebody else's, through the controller that the platform is built with. */
const shop = JSON.stringify({apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: {name: 'shop', namespace: 'default'}, spec: {ingressClassName: 'nginx', defaultBackend: {service: {name: 'shop', port: {number: 80}}}}})
let platform: TestPlatform
let chart: string

/** Installs the chart as somebody else would, in the version given. */
async function installTheirs(version: string, namespace = NAMESPACE, folder = chart): Promise<void> {
  const file = join(folder, 'Chart.yaml')
  const meta = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({...meta, version}))
  await platform.helm(['upgrade', '--install', 'cert-manager', folder, '--namespace', namespace, '--create-namespace', '--set', 'replicaCount=3,extra.level=7'])
}

/** A double of the chart as kp.yaml of now places it. */
async function writeDouble(folder: string): Promise<string> {
  const {ctx} = await openContext(platform)
  return writeChartDoubles(join(platform.root, '..', folder), ctx, ['cert-manager'])[0] ?? ''
}

/** uids of what a reinstall would make anew. */
async function uids(): Promise<string[]> {
  const text = await platform.kubectl(['get', 'deployments,serviceaccounts,customresourcedefinitions', '--namespace', NAMESPACE, '--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{"\\n"}{end}'])
  return text.split('\n').filter((line) => line.includes('cert-manager')).toSorted()
}

/** kp must refuse with this code, and change nothing. */
async function refused(args: string[], code: string): Promise<ErrorJson> {
  const mark = platform.audit().mark()
  const result = await platform.kp([...args, '--json'])
  const error = result.json<ErrorJson & {error?: ErrorJson}>()
  const found = error.error ?? error
  expect({args, exit: result.exit, code: found.code}).toEqual({args, exit: 7, code})
  expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
  return found
}

beforeAll(async () => {
  // Without monitoring, which no test here needs.
  platform = await openTestPlatform({name: 'brown', build: 'none', lean: true, spec: {phases: {ingress: {controller: 'ingress-nginx'}, monitoring: {enabled: false}}}})
  await platform.kpOk(['up', '--to', 'cni', '--yes'])
  chart = await writeDouble('charts')
}, 300_000)

afterAll(() => platform.close())

describe('what somebody else installed', {timeout: 120_000}, () => {
  const adopt = ['step', 'cert-manager', '--adopt', 'cert-manager', '--yes']

  it('is refused, and the way to take it over is named', async () => {
    await installTheirs('1.20.0')
    // What comes before it in the phase is nobody's: the kinds of the Gateway API are made.
    await platform.kpOk(['step', 'cert-manager', '--yes'], {exit: 7})
    const error = await refused(['step', 'cert-manager', '--yes'], 'NOT_OURS')
    expect(error.next.join('\n')).toContain('kp up --adopt cert-manager')
  })

  it('is not taken over where that cannot go well', async () => {
    const misspelt = await platform.kp(['step', 'cert-manager', '--adopt', 'cert-manger', '--yes', '--json'])
    expect({exit: misspelt.exit, message: misspelt.json<ErrorJson>().message}).toEqual({exit: 2, message: expect.stringContaining('did you mean "cert-manager"')})

    await installTheirs('99.1.0')
    expect((await refused(adopt, 'GATE')).next).toEqual(expect.arrayContaining([expect.stringContaining('components.cert-manager.version: 99.1.0'), expect.stringContaining('--allow-downgrade')]))

    await installTheirs('1.20.0')
    await platform.kubectl(['annotate', 'deployment', 'cert-manager', '--namespace', NAMESPACE, 'argocd.argoproj.io/tracking-id=certs:apps/Deployment:cert-manager/cert-manager'])
    expect((await refused(adopt, 'NOT_OURS')).message).toContain('the Argo CD application certs keeps it')
    await platform.kubectl(['annotate', 'deployment', 'cert-manager', '--namespace', NAMESPACE, 'argocd.argoproj.io/tracking-id-'])
  })

  it('has a plan that says what changes and which of their values are lost', async () => {
    const mark = platform.audit().mark()
    const plan = (await platform.kpOk(['plan', 'cert-manager', '--adopt', 'cert-manager', '--json'])).json<PlanJson>()
    const step = plan.steps.find(({id}) => id === 'cert-manager/release')
    expect(step?.state).toBe('drifted')
    expect(step?.changes).toEqual(expect.arrayContaining([
      'the chart goes from 1.20.0 to v1.21.1',
      'their replicaCount (3) becomes 2: to keep it, set components.cert-manager.values.replicaCount in kp.yaml',
      'their extra.level (7) is lost: to keep it, set components.cert-manager.values.extra.level in kp.yaml',
    ]))
    expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
  })

  it('is taken over in place: nothing is made anew, and nothing is left to do', async () => {
    // What was set by hand before goes with the adoption, not in a second run.
    await platform.kubectl(['set', 'env', 'deployment/cert-manager', '--namespace', NAMESPACE, 'THEIRS=1'])
    const before = await uids()
    expect(before.length).toBeGreaterThan(5)
    await platform.kpOk(adopt)
    expect(await uids()).toEqual(before)
    expect(JSON.parse(await platform.helm(['history', 'cert-manager', '--namespace', NAMESPACE, '--output=json']))).toHaveLength(4)
    await platform.kpOk(['plan', 'cert-manager', '--exit-code'])
  })

  it('keeps the place that it has: in another namespace it is taken over only where kp.yaml says so', async () => {
    await platform.kpOk(['step', 'cert-manager', '--remove', '--with-data', '--yes', '--confirm', 'brown'])
    platform.setSpec(['components', 'cert-manager', 'namespace'], 'certs')
    const elsewhere = await writeDouble('charts-elsewhere')
    platform.setSpec(['components'], undefined)
    await installTheirs('1.20.0', 'certs', elsewhere)
    expect((await refused(adopt, 'GATE')).details).toEqual(['components.cert-manager.namespace: certs'])
    await platform.helm(['uninstall', 'cert-manager', '--namespace', 'certs'])
    // Its kinds stay, as the chart asks.
    const kinds = (await platform.kubectl(['get', 'customresourcedefinitions', '--output=name'])).split('\n').filter((name) => name.endsWith('cert-manager.io'))
    await platform.kubectl(['delete', ...kinds])
  })

  it('is taken over too where it was applied without helm', async () => {
    const manifest = await platform.helm(['template', 'cert-manager', chart, '--namespace', NAMESPACE])
    await platform.kubectl(['create', 'namespace', NAMESPACE]).catch(() => '')
    await platform.kubectl(['apply', '--filename=-'], manifest)
    const before = await uids()
    await platform.kpOk(['step', 'cert-manager', '--yes'], {exit: 7})
    const error = await refused(['step', 'cert-manager', '--yes'], 'NOT_OURS')
    expect(error.message).toMatch(/^cert-manager is there already: \d+ of its objects were made by other means than helm/)
    await platform.kpOk(adopt)
    expect(await uids()).toEqual(before)
    await platform.kpOk(['plan', 'cert-manager', '--exit-code'])
  })
})

describe('a phase is taken away', {timeout: 180_000}, () => {
  const theirs = (name: string): string => JSON.stringify({apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: {name, namespace: 'default'}, spec: {secretName: name, dnsNames: ['shop.example.com'], issuerRef: {kind: 'ClusterIssuer', name: 'internal-ca'}}})

  it('not where another stands on it, and not where others use what it brought', async () => {
    await platform.kpOk(['up', '--yes'])
    expect((await refused(['step', 'cert-manager', '--remove', '--yes'], 'GATE')).next).toEqual(['kp step ingress --remove, first'])
    for (const id of ['control-plane', 'node-pools', 'cni']) await refused(['step', id, '--remove', '--yes'], 'GATE')
    await platform.kubectl(['apply', '--filename=-'], shop)
    expect((await refused(['step', 'ingress', '--remove', '--yes'], 'GATE')).details).toEqual(['Ingress default/shop'])
    await platform.kubectl(['delete', 'ingress', 'shop'])
  })

  it('after it was named whole; the plan then shows it absent, and a second time does nothing', async () => {
    const preview = await platform.kpOk(['step', 'ingress', '--remove', '--dry-run'])
    expect(preview.stdout).toMatch(/Deletes \d+ objects\n(?: {2}- .*\n)* {2}- Deployment demo\/demo\n/)
    const removed = (await platform.kpOk(['step', 'ingress', '--remove', '--yes', '--json'])).json<StepJson>()
    expect(removed.phases[0]).toMatchObject({id: 'ingress', state: 'removed'})
    const plan = (await platform.kpOk(['plan', 'ingress', '--json'])).json<PlanJson>()
    expect(plan.steps.find(({id}) => id === 'ingress/release')?.state).toBe('absent')
    expect(await platform.kubectl(['get', 'deployments', '--all-namespaces', '--output=name'])).not.toMatch(/nginx|demo/)
    const mark = platform.audit().mark()
    const again = (await platform.kpOk(['step', 'ingress', '--remove', '--yes', '--json'])).json<StepJson>()
    expect(again.phases[0]?.steps.filter(({result}) => result !== 'skipped')).toEqual([])
    expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
  })

  it('goes on where it was killed, and leaves what others made', async () => {
    await platform.kubectl(['apply', '--filename=-'], theirs('shop'))
    expect((await refused(['step', 'cert-manager', '--remove', '--yes'], 'GATE')).details).toEqual(['Certificate default/shop'])
    await platform.kubectl(['delete', 'certificate', 'shop'])
    await platform.kubectl(['create', 'configmap', 'theirs', '--namespace', NAMESPACE])
    let killed = false
    const running = platform.start(['step', 'cert-manager', '--remove', '--yes', '--json'], {
      onLine(line) {
        if (killed || !line.includes('"event":"step.started"') || !line.includes('cert-manager/network-policies')) return
        killed = true
        running.child.kill('SIGKILL')
      },
    })
    expect((await running.done).signal).toBe('SIGKILL')
    const rest = (await platform.kpOk(['step', 'cert-manager', '--remove', '--yes', '--json'])).json<StepJson>()
    expect(rest.phases[0]?.steps.find(({id}) => id === 'cert-manager/probe-certificate')?.result).toBe('skipped')
    expect(rest.phases[0]?.steps.find(({id}) => id === 'cert-manager/release')?.result).toBe('removed')
    expect(rest.kept?.join('\n')).toContain('ConfigMap cert-manager/theirs')
    expect(await platform.kubectl(['get', 'configmap', 'theirs', '--namespace', NAMESPACE, '--output=name'])).toContain('theirs')
    await platform.kubectl(['delete', 'configmap', 'theirs', '--namespace', NAMESPACE])
  })

  it('and is built again', async () => {
    await platform.kpOk(['up', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
    await platform.kpOk(['verify'])
  })
})

describe('kp.yaml changes its mind', {timeout: 120_000}, () => {
  const planOf = async (...args: string[]): Promise<PlanJson> => (await platform.kpOk(['plan', ...args, '--json'])).json<PlanJson>()

  it('about the pod network: refused, whatever is asked for', async () => {
    platform.setSpec(['phases', 'cni', 'plugin'], 'calico')
    for (const args of [['plan'], ['up', '--yes']]) expect((await refused(args, 'GATE')).message).toContain('phases.cni.plugin from cilium to calico')
    platform.setSpec(['phases', 'cni', 'plugin'], 'cilium')
  })

  it('and switches a phase off: nothing is removed, and the plan says what stands', async () => {
    platform.setSpec(['phases', 'ingress', 'enabled'], false)
    const plan = await planOf('cert-manager')
    expect(plan.notes).toEqual([{text: 'phases.ingress.enabled is false, and ingress-nginx still stands: nothing is removed by itself', next: ['kp step ingress --remove']}])
    platform.setSpec(['phases', 'ingress', 'enabled'], true)
  })

  it('and leaves a component out: it stays as long as others use it, then it goes with what belonged to it', async () => {
    platform.setSpec(['phases', 'node-pools', 'snapshots'], false)
    const theirs = {apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', metadata: {name: 'theirs', namespace: 'default'}, spec: {volumeSnapshotClassName: 'standard', source: {persistentVolumeClaimName: 'data'}}}
    await platform.kubectl(['apply', '--filename=-'], JSON.stringify(theirs))
    const used = await planOf('node-pools')
    expect(used.steps.find(({id}) => id === 'node-pools/earlier-choice')).toMatchObject({state: 'satisfied', observed: expect.stringContaining('stays as long as others use it')})
    expect(used.notes?.[0]?.text).toContain('VolumeSnapshot default/theirs')
    await platform.kubectl(['delete', 'volumesnapshot', 'theirs', '--wait=false'])
    await expect.poll(() => platform.kubectl(['get', 'volumesnapshots', '--all-namespaces', '--output=name']), {timeout: 20_000}).toBe('')

    const step = (await planOf('node-pools')).steps.find(({id}) => id === 'node-pools/earlier-choice')
    expect(step).toMatchObject({state: 'drifted', risk: 'disruptive'})
    expect(step?.changes).toEqual(expect.arrayContaining(['delete VolumeSnapshotClass standard', 'delete Deployment kube-system/snapshot-controller']))
    await platform.kpOk(['up', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
    expect(await platform.helm(['list', '--namespace=kube-system', '--short'])).not.toContain('snapshot-controller')
    platform.setSpec(['phases', 'node-pools', 'snapshots'], true)
  })

  it('about the way in: the new one stands beside the old as long as others use that, then the old one goes', async () => {
    await platform.kubectl(['apply', '--filename=-'], shop)
    platform.setSpec(['phases', 'ingress', 'controller'], 'envoy-gateway')
    const first = await planOf('ingress')
    expect(first.notes?.[0]).toEqual({text: 'ingress-nginx is no longer chosen (phases.ingress.controller: envoy-gateway) and stays as long as others use it: Ingress default/shop', next: ['lead them to envoy-gateway, then kp up']})
    expect(first.steps.filter(({changes}) => changes.some((line) => line.startsWith('delete ')))).toEqual([])
    await platform.kpOk(['up', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
    expect(await platform.helm(['list', '--all-namespaces', '--short'])).toMatch(/envoy-gateway\n(?:.*\n)*ingress-nginx/)
    expect(await platform.kubectl(['get', 'ingress', 'demo', '--namespace=demo', '--output=name'])).toContain('demo')

    await platform.kubectl(['delete', 'ingress', 'shop'])
    const step = (await planOf('ingress')).steps.find(({id}) => id === 'ingress/earlier-choice')
    expect(step).toMatchObject({state: 'drifted', risk: 'disruptive', observed: 'phases.ingress.controller was ingress-nginx and is envoy-gateway'})
    expect(step?.changes).toEqual(expect.arrayContaining(['when envoy-gateway passes its checks, take ingress-nginx away', expect.stringContaining('point DNS at it'), 'delete Ingress demo/demo', 'delete Deployment ingress-nginx/ingress-nginx-controller']))
    await platform.kpOk(['up', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
    expect(await platform.helm(['list', '--all-namespaces', '--short'])).not.toContain('ingress-nginx')
    await expect.poll(() => platform.kubectl(['get', 'namespaces,ingresses', '--all-namespaces', '--output=name']), {timeout: 30_000, interval: 500}).not.toMatch(/nginx|ingress\.networking/)
    await platform.kpOk(['verify', 'ingress'])
  })

  it('about the StorageClass or the issuer: not while others name the old one', async () => {
    const claim = {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'default'}, spec: {storageClassName: 'standard', accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}}
    await platform.kubectl(['apply', '--filename=-'], JSON.stringify(claim))
    platform.setSpec(['phases', 'node-pools', 'storageClass'], 'fast')
    expect((await refused(['plan', 'node-pools'], 'GATE')).details).toEqual(['PersistentVolumeClaim default/data'])
    await platform.kubectl(['delete', 'pvc', 'data'])
    platform.setSpec(['phases', 'node-pools', 'storageClass'], undefined)
    await platform.kpOk(['up', '--yes'])
  })
})

describe('a second operator', {timeout: 120_000}, () => {
  it('who did not pull is told that the cluster was built from another kp.yaml, by whom and when', async () => {
    const second = platform.checkout('second-operator')
    await second.kpOk(['up', '--yes'], {env: {USER: 'berta'}})
    platform.setSpec(['phases', 'ingress', 'replicas'], 3)
    await platform.kpOk(['up', '--yes'], {env: {USER: 'anna'}})
    // The first one knows that it was him.
    platform.setSpec(['phases', 'ingress', 'replicas'], 4)
    expect((await platform.kpOk(['plan', 'ingress', '--json'])).json<PlanJson>().notes).toBeUndefined()
    const plan = (await second.kpOk(['plan', '--json'])).json<PlanJson>()
    expect(plan.notes).toEqual([{text: expect.stringMatching(/^the cluster was last built from another kp\.yaml, by anna@\S+ at \d{4}-\S+ \(kp up\): this checkout may be behind$/), next: [expect.stringContaining('git pull')]}])
    const status = (await second.kpOk(['status', '--json'])).json<{lastBuild: {by: string; here: boolean}}>()
    expect(status.lastBuild).toMatchObject({by: expect.stringMatching(/^anna@/), here: false})
    const history = (await platform.kpOk(['history', '--last', '1', '--json'])).json<{runs: {by: string}[]}>()
    expect(history.runs[0]?.by).toMatch(/^anna@/)
    // Nothing is in the way of going on all the same.
    await second.kpOk(['up', '--yes'], {env: {USER: 'berta'}})
    rmSync(second.root, {recursive: true})
  })
})
