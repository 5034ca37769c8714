/** Phase 12: secrets. */
import type {ManifestContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {alerts} from './alerts.ts'
import {checks} from './checks.ts'
import {secretsHints} from './hints.ts'
import {delivers, hasVault, inGit} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {sopsFiles} from './sops.ts'
import {approleSecret, awsSecret, probeSecret, store} from './stores.ts'
import {trafficSteps} from './traffic.ts'
import {vaultCertificate} from './vault-certificate.ts'
import {vaultConfigure} from './vault-configure.ts'
import {vaultUnseal} from './vault-unseal.ts'

const CAN_RUN = [...PODS_CAN_RUN]
/** Charts make monitors where the kinds are there. */
const afterKinds = (ctx: ManifestContext): string[] => [...CAN_RUN, ...(ctx.spec.phases.monitoring.enabled ? ['monitoring/release'] : [])]

/** The simulation of a component, where that is installed. */
function simulation(id: string, component: string, wanted: (ctx: ManifestContext) => true | string, after: string[]): PlatformStep {
  const stages = labStages(id, component)
  return {...stages, after, appliesTo: (ctx) => (wanted(ctx) === true ? (stages.appliesTo?.(ctx) ?? true) : wanted(ctx))}
}

/** Vault's provider for the CSI driver mounts a folder of its node, which `baseline` refuses. */
const vaultLevel = ({spec}: Pick<ManifestContext, 'spec'>): 'privileged' | 'baseline' => (spec.phases.secrets.delivery === 'secrets-store-csi' ? 'privileged' : 'baseline')

export const secrets: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.secrets.enabled ? true : 'phases.secrets.enabled is false'),
  // The monitors of the charts want the kinds of monitoring, Vault's certificate wants cert-manager.
  dependsOn: (ctx) => ['node-pools', 'cni', ...(ctx.spec.phases['cert-manager'].enabled ? ['cert-manager'] : []), ...(ctx.spec.phases.monitoring.enabled ? ['monitoring'] : [])],
  steps: (ctx) => [
    componentStep({id: 'secrets/sealed-secrets', title: 'Install Sealed Secrets', component: 'sealed-secrets', appliesTo: inGit('sealed-secrets'), verify: ['secrets.sealed-secrets-ready'], after: afterKinds(ctx)}),
    simulation('secrets/sealed-secrets-simulation', 'sealed-secrets', inGit('sealed-secrets'), ['secrets/sealed-secrets']),
    // Before the pods: the lab does not look again at pods that have come to rest.
    simulation('secrets/vault-simulation', 'vault', hasVault, CAN_RUN),
    // Its pods are ready when somebody has unsealed them.
    componentStep({id: 'secrets/vault', title: 'Install Vault', component: 'vault', appliesTo: hasVault, wait: false, podSecurity: vaultLevel(ctx), after: ['secrets/vault-simulation', ...afterKinds(ctx)]}),
    vaultCertificate,
    {...vaultUnseal, after: ['secrets/vault-certificate', 'secrets/vault-policies']},
    {...vaultConfigure, after: ['secrets/vault-unseal']},
    componentStep({id: 'secrets/csi-driver', title: 'Install the Secrets Store CSI driver', component: 'secrets-store-csi-driver', appliesTo: delivers('secrets-store-csi'), verify: ['secrets.csi-ready'], after: afterKinds(ctx)}),
    componentStep({
      id: 'secrets/csi-provider-aws',
      title: 'Install the AWS provider of the CSI driver',
      component: 'secrets-store-csi-driver-provider-aws',
      appliesTo: (one) => (delivers('secrets-store-csi')(one) !== true ? delivers('secrets-store-csi')(one) : one.spec.phases.secrets.store === 'aws-secrets-manager' ? true : `phases.secrets.store is ${one.spec.phases.secrets.store}`),
      after: ['secrets/csi-driver'],
    }),
    componentStep({id: 'secrets/external-secrets', title: 'Install External Secrets', component: 'external-secrets', appliesTo: delivers('external-secrets'), podSecurity: 'restricted', verify: ['secrets.external-secrets-ready'], after: afterKinds(ctx)}),
    simulation('secrets/external-secrets-simulation', 'external-secrets', delivers('external-secrets'), ['secrets/external-secrets']),
    ...[approleSecret, awsSecret].map((step) => ({...step, after: ['secrets/external-secrets']})),
    {...store, after: ['secrets/external-secrets-simulation', 'secrets/approle', 'secrets/aws-credentials', 'secrets/vault-configure', 'secrets/vault-certificate']},
    {...probeSecret, after: ['secrets/store']},
    componentStep({id: 'secrets/reloader', title: 'Install Reloader', component: 'reloader', appliesTo: (one) => (one.spec.phases.secrets.reloader ? true : 'phases.secrets.reloader is false'), podSecurity: 'restricted', verify: ['secrets.reloader-ready'], after: afterKinds(ctx)}),
    ...trafficSteps(ctx).map((step, index) => ({...step, after: [['secrets/vault'], ['secrets/external-secrets'], ['secrets/reloader']][index] ?? []})),
    alerts,
  ],
  files: sopsFiles,
  hints: secretsHints,
  checks,
  pitfalls,
}
