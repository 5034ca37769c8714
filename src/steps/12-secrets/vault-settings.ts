/** What kp wants of Vault's configuration, as data: how to look, when it holds, and the commands that make it so. Pure. */
import type {ManifestContext} from '../../context.ts'
import {PROBE, READER, readerNamespace} from './names.ts'

/** Arguments of `vault`, and what goes over its standard input. */
export interface VaultCommand {
  args: string[]
  input?: string
}

/** One setting. */
export interface VaultSetting {
  /** As a person names it. */
  name: string
  /** How to look; answers of equal reads are shared. */
  read: string[]
  /** Whether the answer (exit code 0 and its output) says that it is so. */
  holds(output: string): boolean
  write: VaultCommand[]
}

const READERS = 'kp-readers'
/** Readers see the key-value store, and ask for certificates and database users where there are such engines. */
const POLICY = [
  'path "secret/data/*" { capabilities = ["read"] }',
  'path "secret/metadata/*" { capabilities = ["read", "list"] }',
  'path "database/creds/*" { capabilities = ["read"] }',
  'path "pki/issue/platform" { capabilities = ["update"] }',
].join('\n')

const parsed = (output: string): Record<string, unknown> => {
  try {
    return (JSON.parse(output) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
const listed = (path: string) => (output: string): boolean => path in parsed(output)
const dataOf = (output: string): Record<string, unknown> => (parsed(output)['data'] ?? {}) as Record<string, unknown>
const has = (output: string, field: string, value: string): boolean => {
  const seen = dataOf(output)[field]
  return Array.isArray(seen) ? seen.includes(value) : seen === value
}

/** Every setting that kp.yaml asks for, in the order in which they are made. */
export function vaultSettings(ctx: Pick<ManifestContext, 'spec' | 'catalog'>): VaultSetting[] {
  const {vault} = ctx.spec.phases.secrets
  return [
    ...(vault.audit ? [audit] : []),
    {name: 'key-value store secret/', read: ['secrets', 'list', '-format=json'], holds: listed('secret/'), write: [{args: ['secrets', 'enable', '-path=secret', '-version=2', 'kv']}]},
    {name: `policy ${READERS}`, read: ['policy', 'read', READERS], holds: (output) => output.trim() === POLICY, write: [{args: ['policy', 'write', READERS, '-'], input: POLICY}]},
    ...(vault.auth === 'kubernetes' ? kubernetesAuth(ctx) : [appRole]),
    ...(vault.pki ? pki(ctx) : []),
    ...(vault.database ? [database] : []),
    {name: `secret ${PROBE}`, read: ['kv', 'get', '-format=json', '-mount=secret', PROBE], holds: (output) => (dataOf(output)['data'] as {marker?: string} | undefined)?.marker === 'kp', write: [{args: ['kv', 'put', '-mount=secret', PROBE, 'marker=kp']}]},
  ]
}

const audit: VaultSetting = {
  name: 'audit device file/',
  read: ['audit', 'list', '-format=json'],
  holds: listed('file/'),
  write: [{args: ['audit', 'enable', 'file', 'file_path=/vault/audit/audit.log']}],
}

function kubernetesAuth(ctx: Pick<ManifestContext, 'catalog'>): VaultSetting[] {
  const path = `auth/kubernetes/role/${READER.role}`
  const namespace = readerNamespace(ctx)
  return [
    {name: 'login by Kubernetes', read: ['auth', 'list', '-format=json'], holds: listed('kubernetes/'), write: [{args: ['auth', 'enable', 'kubernetes']}]},
    {
      name: 'address of the API server',
      read: ['read', '-format=json', 'auth/kubernetes/config'],
      holds: (output) => has(output, 'kubernetes_host', 'https://kubernetes.default.svc:443'),
      write: [{args: ['write', 'auth/kubernetes/config', 'kubernetes_host=https://kubernetes.default.svc:443']}],
    },
    {
      name: `role ${READER.role}`,
      read: ['read', '-format=json', path],
      holds: (output) => has(output, 'bound_service_account_names', READER.account) && has(output, 'bound_service_account_namespaces', namespace) && has(output, 'token_policies', READERS),
      write: [{args: ['write', path, `bound_service_account_names=${READER.account}`, `bound_service_account_namespaces=${namespace}`, `token_policies=${READERS}`, 'token_ttl=1h']}],
    },
  ]
}

const appRole: VaultSetting = {
  name: `AppRole ${READER.role}`,
  read: ['read', '-format=json', `auth/approle/role/${READER.role}`],
  holds: (output) => has(output, 'token_policies', READERS),
  write: [
    // Told once more it answers "path is already in use": the role is what counts.
    {args: ['auth', 'enable', 'approle']},
    {args: ['write', `auth/approle/role/${READER.role}`, `token_policies=${READERS}`, 'token_ttl=1h', 'secret_id_ttl=2160h']},
  ],
}

function pki({spec}: Pick<ManifestContext, 'spec'>): VaultSetting[] {
  return [
    {name: 'certificate engine pki/', read: ['secrets', 'list', '-format=json'], holds: listed('pki/'), write: [{args: ['secrets', 'enable', '-max-lease-ttl=87600h', 'pki']}]},
    {
      name: 'root certificate of pki/',
      read: ['read', '-field=certificate', 'pki/cert/ca'],
      holds: (output) => output.includes('BEGIN CERTIFICATE'),
      // Internal: the key never leaves Vault.
      write: [{args: ['write', '-field=certificate', 'pki/root/generate/internal', `common_name=${spec.platform} CA of Vault`, 'ttl=87600h']}],
    },
    {
      name: 'role platform of pki/',
      read: ['read', '-format=json', 'pki/roles/platform'],
      holds: (output) => has(output, 'allowed_domains', spec.domain),
      write: [{args: ['write', 'pki/roles/platform', `allowed_domains=${spec.domain}`, 'allow_subdomains=true', 'max_ttl=720h']}],
    },
  ]
}

const database: VaultSetting = {name: 'database engine database/', read: ['secrets', 'list', '-format=json'], holds: listed('database/'), write: [{args: ['secrets', 'enable', 'database']}]}
