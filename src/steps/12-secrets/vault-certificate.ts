/** Step: Vault's own certificate. Its names are those of the cluster, for which no public CA signs: it has an issuer of its own. */
import {VAULT_TLS} from '../../components/secrets-values.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {WEBHOOK_STARTING} from '../shared/retries.ts'
import {hasVault, vaultNamespace} from './names.ts'

const API = 'cert-manager.io/v1'
const ISSUER = {group: 'cert-manager.io', kind: 'Issuer'}

/** Names under which Vault is asked. */
function namesOf(namespace: string): string[] {
  const services = ['vault', 'vault-active', 'vault-standby', 'vault-internal']
  return [...services.flatMap((name) => [name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`]), '*.vault-internal', `*.vault-internal.${namespace}.svc`, 'localhost']
}

function certificateObjects(ctx: ManifestContext): KubeObject[] {
  const namespace = vaultNamespace(ctx)
  const issuer = (name: string, spec: Record<string, unknown>): KubeObject => ({apiVersion: API, kind: 'Issuer', metadata: {name, namespace}, spec})
  const certificate = (name: string, spec: Record<string, unknown>): KubeObject => ({apiVersion: API, kind: 'Certificate', metadata: {name, namespace}, spec: {secretName: name, privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always'}, ...spec}})
  return [
    issuer('vault-self-signed', {selfSigned: {}}),
    certificate('vault-ca', {isCA: true, commonName: `${ctx.spec.platform} Vault CA`, duration: '87600h', renewBefore: '8760h', privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never'}, issuerRef: {...ISSUER, name: 'vault-self-signed'}}),
    issuer('vault-ca', {ca: {secretName: 'vault-ca'}}),
    // A year, since a server reads its certificate only at its start or when it is told to.
    certificate(VAULT_TLS, {commonName: 'vault', duration: '8760h', renewBefore: '1440h', dnsNames: namesOf(namespace), ipAddresses: ['127.0.0.1'], issuerRef: {...ISSUER, name: 'vault-ca'}}),
  ]
}

export const vaultCertificate: PlatformStep = manifestSet({
  id: 'secrets/vault-certificate',
  title: "Ask for Vault's certificate",
  after: ['secrets/vault', 'cert-manager'],
  verify: ['secrets.vault-certificate'],
  retry: WEBHOOK_STARTING,
  appliesTo(ctx) {
    const has = hasVault(ctx)
    if (has !== true) return has
    return ctx.spec.phases['cert-manager'].enabled ? true : 'without cert-manager nobody issues a certificate: Vault talks without TLS'
  },
  objects: certificateObjects,
})
