/** Issuers as objects, by the choice of kp.yaml. Pure. */
import type {ManifestContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {CA_CERTIFICATE, certManagerNamespace, SELF_SIGNED_ISSUER} from './names.ts'

const ACME = {
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  production: 'https://acme-v02.api.letsencrypt.org/directory',
} as const

/** Name of the ClusterIssuer that certificates of this platform name. */
export function issuerName(ctx: ManifestContext): string {
  return ctx.spec.phases['cert-manager'].issuer
}

/** The objects of the chosen issuer. */
export function issuerObjects(ctx: ManifestContext): KubeObject[] {
  const selfSigned = clusterIssuer(SELF_SIGNED_ISSUER, {selfSigned: {}})
  switch (ctx.spec.phases['cert-manager'].issuer) {
    case 'self-signed':
      return [selfSigned]
    case 'internal-ca':
      return [selfSigned, internalCa(ctx), clusterIssuer('internal-ca', {ca: {secretName: CA_CERTIFICATE}})]
    case 'letsencrypt-staging':
      return [acmeIssuer(ctx, 'letsencrypt-staging', ACME.staging, httpSolver(ctx))]
    case 'letsencrypt-production':
      return [acmeIssuer(ctx, 'letsencrypt-production', ACME.production, httpSolver(ctx))]
    case 'dns01':
      return [acmeIssuer(ctx, 'dns01', ACME[ctx.spec.phases['cert-manager'].dns01.server], dnsSolver(ctx))]
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
  const {controller} = ctx.spec.phases.ingress
  if (controller === 'envoy-gateway' || controller === 'traefik') {
    return {http01: {gatewayHTTPRoute: {parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'platform', namespace: 'envoy-gateway-system', sectionName: 'http'}]}}}
  }
  return {http01: {ingress: {ingressClassName: controller === 'ingress-nginx' ? 'nginx' : 'alb'}}}
}

function dnsSolver(ctx: ManifestContext): unknown {
  const {dns01} = ctx.spec.phases['cert-manager']
  if (dns01.provider === 'route53') return {selector: {dnsZones: [dns01.zone ?? ctx.spec.domain]}, dns01: {route53: {region: 'region' in ctx.spec.provider ? ctx.spec.provider.region : 'us-east-1'}}}
  throw new KpError({
    code: 'SPEC_INVALID',
    message: `phases.cert-manager.dns01.provider ${dns01.provider} is not supported by this version of kp`,
    next: ['use route53, or an HTTP-01 issuer'],
  })
}

function acmeIssuer(ctx: ManifestContext, name: string, server: string, solver: unknown): KubeObject {
  return clusterIssuer(name, {acme: {server, ...(ctx.spec.email === undefined ? {} : {email: ctx.spec.email}), privateKeySecretRef: {name: `${name}-account`}, solvers: [solver]}})
}

function clusterIssuer(name: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: {name}, spec}
}
