/** Phase 17: what is spent, and who may spend it. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {billingFiles, billingSteps} from './billing.ts'
import {checks} from './checks.ts'
import {hasOpenCost} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {budgetAlert, namespaces, quotas} from './steps.ts'

/** OpenCost asks Prometheus, and the price list of the cloud (through 443, as the API server). */
const TO_PROMETHEUS = {name: 'allow-prometheus', pods: {}, egress: [{to: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'monitoring'}}}], ports: [{protocol: 'TCP', port: 9090}]}]}

export const cost: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.cost.enabled ? true : 'phases.cost.enabled is false'),
  // Namespaces of applications are made by phase 14; OpenCost reads Prometheus.
  dependsOn: ({spec}) => ['node-pools', 'cni', ...(spec.phases.security.enabled ? ['security'] : []), ...(spec.phases.monitoring.enabled ? ['monitoring'] : [])],
  files: billingFiles,
  steps: (ctx) => {
    const policies = networkPolicies({id: 'cost/network-policies', namespace: ctx.catalog.get('opencost').namespace, rules: () => [allowApiServer(), TO_PROMETHEUS]})
    return [
      namespaces,
      quotas,
      componentStep({id: 'cost/release', title: 'Install OpenCost', component: 'opencost', verify: ['cost.opencost'], appliesTo: hasOpenCost, after: ['monitoring', ...PODS_CAN_RUN]}),
      {...policies, after: ['cost/release'], appliesTo: (one) => (hasOpenCost(one) === true ? (policies.appliesTo?.(one) ?? true) : hasOpenCost(one))},
      {...budgetAlert, after: ['cost/release']},
      ...billingSteps(ctx),
    ]
  },
  checks,
  pitfalls,
}
