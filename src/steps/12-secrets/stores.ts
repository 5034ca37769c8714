/** Steps: the store that ExternalSecrets name, what it logs in with, and the secret by which its way is proven. */
import {VAULT_TLS} from '../../components/secrets-values.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {Applies} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {WEBHOOK_STARTING} from '../shared/retries.ts'
import {secretObject} from '../shared/secret-object.ts'
import {APPROLE_SECRET, AWS_SECRET, delivers, PROBE, READER, readerNamespace, storeName, vaultAddress, vaultNamespace} from './names.ts'

const API = 'external-secrets.io/v1'
const external = delivers('external-secrets')

/** Role id and secret id of External Secrets, for AppRole. */
export const approleSecret: PlatformStep = secretObject({
  id: 'secrets/approle',
  title: 'Hand the AppRole of Vault to External Secrets',
  podSecurity: 'restricted',
  secret(ctx) {
    const applies = external(ctx)
    if (applies !== true) return applies
    const {store, vault: {auth, approle: {roleId, secretId}}} = ctx.spec.phases.secrets
    if (store !== 'vault' || auth !== 'approle' || roleId === undefined || secretId === undefined) return 'External Secrets logs in without an AppRole'
    return {name: APPROLE_SECRET, namespace: readerNamespace(ctx), keys: {'role-id': {entry: roleId}, 'secret-id': {entry: secretId}}}
  },
})

/** An access key, where pods have no role of AWS. */
export const awsSecret: PlatformStep = secretObject({
  id: 'secrets/aws-credentials',
  title: 'Hand the access key of AWS to External Secrets',
  podSecurity: 'restricted',
  secret(ctx) {
    const applies = external(ctx)
    if (applies !== true) return applies
    const {store, aws: {accessKeyId, secretAccessKey}} = ctx.spec.phases.secrets
    if (store !== 'aws-secrets-manager' || accessKeyId === undefined || secretAccessKey === undefined) return 'External Secrets takes the role of its pod'
    return {name: AWS_SECRET, namespace: readerNamespace(ctx), keys: {'access-key-id': {entry: accessKeyId}, 'secret-access-key': {entry: secretAccessKey}}}
  },
})

/** Region of AWS Secrets Manager. */
export function awsRegion({spec}: Pick<ManifestContext, 'spec'>): string | undefined {
  return spec.phases.secrets.aws.region ?? ('region' in spec.provider ? spec.provider.region : undefined)
}

function vaultProvider(ctx: ManifestContext): Record<string, unknown> {
  const namespace = readerNamespace(ctx)
  const ref = (key: string): Record<string, string> => ({name: APPROLE_SECRET, namespace, key})
  const auth = ctx.spec.phases.secrets.vault.auth === 'approle'
    ? {appRole: {path: 'approle', roleRef: ref('role-id'), secretRef: ref('secret-id')}}
    : {kubernetes: {mountPath: 'kubernetes', role: READER.role, serviceAccountRef: {name: READER.account, namespace}}}
  const ca = ctx.spec.phases['cert-manager'].enabled ? {caProvider: {type: 'Secret', name: VAULT_TLS, namespace: vaultNamespace(ctx), key: 'ca.crt'}} : {}
  return {vault: {server: vaultAddress(ctx), path: 'secret', version: 'v2', ...ca, auth}}
}

function awsProvider(ctx: ManifestContext): Record<string, unknown> {
  const {role, accessKeyId} = ctx.spec.phases.secrets.aws
  const ref = (key: string): Record<string, string> => ({name: AWS_SECRET, namespace: readerNamespace(ctx), key})
  const auth = accessKeyId === undefined ? {} : {auth: {secretRef: {accessKeyIDSecretRef: ref('access-key-id'), secretAccessKeySecretRef: ref('secret-access-key')}}}
  return {aws: {service: 'SecretsManager', region: awsRegion(ctx), ...(role === undefined ? {} : {role}), ...auth}}
}

export const store: PlatformStep = manifestSet({
  id: 'secrets/store',
  title: 'Name the store to External Secrets',
  retry: WEBHOOK_STARTING,
  verify: ['secrets.stores-valid'],
  appliesTo: external,
  objects: (ctx): KubeObject[] => [
    {apiVersion: API, kind: 'ClusterSecretStore', metadata: {name: storeName(ctx)}, spec: {provider: ctx.spec.phases.secrets.store === 'vault' ? vaultProvider(ctx) : awsProvider(ctx), refreshInterval: 300}},
  ],
})

/** Whether kp can put a secret into the store by which it proves the way, or why not. */
export function canProve(ctx: Pick<ManifestContext, 'spec' | 'provider'>): Applies {
  const applies = external(ctx)
  if (applies !== true) return applies
  const {store: kind, vault} = ctx.spec.phases.secrets
  if (kind !== 'vault') return 'kp writes no secret into AWS Secrets Manager'
  return vault.token !== undefined || ctx.provider.simulated ? true : 'phases.secrets.vault.token names no token: kp can put no secret into Vault'
}

export const probeSecret: PlatformStep = manifestSet({
  id: 'secrets/probe-secret',
  title: 'Ask for a secret that proves the way',
  retry: WEBHOOK_STARTING,
  verify: ['secrets.external-secrets-synced'],
  appliesTo: canProve,
  objects: (ctx): KubeObject[] => [
    {
      apiVersion: API,
      kind: 'ExternalSecret',
      metadata: {name: PROBE, namespace: readerNamespace(ctx)},
      spec: {
        refreshInterval: '1h0m0s',
        secretStoreRef: {kind: 'ClusterSecretStore', name: storeName(ctx)},
        target: {name: PROBE, creationPolicy: 'Owner'},
        data: [{secretKey: 'marker', remoteRef: {key: PROBE, property: 'marker'}}],
      },
    },
  ],
})
