/** Phase 8: metrics, alerts, dashboards. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {MONITORING_NAMESPACE} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {dashboards, ingressMonitors} from './steps.ts'
import {monitoringTraffic} from './traffic.ts'

export const monitoring: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false'),
  // cert-manager makes the certificate of the operator's webhook.
  dependsOn: () => ['node-pools', 'cni', 'cert-manager'],
  steps: () => [
    // In the lab they answer for the operator as soon as there is something to answer for.
    labStages('monitoring/simulation', 'kube-prometheus-stack'),
    componentStep({id: 'monitoring/release', title: 'Install Prometheus, Alertmanager and Grafana', component: 'kube-prometheus-stack', verify: ['monitoring.ready']}),
    networkPolicies({id: 'monitoring/network-policies', namespace: MONITORING_NAMESPACE, rules: monitoringTraffic}),
    ingressMonitors,
    dashboards,
  ],
  checks,
  pitfalls,
}
