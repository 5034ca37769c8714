/** How the known failures of phase 2 come about. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import type {Told} from '../helpers/told.ts'
import {etcdFull} from './etcd.ts'
import {preflight} from './kubeadm.ts'
import type {Cause, Machine} from './types.ts'

const EKS_ALONE = 'only EKS itself says it'

/** kubectl against the real API server. */
const kubectl = (args: string[], who: 'admin' | 'nobody' | 'stranger' = 'admin') => async ({api, tool}: Machine): Promise<Told> => {
  const server = await api()
  return tool(join(server.bin, 'kubectl'), [...server.as(who), ...args])
}

/** kubectl against a server that answers everything in one way. */
async function answering({api, tool}: Machine, status: number, body: object | string, args: string[], says?: RegExp): Promise<Told> {
  const server = createServer((_, response) => void response.writeHead(status, {'content-type': typeof body === 'string' ? 'text/plain' : 'application/json'}).end(typeof body === 'string' ? body : JSON.stringify(body)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await tool(join((await api()).bin, 'kubectl'), [`--server=http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...args], says === undefined ? {} : {says})
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const NOBODY = 'https://127.0.0.1:9/'
const webhook = {
  apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: {name: 'dead'},
  webhooks: [{name: 'dead.acme.org', failurePolicy: 'Fail', sideEffects: 'None', admissionReviewVersions: ['v1'], clientConfig: {url: NOBODY}, rules: [{apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['limitranges']}]}],
}
const schema = {openAPIV3Schema: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}}
const definition = (plural: string, kind: string, versions: object[], conversion?: object): object => ({apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: {name: `${plural}.acme.org`}, spec: {group: 'acme.org', scope: 'Namespaced', names: {plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`}, versions, ...(conversion === undefined ? {} : {conversion})}})

/** The version in which objects were stored is taken out of a kind. */
async function storedVersionGone(machine: Machine): Promise<Told> {
  const server = await machine.api()
  server.create([definition('machines', 'Machine', [{name: 'v1', served: true, storage: true, schema}, {name: 'v2', served: true, storage: false, schema}])])
  const file = join(machine.folder, 'machines.json')
  writeFileSync(file, JSON.stringify(definition('machines', 'Machine', [{name: 'v2', served: true, storage: true, schema}])))
  return kubectl(['apply', '--server-side', '--force-conflicts', '-f', file])(machine)
}

/** Objects of a kind are asked for in another version, and whoever converts them is not there. */
async function converterGone(machine: Machine): Promise<Told> {
  const server = await machine.api()
  server.create([definition('robots', 'Robot', [{name: 'v1', served: true, storage: true, schema}, {name: 'v2', served: true, storage: false, schema}], {strategy: 'Webhook', webhook: {conversionReviewVersions: ['v1'], clientConfig: {url: NOBODY}}})])
  const file = join(machine.folder, 'robot.json')
  writeFileSync(file, JSON.stringify({apiVersion: 'acme.org/v2', kind: 'Robot', metadata: {name: 'one', namespace: 'default'}}))
  // A kind is served a moment after it was accepted.
  for (let tries = 0; ; tries++) {
    const told = await kubectl(['create', '-f', file])(machine)
    if (tries > 20 || !told.text.includes('no matches for kind')) return told
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** A chart that wants a newer Kubernetes. */
function chartWantsNewer({tool, folder}: Machine): Promise<Told> {
  mkdirSync(join(folder, 'chart', 'templates'), {recursive: true})
  writeFileSync(join(folder, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 1.0.0\nkubeVersion: ">=1.99.0"\n')
  return tool('helm', ['template', join(folder, 'chart'), '--kube-version', '1.35.0'])
}

export const controlPlaneCauses: Record<string, Cause[]> = {
  KP0201: [{by: 'check', check: 'control-plane.exposure'}],
  KP0202: [{by: 'capture', because: EKS_ALONE}],
  KP0203: [{by: 'scenario', scenario: 'api-server-dead'}, {by: 'machine', what: 'nobody listens at the address', cause: async ({api, tool}) => tool(join((await api()).bin, 'kubectl'), ['--server=https://127.0.0.1:9', '--token=one', 'get', '--raw', '/readyz'])}],
  KP0204: [{by: 'scenario', scenario: 'controller-manager-dead'}, {by: 'scenario', scenario: 'scheduler-dead'}],
  KP0205: [{by: 'machine', what: 'the server is five minors older', cause: (machine) => answering(machine, 200, {major: '1', minor: '30', gitVersion: 'v1.30.0'}, ['version'], /version difference/)}],
  KP0206: [{by: 'check', check: 'control-plane.version'}, {by: 'machine', what: 'a chart wants a newer Kubernetes', cause: chartWantsNewer}],
  KP0207: [{by: 'machine', what: 'the server has too much to do', cause: (machine) => answering(machine, 429, 'Too many requests, please try again later.', ['get', '--raw', '/api/v1/nodes'])}],
  KP0208: [{by: 'scenario', scenario: 'aggregated-api-orphaned'}, {by: 'machine', what: 'nobody measures', cause: kubectl(['top', 'nodes'])}],
  KP0209: [{by: 'check', check: 'control-plane.webhooks'}, {by: 'machine', what: 'the webhook is dead', cause: async (machine) => {
    (await machine.api()).create([webhook])
    const file = join(machine.folder, 'limits.json')
    writeFileSync(file, JSON.stringify({apiVersion: 'v1', kind: 'LimitRange', metadata: {name: 'one', namespace: 'default'}, spec: {limits: []}}))
    return kubectl(['create', '-f', file])(machine)
  }}],
  KP0210: [{by: 'check', check: 'control-plane.cert-expiry'}],
  KP0211: [{by: 'check', check: 'control-plane.identity'}, {by: 'machine', what: 'the kubeconfig trusts somebody else', cause: async ({api, tool}) => {
    const server = await api()
    return tool(join(server.bin, 'kubectl'), [`--server=https://${server.address}`, '--token=admin-token', 'get', 'nodes'])
  }}],
  KP0212: [{by: 'machine', what: 'who asks may nothing', cause: kubectl(['get', 'pods'], 'nobody')}],
  KP0213: [{by: 'machine', what: 'the token is of another cluster', cause: kubectl(['get', 'pods'], 'stranger')}],
  KP0214: [{by: 'machine', what: 'there is no kubeconfig', cause: async ({api, tool}) => tool(join((await api()).bin, 'kubectl'), ['get', 'pods'])}],
  KP0215: [{by: 'machine', what: 'etcd is filled', cause: etcdFull}],
  KP0216: [{by: 'check', check: 'control-plane.webhook-scope'}],
  KP0217: [{by: 'check', check: 'control-plane.kinds-accepted'}],
  KP0218: [{by: 'check', check: 'control-plane.stored-versions'}, {by: 'machine', what: 'the version in which objects are stored is taken out', cause: storedVersionGone}],
  KP0219: [{by: 'check', check: 'control-plane.conversion'}, {by: 'machine', what: 'nobody converts', cause: converterGone}],
  KP0220: [{by: 'check', check: 'control-plane.nothing-stuck'}],
  KP0221: [{by: 'check', check: 'control-plane.removed-apis'}],
  KP0222: [{by: 'machine', what: 'the server is asked at an address that its certificate lacks', cause: async ({api, tool}) => {
    const server = await api()
    return tool(join(server.bin, 'kubectl'), [...server.as('admin').filter((arg) => !arg.startsWith('--server=')), `--server=https://${server.otherAddress}`, 'get', 'nodes'])
  }}],
  KP0223: [{by: 'capture', because: 'kubeadm says it on a machine that joins a control plane'}],
  KP0224: [{by: 'check', check: 'networking.hosts', what: 'the disk is slow'}],
  KP0225: [{by: 'capture', because: 'etcd says it to an API server that waits for a leader'}],
  KP0226: [{by: 'machine', what: 'something listens on the port of the API server', cause: (machine) => preflight(machine, 'Port')}],
  KP0227: [{by: 'capture', because: EKS_ALONE}],
  KP0228: [{by: 'capture', because: 'the agent of EKS says it to a pod'}],
  KP0229: [{by: 'capture', because: EKS_ALONE}],
  KP0230: [{by: 'capture', because: EKS_ALONE}],
}
