/** Issuers as objects, by the choice of kp.yaml. Pure. */
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {sharedBalancer} from '../shared/expose-host.ts'
import {frontDoor, gatewayRef} from '../shared/front-door.ts'
import {dnsSolver} from './dns-solver.ts'
import {CA_CERTIFICATE, certManagerNamespace, OWN_CA, SELF_SIGNED_ISSUER} from './names.ts'

const ACME = {
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  production: 'https://acme-v02.api.letsencrypt.org/directory',
} as const

/** Name of the ClusterIssuer that certificates of this platform name. */
export function issuerName(ctx: ManifestContext): string {
  return ctx.spec.phases['cert-manager'].issuer
}

/** Whether the issuer asks Let's Encrypt for certificates that count against its limits. */
export function countsAtLetsEncrypt({spec}: Pick<ManifestContext, 'spec'>): boolean {
  const {issuer, dns01} = spec.phases['cert-manager']
  return issuer === 'letsencrypt-production' || (issuer === 'dns01' && dns01.server === 'production')
}

/** The objects of the chosen issuer. */
export function issuerObjects(ctx: ManifestContext): KubeObject[] {
  const selfSigned = clusterIssuer(SELF_SIGNED_ISSUER, {selfSigned: {}})
  switch (ctx.spec.phases['cert-manager'].issuer) {
    case 'self-signed':
      return [selfSigned]
    case 'internal-ca':
      if (ctx.spec.phases['cert-manager'].ca !== undefined) return [clusterIssuer('internal-ca', {ca: {secretName: OWN_CA}})]
      return [selfSigned, internalCa(ctx), clusterIssuer('internal-ca', {ca: {secretName: CA_CERTIFICATE}})]
    case 'letsencrypt-staging':
      return [acmeIssuer(ctx, 'letsencrypt-staging', ACME.staging, httpSolver(ctx))]
    case 'letsencrypt-production':
      return [acmeIssuer(ctx, 'letsencrypt-production', ACME.production, httpSolver(ctx))]
    case 'dns01':
      return [acmeIssuer(ctx, 'dns01', ACME[ctx.spec.phases['cert-manager'].dns01.server], dnsSolver(ctx).solver)]
  }
}

function internalCa(ctx: ManifestContext): KubeObject {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {name: CA_CERTIFICATE, namespace: certManagerNamespace(ctx)},
    spec: {
      isCA: true,
      commonName: `${ctx.spec.platform} internal CA`,
      secretName: CA_CERTIFICATE,
      duration: '87600h',
      renewBefore: '8760h',
      privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never'},
      issuerRef: {group: 'cert-manager.io', kind: 'ClusterIssuer', name: SELF_SIGNED_ISSUER},
    },
  }
}

/** HTTP-01 through whatever takes the requests from outside. */
function httpSolver(ctx: ManifestContext): unknown {
  const door = frontDoor(ctx)
  if (door.api === 'gateway') return {http01: {gatewayHTTPRoute: {parentRefs: [gatewayRef(door, 'http')]}}}
  // The answer goes through the load balancer that the platform's hosts share.
  const shared = door.controller === 'aws-load-balancer-controller' ? {ingressTemplate: {metadata: {annotations: sharedBalancer(ctx)}}} : {}
  return {http01: {ingress: {ingressClassName: door.className, ...shared}}}
}

function acmeIssuer(ctx: ManifestContext, name: string, server: string, solver: unknown): KubeObject {
  return clusterIssuer(name, {acme: {server, ...(ctx.spec.email === undefined ? {} : {email: ctx.spec.email}), privateKeySecretRef: {name: `${name}-account`}, solvers: [solver]}})
}

function clusterIssuer(name: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: {name}, spec}
}
