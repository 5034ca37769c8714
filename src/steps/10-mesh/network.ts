/** What network policies must let through for a mesh: in its own namespaces, and in those that join it. */
import {TRACING_NAMESPACE} from '../../components/mesh-values.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {allowApiServer, namespacePolicies} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {isIstio, LINKERD_VIZ, meshOf, wantsViz} from './names.ts'
import {wantsJaeger} from './tracing.ts'

const tcp = (...ports: number[]): unknown[] => ports.map((port) => ({protocol: 'TCP', port}))
const INSIDE: TrafficRule = {name: 'allow-inside', pods: {}, ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}
const from = (name: string): unknown => ({namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': name}}})

/** Ports of control planes that every proxy asks, and of their webhooks. */
function controlPorts(ctx: ManifestContext): {proxies: number[]; webhooks: number[]} {
  return isIstio(ctx) ? {proxies: [15_010, 15_012], webhooks: [15_017]} : {proxies: [8080, 8086, 8090, 4143], webhooks: [8443, 9443]}
}

/** The namespaces of the control plane and of the network plugin, which has its component's name. */
export const controlPolicies: PlatformStep = policiesOf('mesh/network-policies', 'Deny all traffic of the control plane but what is named', (ctx) => {
  const {namespace, cni} = meshOf(ctx)
  const {proxies, webhooks} = controlPorts(ctx)
  return [
    ...namespacePolicies(namespace, [
      allowApiServer(),
      INSIDE,
      {name: 'allow-proxies', pods: {}, ingress: [{from: [{namespaceSelector: {}}], ports: tcp(...proxies)}]},
      {name: 'allow-webhooks', pods: {}, ingress: [{ports: tcp(...webhooks)}]},
      ...(isIstio(ctx) ? [] : [{name: 'allow-viz', pods: {}, ingress: [{from: [from(LINKERD_VIZ)]}]}]),
    ]),
    ...namespacePolicies(cni, [allowApiServer()]),
  ]
})

/** linkerd viz asks the control plane, Prometheus and the proxies whose requests it shows; the API server calls its webhooks. */
export const vizPolicies: PlatformStep = policiesOf('mesh/viz-policies', `Deny all traffic of ${LINKERD_VIZ} but what is named`, () => namespacePolicies(LINKERD_VIZ, [
  allowApiServer(),
  INSIDE,
  {name: 'allow-mesh', pods: {}, egress: [{to: [{namespaceSelector: {}}], ports: tcp(4143, 4190, 4191, 8080, 8085, 8086, 8090, 9090)}]},
  {name: 'allow-webhooks', pods: {}, ingress: [{ports: tcp(8089, 8443)}]},
]), (ctx) => (isIstio(ctx) ? 'Kiali runs beside the control plane' : wantsViz(ctx)))

/** Proxies of the namespaces that join reach their control plane, each other, and where traces go. */
export const memberPolicies: PlatformStep = manifestSet({
  id: 'mesh/member-policies',
  title: 'Let proxies reach their control plane and each other',
  appliesTo: (ctx) => (ctx.spec.phases.cni.defaultDeny ? (ctx.spec.phases.mesh.inject.length > 0 ? true : 'no namespace joins the mesh') : 'phases.cni.defaultDeny is off'),
  objects: (ctx) => ctx.spec.phases.mesh.inject.map((namespace) => ({
    apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {name: 'allow-mesh', namespace},
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{from: [{podSelector: {}}]}, {from: [from(meshOf(ctx).namespace), from(LINKERD_VIZ)]}, {from: ctx.spec.phases.mesh.inject.map(from), ports: tcp(...(isIstio(ctx) ? [15_006, 15_008] : [4143]))}],
      egress: [{to: [{podSelector: {}}]}, {to: [from(meshOf(ctx).namespace)]}, {to: ctx.spec.phases.mesh.inject.map(from)}, ...(wantsJaeger(ctx) === true ? [{to: [from(TRACING_NAMESPACE)], ports: tcp(4317)}] : [])],
    },
  })),
})

/** Jaeger takes traces from everybody, and shows them by a port-forward alone. */
export const tracingPolicies: PlatformStep = policiesOf('mesh/tracing-policies', `Deny all traffic of ${TRACING_NAMESPACE} but what is named`, () => namespacePolicies(TRACING_NAMESPACE, [{name: 'allow-traces', pods: {}, ingress: [{from: [{namespaceSelector: {}}], ports: tcp(4317, 4318)}]}]), wantsJaeger)

function policiesOf(id: string, title: string, objects: (ctx: ManifestContext) => KubeObject[], wanted: (ctx: ManifestContext) => true | string = () => true): PlatformStep {
  return manifestSet({
    id,
    title,
    appliesTo: (ctx) => (wanted(ctx) !== true ? wanted(ctx) : ctx.spec.phases.cni.defaultDeny ? true : 'phases.cni.defaultDeny is off'),
    objects,
  })
}
