/** `phases.secrets` of kp.yaml in the words of the charts of phase 12. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import type {SecretsValues, Value} from './types.ts'

/** Names that the values templates may use. */
export const SECRETS_NAMES = ['replicas', 'budget', 'volume', 'config', 'plain', 'audit', 'csi', 'tls', 'tlsMounts', 'environment', 'csiArgs', 'tokenRequests'] as const satisfies readonly (keyof SecretsValues)[]

/** The Secret with Vault's certificate, and where it is in Vault's pods. */
export const VAULT_TLS = 'vault-tls'
const TLS_FOLDER = '/vault/tls'

/** What `phases.secrets` and its surroundings make of the values of Vault and of the CSI driver. */
export function secretsValues(spec: EnvironmentSpec): SecretsValues {
  const {secrets} = spec.phases
  const {vault, store, delivery} = secrets
  const tls = spec.phases['cert-manager'].enabled
  return {
    replicas: vault.replicas,
    budget: vault.replicas > 1,
    volume: vault.volume,
    config: vaultConfig(spec),
    plain: !tls,
    audit: vault.audit,
    csi: store === 'vault' && delivery === 'secrets-store-csi',
    ...(tls
      ? {
          tls: [{name: 'tls', secret: {secretName: VAULT_TLS}}],
          tlsMounts: [{name: 'tls', mountPath: TLS_FOLDER, readOnly: true}],
          environment: {VAULT_CACERT: `${TLS_FOLDER}/ca.crt`},
          csiArgs: [`-vault-tls-ca-cert=${TLS_FOLDER}/ca.crt`],
        }
      : {}),
    ...(store === 'aws-secrets-manager' ? {tokenRequests: ['sts.amazonaws.com', 'pods.eks.amazonaws.com'].map((audience): Value => ({audience}))} : {}),
  }
}

/** Region of a KMS key: in its ARN, else that of the platform. */
export function kmsRegion(key: string, spec: Pick<EnvironmentSpec, 'provider'>): string | undefined {
  return /^arn:[^:]+:kms:([^:]+):/.exec(key)?.[1] ?? ('region' in spec.provider ? spec.provider.region : undefined)
}

/** The configuration of Vault's servers: raft, each pod joins the others by their names. */
function vaultConfig(spec: EnvironmentSpec): string {
  const {vault} = spec.phases.secrets
  const tls = spec.phases['cert-manager'].enabled
  const scheme = tls ? 'https' : 'http'
  const joins = Array.from({length: vault.replicas}, (_, index) => [
    '  retry_join {',
    `    leader_api_addr = "${scheme}://vault-${index}.vault-internal:8200"`,
    ...(tls ? [`    leader_ca_cert_file = "${TLS_FOLDER}/ca.crt"`] : []),
    '  }',
  ]).flat()
  const region = vault.kmsKey === undefined ? undefined : kmsRegion(vault.kmsKey, spec)
  return [
    'ui = true',
    'listener "tcp" {',
    '  address = "[::]:8200"',
    '  cluster_address = "[::]:8201"',
    ...(tls ? [`  tls_cert_file = "${TLS_FOLDER}/tls.crt"`, `  tls_key_file = "${TLS_FOLDER}/tls.key"`] : ['  tls_disable = 1']),
    '  telemetry {',
    '    unauthenticated_metrics_access = "true"',
    '  }',
    '}',
    'storage "raft" {',
    '  path = "/vault/data"',
    ...joins,
    '}',
    'service_registration "kubernetes" {}',
    'telemetry {',
    '  prometheus_retention_time = "1h"',
    '  disable_hostname = true',
    '}',
    ...(vault.unseal === 'kms' && vault.kmsKey !== undefined
      ? ['seal "awskms" {', ...(region === undefined ? [] : [`  region = "${region}"`]), `  kms_key_id = "${vault.kmsKey}"`, '}']
      : []),
    '',
  ].join('\n')
}
