/** Steps of phase 5. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {describeObject} from '../../checks/objects.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {WEBHOOK_STARTING} from '../shared/retries.ts'
import {secretObject} from '../shared/secret-object.ts'
import {DNS01_SECRET, dnsSolver} from './dns-solver.ts'
import {countsAtLetsEncrypt, issuerName, issuerObjects} from './issuers.ts'
import {certManagerNamespace, OWN_CA, PROBE_CERTIFICATE} from './names.ts'

/** Certificates of others that an issuer renews: without it they run out. */
async function certificatesOf(ctx: PlatformContext, issuers: {kind: string; metadata: {name: string}}[]): Promise<string[]> {
  const names = new Set(issuers.filter(({kind}) => kind === 'ClusterIssuer').map(({metadata}) => metadata.name))
  const certificates = (await (await ctx.cluster()).list('cert-manager.io/v1', 'Certificate')) ?? []
  return certificates
    .filter(({metadata}) => metadata.labels?.[PLATFORM_LABEL] !== ctx.spec.platform)
    .filter((certificate) => {
      const issuer = (certificate['spec'] as {issuerRef?: {kind?: string; name?: string}} | undefined)?.issuerRef
      return issuer?.kind === 'ClusterIssuer' && names.has(issuer.name ?? '')
    })
    .map((certificate) => describeObject(certificate))
}

/** The issuer of kp.yaml. Before the first one that counts at Let's Encrypt a person is asked again. */
export const issuers: PlatformStep = {
  ...manifestSet({
    id: 'cert-manager/issuers',
    title: 'Make the certificate issuer',
    after: ['cert-manager/network-policies', 'cert-manager/simulation', 'cert-manager/dns-credentials', 'cert-manager/own-ca'],
    verify: ['cert-manager.issuer-ready'],
    retry: WEBHOOK_STARTING,
    // The certificate of the internal CA goes with its issuer.
    prunes: [{apiVersion: 'cert-manager.io/v1', kind: 'Certificate'}],
    objects: issuerObjects,
    usersOf: certificatesOf,
  }),
  async consent(ctx) {
    if (!countsAtLetsEncrypt(ctx)) return undefined
    if ((await ctx.presence()).state === 'running' && (await (await ctx.cluster()).get('cert-manager.io/v1', 'ClusterIssuer', issuerName(ctx))) !== undefined) return undefined
    return `Issuer ${issuerName(ctx)} asks Let's Encrypt for real certificates, and it limits them: 5 a week for the same names, 50 for a domain, 5 failures an hour. Staging has far higher limits`
  },
}

/** Credentials of the DNS provider, for the issuer dns01. */
export const dnsCredentials: PlatformStep = secretObject({
  id: 'cert-manager/dns-credentials',
  title: 'Hand the credentials of the DNS provider to cert-manager',
  verify: ['cert-manager.dns-credentials'],
  secret(ctx) {
    if (issuerName(ctx) !== 'dns01') return `issuer ${issuerName(ctx)} writes no DNS records`
    const {keys} = dnsSolver(ctx)
    if (Object.keys(keys).length === 0) return 'cert-manager takes the identity of its pod'
    return {name: DNS01_SECRET, namespace: certManagerNamespace(ctx), keys}
  },
})

/** A CA of one's own, for the issuer internal-ca. */
export const ownCa: PlatformStep = secretObject({
  id: 'cert-manager/own-ca',
  title: 'Hand your CA to cert-manager',
  secret(ctx) {
    const {ca, issuer} = ctx.spec.phases['cert-manager']
    if (issuer !== 'internal-ca') return `issuer ${issuer} uses no CA of yours`
    if (ca === undefined) return 'cert-manager makes the CA itself'
    return {name: OWN_CA, namespace: certManagerNamespace(ctx), type: 'kubernetes.io/tls', keys: {'tls.crt': {entry: ca.certificate}, 'tls.key': {entry: ca.key}}}
  },
})

/** A certificate that proves that the issuer issues. Not for ACME production, which limits how many one may ask for. */
export const probeCertificate: PlatformStep = manifestSet({
  id: 'cert-manager/probe-certificate',
  title: 'Ask for a probe certificate',
  verify: ['cert-manager.probe-certificate'],
  retry: WEBHOOK_STARTING,
  appliesTo: (ctx) => (['internal-ca', 'self-signed'].includes(issuerName(ctx)) ? true : 'an ACME issuer would have to prove that it owns the name, and counts what it issues'),
  objects: (ctx) => [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: {name: PROBE_CERTIFICATE, namespace: certManagerNamespace(ctx)},
      spec: {
        secretName: PROBE_CERTIFICATE,
        duration: '2160h',
        renewBefore: '720h',
        dnsNames: [`probe.${ctx.spec.domain}`],
        privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always'},
        issuerRef: {group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuerName(ctx)},
      },
    },
  ],
})
