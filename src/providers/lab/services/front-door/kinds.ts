/** What the front door keeps of the objects that it watches: little of each, since there may be many. */
import type {KubeObject} from '../../../../tools/kube-api.ts'
import {LAB} from '../../stages.ts'

/** What every kept object has. */
export interface Kept {
  namespace: string
  name: string
}

/** A Service. */
export interface DoorService extends Kept {
  type: string
  selector: Record<string, string>
  labels: Record<string, string>
  ports: {name: string; port: number}[]
  /** Whether its load balancer has an address. */
  addressed: boolean
}

/** Endpoints of a Service; a Service may have several of these. */
export interface DoorEndpoints extends Kept {
  service: string
  ports: {name: string; port: number}[]
  endpoints: {address: string; ready: boolean; node: string; pod: string}[]
}

/** A pod, of the namespaces that requests lead to. */
export interface DoorPod extends Kept {
  labels: Record<string, string>
  ready: boolean
  node: string
  /** Ports that its containers declare; with none it may listen anywhere. */
  ports: number[]
  named: Record<string, number>
  /** Part of the requests that it fails, 0 to 1, and how long it thinks: pod annotations of the lab. */
  errors: number
  delayMs: number
}

/** A node, and whether anybody on it answers. */
export interface DoorNode extends Kept {
  alive: boolean
  /** Whether the node controller has noticed that nobody does: it takes the pods of such a node out of their Services. */
  lost: boolean
  address: string
}

/** A certificate with its key, as text. */
export interface DoorSecret extends Kept {
  cert: string
  key: string
}

/** A Namespace: labels are what policies and listeners choose by. */
export interface DoorNamespace extends Kept {
  labels: Record<string, string>
}

/** A GatewayClass or IngressClass. */
export interface DoorClass extends Kept {
  controller: string
  default: boolean
}

/** A selector of labels, as the API has it. */
export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: {key: string; operator: string; values?: string[]}[]
}

/** A Gateway. */
export interface DoorGateway extends Kept {
  className: string
  listeners: {name: string; protocol: string; port: number; hostname?: string; tls?: {certificateRefs?: {name: string; namespace?: string}[]}; allowedRoutes?: {namespaces?: {from?: string; selector?: LabelSelector}}}[]
}

/** One rule of an HTTPRoute. */
export interface RouteRule {
  matches?: {path?: {type?: string; value?: string}; method?: string; headers?: {name: string; value: string; type?: string}[]; queryParams?: {name: string; value: string; type?: string}[]}[]
  filters?: {type: string; requestRedirect?: {scheme?: string; hostname?: string; port?: number; statusCode?: number}}[]
  backendRefs?: {kind?: string; group?: string; name: string; namespace?: string; port?: number; weight?: number}[]
}

/** An HTTPRoute. */
export interface DoorRoute extends Kept {
  parentRefs: {kind?: string; name: string; namespace?: string; sectionName?: string; port?: number}[]
  hostnames: string[]
  rules: RouteRule[]
}

/** An Ingress. */
export interface DoorIngress extends Kept {
  className: string | undefined
  annotations: Record<string, string>
  addressed: boolean
  tls: {hosts?: string[]; secretName?: string}[]
  rules: {host?: string; http?: {paths?: {path?: string; pathType?: string; backend: IngressBackend}[]}}[]
  defaultBackend: IngressBackend | undefined
}

/** Where an Ingress leads. */
export interface IngressBackend {
  service?: {name: string; port?: {name?: string; number?: number}}
}

/** A NetworkPolicy; its spec as it is. */
export interface DoorPolicy extends Kept {
  spec: {
    podSelector?: LabelSelector
    policyTypes?: string[]
    ingress?: PolicyRule[]
    egress?: PolicyRule[]
  }
}

/** One rule of a NetworkPolicy: `from` of ingress, `to` of egress. */
export interface PolicyRule {
  from?: PolicyPeer[]
  to?: PolicyPeer[]
  ports?: {port?: number | string; endPort?: number}[]
}

/** Whom a rule lets through. */
export interface PolicyPeer {
  namespaceSelector?: LabelSelector
  podSelector?: LabelSelector
  ipBlock?: {cidr: string}
}

/** What is watched, by name. */
export interface Kinds {
  services: DoorService
  endpoints: DoorEndpoints
  nodes: DoorNode
  namespaces: DoorNamespace
  secrets: DoorSecret
  policies: DoorPolicy
  gatewayClasses: DoorClass
  gateways: DoorGateway
  routes: DoorRoute
  ingressClasses: DoorClass
  ingresses: DoorIngress
  pods: DoorPod
}

/** Where a kind is, and what is kept of an object of it. */
export interface KindReader<T extends Kept> {
  path: string
  query?: string
  keep(object: KubeObject): T
}

const meta = ({metadata: {name, namespace = ''}}: KubeObject): Kept => ({namespace, name})
const of = <T>(object: KubeObject, field: 'spec' | 'status'): Partial<T> => object[field] ?? {}
const isAddressed = (object: KubeObject): boolean => (of<{loadBalancer: {ingress?: unknown[]}}>(object, 'status').loadBalancer?.ingress ?? []).length > 0
const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1'
const NETWORKING = '/apis/networking.k8s.io/v1'

/** How each is read. Pods are read by namespace: see `podsPath`. */
export const READERS: {[K in Exclude<keyof Kinds, 'pods'>]: KindReader<Kinds[K]>} = {
  services: {
    path: '/api/v1/services',
    keep(object) {
      const {type = 'ClusterIP', selector = {}, ports = []} = of<{type: string; selector: Record<string, string>; ports: {name?: string; port: number}[]}>(object, 'spec')
      return {...meta(object), type, selector, labels: object.metadata.labels ?? {}, ports: ports.map(({name = '', port}) => ({name, port})), addressed: isAddressed(object)}
    },
  },
  endpoints: {path: '/apis/discovery.k8s.io/v1/endpointslices', keep: keepEndpoints},
  nodes: {
    path: '/api/v1/nodes',
    keep(object) {
      const {conditions = [], addresses = []} = of<{conditions: {type: string; status: string}[]; addresses: {type: string; address: string}[]}>(object, 'status')
      const ready = conditions.find(({type}) => type === 'Ready')?.status
      return {...meta(object), alive: object.metadata.labels?.[LAB.fault] !== 'unplug' && ready !== 'Unknown', lost: ready === 'Unknown', address: addresses.find(({type}) => type === 'InternalIP')?.address ?? ''}
    },
  },
  namespaces: {path: '/api/v1/namespaces', keep: (object) => ({...meta(object), labels: object.metadata.labels ?? {}})},
  secrets: {
    path: '/api/v1/secrets',
    query: `fieldSelector=${encodeURIComponent('type=kubernetes.io/tls')}`,
    keep(object) {
      const data = (object['data'] ?? {}) as Record<string, string>
      const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8')
      return {...meta(object), cert: text('tls.crt'), key: text('tls.key')}
    },
  },
  policies: {path: `${NETWORKING}/networkpolicies`, keep: (object) => ({...meta(object), spec: of<DoorPolicy['spec']>(object, 'spec')})},
  gatewayClasses: {path: `${GATEWAY_API}/gatewayclasses`, keep: (object) => ({...meta(object), controller: of<{controllerName: string}>(object, 'spec').controllerName ?? '', default: false})},
  gateways: {
    path: `${GATEWAY_API}/gateways`,
    keep(object) {
      const {gatewayClassName = '', listeners = []} = of<{gatewayClassName: string; listeners: DoorGateway['listeners']}>(object, 'spec')
      return {...meta(object), className: gatewayClassName, listeners}
    },
  },
  routes: {
    path: `${GATEWAY_API}/httproutes`,
    keep(object) {
      const {parentRefs = [], hostnames = [], rules = []} = of<DoorRoute>(object, 'spec')
      return {...meta(object), parentRefs, hostnames, rules}
    },
  },
  ingressClasses: {
    path: `${NETWORKING}/ingressclasses`,
    keep: (object) => ({...meta(object), controller: of<{controller: string}>(object, 'spec').controller ?? '', default: object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'}),
  },
  ingresses: {
    path: `${NETWORKING}/ingresses`,
    keep(object) {
      const {ingressClassName, tls = [], rules = [], defaultBackend} = of<{ingressClassName: string} & Pick<DoorIngress, 'tls' | 'rules' | 'defaultBackend'>>(object, 'spec')
      const {annotations = {}} = object.metadata
      return {...meta(object), className: ingressClassName ?? annotations['kubernetes.io/ingress.class'], annotations, addressed: isAddressed(object), tls, rules, defaultBackend}
    },
  },
}

/** The pods of a namespace. */
export function podsOf(namespace: string): KindReader<DoorPod> {
  return {path: `/api/v1/namespaces/${namespace}/pods`, keep: keepPod}
}

function keepEndpoints(object: KubeObject): DoorEndpoints {
  const ports = (object['ports'] ?? []) as {name?: string; port?: number}[]
  const endpoints = (object['endpoints'] ?? []) as {addresses?: string[]; conditions?: {ready?: boolean}; nodeName?: string; targetRef?: {kind?: string; name?: string}}[]
  return {
    ...meta(object),
    service: object.metadata.labels?.['kubernetes.io/service-name'] ?? '',
    ports: ports.flatMap(({name = '', port}) => (port === undefined ? [] : [{name, port}])),
    endpoints: endpoints.map(({addresses = [], conditions = {}, nodeName = '', targetRef}) => ({address: addresses[0] ?? '', ready: conditions.ready !== false, node: nodeName, pod: targetRef?.kind === 'Pod' ? (targetRef.name ?? '') : ''})),
  }
}

function keepPod(object: KubeObject): DoorPod {
  const {nodeName = '', containers = []} = of<{nodeName: string; containers: {ports?: {name?: string; containerPort: number}[]}[]}>(object, 'spec')
  const declared = containers.flatMap(({ports = []}) => ports)
  const {annotations = {}, labels = {}} = object.metadata
  const {conditions = [], phase} = of<{phase: string; conditions: {type: string; status: string}[]}>(object, 'status')
  return {
    ...meta(object),
    labels,
    ready: phase === 'Running' && conditions.some(({type, status}) => type === 'Ready' && status === 'True'),
    node: nodeName,
    ports: declared.map(({containerPort}) => containerPort),
    named: Object.fromEntries(declared.flatMap(({name, containerPort}) => (name === undefined ? [] : [[name, containerPort]]))),
    errors: shareOf(annotations[LAB.httpErrors]),
    delayMs: millisecondsOf(annotations[LAB.httpDelay]),
  }
}

/** `25%` is 0.25; what is no share is none. */
export function shareOf(text = ''): number {
  const found = /^(\d+(?:\.\d+)?)%$/.exec(text.trim())
  return found === null ? 0 : Math.min(1, Number(found[1]) / 100)
}

/** `300ms` or `2s`; what is no time is none. */
export function millisecondsOf(text = ''): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text.trim())
  return found === null ? 0 : Number(found[1]) * (found[2] === 's' ? 1000 : 1)
}
