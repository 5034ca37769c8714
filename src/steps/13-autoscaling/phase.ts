/** Phase 13: metrics-server, and what follows the load: pods, their requests, nodes. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labService} from '../shared/lab-service.ts'
import {labStages} from '../shared/lab-stages.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {demoHpa, demoVpa, wantsHpa, wantsVpa} from './demo.ts'
import {kubeletMetrics} from './lab-metrics.ts'
import {nodeScalers} from './nodes.ts'
import {pitfalls} from './pitfalls.ts'

const vpaSimulation = labStages('autoscaling/vpa-simulation', 'vertical-pod-autoscaler')

export const autoscaling: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.autoscaling.enabled ? true : 'phases.autoscaling.enabled is false'),
  // The demo application, which has an HPA, comes with the ingress.
  dependsOn: (ctx) => ['node-pools', 'cni', ...(wantsHpa(ctx) === true ? ['ingress'] : [])],
  steps: () => [
    kubeletMetrics,
    componentStep({id: 'autoscaling/metrics-server', title: 'Install metrics-server', component: 'metrics-server', verify: ['autoscaling.metrics-server'], after: [...PODS_CAN_RUN]}),
    labService({id: 'autoscaling/lab-metrics-server', title: 'Run the real metrics-server beside the lab', service: 'metrics-server', after: ['autoscaling/simulation', 'node-pools'], verify: ['autoscaling.metrics-api']}),
    componentStep({id: 'autoscaling/vertical-pod-autoscaler', title: 'Install the Vertical Pod Autoscaler', component: 'vertical-pod-autoscaler', appliesTo: wantsVpa, verify: ['autoscaling.vpa'], after: [...PODS_CAN_RUN, 'autoscaling/metrics-server']}),
    {...vpaSimulation, appliesTo: (ctx) => (wantsVpa(ctx) === true ? (vpaSimulation.appliesTo?.(ctx) ?? true) : wantsVpa(ctx)), after: ['autoscaling/vertical-pod-autoscaler']},
    demoHpa,
    demoVpa,
    ...nodeScalers,
  ],
  checks,
  pitfalls,
}
