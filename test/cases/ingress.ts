/** Cases of the checks of phase 6. */
import type {PlatformContext} from '../../src/context.ts'
import {exposeHost} from '../../src/steps/shared/expose-host.ts'
import {frontDoor} from '../../src/steps/shared/front-door.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {changed, condition, endpoints, EXISTING, ready, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {openDoor} from '../helpers/door.ts'

const GROUP = 'gateway.networking.k8s.io/v1'
const NGINX = {phases: {ingress: {controller: 'ingress-nginx' as const}}}
const gateway = (ctx: PlatformContext): KubeObject => thing(GROUP, 'Gateway', `${frontDoor(ctx).namespace}/platform`, {status: {addresses: [{value: '10.96.0.20'}], conditions: [condition('Accepted'), condition('Programmed')]}})
const route = (name: string, parents: unknown[] = [{conditions: [condition('Accepted'), condition('ResolvedRefs')]}]): KubeObject => thing(GROUP, 'HTTPRoute', name, {status: {parents}})
const exposed = (ctx: PlatformContext): KubeObject[] => exposeHost(ctx, {name: 'demo', namespace: 'demo', host: ctx.spec.phases.ingress.demo.host, service: 'demo', port: 80})
const withAddress = {status: {loadBalancer: {ingress: [{ip: '10.96.0.20'}]}}}
const service = thing('v1', 'Service', 'demo/demo')
const secret = thing('v1', 'Secret', 'demo/demo-tls', {data: {}})
const certificate = (ctx: PlatformContext): KubeObject => thing('cert-manager.io/v1', 'Certificate', `${frontDoor(ctx).namespace}/demo-tls`, {spec: {dnsNames: [ctx.spec.phases.ingress.demo.host]}, status: {conditions: [condition('Ready')]}})
const demo = ready(thing('apps/v1', 'Deployment', 'demo/demo', {spec: {replicas: 2}}))
const RECORDS = {...EXISTING, secrets: {'dns-secret': 'env:DNS_SECRET'}, phases: {ingress: {externalDns: {enabled: true, provider: 'cloudflare' as const, secret: 'dns-secret'}}}}
const NO_DEMO = {phases: {ingress: {demo: {enabled: false}}}}
/** A name that every machine knows. */
const atHome = (address: string): ContextOf => ({spec}) => ({spec: {...spec, phases: {...spec.phases, ingress: {...spec.phases.ingress, demo: {...spec.phases.ingress.demo, host: 'localhost', address}}}}})
/** A lab whose front door answers so. */
const door = (status: number, headers?: Record<string, string>): ContextOf => async () => {
  const more = await openDoor(status, headers)
  return {lab: {services: {place: () => ({more})}}} as unknown as Partial<PlatformContext>
}
const nobodyThere: ContextOf = () => ({lab: {services: {place: () => ({more: {http: 1, https: 1}})}}}) as unknown as Partial<PlatformContext>
const leadsToTls = door(301, {location: 'https://demo.acme.test/'})

export const ingressCases: CheckCase[] = [
  {
    check: 'ingress.gateway-api-crds',
    passes: (ctx) => ({objects: readyComponent(ctx, 'gateway-api')}),
    fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'httproutes.gateway.networking.k8s.io'), observed: /httproutes\.gateway\.networking\.k8s\.io does not exist/}],
    skips: [{what: 'the way in uses Ingress objects', platform: NGINX, observed: /uses Ingress objects/}],
  },
  {check: 'ingress.controller-ready', passes: (ctx) => ({objects: readyComponent(ctx, 'envoy-gateway')}), fails: [{what: 'it is gone', change: without('Deployment'), observed: /does not exist/}]},
  {
    check: 'ingress.gateway-class',
    passes: () => ({objects: [thing(GROUP, 'GatewayClass', 'envoy-gateway', {status: {conditions: [condition('Accepted')]}})]}),
    fails: [
      {what: 'nobody has answered', change: changed('GatewayClass', () => ({status: {conditions: [condition('Accepted', 'Unknown', 'Pending', 'Waiting for controller')]}})), observed: /Accepted=Unknown \(Pending\) Waiting for controller/},
      {what: 'it is gone', change: without('GatewayClass'), observed: /GatewayClass envoy-gateway does not exist/},
    ],
  },
  {
    check: 'ingress.gateway-programmed',
    passes: (ctx) => ({objects: [gateway(ctx)]}),
    fails: [
      {what: 'it has no address', change: changed('Gateway', () => ({status: {conditions: [condition('Accepted'), condition('Programmed', 'False', 'AddressNotAssigned')]}})), observed: /Programmed=False \(AddressNotAssigned\)/},
      {what: 'what is said is old', change: changed('Gateway', ({metadata}) => ({metadata: {...metadata, generation: 3}, status: {conditions: [{...condition('Accepted'), observedGeneration: 2}, condition('Programmed')]}})), observed: /Accepted is about generation 2, the object is at 3/},
    ],
  },
  {
    check: 'ingress.routes',
    passes: () => ({objects: [
      thing('gateway.networking.k8s.io/v1', 'Gateway', 'demo/mesh-gateway', {spec: {gatewayClassName: 'istio'}}), {...route('demo/mesh-gateway', []), spec: {parentRefs: [{name: 'mesh-gateway'}]}},
      route('demo/demo'), route('demo/demo-redirect'), {...route('demo/demo-canary', []), spec: {parentRefs: [{group: '', kind: 'Service', name: 'demo'}]}},
    ]}),
    fails: [
      {what: 'it names no gateway', change: withMore({...route('shop/shop', []), spec: {parentRefs: []}}), observed: /shop\/shop: no gateway has answered/},
      {what: 'its Service is gone', change: withMore(route('shop/shop', [{conditions: [condition('Accepted'), condition('ResolvedRefs', 'False', 'BackendNotFound', 'Service shop/shop not found')]}])), observed: /shop\/shop: ResolvedRefs=False \(BackendNotFound\)/},
      {what: 'no listener takes it', change: withMore(route('shop/shop', [{conditions: [condition('Accepted', 'False', 'NoMatchingListenerHostname'), condition('ResolvedRefs')]}])), observed: /Accepted=False \(NoMatchingListenerHostname\)/},
      {what: 'no gateway has answered', change: withMore(route('shop/shop', [])), observed: /no gateway has answered/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know HTTPRoute/},
    ],
  },
  {
    check: 'ingress.ingress-class',
    platform: NGINX,
    passes: () => ({objects: [thing('networking.k8s.io/v1', 'IngressClass', 'nginx', {spec: {controller: 'k8s.io/ingress-nginx'}})]}),
    fails: [
      {what: 'it is gone', change: without('IngressClass'), observed: /IngressClass nginx does not exist/},
      {what: 'it is of another one', change: changed('IngressClass', () => ({spec: {controller: 'nginx.org/ingress-controller'}})), observed: /is of nginx\.org\/ingress-controller/},
    ],
  },
  {
    check: 'ingress.ingresses',
    platform: NGINX,
    passes: (ctx) => ({objects: [...exposed(ctx).map((one) => (one.kind === 'Ingress' ? {...one, ...withAddress} : one)), service, secret]}),
    fails: [
      {what: 'it has no address', change: changed('Ingress', () => ({status: {}})), observed: /Ingress demo\/demo has no address/},
      {what: 'its Service is gone', change: without('Service'), observed: /Service demo\/demo does not exist/},
      {what: 'its certificate is gone', change: without('Secret'), observed: /Secret demo\/demo-tls does not exist/},
    ],
  },
  {
    check: 'ingress.address',
    passes: (ctx) => ({objects: [gateway(ctx)]}),
    fails: [
      {what: 'the load balancer gave none', change: changed('Gateway', () => ({status: {addresses: []}})), observed: /Gateway envoy-gateway-system\/platform has no address/},
      {what: 'the Gateway is gone', change: without('Gateway'), observed: /has no address/},
    ],
  },
  {check: 'ingress.address', of: 'ingress-nginx', platform: NGINX, passes: () => ({objects: [{...thing('v1', 'Service', 'ingress-nginx/ingress-nginx-controller'), ...withAddress}]}), fails: [{what: 'it has none', change: changed('Service', () => ({status: {}})), observed: /Service ingress-nginx\/ingress-nginx-controller has no address/}]},
  {
    check: 'ingress.controller-supported',
    passes: (ctx) => ({objects: readyComponent(ctx, 'envoy-gateway')}),
    fails: [{what: 'ingress-nginx is there', change: withMore(thing('apps/v1', 'DaemonSet', 'edge/nginx', {spec: {template: {spec: {containers: [{image: 'registry.k8s.io/ingress-nginx/controller:v1.13.0'}]}}}})), observed: /DaemonSet edge\/nginx is ingress-nginx, which was retired/}],
  },
  {
    check: 'ingress.demo-ready',
    passes: () => ({objects: [demo, endpoints('demo/demo', 2)]}),
    fails: [
      {what: 'it is gone', change: without('Deployment'), observed: /Deployment demo\/demo does not exist/},
      {what: 'no pod is ready', change: without('EndpointSlice'), observed: /Service demo\/demo has no ready endpoint/},
      {what: 'a replica is missing', change: changed('Deployment', ({metadata}) => ({status: {observedGeneration: metadata.generation, availableReplicas: 1, updatedReplicas: 2}})), observed: /1 of 2 replicas are ready/},
    ],
    skips: [{what: 'there is no demo', platform: NO_DEMO, observed: /demo\.enabled is false/}],
  },
  {
    check: 'ingress.demo-tls',
    passes: (ctx) => ({objects: [certificate(ctx), {...secret, metadata: {name: 'demo-tls', namespace: frontDoor(ctx).namespace}}]}),
    fails: [
      {what: 'it is for another name', change: changed('Certificate', () => ({spec: {dnsNames: ['shop.acme.test']}})), observed: /is for shop\.acme\.test, not for demo\.acme\.test/},
      {what: 'it is not issued', change: changed('Certificate', () => ({status: {conditions: [condition('Ready', 'False', 'Pending')]}})), observed: /Ready=False \(Pending\)/},
      {what: 'its Secret is gone', change: without('Secret'), observed: /demo-tls does not exist/},
      {what: 'it is gone', change: without('Certificate'), observed: /Certificate .*demo-tls does not exist/},
    ],
  },
  {
    check: 'ingress.demo-answers',
    context: door(200),
    passes: () => ({objects: []}),
    fails: [
      {what: 'the gateway has nobody to ask', context: door(503), observed: /demo\.acme\.test\/ answers 503/},
      {what: 'it shows a certificate of another host', platform: {phases: {ingress: {demo: {host: 'shop.acme.test'}}}}, context: door(200), observed: /certificate of another host/},
      {what: 'nobody listens', context: nobodyThere, observed: /does not answer: connect ECONNREFUSED/},
    ],
    survives: {all: 'it asks the front door itself'},
    unknown: [{what: 'the front door was not opened yet', context: () => ({lab: {services: {place: () => undefined}}}) as unknown as Partial<PlatformContext>, observed: /was not opened yet/}],
    skips: [{what: 'there is no demo', platform: NO_DEMO, observed: /demo\.enabled is false/}],
  },
  {
    check: 'ingress.http-redirect',
    of: 'the answer of the front door',
    context: leadsToTls,
    passes: (ctx) => ({objects: exposed(ctx)}),
    fails: [
      {what: 'plain requests are answered', context: door(200), observed: /demo\.acme\.test\/ answers 200/},
      {what: 'nobody listens', context: nobodyThere, observed: /does not answer/},
    ],
  },
  {
    check: 'ingress.http-redirect',
    passes: (ctx) => ({objects: exposed(ctx)}),
    fails: [
      {what: 'the route is gone', change: without('HTTPRoute', 'demo/demo-redirect'), observed: /HTTPRoute demo\/demo-redirect does not exist/},
      {what: 'it leads nowhere', change: changed('HTTPRoute', () => ({spec: {rules: []}}), 'demo/demo-redirect'), observed: /redirects nothing/},
    ],
  },
  {check: 'ingress.http-redirect', of: 'ingress-nginx', platform: NGINX, passes: (ctx) => ({objects: exposed(ctx)}), fails: [{what: 'the annotation is gone', change: changed('Ingress', ({metadata}) => ({metadata: {...metadata, annotations: {}}})), observed: /Ingress demo\/demo redirects nothing/}]},
  {
    check: 'ingress.dns-record',
    platform: EXISTING,
    context: atHome('127.0.0.1'),
    passes: () => ({objects: []}),
    fails: [{what: 'it leads elsewhere', context: atHome('192.0.2.1'), observed: /localhost does not lead to 192\.0\.2\.1 yet/}],
    skips: [{what: 'nodes are simulated', platform: {}, observed: /no name leads to the lab/}],
    survives: {all: 'the address is in kp.yaml'},
  },
  {
    check: 'ingress.dns-ready',
    platform: RECORDS,
    passes: (ctx) => ({objects: readyComponent(ctx, 'external-dns')}),
    fails: [{what: 'it is gone', change: without('Deployment'), observed: /does not exist/}],
    skips: [{what: 'nobody wants it', platform: {}, observed: /externalDns\.enabled/}],
  },
  {
    check: 'ingress.dns-credentials',
    platform: RECORDS,
    passes: (ctx) => ({objects: [thing('v1', 'Secret', `${ctx.catalog.get('external-dns').namespace}/external-dns-credentials`, {data: {'api-token': 'YQ=='}})]}),
    fails: [
      {what: 'the Secret is gone', change: without('Secret'), observed: /does not exist/},
      {what: 'a key is missing', change: changed('Secret', () => ({data: {}})), observed: /has no /},
    ],
  },
]
