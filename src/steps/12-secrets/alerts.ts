/** Step: alerts about secrets, with the runbook of each. */
import {runbookLink} from '../../components/runbook-link.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {delivers, hasVault, inGit} from './names.ts'

interface Alert {
  alert: string
  expr: string
  for?: string
  labels: {severity: string}
  annotations: {summary: string; runbook?: string; runbook_url?: string}
}

/** An alert as it is written down here: its runbook by name. */
type Draft = Omit<Alert, 'annotations'> & {summary: string; runbook: string}

const alert = (name: string, expr: string, severity: string, wait: string | undefined, summary: string, runbook: string): Draft => ({
  alert: name, expr, ...(wait === undefined ? {} : {for: wait}), labels: {severity}, summary, runbook: `${runbook}.md`,
})

const VAULT: Draft[] = [
  alert('VaultSealed', 'vault_core_unsealed == 0', 'critical', '2m', 'Vault {{ $labels.pod }} is sealed: it serves nobody', 'vault-sealed'),
  alert('VaultWithoutLeader', 'sum(vault_core_active) == 0 or absent(vault_core_active)', 'page', '5m', 'No server of Vault is the leader', 'vault-sealed'),
  alert('VaultAuditFails', 'increase(vault_audit_log_request_failure[5m]) > 0 or increase(vault_audit_log_response_failure[5m]) > 0', 'critical', undefined, 'Vault cannot write its audit log, and answers nobody then: is the volume full?', 'vault-sealed'),
]
const EXTERNAL: Draft[] = [
  alert('ExternalSecretNotSynced', 'externalsecret_status_condition{condition="Ready",status="False"} == 1', 'warning', '15m', 'ExternalSecret {{ $labels.namespace }}/{{ $labels.name }} is not current', 'secret-not-synced'),
  alert('SecretStoreNotValid', 'clustersecretstore_status_condition{condition="Ready",status="False"} == 1 or secretstore_status_condition{condition="Ready",status="False"} == 1', 'critical', '10m', 'Store {{ $labels.name }} gives no secrets', 'secret-not-synced'),
]
const SEALED: Draft[] = [
  alert('SealedSecretNotOpened', 'increase(sealed_secrets_controller_unseal_errors_total[15m]) > 0', 'warning', undefined, 'A SealedSecret cannot be opened', 'sealed-secrets-keys'),
]

/** The alerts of what the platform has. */
export function secretAlerts(ctx: Pick<ManifestContext, 'spec'>): Alert[] {
  const on = (answer: true | string, alerts: Draft[]): Draft[] => (answer === true ? alerts : [])
  const drafts = [...on(hasVault(ctx), VAULT), ...on(delivers('external-secrets')(ctx), EXTERNAL), ...on(inGit('sealed-secrets')(ctx), SEALED)]
  return drafts.map(({summary, runbook, ...rest}) => ({...rest, annotations: {summary, ...runbookLink(ctx.spec, runbook)}}))
}

export const alerts: PlatformStep = manifestSet({
  id: 'secrets/alerts',
  title: 'Alert where secrets stop coming',
  after: ['monitoring'],
  appliesTo: (ctx) => (!ctx.spec.phases.monitoring.enabled ? 'phases.monitoring.enabled is false' : secretAlerts(ctx).length > 0 ? true : 'there is nothing to alert about'),
  objects: (ctx) => [{apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: {name: 'secrets', namespace: 'monitoring'}, spec: {groups: [{name: 'secrets', rules: secretAlerts(ctx)}]}}],
})
