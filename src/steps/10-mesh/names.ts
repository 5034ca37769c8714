/** Names that steps and checks of phase 10 share. */
import type {ManifestContext} from '../../context.ts'

type Spec = Pick<ManifestContext, 'spec'>

/** Namespaces of the parts of a mesh that have one of their own. */
export const LINKERD = 'linkerd'
export const LINKERD_CNI = 'linkerd-cni'
export const LINKERD_VIZ = 'linkerd-viz'
export const ISTIO = 'istio-system'
/** Secret with the certificate that proxies get theirs from: the issuer of Linkerd, the CA of Istio. */
export const LINKERD_ISSUER = 'linkerd-identity-issuer'
export const ISTIO_CA = 'cacerts'
/** ConfigMap of Linkerd with the anchors that proxies trust. */
export const TRUST_ROOTS = 'linkerd-identity-trust-roots'
/** The demo application of phase 6, and its new version. */
export const DEMO = 'demo'
export const CANARY = 'demo-canary'
/** Istio's gateway, beside the demo. */
export const MESH_GATEWAY = 'mesh-gateway'

export const isIstio = ({spec}: Spec): boolean => spec.phases.mesh.type === 'istio'

/** The mesh of a platform as steps and checks know it. */
export interface Mesh {
  title: string
  namespace: string
  /** Catalog components. */
  kinds: string
  cni: string
  controlPlane: string
  viz: string
  /** Name of the proxy's container. */
  proxy: string
  /** Label or annotation of a namespace by which its pods get proxies. */
  mark: {annotations?: Record<string, string>; labels?: Record<string, string>}
}

/** The mesh that kp.yaml chooses. */
export function meshOf(ctx: Spec): Mesh {
  return isIstio(ctx)
    ? {title: 'Istio', namespace: ISTIO, kinds: 'istio-base', cni: 'istio-cni', controlPlane: 'istiod', viz: 'kiali', proxy: 'istio-proxy', mark: {labels: {'istio-injection': 'enabled'}}}
    : {title: 'Linkerd', namespace: LINKERD, kinds: 'linkerd-crds', cni: 'linkerd-cni', controlPlane: 'linkerd-control-plane', viz: 'linkerd-viz', proxy: 'linkerd-proxy', mark: {annotations: {'linkerd.io/inject': 'enabled'}}}
}

/** Whether the demo application is part of the mesh, or why not. */
export function demoInMesh({spec}: Spec): true | string {
  const {ingress, mesh} = spec.phases
  if (!ingress.enabled || !ingress.demo.enabled) return 'the platform has no demo application'
  return mesh.inject.includes(DEMO) ? true : 'demo is not in phases.mesh.inject'
}

/** Whether Istio's gateway is wanted, or why not. */
export function wantsGateway(ctx: Spec): true | string {
  if (!isIstio(ctx)) return 'Linkerd has no gateway'
  if (!ctx.spec.phases.mesh.gateway) return 'phases.mesh.gateway is false'
  return demoInMesh(ctx)
}

/** Whether the view of the mesh is wanted, or why not. */
export function wantsViz(ctx: Spec): true | string {
  if (!ctx.spec.phases.mesh.viz) return 'phases.mesh.viz is false'
  return isIstio(ctx) && !ctx.spec.phases.monitoring.enabled ? 'phases.monitoring.enabled is false: Kiali shows what Prometheus has read' : true
}
