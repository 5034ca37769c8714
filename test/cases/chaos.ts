/** Cases of the checks of phase 16. */
import {answering, changed, condition, minutesAgo, readyComponent, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const API = 'chaos-mesh.org/v1alpha1'
const CHAOS = {phases: {chaos: {enabled: true, namespaces: ['demo', 'shop']}}}
const KINDS = ['PodChaos', 'NetworkChaos', 'StressChaos', 'IOChaos', 'TimeChaos', 'HTTPChaos', 'DNSChaos', 'JVMChaos', 'Schedule', 'Workflow', 'AWSChaos', 'AzureChaos', 'GCPChaos', 'KernelChaos', 'BlockChaos', 'PhysicalMachineChaos'].map((kind) => `${API} ${kind}`)
const INJECT = 'chaos-mesh.org/inject'
const namespace = (name: string, open: boolean): ReturnType<typeof thing> => thing('v1', 'Namespace', name, {}, {annotations: open ? {[INJECT]: 'enabled'} : {}})
const kill = (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}, name = 'demo/kill'): ReturnType<typeof thing> => thing(API, 'PodChaos', name, {spec: {action: 'pod-kill', mode: 'one', selector: {namespaces: ['demo']}, ...spec}}, metadata)
const delay = (minutes: number, recovered: boolean): ReturnType<typeof thing> => thing(API, 'NetworkChaos', 'demo/delay', {spec: {action: 'delay', mode: 'one', duration: '120s', selector: {namespaces: ['demo']}}, status: {conditions: [condition('AllRecovered', recovered ? 'True' : 'False')]}}, {creationTimestamp: minutesAgo(minutes)})
const world = (...objects: World['objects']): World => ({kinds: KINDS, objects})
const noKinds = (given: World): World => ({...given, kinds: [], objects: []})
const refusal = (message: string): {status: number; body: unknown} => ({status: 403, body: {message}})

export const chaosCases: CheckCase[] = [
  {
    check: 'chaos.ready',
    platform: CHAOS,
    passes: (ctx) => ({objects: readyComponent(ctx, 'chaos-mesh')}),
    fails: [
      {what: 'the controller is gone', change: without('Deployment'), observed: /chaos-controller-manager does not exist/},
      {what: 'a daemon is not ready', change: changed('DaemonSet', () => ({status: {observedGeneration: 1, desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3}})), observed: /2 of 3 pods are ready/},
    ],
  },
  {check: 'chaos.kinds', platform: CHAOS, passes: (ctx) => ({objects: readyComponent(ctx, 'chaos-mesh')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'podchaos.chaos-mesh.org'), observed: /podchaos\.chaos-mesh\.org does not exist/}]},
  {
    check: 'chaos.allow-list',
    platform: CHAOS,
    passes: () => world(namespace('demo', true), namespace('shop', true), namespace('kube-system', false)),
    fails: [
      {what: 'one is closed', change: changed('Namespace', () => ({metadata: {name: 'shop'}}), 'shop'), observed: /namespace shop lacks chaos-mesh\.org\/inject/},
      {what: 'one does not exist', change: without('Namespace', 'shop'), observed: /namespace shop does not exist/},
      {what: 'another one is open', change: withMore(namespace('payments', true)), observed: /payments is open for faults and not in phases\.chaos\.namespaces/},
    ],
  },
  {
    check: 'chaos.admission',
    platform: CHAOS,
    passes: () => ({...world(), answers: {'dry-run PodChaos': refusal("ValidatingAdmissionPolicy 'kp-chaos-scope' denied request: faults may be made in demo, shop alone")}}),
    fails: [{what: 'it is let through', change: answering('dry-run PodChaos', {}, 200), observed: /a fault in kube-system is let through/}],
    survives: {[`${API} PodChaos`]: 'a refusal by roles is another one: see unknown'},
    unknown: [{what: 'it is refused by roles', change: answering('dry-run PodChaos', {message: 'podchaos.chaos-mesh.org is forbidden: User "kp" cannot create'}, 403), observed: /refused for another reason: .*cannot create/}],
  },
  {
    check: 'chaos.scope',
    platform: CHAOS,
    passes: () => world(kill(), delay(1, false)),
    fails: [
      {what: 'one hits another namespace', change: withMore(kill({selector: {namespaces: ['payments']}}, {}, 'demo/wide')), observed: /demo\/wide hits payments/},
      {what: 'one is in another namespace', change: withMore(kill({}, {}, 'payments/kill')), observed: /payments\/kill hits payments/},
      {what: 'one hits all', change: withMore(kill({mode: 'all'}, {}, 'demo/all')), observed: /demo\/all hits more than 1: mode all/},
      {what: 'one never ends', change: withMore(kill({action: 'pod-failure'}, {}, 'demo/ever')), observed: /demo\/ever has no duration/},
      {what: 'one hits machines', change: withMore(thing(API, 'AWSChaos', 'demo/ec2', {spec: {action: 'ec2-stop'}})), observed: /AWSChaos demo\/ec2 is not bounded/},
      {what: 'the kinds are not there', change: noKinds, observed: /does not know the kinds/},
    ],
  },
  {
    check: 'chaos.residue',
    platform: CHAOS,
    passes: () => world(kill(), delay(1, false)),
    fails: [
      {what: 'one cannot be deleted', change: withMore(kill({}, {deletionTimestamp: minutesAgo(10), finalizers: ['chaos-mesh/records']}, 'demo/stuck')), observed: /demo\/stuck is being deleted since/},
      {what: 'one did not recover', change: () => world(delay(30, false)), observed: /should have ended by itself/},
      {what: 'the kinds are not there', change: noKinds, observed: /does not know the kinds/},
    ],
  },
]
