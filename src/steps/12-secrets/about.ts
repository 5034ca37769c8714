/** What, why and how of phase 12. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'secrets',
  number: 12,
  title: 'Secrets (Vault, External Secrets, Sealed Secrets)',
  what: 'A store for secrets (Vault with raft, or AWS Secrets Manager), the way from there into pods (External Secrets, or files by the Secrets Store CSI driver), encrypted secrets for Git (Sealed Secrets or SOPS), and Reloader.',
  why: 'Secrets in one place, with rotation, an audit log and rights for each reader; nothing in plain text in Git.',
  how: [
    'phases.secrets.store says where secrets are kept. With none there is nothing to deliver: only Sealed Secrets or SOPS, and Reloader, are set up.',
    'Vault runs with an odd number of servers, raft storage and a volume for the audit log each, spread over zones, with TLS from an issuer of its own. It starts sealed. A person initializes it once, with PGP keys (runbook vault-initialize); kp never sees, stores or prints what comes out.',
    'unseal: keys: kp unseals with the keys that secrets of kp.yaml names, each over the standard input of kubectl exec. unseal: kms: Vault unseals itself with a KMS key, after every restart too.',
    'With phases.secrets.vault.token kp configures Vault and repairs what differs: audit device, key-value store, Kubernetes auth or AppRole, a policy for readers, and on request PKI and the database engine. Without it the runbook vault-configure has the same commands for a person.',
    'delivery: external-secrets copies into Secrets what an ExternalSecret names, by the ClusterSecretStore vault or aws-secrets-manager. delivery: secrets-store-csi mounts files, by a SecretProviderClass, and no Secret is made; it reads with the identity of the pod, so it wants Kubernetes auth.',
    'Sealed Secrets makes a new key every 30 days and keeps the old ones. Without its keys nothing in Git can be opened: back them up outside of the cluster (runbook sealed-secrets-keys), and say so with the annotation kp.dev/backed-up on each. SOPS writes .sops.yaml; Flux decrypts with the age key that kp.yaml names, Argo CD needs a plugin for it.',
    'A pod asks Reloader to restart it by the annotation reloader.stakater.com/auto: "true" on its workload. A secret that is older than rotateEvery is a warning.',
    'Verify: `kp verify secrets`: Vault initialized, unsealed, one leader, spread, with an audit log; stores valid, every ExternalSecret synced, the CSI driver on each node; keys of Sealed Secrets. By hand: `kubectl -n vault get pods -L vault-sealed,vault-active`, `kubectl get clustersecretstores,externalsecrets -A`.',
  ],
}
