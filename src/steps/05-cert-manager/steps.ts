/** Steps of phase 5. */
import type {PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {issuerName, issuerObjects} from './issuers.ts'
import {certManagerNamespace, PROBE_CERTIFICATE} from './names.ts'

/** The webhook of cert-manager answers a few seconds after its pod is ready. */
const webhookStarting = {
  tries: 6,
  delayMs: 5000,
  when: (error: unknown): boolean => error instanceof KpError && /failed calling webhook|no endpoints available|connection refused/.test(error.tool?.output ?? ''),
}

/** The issuer of kp.yaml. */
export const issuers: PlatformStep = manifestSet({
  id: 'cert-manager/issuers',
  title: 'Make the certificate issuer',
  verify: ['cert-manager.issuer-ready'],
  retry: webhookStarting,
  objects: issuerObjects,
})

/** A certificate that proves that the issuer issues. Not for ACME production, which limits how many one may ask for. */
export const probeCertificate: PlatformStep = manifestSet({
  id: 'cert-manager/probe-certificate',
  title: 'Ask for a probe certificate',
  verify: ['cert-manager.probe-certificate'],
  retry: webhookStarting,
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
