/** Finders of logging, mesh and secrets: a world in which each finds its cause, and one nearly like it in which it does not. */
import {describe, expect, test} from 'vitest'
import type {FactObject} from '../../../../src/engine/facts.ts'
import {object} from '../../../helpers/facts.ts'
import {codesOf, commandsOf, diagnoseWorld} from './world.ts'
import type {World} from './world.ts'

const ES = 'external-secrets.io/v1'
const isReady = {status: {conditions: [{type: 'Ready', status: 'True'}]}}
const node = (name: string, taints: object[] = []): FactObject => object('Node', name, {labels: {'node-role': 'general'}, spec: {taints}, ...isReady})
const REPORTS = {key: 'dedicated', value: 'reports', effect: 'NoSchedule'}

describe('logging', () => {
  const components = {'fluent-bit': ['DaemonSet logging/fluent-bit'], opensearch: ['StatefulSet logging/opensearch-cluster-master']}
  const agent = (spec: object = {tolerations: [{operator: 'Exists'}]}): FactObject => object('DaemonSet', 'logging/fluent-bit', {apiVersion: 'apps/v1', spec: {template: {spec}}, status: {desiredNumberScheduled: 1, numberReady: 1, currentNumberScheduled: 1}})
  const settings = object('DaemonSet', 'logging/node-settings', {spec: {template: {spec: {}}}, status: {}})
  const store = object('StatefulSet', 'logging/opensearch-cluster-master', {spec: {replicas: 1}, status: {readyReplicas: 1}})
  const service = object('Service', 'logging/opensearch-cluster-master', {spec: {}})
  const pod = object('Pod', 'logging/fluent-bit-x', {owner: {kind: 'DaemonSet', name: 'fluent-bit'}, spec: {nodeName: 'a'}, ...isReady})
  const world = (more: World = {}): World => ({components, empty: ['Secret'], ...more})
  const healthy = [node('a'), node('b', [REPORTS]), agent(), settings, store, service, pod]

  test('a taint that the agent does not tolerate, and one that it does', () => {
    const [first] = diagnoseWorld([node('a'), node('b', [REPORTS]), agent({tolerations: [{key: 'other', operator: 'Exists'}]}), settings, store, service], world({checks: ['logging.agents']}))
    expect(first).toMatchObject({code: 'KP0908', object: 'DaemonSet logging/fluent-bit', evidence: ['node b has the taint dedicated=reports:NoSchedule, which it does not tolerate']})
    expect(commandsOf(first)).toContain('kp step logging --yes')
    for (const tolerations of [[{operator: 'Exists'}], [{key: 'dedicated', operator: 'Exists'}], [{key: 'dedicated', value: 'reports', effect: 'NoSchedule'}]]) {
      expect(codesOf(diagnoseWorld([node('a'), node('b', [REPORTS]), agent({tolerations}), settings, store, service], world()))).toEqual([])
    }
  })

  test('a selector that leaves nodes out, an agent that is gone', () => {
    expect(diagnoseWorld([node('a'), agent({nodeSelector: {logs: 'here'}}), settings, store, service], world({checks: ['logging.agents']}))[0]?.evidence).toEqual(['node a is left out: it selects logs=here'])
    expect(diagnoseWorld([node('a'), settings, store, service], world({checks: ['logging.agents']}))[0]).toMatchObject({code: 'KP0908', evidence: ['DaemonSet logging/fluent-bit does not exist: nobody reads the logs of any node']})
  })

  test('an agent that is about to come everywhere has left nobody out', () => {
    expect(codesOf(diagnoseWorld(healthy, world()))).toEqual([])
  })

  test('the Secret is gone, or the store says that it does not know who asks', () => {
    expect(codesOf(diagnoseWorld(healthy, world({checks: ['logging.credentials']})))).toEqual(['KP0904 Secret logging/kp-log-store'])
    const refused = diagnoseWorld(healthy, world({said: {'logging/fluent-bit-x': 'x\n[error] [output:opensearch:opensearch.0] HTTP status=401 URI=/_bulk, response:\nUnauthorized\n'}}))
    expect(refused[0]).toMatchObject({code: 'KP0904', object: 'DaemonSet logging/fluent-bit', evidence: ['fluent-bit-x says: [error] [output:opensearch:opensearch.0] HTTP status=401 URI=/_bulk, response:']})
    expect(commandsOf(refused[0])).toContain('kubectl -n logging logs daemonset/fluent-bit --tail=20')
  })

  test('an application that says 401 is no agent', () => {
    const other = object('Pod', 'shop/web', isReady)
    expect(codesOf(diagnoseWorld([...healthy, other], world({said: {'shop/web': 'HTTP status=401'}})))).toEqual([])
  })

  test('the Service of the store is gone, or nobody answers; a store that answers is reached', () => {
    expect(codesOf(diagnoseWorld(healthy.filter((one) => one !== service), world({empty: ['Service']})))).toEqual(['KP0907 Service logging/opensearch-cluster-master'])
    expect(diagnoseWorld(healthy, world({said: {'logging/fluent-bit-x': "[ warn] [net] getaddrinfo(host='opensearch.example', err=4): Domain name not found"}}))[0]?.code).toBe('KP0907')
    expect(codesOf(diagnoseWorld(healthy, world({said: {'logging/fluent-bit-x': '[ info] [output:opensearch:opensearch.0] worker #0 started'}})))).toEqual([])
  })

  test('a full store is read-only', () => {
    const [first] = diagnoseWorld(healthy, world({said: {'logging/fluent-bit-x': 'HTTP status=429: disk usage exceeded flood-stage watermark, index has read-only-allow-delete block'}}))
    expect(first?.code).toBe('KP0906')
    // Nothing of it waits for a person.
    expect(commandsOf(first).join(' ')).not.toMatch(/port-forward|edit/)
  })

  test('nobody sets what OpenSearch wants of its nodes: before the pod that crashes', () => {
    const without = healthy.filter((one) => one !== settings)
    expect(codesOf(diagnoseWorld(without, world({checks: ['logging.map-count']})))).toEqual(['KP0903 DaemonSet logging/node-settings'])
    // Without the check nothing says that the platform wants it.
    expect(codesOf(diagnoseWorld(without, world()))).toEqual([])
  })
})

describe('mesh', () => {
  const components = {'linkerd-control-plane': ['Deployment linkerd/linkerd-identity', 'Deployment linkerd/linkerd-proxy-injector']}
  const deployment = (name: string, replicas = 2, readyReplicas = replicas): FactObject => object('Deployment', `linkerd/${name}`, {spec: {replicas}, status: {readyReplicas}})
  const healthy = [deployment('linkerd-identity'), deployment('linkerd-proxy-injector')]
  const world = (more: World = {}): World => ({components, empty: ['Secret', 'ConfigMap'], ...more})

  test('what proxies trust is gone', () => {
    const issuer = object('Secret', 'linkerd/linkerd-identity-issuer')
    expect(codesOf(diagnoseWorld([...healthy, issuer], world({checks: ['mesh.trust']})))).toEqual(['KP1004 ConfigMap linkerd/linkerd-identity-trust-roots'])
    const roots = object('ConfigMap', 'linkerd/linkerd-identity-trust-roots')
    const [first] = diagnoseWorld([...healthy, roots], world({checks: ['mesh.trust']}))
    expect(first).toMatchObject({code: 'KP1004', object: 'Secret linkerd/linkerd-identity-issuer'})
    expect(commandsOf(first)).toEqual(['kubectl -n linkerd get certificates,secrets,configmaps', 'kp step mesh --yes', 'kubectl -n linkerd rollout restart deployment'])
    expect(codesOf(diagnoseWorld([...healthy, issuer, roots], world()))).toEqual([])
  })

  test('the injector and the identity service are told apart', () => {
    const down = (name: string): string[] => codesOf(diagnoseWorld([...healthy.filter(({metadata}) => metadata.name !== name), deployment(name, 0)], world({checks: ['mesh.control-plane']})))
    expect(down('linkerd-proxy-injector')).toEqual(['KP1007 Deployment linkerd/linkerd-proxy-injector'])
    expect(down('linkerd-identity')).toEqual(['KP1017 Deployment linkerd/linkerd-identity'])
    // One copy of two is away: those that are there answer.
    expect(codesOf(diagnoseWorld([deployment('linkerd-identity', 2, 1), deployment('linkerd-proxy-injector')], world({checks: ['mesh.control-plane']}))).filter((code) => /KP10(?:07|17) Deployment linkerd\/linkerd-/.test(code) && code.startsWith('KP1017'))).toEqual([])
  })

  test('kube-system joined, by the mark of either mesh; another namespace may', () => {
    const [first] = diagnoseWorld([object('Namespace', 'kube-system', {annotations: {'linkerd.io/inject': 'enabled'}})], world())
    expect(first).toMatchObject({code: 'KP1016', object: 'Namespace kube-system'})
    expect(commandsOf(first)[0]).toBe('kubectl annotate namespace kube-system linkerd.io/inject-')
    expect(commandsOf(diagnoseWorld([object('Namespace', 'kube-system', {labels: {'istio-injection': 'enabled'}})], world())[0])[0]).toBe('kubectl label namespace kube-system istio-injection-')
    expect(codesOf(diagnoseWorld([object('Namespace', 'demo', {annotations: {'linkerd.io/inject': 'enabled'}}), object('Namespace', 'kube-system', {annotations: {'linkerd.io/inject': 'disabled'}})], world()))).toEqual([])
  })
})

describe('secrets', () => {
  const world: World = {empty: ['ClusterSecretStore', 'SecretStore', 'Secret', 'ExternalSecret']}
  const store = (name = 'vault', valid = true): FactObject => object('ClusterSecretStore', name, {apiVersion: ES, spec: {provider: {vault: {}}}, status: {conditions: [valid ? {type: 'Ready', status: 'True'} : {type: 'Ready', status: 'False', reason: 'InvalidProviderConfig', message: 'unable to create client'}]}})
  // As External Secrets does: why is in the event alone.
  const because = (message: string, name = 'vault'): World => ({...world, events: {[`ClusterSecretStore ${name}`]: {reason: 'InvalidProviderConfig', message}}})
  const wanted = (name: string, synced: boolean): FactObject => object('ExternalSecret', 'orders/login', {apiVersion: ES, spec: {secretStoreRef: {kind: 'ClusterSecretStore', name}, target: {name: 'login'}, data: [{remoteRef: {key: 'orders/login', property: 'password'}}]}, status: {conditions: [synced ? {type: 'Ready', status: 'True'} : {type: 'Ready', status: 'False', reason: 'SecretSyncedError', message: 'could not get secret data from provider'}]}})
  const waiting = object('Pod', 'orders/web', {spec: {volumes: [{secret: {secretName: 'login'}}]}, status: {phase: 'Pending', conditions: [{type: 'Ready', status: 'False'}]}})

  test('a store that is gone comes before what waits for it', () => {
    const found = diagnoseWorld([wanted('vault', false), waiting], world)
    expect(found[0]).toMatchObject({code: 'KP1209', object: 'ClusterSecretStore vault', evidence: ['ClusterSecretStore vault does not exist; ExternalSecret orders/login names it']})
    expect(found.slice(1).every(({follows}) => follows.includes('KP1209'))).toBe(true)
    expect(codesOf(diagnoseWorld([store(), wanted('vault', true)], world))).toEqual([])
  })

  test('a store that is misspelt is corrected where it is named', () => {
    const [first] = diagnoseWorld([store(), wanted('vualt', false)], world)
    expect(first).toMatchObject({code: 'KP1209', object: 'ExternalSecret orders/login'})
    expect(commandsOf(first).at(-1)).toBe(`kubectl -n orders patch externalsecret login --type=merge -p '{"spec":{"secretStoreRef":{"kind":"ClusterSecretStore","name":"vault"}}}'`)
  })

  test('a key that the store does not have comes before the pod that waits for its Secret', () => {
    const found = diagnoseWorld([store(), wanted('vault', false), waiting], world)
    expect(found[0]).toMatchObject({code: 'KP1212', object: 'ExternalSecret orders/login'})
    expect(found[0]?.evidence[1]).toBe('it asks ClusterSecretStore vault for orders/login (password)')
    // While the store itself is not valid, nothing is known of its keys.
    expect(codesOf(diagnoseWorld([store('vault', false), wanted('vault', false)], because('cannot reach https://vault:8200')))[0]).toBe('KP1209 ClusterSecretStore vault')
  })

  test('a login that Vault refuses is another thing than a store that is not valid', () => {
    expect(diagnoseWorld([store('vault', false)], because('unable to log in with Kubernetes auth: Code: 403. Errors: * permission denied'))[0]?.code).toBe('KP1208')
    expect(diagnoseWorld([store('aws', false)], because('could not get provider client: no region', 'aws'))[0]?.code).toBe('KP1209')
  })

  test('sealed servers come before stores that hear it; a new Vault is not sealed but new', () => {
    const server = (name: string, sealed: boolean, initialized = true): FactObject => object('Pod', `vault/${name}`, {labels: {'app.kubernetes.io/name': 'vault', component: 'server', 'vault-sealed': String(sealed), 'vault-initialized': String(initialized)}, owner: {kind: 'StatefulSet', name: 'vault'}, ...isReady})
    const found = diagnoseWorld([server('vault-0', true), server('vault-1', true), store('vault', false), wanted('vault', false)], because('Error making API request. Code: 503. Errors: * Vault is sealed'))
    expect(found[0]).toMatchObject({code: 'KP1203', object: 'StatefulSet vault/vault', evidence: ['2 of 2 servers are sealed: vault-0, vault-1', 'ClusterSecretStore vault: Error making API request. Code: 503. Errors: * Vault is sealed']})
    expect(codesOf(diagnoseWorld([server('vault-0', true, false)], world))).toEqual([])
    expect(codesOf(diagnoseWorld([server('vault-0', false), store()], world))).toEqual([])
  })
})
