/** Cases of the checks of MetalLB. */
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import {changed, condition, endpoints, node, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, OtherCase} from '../helpers/check-cases.ts'
import {bareMetalProvider} from '../helpers/kubeadm.ts'

const OF = 'metallb.io/v1beta1'
const EXCLUDED = {'node.kubernetes.io/exclude-from-external-load-balancers': ''}
const own = (settings: Record<string, unknown> = {}): Partial<PlatformAnswers> => ({provider: bareMetalProvider(settings) as PlatformAnswers['provider'], nodePools: [{name: 'general', min: 1}, {name: 'storage', min: 1}], email: 'ops@acme.org', domain: 'acme.org'})
const METALLB = own({loadBalancer: 'metallb'})
const WITH_BGP = own({loadBalancer: 'metallb', bgp: {asn: 64_512, peers: [{address: '192.168.10.1', asn: 64_500}]}})
const elsewhere: OtherCase[] = [{what: 'addresses come from elsewhere', platform: own(), observed: /is not metallb/}]

const state = (name: string, status: Record<string, unknown>): ReturnType<typeof thing> => thing(OF, 'ConfigurationState', `metallb-system/${name}`, {status})
const pool = (status?: Record<string, number>): ReturnType<typeof thing> => thing(OF, 'IPAddressPool', 'metallb-system/kp', {spec: {addresses: ['192.168.10.200-192.168.10.220']}, ...(status === undefined ? {} : {status: {assignedIPv6: 0, availableIPv6: 0, ...status}})})
const service = (name: string, ip?: string, spec: Record<string, unknown> = {}): ReturnType<typeof thing> => thing('v1', 'Service', name, {spec: {type: 'LoadBalancer', ...spec}, ...(ip === undefined ? {status: {loadBalancer: {}}} : {status: {loadBalancer: {ingress: [{ip}]}}})})
const refused = (name: string, message: string): ReturnType<typeof thing> => thing('v1', 'Event', `${name}.1`, {reason: 'AllocationFailed', message, involvedObject: {kind: 'Service', namespace: name.split('/')[0], name: name.split('/')[1]}})
const answered = (kind: string, name: string, by: string): ReturnType<typeof thing> => thing(OF, kind, `metallb-system/${name.replace('/', '-')}`, {status: {node: by, serviceNamespace: name.split('/')[0], serviceName: name.split('/')[1]}})
const proxy = (config: string): ReturnType<typeof thing> => thing('v1', 'ConfigMap', 'kube-system/kube-proxy', {data: {'config.conf': config}})
const door = () => [service('demo/door', '192.168.10.200'), endpoints('demo/door', 1), node('cp-1', {labels: EXCLUDED}), node('worker-1')]

export const metallbCases: CheckCase[] = [
  {
    check: 'cni.metallb-ready',
    platform: METALLB,
    passes: (ctx) => ({objects: readyComponent(ctx, 'metallb')}),
    fails: [
      {what: 'a node has no speaker', change: changed('DaemonSet', ({metadata}) => ({status: {observedGeneration: metadata.generation, desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3}})), observed: /metallb-speaker: 2 of 3 pods are ready/},
      {what: 'the controller is gone', change: without('Deployment'), observed: /metallb-controller does not exist/},
    ],
    skips: elsewhere,
  },
  {
    check: 'cni.metallb-configuration',
    platform: METALLB,
    passes: () => ({objects: [state('controller', {result: 'Valid'}), state('speaker-worker-1', {result: 'Valid'})]}),
    fails: [
      {what: 'a speaker refuses it', change: withMore(state('speaker-worker-2', {result: 'Invalid', errorSummary: 'peer 10.0.0.1 referencing non existing bfd profile quick'})), observed: /^speaker-worker-2: Invalid, peer 10\.0\.0\.1/},
      {what: 'one has not said', change: withMore(state('speaker-worker-2', {})), observed: /^speaker-worker-2: no result/},
      {what: 'its kinds are not known', change: () => ({objects: []}), observed: /does not know ConfigurationState/},
    ],
    unknown: [{what: 'nobody has looked yet', change: without('ConfigurationState'), observed: /no part of MetalLB has said yet/}],
    skips: elsewhere,
  },
  {
    check: 'cni.address-pool',
    platform: METALLB,
    passes: () => ({objects: [pool({assignedIPv4: 2, availableIPv4: 19})]}),
    fails: [
      {what: 'it is exhausted', status: 'warn', change: () => ({objects: [pool({assignedIPv4: 21, availableIPv4: 0})]}), observed: /^21 of 21 addresses are given: the next Service gets none/},
      {what: 'it is gone', status: 'warn', change: without('IPAddressPool'), observed: /metallb-system\/kp does not exist/},
      {what: 'its kinds are not known', status: 'warn', change: () => ({objects: []}), observed: /does not know IPAddressPool/},
    ],
    unknown: [{what: 'nobody has counted', change: () => ({objects: [pool()]}), observed: /has not counted/}],
    skips: elsewhere,
  },
  {
    check: 'cni.addresses-given',
    platform: METALLB,
    passes: () => ({objects: [service('demo/door', '192.168.10.200'), service('demo/theirs', undefined, {loadBalancerClass: 'acme.io/own'}), thing('v1', 'Service', 'demo/plain', {spec: {type: 'ClusterIP'}}), refused('demo/door', 'Failed to allocate IP for "demo/door": no available IPs')]}),
    fails: [
      {what: 'the pool was exhausted', change: withMore(service('demo/late'), refused('demo/late', 'Failed to allocate IP for "demo/late": no available IPs')), observed: /^Service demo\/late: Failed to allocate IP for "demo\/late": no available IPs/},
      {what: 'nobody says why', change: withMore(service('demo/late')), observed: /^Service demo\/late: it has no address, and no event says why/},
    ],
    skips: elsewhere,
  },
  {
    check: 'cni.addresses-announced',
    platform: METALLB,
    passes: () => ({objects: [...door(), answered('ServiceL2Status', 'demo/door', 'worker-1'), service('demo/empty', '192.168.10.201')]}),
    fails: [
      {what: 'nobody answers', change: (world) => ({...without('ServiceL2Status')(world)}), observed: /^Service demo\/door: 192\.168\.10\.200 is answered for by no node$/},
      {what: 'every node is left out', change: (world) => changed('Node', (one) => ({metadata: {...one.metadata, labels: EXCLUDED}}))(without('ServiceL2Status')(world)), observed: /by no node: each bears node\.kubernetes\.io\/exclude-from-external-load-balancers/},
      {what: 'the node that answered is gone', change: changed('Node', () => ({status: {conditions: [condition('Ready', 'Unknown')]}}), 'worker-1'), observed: /is that of node worker-1, which is not ready/},
      {what: 'its kinds are not known', change: () => ({objects: door(), kinds: []}), observed: /does not know ServiceL2Status/},
    ],
    skips: elsewhere,
  },
  {
    check: 'cni.addresses-announced',
    of: 'BGP',
    platform: WITH_BGP,
    passes: () => ({objects: [...door(), answered('ServiceBGPStatus', 'demo/door', 'worker-1')]}),
    fails: [{what: 'no router is told', change: without('ServiceBGPStatus'), observed: /answered for by no node/}],
  },
  {
    check: 'cni.strict-arp',
    platform: METALLB,
    passes: () => ({objects: [proxy('mode: ipvs\nipvs:\n  strictARP: true\n')]}),
    fails: [{what: 'every node answers', change: () => ({objects: [proxy('mode: ipvs\nipvs:\n  strictARP: false\n')]}), observed: /ipvs\.strictARP is off/}],
    skips: [...elsewhere, {what: 'there is no kube-proxy', change: without('ConfigMap'), observed: /no kube-proxy/}, {what: 'routers are told', platform: WITH_BGP, observed: /told by BGP/}],
  },
]
