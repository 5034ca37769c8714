/** Cases of the checks of phase 4. */
import {PLATFORM_LABEL} from '../../src/checks/labels.ts'
import type {PlatformContext} from '../../src/context.ts'
import {jobName, PARTS} from '../../src/steps/04-cni/connectivity.ts'
import type {ConnectivityPart} from '../../src/steps/04-cni/connectivity.ts'
import {OPEN_LABEL} from '../../src/steps/04-cni/names.ts'
import {changed, condition, EXISTING, minutesAgo, nodesOf, ready, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const CALICO = {phases: {cni: {plugin: 'calico' as const}}}
const notReady = changed('DaemonSet', ({metadata}) => ({status: {observedGeneration: metadata.generation, desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3}}), 'kube-system/cilium')
const calicoWorkloads = ['kube-controllers', 'typha'].map((name) => ready(thing('apps/v1', 'Deployment', `calico-system/calico-${name}`, {spec: {replicas: 1}})))
const calicoNode = ready(thing('apps/v1', 'DaemonSet', 'calico-system/calico-node'))
const tigera = (name: string, conditions = [condition('Available'), condition('Degraded', 'False')]): ReturnType<typeof thing> => thing('operator.tigera.io/v1', 'TigeraStatus', name, {status: {conditions}})

const namespace = (ctx: PlatformContext, name: string, labels: Record<string, string> = {}): ReturnType<typeof thing> => thing('v1', 'Namespace', name, {}, {labels: {[PLATFORM_LABEL]: ctx.spec.platform, ...labels}})
const policy = (name: string, spec: Record<string, unknown>): ReturnType<typeof thing> => thing('networking.k8s.io/v1', 'NetworkPolicy', name, {spec: {podSelector: {}, ...spec}})
const deny = (where: string): ReturnType<typeof thing> => policy(`${where}/default-deny`, {policyTypes: ['Ingress', 'Egress']})
const dns = (where: string): ReturnType<typeof thing> => policy(`${where}/allow-dns`, {policyTypes: ['Egress'], egress: [{ports: [{port: 53, protocol: 'UDP'}, {port: 53}]}]})
const guarded = (ctx: PlatformContext): World => ({
  objects: [thing('v1', 'Namespace', 'default'), thing('v1', 'Namespace', 'theirs'), namespace(ctx, 'demo'), namespace(ctx, 'open', {[OPEN_LABEL]: 'none'}), ...['default', 'demo'].flatMap((where) => [deny(where), dns(where)])],
})
const NO_DENY = {phases: {cni: {defaultDeny: false}}}

const job = (ctx: PlatformContext, part: ConnectivityPart, status: Record<string, unknown>): ReturnType<typeof thing> => thing('batch/v1', 'Job', `${part.namespace}/${jobName(ctx, part)}`, {status})
const ended = (ctx: PlatformContext, part: ConnectivityPart, container: string): ReturnType<typeof thing> =>
  thing('v1', 'Pod', `${part.namespace}/client-1`, {status: {initContainerStatuses: [{name: container, state: {terminated: {exitCode: 1}}}]}}, {labels: {'batch.kubernetes.io/job-name': jobName(ctx, part)}})
const complete = {completionTime: '2026-11-28T11:00:00Z', conditions: [condition('Complete')]}

const pending = (name: string): ReturnType<typeof thing> => thing('v1', 'Pod', `demo/${name}`, {status: {phase: 'Pending'}})
const sandboxEvent = (pod: string, minutes = 1): ReturnType<typeof thing> =>
  thing('v1', 'Event', `demo/${pod}.${minutes}`, {reason: 'FailedCreatePodSandBox', message: 'plugin type="cilium-cni" failed (add): timeout\nand more', involvedObject: {kind: 'Pod', namespace: 'demo', name: pod}, lastTimestamp: minutesAgo(minutes)})
const ciliumNode = (name: string, ipam: Record<string, unknown>): ReturnType<typeof thing> => thing('cilium.io/v2', 'CiliumNode', name, {spec: {ipam}})

function connectivity(check: string, part: ConnectivityPart): CheckCase {
  return {
    check,
    platform: EXISTING,
    passes: (ctx) => ({objects: [job(ctx, part, complete)]}),
    fails: [
      {what: 'it was not run', change: without('Job'), observed: /does not exist/},
      {what: 'names are not resolved', change: (_, ctx) => ({objects: [job(ctx, part, {conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'no more tries')]}), ended(ctx, part, 'dns')]}), observed: /not true: names are resolved/},
      {what: 'the last question has the wrong answer', change: (_, ctx) => ({objects: [job(ctx, part, {conditions: [condition('Failed')]}), ended(ctx, part, 'unnamed')]}), observed: part.open ? /second port of a Service does not answer/ : /the rules are not enforced/},
      {what: 'its pod has not ended', change: (_, ctx) => ({objects: [job(ctx, part, {})]}), observed: /no result yet: it has no pod yet/},
    ],
    skips: [
      {what: 'nodes are simulated', platform: {}, observed: /no packet flows/},
      {what: 'no test is wanted', platform: {...EXISTING, phases: {cni: {connectivityTest: false}}}, observed: /connectivityTest is off/},
    ],
  }
}

export const cniCases: CheckCase[] = [
  {check: 'cni.agent-ready', passes: (ctx) => ({objects: readyComponent(ctx, 'cilium')}), fails: [{what: 'one node has none', change: notReady, observed: /cilium: 2 of 3 pods are ready/}, {what: 'it is gone', change: without('DaemonSet', 'kube-system/cilium'), observed: /cilium does not exist/}]},
  {check: 'cni.agent-ready', of: 'Calico', platform: CALICO, passes: () => ({objects: [calicoNode]}), fails: [{what: 'it is gone', change: without('DaemonSet'), observed: /calico-node does not exist/}]},
  {check: 'cni.operator-ready', passes: (ctx) => ({objects: readyComponent(ctx, 'cilium')}), fails: [{what: 'it is gone', change: without('Deployment', 'kube-system/cilium-operator'), observed: /cilium-operator does not exist/}]},
  {check: 'cni.operator-ready', of: 'Calico', platform: CALICO, passes: () => ({objects: [...calicoWorkloads, ready(thing('apps/v1', 'Deployment', 'tigera-operator/tigera-operator', {spec: {replicas: 1}}))]}), fails: [{what: 'it is gone', change: without('Deployment', 'tigera-operator/tigera-operator'), observed: /tigera-operator does not exist/}]},
  {
    check: 'cni.hubble-ready',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cilium')}),
    fails: [{what: 'the relay is gone', change: without('Deployment', 'kube-system/hubble-relay'), observed: /hubble-relay does not exist/}],
    skips: [{what: 'nobody wants it', platform: {phases: {cni: {hubble: false}}}, observed: /hubble is off/}, {what: 'Calico has none', platform: CALICO, observed: /part of Cilium/}],
  },
  {
    check: 'cni.calico-kinds',
    platform: CALICO,
    passes: (ctx) => ({objects: readyComponent(ctx, 'calico-crds')}),
    fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'ippools.crd.projectcalico.org'), observed: /ippools\.crd\.projectcalico\.org does not exist/}],
    skips: [{what: 'the plugin is another one', platform: {}, observed: /is not calico/}],
  },
  {
    check: 'cni.calico-status',
    platform: CALICO,
    passes: () => ({objects: [tigera('calico'), tigera('apiserver')]}),
    fails: [
      {what: 'a part is degraded', change: withMore(tigera('goldmane', [condition('Available'), condition('Degraded', 'True', 'PodFailure', 'no image')])), observed: /goldmane: Degraded=True \(PodFailure\) no image/},
      {what: 'a part is not available', change: withMore(tigera('goldmane', [condition('Available', 'False')])), observed: /goldmane: Available=False/},
      {what: 'the operator has not looked', change: without('TigeraStatus', 'calico'), observed: /no TigeraStatus calico/},
      {what: 'its kinds are not known', change: () => ({objects: []}), observed: /does not know TigeraStatus/},
    ],
  },
  {
    check: 'cni.service-routing',
    platform: EXISTING,
    passes: () => ({objects: [thing('apps/v1', 'DaemonSet', 'kube-system/kube-proxy')]}),
    fails: [
      {what: 'both do', context: ({spec}) => ({spec: {...spec, phases: {...spec.phases, cni: {...spec.phases.cni, kubeProxyReplacement: true}}}}), observed: /there is kube-proxy, and Cilium replaces it/},
      {what: 'nothing does', change: without('DaemonSet'), observed: /there is no kube-proxy/},
    ],
    skips: [{what: 'nodes are simulated', platform: {}, observed: /lead nowhere/}],
  },
  {
    check: 'cni.single-plugin',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cilium')}),
    fails: [
      {what: 'there are two', change: withMore(thing('apps/v1', 'DaemonSet', 'kube-system/aws-node')), observed: /cilium .* and aws-vpc-cni \(DaemonSet kube-system\/aws-node\)/},
      {what: 'there is none', change: without('DaemonSet'), observed: /there is none/},
    ],
  },
  {
    check: 'cni.default-deny',
    passes: guarded,
    fails: [
      {what: 'a namespace has none', change: without('NetworkPolicy', 'demo/default-deny'), observed: /namespace demo has no policy that denies everything/},
      {what: 'it allows all requests', change: changed('NetworkPolicy', () => ({spec: {podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}]}}), 'demo/default-deny'), observed: /namespace demo has no policy/},
      {what: 'it is for some pods', change: changed('NetworkPolicy', () => ({spec: {podSelector: {matchLabels: {app: 'web'}}, policyTypes: ['Ingress', 'Egress']}}), 'default/default-deny'), observed: /namespace default has no policy/},
    ],
    skips: [{what: 'it is not wanted', platform: NO_DENY, observed: /defaultDeny is off/}],
  },
  {
    check: 'cni.default-deny', of: 'beside teams',
    platform: {phases: {cost: {teams: [{name: 'payments', namespaces: ['payments']}]}, security: {namespaces: [{name: 'shop'}]}}},
    passes: (ctx) => ({...guarded(ctx), objects: [...guarded(ctx).objects, thing('v1', 'Namespace', 'payments', {}, {labels: {[PLATFORM_LABEL]: ctx.spec.platform}}), thing('v1', 'Namespace', 'shop', {}, {labels: {[PLATFORM_LABEL]: ctx.spec.platform}})]}),
    fails: [{what: 'kp generates the policies of a team', context: ({spec}) => ({spec: {...spec, phases: {...spec.phases, security: {...spec.phases.security, generateNetworkPolicies: true}}}}), observed: /namespace shop has no policy that denies everything/}],
  },
  {
    check: 'cni.allow-rules',
    passes: guarded,
    fails: [
      {what: 'DNS over TCP is forgotten', change: changed('NetworkPolicy', () => ({spec: {podSelector: {}, egress: [{ports: [{port: 53, protocol: 'UDP'}]}]}}), 'demo/allow-dns'), observed: /namespace demo: DNS is not allowed/},
      {what: 'the rule is gone', change: without('NetworkPolicy', 'default/allow-dns'), observed: /namespace default: DNS is not allowed/},
    ],
  },
  {
    check: 'cni.no-taint-left',
    passes: (ctx) => ({objects: nodesOf(ctx)}),
    fails: [{what: 'one still waits', change: changed('Node', () => ({spec: {taints: [{key: 'node.cilium.io/agent-not-ready', effect: 'NoExecute'}]}}), 'general-1'), observed: /general-1 has the taint/}],
  },
  connectivity('cni.connectivity-before', PARTS.before),
  connectivity('cni.connectivity-after', PARTS.after),
  {
    check: 'cni.sandboxes',
    passes: () => ({objects: [pending('one'), sandboxEvent('gone'), sandboxEvent('one', 30)]}),
    fails: [{what: 'one has waited since a minute', change: withMore(sandboxEvent('one', 1)), observed: /pod demo\/one: plugin type="cilium-cni" failed \(add\)/}],
  },
  {
    check: 'cni.nodes-known',
    platform: EXISTING,
    passes: () => ({objects: [thing('v1', 'Node', 'one'), thing('v1', 'Node', 'two'), ciliumNode('one', {podCIDRs: ['10.244.0.0/24']}), ciliumNode('two', {pool: {'10.0.0.7': {}}})]}),
    fails: [
      {what: 'a node is not known', change: without('CiliumNode', 'two'), observed: /node two has no CiliumNode/},
      {what: 'a node has no range', change: changed('CiliumNode', () => ({spec: {ipam: {}}}), 'one'), observed: /CiliumNode one has no range for pods/},
      {what: 'its kind is not known', change: (world) => ({objects: world.objects.filter(({kind}) => kind === 'Node')}), observed: /does not know CiliumNode/},
    ],
    skips: [{what: 'nodes are simulated', platform: {}, observed: /no agent of Cilium runs/}, {what: 'the plugin is Calico', platform: {...EXISTING, ...CALICO}, observed: /is not cilium/}],
  },
]
