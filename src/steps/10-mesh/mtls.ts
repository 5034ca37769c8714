/** Who may talk to whom by what: mTLS in the mesh, and the one way in from outside of it. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {CANARY, DEMO, demoInMesh, isIstio, ISTIO} from './names.ts'

const PORT = 8080

/** The policies of mTLS. Linkerd's rule for the whole mesh is a value of its chart. */
export const mtls: PlatformStep = manifestSet({
  id: 'mesh/mtls',
  title: 'Say who may talk to whom in the mesh',
  appliesTo: (ctx) => (isIstio(ctx) || (demoInMesh(ctx) === true && ctx.spec.phases.mesh.mtls === 'strict') ? true : 'the proxies decide by the default of the mesh'),
  verify: ['mesh.mtls'],
  prunes: [{apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication'}],
  objects: mtlsObjects,
})

/** Names of the objects that exempt the demo's port: the front door is no part of the mesh, and network policies let nobody else in plain. */
export function mtlsObjects(ctx: ManifestContext): KubeObject[] {
  const strict = ctx.spec.phases.mesh.mtls === 'strict'
  const demo = demoInMesh(ctx) === true && strict
  if (isIstio(ctx)) {
    return [
      {apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: {name: 'default', namespace: ISTIO}, spec: {mtls: {mode: strict ? 'STRICT' : 'PERMISSIVE'}}},
      ...(demo ? [{apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: {name: 'front-door', namespace: DEMO}, spec: {selector: {matchLabels: {app: DEMO}}, mtls: {mode: 'STRICT'}, portLevelMtls: {[String(PORT)]: {mode: 'PERMISSIVE'}}}}] : []),
    ]
  }
  if (!demo) return []
  const policy = (name: string, kind: string): KubeObject => ({
    apiVersion: 'policy.linkerd.io/v1alpha1', kind: 'AuthorizationPolicy', metadata: {name, namespace: DEMO},
    spec: {targetRef: {group: 'policy.linkerd.io', kind: 'Server', name: DEMO}, requiredAuthenticationRefs: [{group: 'policy.linkerd.io', kind, name}]},
  })
  return [
    {apiVersion: 'policy.linkerd.io/v1beta3', kind: 'Server', metadata: {name: DEMO, namespace: DEMO}, spec: {podSelector: {matchExpressions: [{key: 'app', operator: 'In', values: [DEMO, CANARY]}]}, port: 'http', proxyProtocol: 'HTTP/1'}},
    {apiVersion: 'policy.linkerd.io/v1alpha1', kind: 'MeshTLSAuthentication', metadata: {name: 'mesh', namespace: DEMO}, spec: {identities: ['*']}},
    policy('mesh', 'MeshTLSAuthentication'),
    {apiVersion: 'policy.linkerd.io/v1alpha1', kind: 'NetworkAuthentication', metadata: {name: 'front-door', namespace: DEMO}, spec: {networks: [{cidr: ctx.spec.network.podCidr}]}},
    policy('front-door', 'NetworkAuthentication'),
  ]
}
