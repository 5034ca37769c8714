/** Finders and the order of causes, on facts in memory: what is wrong is named first, and near misses are nothing. */
import {describe, expect, test} from 'vitest'
import {fixOf} from '../../../../src/operations/diagnose/findings.ts'
import type {Finding} from '../../../../src/operations/diagnose/findings.ts'
import {inverse, remaining} from '../../../../src/operations/scenarios/actions.ts'
import {app, diagnose, node, NODES, object, OLD} from '../../../helpers/facts.ts'

const waiting = (message: string): object => ({phase: 'Pending', conditions: [{type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message}]})
const commands = (finding: Finding | undefined): string[] => finding?.fix.flatMap(({command}) => command ?? []) ?? []

describe('what is wrong is named, with a fix that can be run', () => {
  test('a cordoned node that a pod waits for', () => {
    const [first] = diagnose([node('a', {spec: {unschedulable: true}}), node('b'), ...app({podSpec: {nodeSelector: {'topology.kubernetes.io/zone': 'lab-a'}}, status: waiting("0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable.")})])
    expect(first).toMatchObject({code: 'KP0319', object: 'Node a'})
    expect(commands(first)).toContain('kubectl uncordon a')
  })

  test('a selector that no node has: the version before, or the label that was meant', () => {
    const said = waiting("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.")
    expect(commands(diagnose([...NODES, ...app({podSpec: {nodeSelector: {'node-role': 'genral'}}, status: said, older: true})])[0])).toContain('kubectl -n orders rollout undo deployment/web')
    expect(commands(diagnose([...NODES, ...app({podSpec: {nodeSelector: {'node-role': 'genral'}}, status: said})])[0]).at(-1)).toContain('"nodeSelector":{"node-role":"general"}')
  })

  test('a request that no node can hold', () => {
    const [first] = diagnose([...NODES, ...app({podSpec: {containers: [{name: 'web', resources: {requests: {cpu: '64'}}}]}, status: waiting('0/2 nodes are available: 2 Insufficient cpu.'), older: true})])
    expect(first).toMatchObject({code: 'KP0310', object: 'Deployment orders/web'})
    expect(first?.evidence[0]).toBe('it asks for 64 cpu, the largest node has 4')
  })

  test('a claim with a class that does not exist', () => {
    const [first] = diagnose([object('StorageClass', 'standard', {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}}), object('PersistentVolumeClaim', 'orders/data', {spec: {storageClassName: 'standrad'}, status: {phase: 'Pending'}})])
    expect(first).toMatchObject({code: 'KP0308', object: 'PersistentVolumeClaim orders/data'})
    expect(commands(first).at(-1)).toContain('storageClassName: standard/')
  })

  test('a Service whose selector fits nobody, and one whose port nobody has', () => {
    const typo = diagnose([...app(), object('Service', 'orders/web', {spec: {selector: {app: 'wbe'}, ports: [{port: 80, targetPort: 'http'}]}})])
    expect(typo[0]).toMatchObject({code: 'KP0613', object: 'Service orders/web'})
    expect(commands(typo[0]).at(-1)).toContain('{"spec":{"selector":{"app":"web"}}}')
    const port = diagnose([...app(), object('Service', 'orders/web', {spec: {selector: {app: 'web'}, ports: [{port: 80, targetPort: 'htpp'}]}})])
    expect(port[0]).toMatchObject({code: 'KP0626', object: 'Service orders/web'})
    expect(commands(port[0]).at(-1)).toContain('"targetPort":"http"')
  })

  test('a Secret and an account that are not there', () => {
    expect(diagnose([...NODES, ...app({podSpec: {volumes: [{secret: {secretName: 'keys'}}]}})])[0]).toMatchObject({code: 'KP0329', evidence: ['Pod orders/web-2-x needs Secret orders/keys, which does not exist']})
    const account = diagnose([...NODES, ...app()], {events: [['ReplicaSet', 'orders/web-2', 'FailedCreate', 'Error creating: pods "web-2-" is forbidden: error looking up service account orders/reader: serviceaccount "reader" not found']]})
    expect(commands(account[0])).toContain('kubectl -n orders create serviceaccount reader')
  })

  test('a route to a Service that does not exist, and a certificate without its issuer', () => {
    const route = diagnose([object('Service', 'orders/web', {}), object('HTTPRoute', 'orders/web', {spec: {rules: [{backendRefs: [{name: 'web-svc', port: 80}]}]}})])
    expect(route[0]).toMatchObject({code: 'KP0608', object: 'HTTPRoute orders/web'})
    expect(commands(route[0]).at(-1)).toContain('[{"op":"replace","path":"/spec/rules/0/backendRefs/0/name","value":"web"}]')
    const issuer = diagnose([object('ClusterIssuer', 'internal-ca', {}), object('Certificate', 'orders/tls', {apiVersion: 'cert-manager.io/v1', spec: {secretName: 'tls', issuerRef: {kind: 'ClusterIssuer', name: 'interna-ca'}}})])
    expect(issuer[0]).toMatchObject({code: 'KP0518', object: 'Certificate orders/tls'})
    expect(commands(issuer[0]).at(-1)).toContain('"name":"internal-ca"')
  })

  test('a namespace that waits for a finalizer', () => {
    const [first] = diagnose([object('Namespace', 'old', {deleted: OLD}), object('ConfigMap', 'old/queue', {finalizers: ['example.com/cleanup']})])
    expect(first).toMatchObject({code: 'KP0511', object: 'Namespace old'})
    expect(commands(first).at(-1)).toContain('kubectl -n old patch configmap queue')
  })
})

describe('a check that asks from outside', () => {
  const route = object('HTTPRoute', 'demo/demo', {spec: {parentRefs: [{name: 'platform', namespace: 'door'}], rules: []}})
  const gateway = object('Gateway', 'door/platform', {spec: {gatewayClassName: 'envoy'}})
  const answers = {id: 'ingress.demo-answers', phase: 'ingress', observed: 'https://demo.acme.test/ does not answer', pitfalls: ['KP0618'], through: [{kind: 'HTTPRoute', name: 'demo', namespace: 'demo'}]}
  const lost = {id: 'ingress.gateway-class', phase: 'ingress', observed: 'GatewayClass envoy does not exist', pitfalls: ['KP0607']}

  test('is explained by what is wrong on the way', () => {
    const found = diagnose([route, gateway, object('GatewayClass', 'other', {})], {checks: [answers, lost]})
    expect(found.map(({code, affects}) => [code, affects])).toEqual([['KP0607', expect.arrayContaining(['Check ingress.demo-answers'])]])
  })

  test('is a cause of its own where all on the way is well', () => {
    expect(diagnose([route, gateway], {checks: [answers]}).map(({code, object: named}) => `${code} ${named}`)).toEqual(['KP0618 Check ingress.demo-answers'])
  })
})

describe('what comes and goes is still seen', () => {
  const crashed = (since: string): object => ({
    phase: 'Running',
    conditions: [{type: 'Ready', status: 'True'}],
    containerStatuses: [{name: 'web', ready: true, restartCount: 3, state: {running: {startedAt: since}}, lastState: {terminated: {exitCode: 1, reason: 'Error', startedAt: '2026-11-28T11:59:40Z', finishedAt: '2026-11-28T11:59:42Z'}}}],
  })

  test('a container that crashes, between two crashes', () => {
    expect(diagnose([...NODES, ...app({status: crashed('2026-11-28T11:59:57Z')})]).map(({code}) => code)).toEqual(['KP0332'])
  })

  test('one that crashed and runs for longer now is well', () => {
    expect(diagnose([...NODES, ...app({status: crashed('2026-11-28T11:58:00Z')})])).toEqual([])
  })
})

describe('a load balancer that the cloud refuses', () => {
  const service = object('Service', 'orders/web', {spec: {type: 'LoadBalancer'}, status: {loadBalancer: {}}})
  const quota: [string, string, string, string] = ['Service', 'orders/web', 'SyncLoadBalancerFailed', 'Error syncing load balancer: TooManyLoadBalancers: Exceeded quota of account']

  test('names quota, permission or subnets, and asks no controller that there is not', () => {
    const [found] = diagnose([service], {events: [quota]})
    expect(found).toMatchObject({code: 'KP0601', object: 'Service orders/web'})
    expect(commands(found)).toEqual(['kubectl -n orders describe service web', 'kubectl get services -A | grep LoadBalancer'])
    const subnets: typeof quota = ['Service', 'orders/web', 'SyncLoadBalancerFailed', 'Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for creating the ELB']
    expect(diagnose([service], {events: [subnets]}).map(({code}) => code)).toEqual(['KP0609'])
  })

  test('one that has its address since is none', () => {
    expect(diagnose([{...service, status: {loadBalancer: {ingress: [{ip: '192.0.2.1'}]}}}], {events: [quota]})).toEqual([])
  })
})

describe('causes come before what follows from them', () => {
  test('a check that complains of the pods of a workload that was seen adds nothing', () => {
    const status = {phase: 'Running', conditions: [{type: 'Ready', status: 'False'}], containerStatuses: [{name: 'web', ready: false, restartCount: 4, state: {waiting: {reason: 'CrashLoopBackOff'}}}]}
    const stuck = {id: 'day2.stuck', observed: 'Pod orders/web-2-x: container web is in CrashLoopBackOff', pitfalls: ['KP1805']}
    expect(diagnose([...NODES, ...app({status})], {checks: [stuck]}).map(({code, object: name}) => `${code} ${name}`)).toEqual(['KP0332 Deployment orders/web'])
    // Of two complaints the one that nothing else explains is kept.
    const second = {...stuck, observed: `${stuck.observed}; Job orders/dump has failed: BackoffLimitExceeded`}
    expect(diagnose([...NODES, ...app({status}), object('Job', 'orders/dump', {status: {}})], {checks: [second]}).map(({object: name}) => name)).toEqual(['Deployment orders/web', 'Job orders/dump'])
  })

  test('a kind that was deleted comes before the checks that look for objects of it', () => {
    const component = {id: 'cert-manager', phase: 'cert-manager', namespace: 'cert-manager', workloads: [], definitions: ['certificaterequests.cert-manager.io']}
    const checks = [
      {id: 'cert-manager.crds', phase: 'cert-manager', observed: 'certificaterequests.cert-manager.io does not exist', pitfalls: ['KP0504']},
      {id: 'cert-manager.requests', phase: 'cert-manager', observed: 'the kind is not known', pitfalls: ['KP0516']},
    ]
    expect(diagnose([object('CustomResourceDefinition', 'certificates.cert-manager.io')], {checks, components: [component]}).map(({code, object: name}) => `${code} ${name}`)).toEqual(['KP0504 CustomResourceDefinition certificaterequests.cert-manager.io'])
  })

  test('a node without power, and the pods that have no room since', () => {
    const dark = node('a', {status: {conditions: [{type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.'}]}})
    const found = diagnose([dark, node('b'), ...app({status: waiting('0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.')})])
    expect(found.map(({code}) => code)).toEqual(['KP0303', 'KP0310'])
    expect(found[1]?.follows).toEqual(['KP0303'])
    expect(found[0]?.affects).toContain('Deployment orders/web')
  })

  test('a failing check that a finding explains is no finding of its own', () => {
    const dark = node('a', {status: {conditions: [{type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'x'}]}})
    expect(diagnose([dark], {checks: [{id: 'node-pools.ready', observed: 'Node a: Ready=Unknown', pitfalls: ['KP0303']}]})).toHaveLength(1)
  })

  test('two incidents are two findings', () => {
    const codes = diagnose([object('StorageClass', 'standard', {}), object('PersistentVolumeClaim', 'orders/data', {spec: {storageClassName: 'nope'}, status: {phase: 'Pending'}}), object('Namespace', 'old', {deleted: OLD})]).map(({code}) => code)
    expect(codes.toSorted()).toEqual(['KP0308', 'KP0511'])
  })
})

test('a fix names what it is about, leaves other clouds out, and asks nothing', () => {
  const web = {kind: 'Pod', name: 'web-1', namespace: 'orders'}
  const fix = fixOf(
    [
      {text: 'Look.', command: 'kubectl -n <namespace> describe pod <pod>'},
      {text: 'AWS.', command: 'aws sts get-caller-identity'},
      {text: 'On the node.', command: 'sudo journalctl -u kubelet'},
      {text: 'Correct <what>.', command: 'kubectl -n <namespace> apply -f <file>'},
      {text: 'Put it back.', command: 'kp step cni'},
      {text: 'Or take it away.', command: 'kp step cni --remove'},
      {text: 'One of two.', command: 'kubectl -n linkerd logs deploy/<this or that>'},
    ],
    {object: web, named: web, values: {}, provider: 'lab'},
  )
  expect(fix).toEqual([{text: 'Look.', command: 'kubectl -n orders describe pod web-1'}, {text: 'Correct <what>.'}, {text: 'Put it back.', command: 'kp step cni --yes'}, {text: 'Or take it away.', command: 'kp step cni --remove'}, {text: 'One of two.'}])
})

test('what a scenario takes back is what is still as it left it', () => {
  const before = {spec: {replicas: 2, selector: {app: 'web'}}}
  const patch = {spec: {replicas: 0, selector: {app: 'v2', tier: 'x'}}}
  const back = inverse(patch, before)
  expect(back).toEqual({spec: {replicas: 2, selector: {app: 'web', tier: null}}})
  expect(remaining(patch, back, {spec: {replicas: 5, selector: {app: 'v2', tier: 'x'}}})).toEqual({spec: {selector: {app: 'web', tier: null}}})
  expect(remaining(patch, back, {spec: {replicas: 3, selector: {app: 'web'}}})).toBeUndefined()
})
