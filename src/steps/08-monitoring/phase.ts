/** Phase 8: metrics, alerts, dashboards. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labService} from '../shared/lab-service.ts'
import {labStages} from '../shared/lab-stages.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {grafanaHints, grafanaRoute, wantsHost} from './grafana.ts'
import {MONITORING_NAMESPACE} from './names.ts'
import {selectionPitfalls} from './pitfalls-selection.ts'
import {pitfalls} from './pitfalls.ts'
import {secrets} from './secrets.ts'
import {dashboards, ingressMonitors} from './steps.ts'
import {monitoringTraffic} from './traffic.ts'

export const monitoring: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false'),
  // cert-manager makes the certificate of the operator's webhook; a host of Grafana wants the way in.
  dependsOn: (ctx) => ['node-pools', 'cni', 'cert-manager', ...(wantsHost(ctx) === true ? ['ingress'] : [])],
  steps: () => [
    // In the lab they answer for the operator as soon as there is something to answer for.
    {...labStages('monitoring/simulation', 'kube-prometheus-stack'), after: ['control-plane']},
    ...secrets.map((step) => ({...step, after: ['control-plane']})),
    componentStep({
      id: 'monitoring/release',
      title: 'Install Prometheus, Alertmanager and Grafana',
      component: 'kube-prometheus-stack',
      verify: ['monitoring.secrets', 'monitoring.ready'],
      after: ['monitoring/simulation', ...secrets.map(({id}) => id), ...PODS_CAN_RUN, 'cert-manager/release'],
    }),
    ...[networkPolicies({id: 'monitoring/network-policies', namespace: MONITORING_NAMESPACE, rules: monitoringTraffic}), ingressMonitors, dashboards].map((step) => ({...step, after: ['monitoring/release']})),
    grafanaRoute,
    labService({id: 'monitoring/lab-prometheus', title: 'Run a real Prometheus and Alertmanager beside the lab', service: 'prometheus', after: ['monitoring/release']}),
  ],
  hints: grafanaHints,
  checks,
  pitfalls: [...pitfalls, ...selectionPitfalls],
}
