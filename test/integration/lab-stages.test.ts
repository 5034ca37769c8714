/** Every simulated behaviour once, in a real lab. Needs the toolchain: `kp tools install`. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {systemClock} from '../../src/engine/clock.ts'
import {createLabs} from '../../src/providers/lab/labs.ts'
import {labLayout} from '../../src/providers/lab/layout.ts'
import {componentStages, componentsWithStages, readStage} from '../../src/providers/lab/stages.ts'
import {isComplete} from '../../src/tools/toolchain/build.ts'
import {labTools} from '../../src/tools/toolchain/catalog.ts'
import {toolFolder} from '../../src/tools/toolchain/digest.ts'
import {cacheDir as findCacheDir} from '../../src/tools/toolchain/paths.ts'
import {testExec} from '../helpers/exec.ts'

const HOME = join(import.meta.dirname, '..', '..')
const cacheDir = findCacheDir(process.env)
const stateDir = mkdtempSync(join(tmpdir(), 'kp-stages-'))
const exec = testExec()
const labs = createLabs({stateDir, cacheDir, exec, clock: systemClock, env: process.env})
const tools = await Promise.all(labTools('1.36').map(async (tool) => isComplete(tool, await toolFolder(tool, cacheDir))))
const layout = labLayout(stateDir, 'stages')

async function kubectl(...args: string[]): Promise<string> {
  return (await exec.run({tool: join(layout.bin, 'kubectl'), args: ['--kubeconfig', layout.kubeconfig, ...args], mutates: true, doing: 'test', okExitCodes: [0, 1]})).stdout
}

async function apply(...items: object[]): Promise<void> {
  await exec.run({
    tool: join(layout.bin, 'kubectl'),
    args: ['--kubeconfig', layout.kubeconfig, 'apply', '-f', '-'],
    mutates: true,
    doing: 'test',
    input: JSON.stringify({apiVersion: 'v1', kind: 'List', items}),
  })
}

async function get(...args: string[]): Promise<any> {
  const text = await kubectl('get', ...args, '-o', 'json')
  return text === '' ? undefined : JSON.parse(text)
}

/** Looks until the answer is as expected. */
const eventually = (look: () => Promise<unknown>, timeout = 15_000) => expect.poll(look, {timeout, interval: 300})

const condition = (object: any, type: string): any => object?.status?.conditions?.find((each: any) => each.type === type)

const node = (name: string, zone: string): object => ({apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {'topology.kubernetes.io/zone': zone}}})

const pod = (name: string, annotations: Record<string, string>, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name, namespace: 'default', annotations},
  spec: {containers: [{name: 'app', image: 'app:1'}, {name: 'helper', image: 'helper:1'}], ...spec},
})

/** A definition that accepts anything, in the place of the component's own. */
function definition(group: string, kind: string, scope: string): object {
  const plural = `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`
  const open = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {name: `${plural}.${group}`, annotations: {'api-approved.kubernetes.io': 'unapproved, a test'}},
    spec: {group, scope, names: {kind, plural}, versions: [{name: 'v1', served: true, storage: true, subresources: {status: {}}, schema: {openAPIV3Schema: {type: 'object', properties: {spec: open, status: open}}}}]},
  }
}

describe.skipIf(tools.includes(false))('simulated behaviour', () => {
  beforeAll(async () => {
    await labs.create({name: 'stages', kubernetesMinor: '1.36', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: false})
    await apply(node('general-a-1', 'lab-a'), node('general-b-1', 'lab-b'), node('general-c-1', 'lab-c'))
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=20s')
  }, 60_000)

  afterAll(async () => {
    await labs.down('stages')
    rmSync(stateDir, {recursive: true, force: true})
  }, 30_000)

  it('of pods', {timeout: 45_000}, async () => {
    await eventually(() => get('serviceaccount', 'default')).toBeDefined()
    await apply(
      pod('plain', {}, {initContainers: [{name: 'setup', image: 'setup:1'}, {name: 'sidecar', image: 'sidecar:1', restartPolicy: 'Always'}]}),
      pod('host', {}, {hostNetwork: true}),
      pod('crash', {'lab.kp.dev/fault': 'crashloop', 'lab.kp.dev/fault-container': 'helper'}),
      pod('oom', {'lab.kp.dev/fault': 'oom'}),
      pod('deaf', {'lab.kp.dev/fault': 'notready'}),
      pod('pull', {'lab.kp.dev/fault': 'imagepull'}),
      pod('pull-too', {}, {containers: [{name: 'app', image: 'registry.invalid/app:1'}]}),
      pod('hook', {'helm.sh/hook': 'test'}, {restartPolicy: 'Never'}),
      {apiVersion: 'batch/v1', kind: 'Job', metadata: {name: 'good', namespace: 'default'}, spec: {template: {spec: {restartPolicy: 'Never', containers: [{name: 'a', image: 'a:1'}]}}}},
      {apiVersion: 'batch/v1', kind: 'Job', metadata: {name: 'bad', namespace: 'default'}, spec: {backoffLimit: 0, template: {metadata: {annotations: {'lab.kp.dev/exit-code': '3', 'lab.kp.dev/run-for': '1s'}}, spec: {restartPolicy: 'Never', containers: [{name: 'a', image: 'a:1'}]}}}},
    )
    await eventually(async () => (await get('pod', 'plain')).status.phase).toBe('Running')
    const plain = await get('pod', 'plain')
    expect(condition(plain, 'Ready').status).toBe('True')
    expect(plain.status.initContainerStatuses.map(({state}: any) => Object.keys(state)[0])).toEqual(['terminated', 'running'])
    await eventually(async () => (await get('pod', 'host')).status.podIP).toMatch(/^10\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./)
    await eventually(async () => (await get('pod', 'crash')).status.containerStatuses.find(({name}: any) => name === 'helper')).toMatchObject({state: {waiting: {reason: 'CrashLoopBackOff'}}, lastState: {terminated: {exitCode: 1}}})
    expect((await get('pod', 'crash')).status.containerStatuses.find(({name}: any) => name === 'app')).toMatchObject({ready: true})
    await eventually(async () => (await get('pod', 'oom')).status.containerStatuses[0].restartCount).toBeGreaterThan(0)
    expect((await get('pod', 'oom')).status.containerStatuses[0].lastState.terminated).toMatchObject({exitCode: 137, reason: 'OOMKilled'})
    expect(condition(await get('pod', 'deaf'), 'Ready').status).toBe('False')
    for (const name of ['pull', 'pull-too']) expect((await get('pod', name)).status).toMatchObject({phase: 'Pending', containerStatuses: [{state: {waiting: {reason: 'ImagePullBackOff'}}}, ...(name === 'pull' ? [{}] : [])]})
    await eventually(async () => (await get('pod', 'hook')).status.phase).toBe('Succeeded')
    await eventually(async () => condition(await get('job', 'good'), 'Complete')?.status).toBe('True')
    await eventually(async () => condition(await get('job', 'bad'), 'Failed')?.reason).toBe('BackoffLimitExceeded')

    await kubectl('annotate', 'pod', 'crash', 'oom', 'deaf', 'pull', 'lab.kp.dev/fault-')
    for (const name of ['crash', 'oom', 'deaf', 'pull']) await eventually(async () => condition(await get('pod', name), 'Ready').status).toBe('True')
    await kubectl('delete', 'pod', 'plain', '--timeout=5s')
    expect(await get('pod', 'plain')).toBeUndefined()
  })

  it('of nodes', {timeout: 60_000}, async () => {
    await kubectl('annotate', 'node', 'general-a-1', 'lab.kp.dev/kubelet=v1.36.9')
    await eventually(async () => (await get('node', 'general-a-1')).status.nodeInfo.kubeletVersion).toBe('v1.36.9')
    await kubectl('label', 'node', 'general-b-1', 'lab.kp.dev/fault=notready')
    await kubectl('label', 'node', 'general-c-1', 'lab.kp.dev/fault=unplug')
    await apply(pod('resident', {}, {nodeName: 'general-a-1'}))
    await eventually(async () => condition(await get('node', 'general-b-1'), 'Ready')).toMatchObject({status: 'False', reason: 'KubeletNotReady'})
    await eventually(async () => condition(await get('node', 'general-c-1'), 'Ready'), 30_000).toMatchObject({status: 'Unknown', reason: 'NodeStatusUnknown'})
    await kubectl('label', 'node', '--all', 'lab.kp.dev/fault-')
    await kubectl('annotate', 'node', 'general-c-1', 'lab.kp.dev/unplugged-')
    await kubectl('-n', 'kube-node-lease', 'delete', 'lease', 'general-c-1')
    for (const name of ['general-b-1', 'general-c-1']) await eventually(async () => condition(await get('node', name), 'Ready').status).toBe('True')
    const running = (await get('pods')).items.filter(({status}: any) => status.phase === 'Running')
    for (const {metadata} of running) await eventually(async () => condition(await get('pod', metadata.name), 'Ready').status).toBe('True')
  })

  it('of load balancers and volumes', {timeout: 30_000}, async () => {
    const service = (name: string, annotations: object): object => ({apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'default', annotations}, spec: {type: 'LoadBalancer', ports: [{port: 80}]}})
    await apply(
      service('open', {}),
      service('fixed', {'lab.kp.dev/load-balancer-address': '198.18.0.9'}),
      service('denied', {'lab.kp.dev/load-balancer': 'denied'}),
      {apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: {name: 'zonal'}, provisioner: 'disk.csi.lab.kp.dev', volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Delete'},
      {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'default'}, spec: {storageClassName: 'zonal', accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}},
      pod('user', {}, {nodeSelector: {'topology.kubernetes.io/zone': 'lab-b'}, volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}]}),
    )
    const address = async (name: string): Promise<string | undefined> => (await get('service', name)).status.loadBalancer?.ingress?.[0]?.ip
    await eventually(() => address('open')).toMatch(/^198\.1[89]\./)
    await eventually(() => address('fixed')).toBe('198.18.0.9')
    await eventually(() => kubectl('get', 'events', '--field-selector=involvedObject.name=denied', '-o', 'jsonpath={.items[*].reason}')).toContain('SyncLoadBalancerFailed')
    expect(await address('denied')).toBeUndefined()
    await kubectl('annotate', 'service', 'denied', 'lab.kp.dev/load-balancer-')
    await eventually(() => address('denied')).toBeDefined()

    await eventually(async () => (await get('pod', 'user')).status.phase).toBe('Running')
    const [volume] = (await get('pv')).items
    expect(volume.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values).toEqual(['lab-b'])
    await kubectl('delete', 'pod/user', 'pvc/data', '--timeout=10s')
    await eventually(async () => (await get('pv')).items).toEqual([])
  })

  it('of components', {timeout: 60_000}, async () => {
    const definitions = [
      ...['Certificate', 'Issuer'].map((kind) => definition('cert-manager.io', kind, 'Namespaced')),
      definition('cert-manager.io', 'ClusterIssuer', 'Cluster'),
      definition('gateway.networking.k8s.io', 'GatewayClass', 'Cluster'),
      ...['Gateway', 'HTTPRoute', 'GRPCRoute'].map((kind) => definition('gateway.networking.k8s.io', kind, 'Namespaced')),
      definition('snapshot.storage.k8s.io', 'VolumeSnapshot', 'Namespaced'),
      definition('snapshot.storage.k8s.io', 'VolumeSnapshotContent', 'Cluster'),
    ]
    await apply(...definitions)
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s')
    await labs.applyStages('stages', componentsWithStages(HOME).flatMap((component) => componentStages(HOME, component)).map((path) => readStage(path, '1.36.3')))
    const object = (apiVersion: string, kind: string, name: string, spec: object): object => ({apiVersion, kind, metadata: {name, namespace: 'default'}, spec})
    const certificates = 'cert-manager.io/v1'
    const gateways = 'gateway.networking.k8s.io/v1'
    const certificate = (name: string, issuer: string): object => object(certificates, 'Certificate', name, {secretName: name, dnsNames: ['a.example.com'], issuerRef: {kind: 'ClusterIssuer', name: issuer}})
    const parentRefs = [{name: 'platform', sectionName: 'http'}]
    await apply(
      object(certificates, 'ClusterIssuer', 'staging', {acme: {server: 'https://acme.example.com/directory', email: 'ops@example.com'}}),
      object(certificates, 'ClusterIssuer', 'unreachable', {acme: {server: 'https://acme.invalid/directory'}}),
      object(certificates, 'Issuer', 'ca', {ca: {secretName: 'ca'}}),
      object(certificates, 'Issuer', 'broken-ca', {ca: {secretName: 'none'}}),
      certificate('good', 'staging'),
      certificate('bad', 'broken-ca'),
      object(gateways, 'GatewayClass', 'envoy-gateway', {controllerName: 'gateway.envoyproxy.io/gatewayclass-controller'}),
      object(gateways, 'Gateway', 'platform', {gatewayClassName: 'envoy-gateway', listeners: [{name: 'http', protocol: 'HTTP', port: 80}]}),
      object(gateways, 'Gateway', 'foreign', {gatewayClassName: 'somebody-else', listeners: [{name: 'http', protocol: 'HTTP', port: 80}]}),
      object(gateways, 'HTTPRoute', 'web', {parentRefs}),
      object(gateways, 'GRPCRoute', 'api', {parentRefs}),
      object(gateways, 'GatewayClass', 'traefik', {controllerName: 'traefik.io/gateway-controller'}),
      object(gateways, 'Gateway', 'other', {gatewayClassName: 'traefik', listeners: [{name: 'http', protocol: 'HTTP', port: 8000}]}),
      object(gateways, 'HTTPRoute', 'other', {parentRefs: [{name: 'platform', namespace: 'traefik', sectionName: 'http'}]}),
      ...['nginx', 'alb', 'unknown'].map((name) => object('networking.k8s.io/v1', 'Ingress', name, {ingressClassName: name, defaultBackend: {service: {name: 'web', port: {number: 80}}}})),
      object('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', 'snap', {source: {persistentVolumeClaimName: 'data'}}),
    )
    const ready = async (kind: string, name: string): Promise<string | undefined> => condition(await get(kind, name), 'Ready')?.status
    await eventually(() => Promise.all([ready('clusterissuer', 'staging'), ready('clusterissuer', 'unreachable'), ready('issuer', 'ca'), ready('issuer', 'broken-ca')])).toEqual(['True', 'False', 'True', 'False'])
    await eventually(() => Promise.all([ready('certificate', 'good'), ready('certificate', 'bad')])).toEqual(['True', 'False'])
    expect(await get('secret', 'good')).toMatchObject({type: 'kubernetes.io/tls', metadata: {labels: {'lab.kp.dev/simulated': 'true'}}})
    expect((await get('certificate', 'good')).status).toMatchObject({revision: 1, notAfter: expect.any(String), renewalTime: expect.any(String)})
    await kubectl('annotate', 'certificate', 'good', 'lab.kp.dev/fault=expired')
    await eventually(async () => condition(await get('certificate', 'good'), 'Ready').reason).toBe('Expired')
    await kubectl('annotate', 'certificate', 'good', 'lab.kp.dev/fault-')
    await eventually(() => ready('certificate', 'good')).toBe('True')

    expect(condition(await get('gatewayclass', 'envoy-gateway'), 'Accepted')?.status).toBe('True')
    await eventually(async () => condition(await get('gateway', 'platform'), 'Programmed')?.status).toBe('True')
    expect((await get('gateway', 'foreign')).status).toBeUndefined()
    expect(condition(await get('gatewayclass', 'traefik'), 'Accepted')?.status).toBe('True')
    await eventually(async () => (await get('gateway', 'other')).status?.addresses?.[0]?.value).toBe('198.18.0.10')
    await eventually(async () => (await get('httproute', 'other')).status?.parents?.map(({controllerName}: any) => controllerName)).toEqual(['traefik.io/gateway-controller'])
    const given = async (name: string): Promise<unknown> => (await get('ingress', name)).status?.loadBalancer?.ingress
    await eventually(() => given('nginx')).toEqual([{ip: '198.18.0.10'}])
    await eventually(() => given('alb')).toMatchObject([{hostname: expect.stringMatching(/^k8s-.*\.elb\.amazonaws\.com$/)}])
    expect(await given('unknown')).toBeUndefined()
    const [proxy] = (await get('service', '-l', 'gateway.envoyproxy.io/owning-gateway-name=platform')).items
    const [address] = (await get('gateway', 'platform')).status.addresses
    await eventually(async () => (await get('service', proxy.metadata.name)).status.loadBalancer.ingress?.[0]?.ip).toBe(address.value)
    const resolved = async (kind: string, name: string): Promise<unknown> => (await get(kind, name)).status?.parents?.map(({conditions}: any) => conditions.map(({status, observedGeneration}: any) => `${status} ${observedGeneration}`).join(', '))
    for (const [kind, name] of [['httproute', 'web'], ['grpcroute', 'api']] as const) await eventually(() => resolved(kind, name)).toEqual(['True 1, True 1'])
    await kubectl('annotate', 'httproute', 'web', 'lab.kp.dev/fault=backend-not-found')
    await eventually(() => resolved('httproute', 'web')).toEqual(['True 1, False 1'])
    await kubectl('patch', 'gateway', 'platform', '--type=json', '-p', '[{"op":"replace","path":"/spec/listeners/0/port","value":8080}]')
    await eventually(async () => condition(await get('gateway', 'platform'), 'Programmed')?.observedGeneration).toBe(2)
    expect((await get('service', proxy.metadata.name)).spec.ports.map(({port}: any) => port)).toEqual([8080])
    await kubectl('annotate', 'gateway', 'platform', 'lab.kp.dev/load-balancer=denied')
    await eventually(async () => condition(await get('gateway', 'platform'), 'Programmed')).toMatchObject({status: 'False', reason: 'AddressNotAssigned'})
    await kubectl('delete', 'gateway', 'platform')
    await eventually(() => get('service', proxy.metadata.name)).toBeUndefined()

    await eventually(async () => (await get('volumesnapshot', 'snap')).status?.readyToUse).toBe(true)
    await eventually(async () => (await get('volumesnapshotcontent')).items[0]?.status?.readyToUse).toBe(true)
    await kubectl('delete', 'volumesnapshot', 'snap', '--timeout=10s')
    await eventually(async () => (await get('volumesnapshotcontent')).items).toEqual([])
  })
})
