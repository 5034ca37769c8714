/** Cases of the checks of phase 1. */
import {changed, endpoints, EXISTING, minutesAgo, node, nodesOf, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const pod = (status: Record<string, unknown>): ReturnType<typeof thing> => thing('v1', 'Pod', 'demo/web-1', {spec: {nodeName: 'general-0'}, status})
const waiting = (reason: string): Record<string, unknown> => ({phase: 'Pending', containerStatuses: [{name: 'web', image: 'acme/web:1', state: {waiting: {reason}}}]})
const silent = {phase: 'Pending', conditions: [{type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(5)}]}

const service = (name: string, ...clusterIPs: string[]): ReturnType<typeof thing> => thing('v1', 'Service', name, {spec: {clusterIPs}})

export const networkingCases: CheckCase[] = [
  {
    check: 'networking.cidr-overlap',
    passes: () => ({objects: [node('general-0', {spec: {podCIDR: '10.244.0.0/24'}}), node('general-1', {spec: {podCIDR: '10.200.0.0/24'}})]}),
    fails: [
      {what: 'a node has pods in the range of the nodes', change: withMore(node('old', {spec: {podCIDR: '10.20.1.0/24'}})), observed: /network\.vpcCidr 10\.20\.0\.0\/16 overlaps node old 10\.20\.1\.0\/24/},
      {what: 'a range of hosts is that of the Services', context: ({spec}) => ({spec: {...spec, network: {...spec.network, hostCidrs: ['10.100.0.0/16']}}}), observed: /network\.serviceCidr .* overlaps network\.hostCidrs\[0\]/},
    ],
  },
  {
    check: 'networking.ip-headroom',
    passes: () => ({objects: []}),
    fails: [
      {what: 'the pod range is small', context: ({spec}) => ({spec: {...spec, network: {...spec.network, podCidr: '10.244.0.0/22'}}}), observed: /has room for 4 nodes, the pools may have 29/},
      {what: 'the Service range is small', context: ({spec}) => ({spec: {...spec, network: {...spec.network, serviceCidr: '10.96.0.0/25'}}}), observed: /has only 128 addresses/},
    ],
    survives: {all: 'it reads kp.yaml'},
  },
  {
    check: 'networking.zones',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'one zone has no node', change: (world, ctx) => without('Node', world.objects.find(({metadata}) => metadata.labels?.['topology.kubernetes.io/zone'] === ctx.provider.zones(ctx.spec)[1])?.metadata.name)(world), observed: /no node is in zone/}],
  },
  {
    check: 'networking.zones',
    of: 'an existing cluster',
    platform: EXISTING,
    passes: () => ({objects: [node('one', {zone: 'a'}), node('two', {zone: 'b'})]}),
    fails: [{what: 'all nodes are in one zone', change: without('Node', 'two'), observed: /nodes are in 1 zone/}],
  },
  {
    check: 'networking.dns-cluster',
    platform: EXISTING,
    passes: () => ({objects: [endpoints('kube-system/kube-dns', 2)]}),
    fails: [
      {what: 'one endpoint is left', change: () => ({objects: [endpoints('kube-system/kube-dns', 1)]}), observed: /kube-dns has 1 ready endpoints/},
      {what: 'another Service has them', change: () => ({objects: [endpoints('demo/web', 3)]}), observed: /kube-dns has 0 ready endpoints/},
    ],
    skips: [{what: 'nodes are simulated', platform: {}, observed: /no DNS server/}],
  },
  {
    check: 'networking.image-pulls',
    passes: () => ({objects: [pod({phase: 'Running', containerStatuses: [{name: 'web', state: {running: {}}}]}), thing('v1', 'Pod', 'demo/new', {status: {phase: 'Pending'}})]}),
    fails: ['ImagePullBackOff', 'ErrImagePull', 'InvalidImageName'].map((reason) => ({what: reason, change: withMore(pod(waiting(reason))), observed: new RegExp(`pod demo/web-1: ${reason} acme/web:1`)})),
    unknown: [{what: 'the node is silent', change: changed('Pod', () => ({status: silent}), 'demo/web-1'), observed: /its node says nothing of its containers/}],
  },
  {
    check: 'networking.service-range',
    passes: () => ({objects: [service('default/kubernetes', '10.96.0.1', 'fd00::1'), service('demo/headless', 'None'), service('demo/name')]}),
    fails: [{what: 'the cluster has another range', change: withMore(service('demo/web', '172.20.3.4')), observed: /Service demo\/web has 172\.20\.3\.4, outside of 10\.96\.0\.0\/12/}],
    unknown: [{what: 'no Service has an address', change: without('Service', 'default/kubernetes'), observed: /no Service has an address/}],
  },
  {
    check: 'networking.service-addresses',
    context: ({spec}) => ({spec: {...spec, network: {...spec.network, serviceCidr: '10.96.0.0/28'}}}),
    passes: () => ({objects: Array.from({length: 12}, (_, index) => service(`demo/s${index}`, `10.96.0.${index + 1}`))}),
    fails: [{what: 'it fills up', change: withMore(service('demo/last', '10.96.0.13')), observed: /13 of 16 addresses are used/}],
  },
  {
    check: 'networking.api-endpoints',
    passes: () => ({objects: [endpoints('default/kubernetes', 1)]}),
    fails: [{what: 'nobody has written an address', change: () => ({objects: [endpoints('default/kubernetes', 0), endpoints('demo/kubernetes', 1)]}), observed: /default\/kubernetes has no endpoint/}],
  },
]
