/** Names that steps and checks of phase 12 share. */
import type {ManifestContext} from '../../context.ts'
import type {Applies} from '../../engine/types.ts'

type Spec = Pick<ManifestContext, 'spec'>

/** Labels of the pods of Vault's servers. */
export const VAULT_PODS = {'app.kubernetes.io/name': 'vault', component: 'server'}
/** Account with which External Secrets logs in at Vault, and the role that it gets there. */
export const READER = {role: 'external-secrets', account: 'external-secrets'}
/** Secret with role id and secret id, for AppRole. */
export const APPROLE_SECRET = 'vault-approle'
/** Secret with an access key of AWS. */
export const AWS_SECRET = 'aws-credentials'
/** The secret in Vault, and the ExternalSecret, by which verify proves that secrets arrive. */
export const PROBE = 'kp-probe'

export const vaultNamespace = ({catalog}: Pick<ManifestContext, 'catalog'>): string => catalog.get('vault').namespace
export const readerNamespace = ({catalog}: Pick<ManifestContext, 'catalog'>): string => catalog.get('external-secrets').namespace

/** Whether the platform runs Vault, or why not. */
export const hasVault = ({spec}: Spec): Applies => (spec.phases.secrets.store === 'vault' ? true : `phases.secrets.store is ${spec.phases.secrets.store}`)

/** Whether secrets come to pods in that way, or why not. */
export const delivers = (how: 'external-secrets' | 'secrets-store-csi') => ({spec}: Spec): Applies => {
  const {store, delivery} = spec.phases.secrets
  if (store === 'none') return 'phases.secrets.store is none: there is nothing to deliver'
  return delivery === how ? true : `phases.secrets.delivery is ${delivery}`
}

/** Whether secrets are in Git in that way, or why not. */
export const inGit = (how: 'sealed-secrets' | 'sops') => ({spec}: Spec): Applies => (spec.phases.secrets.git === how ? true : `phases.secrets.git is ${spec.phases.secrets.git}`)

/** Name of the ClusterSecretStore. */
export const storeName = ({spec}: Spec): string => spec.phases.secrets.store

/** Address of Vault inside the cluster. */
export const vaultAddress = (ctx: Pick<ManifestContext, 'spec' | 'catalog'>): string => `${ctx.spec.phases['cert-manager'].enabled ? 'https' : 'http'}://vault.${vaultNamespace(ctx)}.svc:8200`
