/** Who may talk to whom in the namespaces of phase 12. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {applies} from '../../engine/applies.ts'
import {allowApiServer, allowWebhooks, networkPolicies} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {delivers, hasVault, readerNamespace, VAULT_PODS, vaultNamespace} from './names.ts'

const tcp = (...ports: number[]): {protocol: string; port: number}[] => ports.map((port) => ({protocol: 'TCP', port}))
const INSIDE = [{podSelector: {}}]

/** Vault: asked from everywhere in the cluster, talks to its peers, to the API server, and to KMS where that unseals it. */
const vaultRules = (ctx: ManifestContext): TrafficRule[] => [
  allowApiServer(),
  {name: 'allow-clients', pods: VAULT_PODS, ingress: [{from: [{namespaceSelector: {}}], ports: tcp(8200)}]},
  {name: 'allow-peers', pods: {}, ingress: [{from: INSIDE}], egress: [{to: INSIDE}]},
  ...(ctx.spec.phases.secrets.vault.unseal === 'kms' ? [{name: 'allow-kms', pods: VAULT_PODS, egress: [{ports: tcp(443)}]}] : []),
  ...(ctx.spec.phases.secrets.vault.database ? [{name: 'allow-databases', pods: VAULT_PODS, egress: [{to: [{namespaceSelector: {}}], ports: tcp(3306, 5432, 27_017)}]}] : []),
]

/** External Secrets: the API server, its webhook, and the store. */
const readerRules = (ctx: ManifestContext): TrafficRule[] => [
  allowApiServer(),
  allowWebhooks('allow-webhook', {'app.kubernetes.io/name': 'external-secrets-webhook'}, [10_250]),
  {
    name: 'allow-store',
    pods: {'app.kubernetes.io/name': 'external-secrets'},
    egress: [ctx.spec.phases.secrets.store === 'vault' ? {to: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': vaultNamespace(ctx)}}}], ports: tcp(8200)} : {ports: tcp(443)}],
  },
]

/** A step for each namespace that the platform has. */
export function trafficSteps(ctx: ManifestContext): PlatformStep[] {
  const also = (step: PlatformStep, wanted: (one: ManifestContext) => true | string): PlatformStep => ({...step, appliesTo: (one) => (wanted(one) === true ? (applies(step, one) ? true : 'phases.cni.defaultDeny is off') : wanted(one))})
  return [
    also(networkPolicies({id: 'secrets/vault-policies', namespace: vaultNamespace(ctx), rules: vaultRules}), hasVault),
    also(networkPolicies({id: 'secrets/external-secrets-policies', namespace: readerNamespace(ctx), rules: readerRules}), delivers('external-secrets')),
    also(networkPolicies({id: 'secrets/reloader-policies', namespace: ctx.catalog.get('reloader').namespace, rules: () => [allowApiServer()]}), (one) => (one.spec.phases.secrets.reloader ? true : 'phases.secrets.reloader is false')),
  ]
}
