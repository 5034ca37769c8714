/** What becomes of a request: routes, endpoints, policies and faults, as each controller has it. */
import {describe, expect, it} from 'vitest'
import {decide} from '../../../../src/providers/lab/services/front-door/decide.ts'
import {millisecondsOf, podsOf, READERS, shareOf} from '../../../../src/providers/lab/services/front-door/kinds.ts'
import type {Kinds} from '../../../../src/providers/lab/services/front-door/kinds.ts'
import {createMetrics} from '../../../../src/providers/lab/services/front-door/metrics.ts'
import {lookUp, makeTable} from '../../../../src/providers/lab/services/front-door/table.ts'
import type {Asked, Outcome} from '../../../../src/providers/lab/services/front-door/types.ts'
import {isOpen} from '../../../../src/providers/lab/services/front-door/ways.ts'
import type {World} from '../../../../src/providers/lab/services/front-door/world.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'

const KIND_OF: Record<string, keyof Kinds> = {Service: 'services', EndpointSlice: 'endpoints', Node: 'nodes', Namespace: 'namespaces', Secret: 'secrets', NetworkPolicy: 'policies', GatewayClass: 'gatewayClasses', Gateway: 'gateways', HTTPRoute: 'routes', IngressClass: 'ingressClasses', Ingress: 'ingresses', Pod: 'pods'}

function worldOf(objects: KubeObject[]): World {
  const kept = objects.map((object) => {
    const kind = KIND_OF[object.kind] ?? 'services'
    return {kind, object: kind === 'pods' ? podsOf('').keep(object) : READERS[kind].keep(object)}
  })
  const all = (kind: keyof Kinds): unknown[] => kept.filter((one) => one.kind === kind).map(({object}) => object)
  return {all: all as World['all'], get: ((kind: keyof Kinds, namespace: string, name: string) => (all(kind) as {namespace: string; name: string}[]).find((one) => one.namespace === namespace && one.name === name)) as World['get'], knowsPods: () => true}
}

const thing = (kind: string, name: string, rest: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): KubeObject => {
  const [own = '', namespace] = name.split('/').toReversed()
  return {apiVersion: 'v1', kind, metadata: {name: own, ...(namespace === undefined ? {} : {namespace}), ...metadata}, ...rest}
}
const node = (name: string, labels: Record<string, string> = {}, ready = 'True'): KubeObject => thing('Node', name, {status: {conditions: [{type: 'Ready', status: ready}]}}, {labels})
const pod = (name: string, {labels = {app: 'demo'}, annotations = {}, ready = true, on = 'n1', port = 8080}: {labels?: Record<string, string>; annotations?: Record<string, string>; ready?: boolean; on?: string; port?: number} = {}): KubeObject =>
  thing('Pod', name, {spec: {nodeName: on, containers: [{ports: [{name: 'http', containerPort: port}]}]}, status: {phase: 'Running', conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]}}, {labels, annotations})
const slice = (pods: string[], {ready = true, on = 'n1', port = 8080} = {}): KubeObject =>
  thing('EndpointSlice', 'demo/demo-1', {ports: [{name: 'http', port}], endpoints: pods.map((name) => ({addresses: ['10.0.0.1'], conditions: {ready}, nodeName: on, targetRef: {kind: 'Pod', name}}))}, {labels: {'kubernetes.io/service-name': 'demo'}})
const service = thing('Service', 'demo/demo', {spec: {selector: {app: 'demo'}, ports: [{name: 'http', port: 80}]}})
const route = (name: string, spec: Record<string, unknown>): KubeObject => thing('HTTPRoute', name, {spec: {parentRefs: [{name: 'platform', namespace: 'door', sectionName: 'https'}], hostnames: ['demo.test'], ...spec}})
const toDemo = {backendRefs: [{name: 'demo', port: 80}]}
const GATEWAY: KubeObject[] = [
  thing('GatewayClass', 'envoy-gateway', {spec: {controllerName: 'gateway.envoyproxy.io/gatewayclass-controller'}}),
  thing('Gateway', 'door/platform', {spec: {gatewayClassName: 'envoy-gateway', listeners: [{name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: {namespaces: {from: 'All'}}}, {name: 'https', protocol: 'HTTPS', port: 443, allowedRoutes: {namespaces: {from: 'All'}}}]}}),
  thing('Service', 'door/envoy', {spec: {type: 'LoadBalancer', selector: {'gateway.envoyproxy.io/owning-gateway-name': 'platform', 'gateway.envoyproxy.io/owning-gateway-namespace': 'door'}}, status: {loadBalancer: {ingress: [{ip: '198.18.0.1'}]}}}),
  pod('door/envoy-1', {labels: {'gateway.envoyproxy.io/owning-gateway-name': 'platform', 'gateway.envoyproxy.io/owning-gateway-namespace': 'door'}}),
]
const DEMO: KubeObject[] = [node('n1'), service, pod('demo/demo-a'), slice(['demo-a']), route('demo/demo', {rules: [toDemo]}), thing('Namespace', 'door', {}, {labels: {name: 'door'}}), thing('Namespace', 'demo')]
const PLATFORM = [...GATEWAY, ...DEMO]
const replaced = (kind: string, name: string, ...by: KubeObject[]): KubeObject[] => [...PLATFORM.filter((object) => object.kind !== kind || object.metadata.name !== name), ...by]
const asks = (more: Partial<Asked> = {}): Asked => ({scheme: 'https', servername: 'demo.test', host: 'demo.test', path: '/', method: 'GET', headers: {}, ...more})

function answerOf(objects: KubeObject[], asked = asks(), chance = (): number => 0.5): Outcome | undefined {
  const world = worldOf(objects)
  const {entry} = lookUp(makeTable(world), asked)
  return entry === undefined ? undefined : decide(world, entry, asked, chance)
}

describe('by the Gateway API', () => {
  it('a ready pod answers', () => {
    expect(answerOf(PLATFORM)).toEqual({kind: 'answer', status: 200, pod: 'demo-a', delayMs: 0})
  })

  it.each<[string, KubeObject[], number, number]>([
    ['no endpoint is ready: 503 at once', replaced('EndpointSlice', 'demo-1', slice(['demo-a'], {ready: false})), 503, 0],
    ['the Service is gone: 500', replaced('Service', 'demo'), 500, 0],
    ['the port is not one of the Service: 500', replaced('HTTPRoute', 'demo', route('demo/demo', {rules: [{backendRefs: [{name: 'demo', port: 81}]}]})), 500, 0],
    ['the pod is gone and still an endpoint: it refuses', replaced('Pod', 'demo-a'), 503, 0],
    ['the pod listens elsewhere: it refuses', replaced('Pod', 'demo-a', pod('demo/demo-a', {port: 9090})), 503, 0],
    ['its node is dark: 503 after ten seconds', replaced('Node', 'n1', node('n1', {'lab.kp.dev/fault': 'unplug'})), 503, 10_000],
    ['its node is lost, the lab still says ready: no endpoint, 503 at once', replaced('Node', 'n1', node('n1', {}, 'Unknown')), 503, 0],
    ['a policy lets nobody in: 503 after ten seconds', [...PLATFORM, thing('NetworkPolicy', 'demo/deny', {spec: {podSelector: {}, policyTypes: ['Ingress']}})], 503, 10_000],
    ['a policy of the gateway lets nothing out', [...PLATFORM, thing('NetworkPolicy', 'door/deny', {spec: {podSelector: {}, policyTypes: ['Egress']}})], 503, 10_000],
  ])('%s', (_what, objects, status, delayMs) => {
    expect(answerOf(objects)).toMatchObject({kind: 'refuse', status, delayMs})
  })

  it('a policy that lets the namespace of the gateway in is enough', () => {
    const allow = thing('NetworkPolicy', 'demo/allow', {spec: {podSelector: {matchLabels: {app: 'demo'}}, policyTypes: ['Ingress'], ingress: [{from: [{namespaceSelector: {matchLabels: {name: 'door'}}}], ports: [{port: 'http'}]}]}})
    const deny = thing('NetworkPolicy', 'demo/deny', {spec: {podSelector: {}, policyTypes: ['Ingress']}})
    expect(answerOf([...PLATFORM, deny, allow])).toMatchObject({kind: 'answer', status: 200})
    const elsewhere = thing('NetworkPolicy', 'demo/allow', {spec: {podSelector: {matchLabels: {app: 'demo'}}, policyTypes: ['Ingress'], ingress: [{from: [{namespaceSelector: {matchLabels: {name: 'door'}}}], ports: [{port: 9090}]}]}})
    expect(answerOf([...PLATFORM, deny, elsewhere])).toMatchObject({kind: 'refuse', status: 503})
  })

  it('nobody takes another host, path, scheme, or a listener that lets the namespace in not', () => {
    expect(answerOf(PLATFORM, asks({host: 'shop.test'}))).toBeUndefined()
    expect(answerOf(PLATFORM, asks({scheme: 'http', servername: undefined}))).toBeUndefined()
    const same = replaced('Gateway', 'platform', thing('Gateway', 'door/platform', {spec: {gatewayClassName: 'envoy-gateway', listeners: [{name: 'https', protocol: 'HTTPS', port: 443}]}}))
    expect(answerOf(same)).toBeUndefined()
  })

  it('the most specific route wins: host, then exact path, then the longest', () => {
    const named = (status: number): object => ({filters: [{type: 'RequestRedirect', requestRedirect: {statusCode: status}}]})
    const objects = [
      ...PLATFORM,
      route('demo/star', {hostnames: ['*.test'], rules: [named(307)]}),
      route('demo/paths', {rules: [{matches: [{path: {type: 'PathPrefix', value: '/api'}}], ...named(301)}, {matches: [{path: {type: 'Exact', value: '/api/v1'}}], ...named(302)}, {matches: [{path: {type: 'PathPrefix', value: '/api/v1'}, method: 'POST'}], ...named(308)}]}),
    ]
    const status = (more: Partial<Asked>): number | undefined => answerOf(objects, asks(more))?.status
    expect([status({path: '/'}), status({path: '/api/x?y'}), status({path: '/apis'}), status({path: '/api/v1'}), status({path: '/api/v1/a', method: 'POST'}), status({host: 'shop.test', servername: 'shop.test'})]).toEqual([200, 301, 200, 302, 308, 307])
  })

  it('a redirect keeps host and path', () => {
    const objects = [...PLATFORM, thing('HTTPRoute', 'demo/redirect', {spec: {parentRefs: [{name: 'platform', namespace: 'door', sectionName: 'http'}], hostnames: ['demo.test'], rules: [{filters: [{type: 'RequestRedirect', requestRedirect: {scheme: 'https', statusCode: 301}}]}]}})]
    expect(answerOf(objects, asks({scheme: 'http', servername: undefined}))).toEqual({kind: 'redirect', status: 301, scheme: 'https', host: 'demo.test', port: undefined})
  })

  it('weights share requests out', () => {
    const two = replaced('HTTPRoute', 'demo', route('demo/demo', {rules: [{backendRefs: [{name: 'demo', port: 80, weight: 90}, {name: 'canary', port: 80, weight: 10}]}]}))
    expect(answerOf(two, asks(), () => 0.89)).toMatchObject({status: 200})
    expect(answerOf(two, asks(), () => 0.91)).toMatchObject({status: 500, reason: 'Service demo/canary does not exist'})
  })

  it('pods fail and think as their annotations say', () => {
    const slow = replaced('Pod', 'demo-a', pod('demo/demo-a', {annotations: {'lab.kp.dev/http-errors': '25%', 'lab.kp.dev/http-delay': '300ms'}}))
    expect(answerOf(slow, asks(), () => 0.2)).toMatchObject({status: 500, delayMs: 300})
    expect(answerOf(slow, asks(), () => 0.3)).toMatchObject({status: 200})
    expect([shareOf('25%'), shareOf('250%'), shareOf('much'), millisecondsOf('2s'), millisecondsOf('soon')]).toEqual([0.25, 1, 0, 2000, 0])
  })

  it('is open while the load balancer has an address and a proxy runs', () => {
    const open = (objects: KubeObject[]): boolean | undefined => {
      const world = worldOf(objects)
      const [way] = makeTable(world).ways
      return way && isOpen(world, way)
    }
    expect(open(PLATFORM)).toBe(true)
    expect(open(PLATFORM.filter(({metadata}) => metadata.name !== 'envoy-1'))).toBe(false)
    expect(open(replaced('Service', 'envoy'))).toBe(false)
    expect(open(replaced('Gateway', 'platform'))).toBeUndefined()
  })
})

describe('by Ingresses', () => {
  const ingress = thing('Ingress', 'demo/demo', {spec: {ingressClassName: 'nginx', tls: [{hosts: ['demo.test'], secretName: 'demo-tls'}], rules: [{host: 'demo.test', http: {paths: [{path: '/', pathType: 'Prefix', backend: {service: {name: 'demo', port: {number: 80}}}}]}}]}})
  const NGINX = [
    thing('IngressClass', 'nginx', {spec: {controller: 'k8s.io/ingress-nginx'}}),
    thing('Service', 'ingress-nginx/controller', {spec: {type: 'LoadBalancer', selector: {'app.kubernetes.io/name': 'ingress-nginx'}}, status: {loadBalancer: {ingress: [{ip: '198.18.0.10'}]}}}),
    pod('ingress-nginx/controller-1', {labels: {'app.kubernetes.io/name': 'ingress-nginx'}}),
    ...DEMO.filter(({kind}) => kind !== 'HTTPRoute'),
    ingress,
  ]

  it('ingress-nginx leads to HTTPS with 308, and tries another pod where one is silent', () => {
    expect(answerOf(NGINX, asks({scheme: 'http', servername: undefined}))).toMatchObject({kind: 'redirect', status: 308, scheme: 'https'})
    expect(answerOf(NGINX)).toMatchObject({kind: 'answer', status: 200})
    const half = [...NGINX.filter(({kind}) => kind !== 'EndpointSlice'), node('n2', {'lab.kp.dev/fault': 'unplug'}), pod('demo/demo-b', {on: 'n2'}), thing('EndpointSlice', 'demo/demo-1', {ports: [{name: 'http', port: 8080}], endpoints: [['demo-b', 'n2'], ['demo-a', 'n1']].map(([name, on]) => ({addresses: ['10.0.0.1'], nodeName: on, targetRef: {kind: 'Pod', name}}))}, {labels: {'kubernetes.io/service-name': 'demo'}})]
    expect(answerOf(half, asks(), () => 0)).toMatchObject({kind: 'answer', pod: 'demo-a', delayMs: 5000})
  })

  it('the load balancer of AWS has an address by the Ingress, and calls from the network of the nodes', () => {
    const alb = [thing('IngressClass', 'alb', {spec: {controller: 'ingress.k8s.aws/alb'}}), {...ingress, spec: {...(ingress['spec'] as object), ingressClassName: 'alb'}, status: {loadBalancer: {ingress: [{hostname: 'a.elb'}]}}}, ...DEMO.filter(({kind}) => kind !== 'HTTPRoute' && kind !== 'Node'), thing('Node', 'n1', {status: {addresses: [{type: 'InternalIP', address: '10.0.1.7'}]}})]
    expect(answerOf(alb)).toMatchObject({kind: 'answer'})
    const policy = (cidr: string): KubeObject => thing('NetworkPolicy', 'demo/allow', {spec: {podSelector: {}, policyTypes: ['Ingress'], ingress: [{from: [{ipBlock: {cidr}}]}]}})
    expect(answerOf([...alb, policy('10.0.0.0/16')])).toMatchObject({kind: 'answer'})
    expect(answerOf([...alb, policy('192.168.0.0/16')])).toMatchObject({kind: 'refuse', status: 504})
  })
})

it('counts what Envoy counts: a route that has nobody counts for its listener alone', () => {
  const world = worldOf(PLATFORM)
  const table = makeTable(world)
  const {entry, way} = lookUp(table, asks())
  const metrics = createMetrics()
  if (entry === undefined || way === undefined) throw new Error('no route')
  const served = (outcome: Outcome): void => metrics.count({way, entry, asked: asks(), outcome, status: outcome.status, ms: 3})
  served({kind: 'answer', status: 200, pod: 'demo-a', delayMs: 0})
  served({kind: 'refuse', status: 503, reason: '', delayMs: 0, reached: false})
  const text = metrics.text(table.ways, 0)
  expect(text).toContain('envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/demo/demo/rule/0",envoy_response_code_class="2"} 1')
  expect(text).not.toContain('envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/demo/demo/rule/0",envoy_response_code_class="5"}')
  expect(text).toContain('envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix="https-10443",envoy_response_code_class="5"} 1')
  expect(text).toContain('envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="httproute/demo/demo/rule/0",le="1"} 0\nenvoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="httproute/demo/demo/rule/0",le="5"} 1')
})
