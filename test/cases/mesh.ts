/** Cases of the checks of phase 10. */
import {changed, condition, EXISTING, readyComponent, ready, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'
import {mtlsObjects} from '../../src/steps/10-mesh/mtls.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {CERTIFICATES} from '../data/certificates.ts'

const ON = {phases: {mesh: {enabled: true, inject: ['demo']}}}
const ISTIO = {phases: {mesh: {enabled: true, type: 'istio' as const, inject: ['demo']}}}
const REAL = {...EXISTING, ...ON}
const LATER = {...EXISTING, ...ISTIO}
const b64 = (text: string): string => Buffer.from(text).toString('base64')
const issuer = (certificate: string): KubeObject => thing('v1', 'Secret', 'linkerd/linkerd-identity-issuer', {data: {'tls.crt': b64(certificate), 'ca.crt': b64(CERTIFICATES.long)}})
const roots = (certificate: string): KubeObject => thing('v1', 'ConfigMap', 'linkerd/linkerd-identity-trust-roots', {data: {'ca-bundle.crt': certificate}})
const namespace = thing('v1', 'Namespace', 'demo', {}, {annotations: {'linkerd.io/inject': 'enabled'}})
const proxy = (image = 'cr.l5d.io/linkerd/proxy:edge-26.8.3', memory = '8Mi'): Record<string, unknown> => ({name: 'linkerd-proxy', image, restartPolicy: 'Always', resources: {requests: {memory}}})
const pod = (name: string, init: unknown[] = [proxy()], isReady = true): KubeObject => thing('v1', 'Pod', `demo/${name}`, {
  spec: {containers: [{name: 'demo', image: 'demo:1', resources: {requests: {memory: '64Mi'}}}], initContainers: init},
  status: {phase: 'Running', initContainerStatuses: [{name: 'linkerd-proxy', ready: isReady}]},
})
const control = thing('apps/v1', 'Deployment', 'linkerd/linkerd-identity', {spec: {template: {spec: {containers: [{name: 'identity', image: 'cr.l5d.io/linkerd/controller:edge-26.8.3'}]}}}})
const route = (stable: number, canary: number): KubeObject => thing('gateway.networking.k8s.io/v1', 'HTTPRoute', 'demo/demo-canary', {spec: {rules: [{backendRefs: [{name: 'demo-stable', weight: stable}, {name: 'demo-canary', weight: canary}]}]}})
const canary = ready(thing('apps/v1', 'Deployment', 'demo/demo-canary', {spec: {replicas: 1}}))
const config = (policy: string): KubeObject => thing('v1', 'ConfigMap', 'linkerd/linkerd-config', {data: {values: `proxy:\n  defaultInboundPolicy: ${policy}\n`}})
const NOBODY = {what: 'nobody joins', platform: {phases: {mesh: {enabled: true}}}, observed: /names no namespace/}
const LAB = {what: 'it is a lab', platform: ON, observed: /nothing injects proxies in a lab/}

export const meshCases: CheckCase[] = [
  {check: 'mesh.kinds', platform: ON, passes: (ctx) => ({objects: readyComponent(ctx, 'linkerd-crds')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'servers.policy.linkerd.io'), observed: /servers\.policy\.linkerd\.io does not exist/}]},
  {check: 'mesh.kinds', of: 'Istio', platform: ISTIO, passes: (ctx) => ({objects: readyComponent(ctx, 'istio-base')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'peerauthentications.security.istio.io'), observed: /peerauthentications\.security\.istio\.io does not exist/}]},
  {check: 'mesh.control-plane', platform: ON, passes: (ctx) => ({objects: readyComponent(ctx, 'linkerd-control-plane')}), fails: [{what: 'the injector is gone', change: without('Deployment', 'linkerd/linkerd-proxy-injector'), observed: /linkerd-proxy-injector does not exist/}, {what: 'somebody scaled the identity service to nothing', change: changed('Deployment', (one) => ({spec: {...(one['spec'] as object), replicas: 0}, status: {observedGeneration: one.metadata.generation}}), 'linkerd/linkerd-identity'), observed: /linkerd-identity is scaled to 0/}]},
  {check: 'mesh.cni', platform: ON, passes: (ctx) => ({objects: readyComponent(ctx, 'linkerd-cni')}), fails: [{what: 'a node is without', change: changed('DaemonSet', (one) => ({status: {observedGeneration: one.metadata.generation, desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3}})), observed: /2 of 3 pods are ready/}]},
  {
    check: 'mesh.viz', platform: ON, passes: (ctx) => ({objects: readyComponent(ctx, 'linkerd-viz')}),
    fails: [{what: 'tap is gone', change: without('Deployment', 'linkerd-viz/tap'), observed: /tap does not exist/}],
    skips: [{what: 'nobody wants it', platform: {phases: {mesh: {enabled: true, viz: false}}}, observed: /viz is false/}],
  },
  {
    check: 'mesh.jaeger', platform: {phases: {mesh: {enabled: true, tracing: {backend: 'jaeger'}}}}, passes: () => ({objects: [ready(thing('apps/v1', 'Deployment', 'tracing/jaeger', {spec: {replicas: 1}}))]}),
    fails: [{what: 'it is gone', change: without('Deployment'), observed: /tracing\/jaeger does not exist/}],
    skips: [{what: 'nothing is traced', platform: ON, observed: /backend is none/}],
  },
  {
    check: 'mesh.trust', platform: ON,
    passes: () => ({objects: [issuer(CERTIFICATES.long), roots(CERTIFICATES.long)]}),
    fails: [
      {what: 'the Secret is gone', change: without('Secret'), observed: /does not exist/},
      {what: 'the list of anchors is gone', change: without('ConfigMap'), observed: /linkerd-identity-trust-roots does not exist/},
      {what: 'the issuer has ended', change: changed('Secret', () => ({data: {'tls.crt': b64(CERTIFICATES.ended), 'ca.crt': b64(CERTIFICATES.long)}})), observed: /the issuer has ended/},
      {what: 'the anchor has ended', change: changed('ConfigMap', () => ({data: {'ca-bundle.crt': CERTIFICATES.ended}})), observed: /the trust anchor ended \d+ days ago/},
      {what: 'the anchor ends soon', change: changed('ConfigMap', () => ({data: {'ca-bundle.crt': CERTIFICATES.soon}})), observed: /the trust anchor ends in \d+ days/, status: 'warn'},
    ],
    unknown: [
      {what: 'the anchors are no certificates', change: changed('ConfigMap', () => ({data: {'ca-bundle.crt': 'hello'}})), observed: /the anchors cannot be read/},
      {what: 'the issuer is no certificate', change: changed('Secret', () => ({data: {'tls.crt': b64('hello')}})), observed: /holds no certificate/},
    ],
  },
  {
    check: 'mesh.mtls', platform: ON,
    passes: (ctx) => ({objects: [config('all-authenticated'), ...mtlsObjects(ctx)]}),
    fails: [
      {what: 'proxies let everybody in', change: changed('ConfigMap', () => ({data: {values: 'proxy:\n  defaultInboundPolicy: all-unauthenticated\n'}})), observed: /proxies let in all-unauthenticated/},
      {what: 'the policy of the front door is gone', change: without('AuthorizationPolicy', 'demo/front-door'), observed: /AuthorizationPolicy demo\/front-door does not exist/},
      {what: 'the mesh has no configuration', change: without('ConfigMap'), observed: /linkerd-config does not exist/},
    ],
  },
  {
    check: 'mesh.mtls', of: 'Istio', platform: ISTIO,
    passes: (ctx) => ({objects: mtlsObjects(ctx)}),
    fails: [{what: 'the mesh takes plain requests', change: changed('PeerAuthentication', () => ({spec: {mtls: {mode: 'PERMISSIVE'}}}), 'istio-system/default'), observed: /says PERMISSIVE/}],
  },
  {
    check: 'mesh.canary', platform: ON,
    passes: () => ({objects: [route(90, 10), canary]}),
    fails: [
      {what: 'the weights were changed', change: changed('HTTPRoute', () => ({spec: route(0, 100)['spec']})), observed: /shares 0 to 100/},
      {what: 'the route is gone', change: without('HTTPRoute'), observed: /HTTPRoute demo\/demo-canary does not exist/},
      {what: 'no copy is ready', change: changed('Deployment', () => ({status: {availableReplicas: 0}})), observed: /no copy that is ready/},
    ],
    skips: [{what: 'the demo has not joined', platform: {phases: {mesh: {enabled: true}}}, observed: /demo is not in/}],
  },
  {
    check: 'mesh.canary', of: 'Istio', platform: ISTIO,
    passes: () => ({objects: [thing('networking.istio.io/v1', 'VirtualService', 'demo/demo', {spec: {http: [{route: [{destination: {host: 'a'}, weight: 90}, {destination: {host: 'b'}, weight: 10}]}]}}), canary]}),
    fails: [{what: 'it is gone', change: without('VirtualService'), observed: /VirtualService demo\/demo does not exist/}],
  },
  {
    check: 'mesh.gateway', platform: LATER,
    passes: () => ({objects: [thing('gateway.networking.k8s.io/v1', 'Gateway', 'demo/mesh-gateway', {status: {conditions: [condition('Programmed')]}})]}),
    fails: [
      {what: 'it is gone', change: without('Gateway'), observed: /does not exist/},
      {what: 'it has no address', change: changed('Gateway', () => ({status: {conditions: [condition('Programmed', 'False', 'AddressNotAssigned')]}})), observed: /AddressNotAssigned/},
    ],
    skips: [{what: 'it is Linkerd', platform: ON, observed: /Linkerd has no gateway/}, {what: 'it is a lab', platform: ISTIO, observed: /no istiod runs in a lab/}],
  },
  {
    check: 'mesh.members', platform: ON,
    passes: () => ({objects: [namespace]}),
    fails: [
      {what: 'there is no such namespace', change: without('Namespace'), observed: /there is no namespace demo/},
      {what: 'the mark was taken away', change: changed('Namespace', (one) => ({metadata: {...one.metadata, annotations: {}}})), observed: /demo is not marked/},
      {what: 'the system joined too', change: withMore(thing('v1', 'Namespace', 'kube-system', {}, {annotations: {'linkerd.io/inject': 'enabled'}})), observed: /namespace kube-system is marked, and must never be/},
    ],
    skips: [NOBODY],
  },
  {
    check: 'mesh.injection', platform: REAL,
    passes: () => ({objects: [pod('demo-1'), pod('demo-2')]}),
    fails: [
      {what: 'one was made before', change: withMore(pod('old', [])), observed: /pod demo\/old has no proxy/},
      {what: 'a proxy is not ready', change: withMore(pod('slow', [proxy()], false)), observed: /the proxy of pod demo\/slow is not ready/},
    ],
    unknown: [{what: 'nothing runs', change: without('Pod'), observed: /no pod runs/}],
    skips: [NOBODY, LAB],
  },
  {
    check: 'mesh.version-skew', platform: REAL,
    passes: () => ({objects: [control, pod('demo-1')]}),
    fails: [{what: 'one is old', change: withMore(pod('old', [proxy('cr.l5d.io/linkerd/proxy:edge-26.1.1')])), observed: /pod demo\/old has a proxy of edge-26\.1\.1/}],
    unknown: [{what: 'the control plane is gone', change: without('Deployment'), observed: /cannot be seen/}],
    skips: [NOBODY, LAB],
  },
  {
    check: 'mesh.overhead', platform: REAL,
    passes: () => ({objects: [pod('demo-1'), pod('demo-2')]}),
    fails: [{what: 'proxies ask for much', change: withMore(pod('fat', [proxy(undefined, '512Mi')])), observed: /3 proxies ask for 528 MiB, what they serve for 192 MiB/}],
    unknown: [{what: 'no pod has one', change: changed('Pod', (one) => ({spec: {...(one['spec'] as object), initContainers: []}})), observed: /no pod has a proxy/}],
    skips: [NOBODY, LAB],
  },
]
