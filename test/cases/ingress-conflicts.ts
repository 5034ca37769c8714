/** Cases of the checks of phase 6 about what several teams put on one way in. */
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {changed, condition, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const GROUP = 'gateway.networking.k8s.io/v1'
const WELL = [condition('Accepted'), condition('Programmed'), condition('ResolvedRefs'), condition('Conflicted', 'False')]
const gateway = (name: string, className: string, conditions: unknown[] | undefined = WELL): KubeObject => thing(GROUP, 'Gateway', name, {spec: {gatewayClassName: className, listeners: [{name: 'http'}, {name: 'https'}]}, status: {listeners: [{name: 'http', conditions: WELL}, {name: 'https', conditions}]}})
const ofClass = (name: string, isDefault: boolean): KubeObject => thing('networking.k8s.io/v1', 'IngressClass', name, {}, isDefault ? {annotations: {'ingressclass.kubernetes.io/is-default-class': 'true'}} : {})
const ingress = (name: string, ingressClassName: string | undefined, host: string, path = '/'): KubeObject => thing('networking.k8s.io/v1', 'Ingress', name, {spec: {...(ingressClassName === undefined ? {} : {ingressClassName}), rules: [{host, http: {paths: [{path}]}}]}})
const route = (name: string, host: string, match: Record<string, unknown> = {}, parent = 'platform'): KubeObject => thing(GROUP, 'HTTPRoute', name, {spec: {hostnames: [host], parentRefs: [{namespace: 'edge', name: parent}], rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}, ...match}]}]}})
const balancer = (name: string, ingresses: unknown[]): KubeObject => thing('v1', 'Service', name, {spec: {type: 'LoadBalancer'}, status: {loadBalancer: {ingress: ingresses}}})
const listener = (conditions: unknown[]): ReturnType<typeof changed> => changed('Gateway', () => ({status: {listeners: [{name: 'http', conditions: WELL}, {name: 'https', conditions}]}}), 'edge/platform')

export const ingressConflictCases: CheckCase[] = [
  {
    check: 'ingress.listeners',
    passes: () => ({objects: [gateway('edge/platform', 'envoy-gateway'), gateway('theirs/other', 'another-class', [])]}),
    fails: [
      {what: 'its certificate is gone', change: listener([condition('Accepted'), condition('ResolvedRefs', 'False', 'InvalidCertificateRef', 'Secret demo-tls does not exist')]), observed: /listener https: ResolvedRefs=False \(InvalidCertificateRef\) Secret demo-tls does not exist/},
      {what: 'two want one port', change: listener([condition('Conflicted', 'True', 'HostnameConflict')]), observed: /listener https: Conflicted=True \(HostnameConflict\)/},
      {what: 'nobody has answered', change: changed('Gateway', () => ({status: {}}), 'edge/platform'), observed: /listener http: nobody has answered for it/},
      {what: 'there is no Gateway', change: without('Gateway', 'edge/platform'), observed: /no Gateway is of the class envoy-gateway/},
    ],
    skips: [{what: 'the way in uses Ingress objects', platform: {phases: {ingress: {controller: 'ingress-nginx'}}}, observed: /uses Ingress objects/}],
  },
  {
    check: 'ingress.classes',
    passes: () => ({objects: [ofClass('nginx', true), ofClass('alb', false), ingress('demo/one', 'nginx', 'a.test'), ingress('demo/two', undefined, 'b.test'), {...ingress('demo/three', undefined, 'c.test'), metadata: {name: 'three', namespace: 'demo', annotations: {'kubernetes.io/ingress.class': 'old'}}}]}),
    fails: [
      {what: 'two are the default', change: withMore(ofClass('other', true)), observed: /2 classes are the default: nginx, other/},
      {what: 'a class does not exist', change: withMore(ingress('demo/four', 'traefik', 'd.test')), observed: /Ingress demo\/four names the class traefik, which does not exist/},
      {what: 'no class is the default', change: without('IngressClass', 'nginx'), observed: /Ingress demo\/two names no class, and none is the default/},
    ],
  },
  {
    check: 'ingress.load-balancers',
    passes: () => ({objects: [balancer('edge/one', [{ip: '198.18.0.1'}]), balancer('edge/two', [{hostname: 'lb.acme.org'}]), thing('v1', 'Service', 'demo/demo', {spec: {type: 'ClusterIP'}})]}),
    fails: [{what: 'one has none', change: withMore(balancer('shop/web', [])), observed: /Service shop\/web has no address/}],
  },
  {
    check: 'ingress.host-conflicts',
    passes: () => ({objects: [
      ingress('demo/one', 'nginx', 'a.test'), ingress('demo/two', 'nginx', 'a.test'), ingress('shop/one', 'nginx', 'a.test', '/shop'), ingress('shop/two', 'alb', 'a.test'),
      route('demo/one', 'b.test'), route('shop/two', 'b.test', {headers: [{name: 'x', value: 'y'}]}), route('shop/three', 'b.test', {}, 'other'),
    ]}),
    fails: [
      {what: 'two Ingresses want one path', change: withMore(ingress('shop/thief', 'nginx', 'a.test')), observed: /a\.test\/ is claimed by Ingress demo\/one and Ingress shop\/thief/},
      {what: 'two routes want one path', change: withMore(route('shop/thief', 'b.test')), observed: /b\.test\/ is claimed by HTTPRoute demo\/one and HTTPRoute shop\/thief/},
    ],
  },
]
