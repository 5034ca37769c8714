/** Phase 14: who may do what, and what may run. */
import type {ManifestContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, allowWebhooks, networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {builtInPolicies, gatekeeperConstraints, gatekeeperTemplates, kyvernoOwn, namespaces, roles, singleEngine, trafficByLabel} from './steps.ts'

/** The engine that is asked by webhook, and its policies. */
function engineSteps(ctx: ManifestContext): PlatformStep[] {
  const {engine} = ctx.spec.phases.security
  if (engine === 'kyverno') {
    return [
      componentStep({id: 'security/release', title: 'Install Kyverno', component: 'kyverno', after: ['security/single-engine', ...PODS_CAN_RUN]}),
      networkPolicies({id: 'security/engine-policies', namespace: ctx.catalog.get('kyverno').namespace, rules: () => [allowApiServer(), allowWebhooks('allow-webhook', {'app.kubernetes.io/part-of': 'kyverno'}, [9443])]}),
      componentStep({id: 'security/policies-release', title: 'Install the policies of Kyverno', component: 'kyverno-policies'}),
      kyvernoOwn,
    ]
  }
  if (engine !== 'gatekeeper') return []
  return [
    componentStep({id: 'security/release', title: 'Install Gatekeeper', component: 'gatekeeper', after: ['security/single-engine', ...PODS_CAN_RUN]}),
    networkPolicies({id: 'security/engine-policies', namespace: ctx.catalog.get('gatekeeper').namespace, rules: () => [allowApiServer(), allowWebhooks('allow-webhook', {'gatekeeper.sh/system': 'yes'}, [8443])]}),
    gatekeeperTemplates,
    gatekeeperConstraints,
  ]
}

export const security: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.security.enabled ? true : 'phases.security.enabled is false'),
  dependsOn: () => ['control-plane', 'cni'],
  steps: (ctx) => [
    singleEngine,
    ...engineSteps(ctx),
    namespaces,
    roles,
    builtInPolicies,
    trafficByLabel,
  ],
  checks,
  pitfalls,
}
