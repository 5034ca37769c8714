/**
 * Provider `existing`: a cluster that kp did not make. The lab is one here, made without a platform, and what its owner
 * would have brought is applied by hand; the controllers of components are played by the lab's stages.
 */
import {mkdirSync} from 'node:fs'
import {createServer} from 'node:http'
import type {Server} from 'node:http'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {RECORD} from '../../src/platform/identity.ts'
import {componentStages, componentsWithStages, readStage} from '../../src/providers/lab/stages.ts'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {writeChartDoubles} from '../helpers/chart-doubles.ts'
import {openContext} from '../helpers/context.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {PROJECT} from '../helpers/run-kp.ts'

interface Check {
  id: string
  status: string
  simulated: boolean
  observed: string
}

let platform: TestPlatform
let mirror: string
/** What answers where the load balancer would; undefined where this user may not listen on port 80. */
let door: Server | undefined
/** A loopback address that nobody else has. */
const FRONT_DOOR = '127.86.43.21'
/** What Prometheus and Alertmanager themselves are asked: no container runs here, so nobody answers, and kp says that it does not know. */
const ASKED_OF_PODS = ['monitoring.targets', 'monitoring.rules', 'monitoring.disk', 'monitoring.firing', 'monitoring.notifications', 'monitoring.peers', 'monitoring.watchdog']

beforeAll(async () => {
  platform = await openTestPlatform({
    lean: true,
    name: 'existing',
    build: 'none',
    spec: {provider: {type: 'existing', kubeconfig: '../state/labs/existing/kp.kubeconfig'}, charts: {mirror: '../mirror'}, phases: {'cert-manager': {issuer: 'internal-ca'}, ingress: {demo: {address: FRONT_DOOR}}}},
  })
  mirror = join(dirname(platform.root), 'mirror')
  mkdirSync(mirror)
  door = await openFrontDoor()
  await platform.kpOk(['lab', 'up', 'existing'])
  await applyByHand(ownersObjects())
}, 120_000)

afterAll(async () => {
  door?.close()
  await platform.close()
}, 60_000)

it('refuses to stand in for charts that cannot be had, and installs nothing', {timeout: 60_000}, async () => {
  const mark = platform.audit().mark()
  const lacking = await platform.kpOk(['up', '--yes', '--json'], {exit: 4})
  expect(lacking.json()).toMatchObject({error: {code: 'PREREQUISITE_MISSING', message: expect.stringMatching(/the chart mirror \.\.\/mirror lacks \S+\.tgz/), next: expect.arrayContaining([expect.stringMatching(/^helm pull .* --destination \.\.\/mirror$/)])}})

  platform.setSpec(['charts'], undefined)
  const away = {HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: undefined, ALL_PROXY: undefined, NO_PROXY: '127.0.0.1', no_proxy: undefined}
  const unreachable = await platform.kpOk(['up', '--yes', '--json'], {exit: 4, env: away})
  expect(unreachable.json()).toMatchObject({error: {code: 'PREREQUISITE_MISSING', message: expect.stringMatching(/^the chart repository \S+ is out of reach$/)}})
  platform.setSpec(['charts'], {mirror: '../mirror'})
  // The cluster is bound before anything is installed.
  const written = (await platform.audit().writes(mark)).filter((entry) => !isLease(entry) && entry.objectRef?.name !== RECORD.name)
  expect(written.map(describeEntry)).toEqual([])
})

it('builds on it with the charts of the mirror; what the cluster brings is left to it', {timeout: 180_000}, async () => {
  const {ctx} = await openContext(platform)
  writeChartDoubles(mirror, ctx)
  const controllers = playControllers()
  const up = await platform.kpOk(['up', '--yes', '--json'])
  await controllers.stop()
  const {phases} = up.json<{phases: {id: string; state: string; steps: {id: string; result: string}[]}[]}>()
  expect(phases.filter(({state}) => state !== 'skipped').map(({id, state}) => `${id} ${state}`)).toEqual(['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'monitoring'].map((id) => `${id} done`))
  const skipped = new Map(events(up.stdout).flatMap(({event, step, data}) => (event === 'step.skipped' ? [[step, data?.['reason']]] : [])))
  // What kp.yaml's choices skip is skipped everywhere.
  expect(Object.fromEntries([...skipped].filter(([, reason]) => !/^(phases\.|no receiver|no long-term|the password of|issuer |cert-manager makes)/.test(String(reason))))).toEqual({
    'networking/address-plan': 'the network exists already',
    'control-plane/lab': 'the control plane exists already',
    'cni/metallb': 'provider.loadBalancer is not metallb',
    'cni/metallb-policies': 'provider.loadBalancer is not metallb',
    'cni/load-balancer': 'addresses come from elsewhere',
    'node-pools/local-path': 'volumes come from elsewhere',
    'node-pools/topolvm': 'volumes come from elsewhere',
    'node-pools/topolvm-policies': 'volumes come from elsewhere',
    'node-pools/ebs-csi-driver': 'volumes are not those of EBS',
    'node-pools/storage-class': 'the cluster brings its own StorageClasses',
    'node-pools/snapshot-class': 'the cluster brings its own snapshot classes',
    'node-pools/labels': 'kp.yaml names no pool',
    'node-pools/device-plugin': 'no pool has GPUs',
    'node-pools/device-plugin-policies': 'no pool has GPUs',
    ...Object.fromEntries(['node-pools', 'cert-manager', 'ingress', 'monitoring'].map((phase) => [`${phase}/simulation`, 'only the lab simulates controllers'])),
    'ingress/lab-front-door': 'only the lab has programs in the place of pods',
    'monitoring/lab-prometheus': 'only the lab has programs in the place of pods',
  })
  expect(phases.flatMap(({steps}) => steps).filter(({id}) => id.startsWith('node-pools/')).map(({id, result}) => `${id} ${result}`)).toContain('node-pools/snapshot-controller applied')
  const notes = events(up.stdout).flatMap(({event, text}) => (event === 'note' ? [text] : []))
  expect(notes).toContain('chart cert-manager from the mirror ../mirror')
  expect(notes.filter((text) => text?.startsWith('stand-in'))).toEqual([])
  const nodes = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {metadata: {labels: Record<string, string>}}[]}
  expect(nodes.items.filter(({metadata}) => 'kp.dev/platform' in metadata.labels)).toEqual([])
})

it('believes nothing to be simulated there', {timeout: 60_000}, async () => {
  // What the CA injector of cert-manager does, which does not run either.
  for (const kind of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
    for (const {metadata, webhooks} of (JSON.parse(await platform.kubectl(['get', kind, '-o', 'json'])) as {items: {metadata: {name: string}; webhooks: unknown[]}[]}).items) {
      const patch = webhooks.map((_, index) => ({op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: Buffer.from('an authority').toString('base64')}))
      await platform.kubectl(['patch', kind, metadata.name, '--type=json', '--field-manager=cert-manager-cainjector', '-p', JSON.stringify(patch)])
    }
  }
  // And what the operator of Cilium does.
  const {items} = JSON.parse(await platform.kubectl(['get', 'nodes', '-o', 'json'])) as {items: {metadata: {name: string}}[]}
  for (const {metadata: {name}} of items) await platform.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'cilium.io/v2', kind: 'CiliumNode', metadata: {name}, spec: {ipam: {podCIDRs: ['10.244.0.0/24']}}}))
  const verify = await platform.kp(['verify', '--json', '--wait', '20'])
  const {checks, summary} = verify.json<{checks: Check[]; summary: Record<string, number>}>()
  expect(checks.filter(({status}) => status === 'fail')).toEqual([])
  const unknown = checks.filter(({status}) => status === 'unknown')
  expect(unknown.map(({id}) => id)).toEqual(['ingress.demo-answers', ...(door === undefined ? ['ingress.http-redirect'] : []), ...ASKED_OF_PODS])
  for (const {id, observed} of unknown.filter((check) => ASKED_OF_PODS.includes(check.id))) expect(observed, id).toMatch(/^the API server refused to read \S+\/proxy\//)
  expect(checks.filter(({simulated}) => simulated)).toEqual([])
  expect(summary).toMatchObject({simulated: 0, fail: 0})
  const skipped = checks.filter(({status}) => status === 'skip').map(({id, observed}) => `${id}: ${observed}`)
  expect(skipped).toEqual(expect.arrayContaining(['size', 'zones'].map((about) => `node-pools.${about}: the pools of an existing cluster are not made by kp`)))
  // The driver of this cluster's volumes has a name of the lab's.
  expect(skipped.filter((line) => /simulated|\blab\b/.test(line.replace('disk.csi.lab.kp.dev', 'the driver')))).toEqual([])
  for (const id of ['control-plane.webhooks', 'networking.dns-cluster']) expect(checks.find((check) => check.id === id)?.status).toBe('pass')
})

it('has nothing left to do, and writes nothing but its Lease', {timeout: 60_000}, async () => {
  await platform.kpOk(['plan', '--exit-code'])
  const mark = platform.audit().mark()
  await platform.kpOk(['up', '--yes'])
  expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
})

/** Nodes, storage and DNS, as the owner of a cluster has them. */
function ownersObjects(): object[] {
  const labels = {'k8s-app': 'kube-dns'}
  return [
    ...['a', 'b', 'c'].map((zone) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {name: `node-${zone}-1`, labels: {'kubernetes.io/hostname': `node-${zone}-1`, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': `lab-${zone}`}},
    })),
    {apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: {name: 'disks', annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}}, provisioner: 'disk.csi.lab.kp.dev', volumeBindingMode: 'WaitForFirstConsumer'},
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'kube-dns', namespace: 'kube-system'}, spec: {selector: labels, ports: [{name: 'dns', port: 53, protocol: 'UDP'}]}},
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'coredns', namespace: 'kube-system'},
      spec: {replicas: 2, selector: {matchLabels: labels}, template: {metadata: {labels}, spec: {containers: [{name: 'coredns', image: 'coredns:1'}]}}},
    },
  ]
}

/** Leads http to https, as the proxies do that do not run. */
async function openFrontDoor(): Promise<Server | undefined> {
  const server = createServer((request, answer) => answer.writeHead(301, {location: `https://${request.headers.host}/`}).end())
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(80, FRONT_DOOR, () => resolve(server))
  })
}

/** As soon as the kinds of a component are there, its controllers answer for them. */
function playControllers(): {stop(): Promise<void>} {
  const waiting = new Map(componentsWithStages(PROJECT).map((id) => [id, componentStages(PROJECT, id).map((path) => readStage(path, '0.0.0'))]))
  let stopped = false
  const play = async (): Promise<void> => {
    while (!stopped && waiting.size > 0) {
      for (const [id, stages] of waiting) {
        const kinds = new Set(stages.map(({spec}) => (spec['resourceRef'] as {kind: string}).kind))
        // Like a controller: where nobody answers now, it asks again.
        if (!(await areKnown(kinds).catch(() => false))) continue
        waiting.delete(id)
        const classes = id === 'snapshot-controller' ? [{apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass', metadata: {name: 'disks', annotations: {'snapshot.storage.kubernetes.io/is-default-class': 'true'}}, driver: 'disk.csi.lab.kp.dev', deletionPolicy: 'Delete'}] : []
        await applyByHand([...stages, ...classes])
      }
      await sleep(500)
    }
  }
  const playing = play()
  return {
    async stop() {
      stopped = true
      await playing
    },
  }
}

async function areKnown(kinds: Set<string>): Promise<boolean> {
  const definitions = JSON.parse(await platform.kubectl(['get', 'customresourcedefinitions', '-o', 'json', '--request-timeout=10s'])) as {items: {spec: {names: {kind: string}}; status?: {conditions?: {type: string; status: string}[]}}[]}
  const known = new Set(definitions.items.filter(({status}) => status?.conditions?.some(({type, status: is}) => type === 'Established' && is === 'True')).map(({spec}) => spec.names.kind))
  return kinds.isSubsetOf(known)
}

async function applyByHand(items: object[]): Promise<void> {
  await platform.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items}))
}

interface UpEvent {
  event?: string
  step?: string
  text?: string
  data?: Record<string, unknown>
}

function events(stdout: string): UpEvent[] {
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as UpEvent)
}
