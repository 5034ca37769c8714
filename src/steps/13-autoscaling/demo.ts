/** What scales the demo application. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import {manifestSet} from '../shared/manifest-set.ts'

/** Namespace and Deployment of the demo application. */
export const DEMO = 'demo'
/** The longest that an HPA may wait before it shrinks. */
const LONGEST_WAIT = 3600

/** Whether there is a demo application, or why not. */
function hasDemo({spec}: Pick<ManifestContext, 'spec'>): true | string {
  if (!spec.phases.ingress.enabled) return 'phases.ingress.enabled is false'
  return spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false'
}

/** Whether the demo application has an HPA, or why not. */
export function wantsHpa(ctx: Pick<ManifestContext, 'spec'>): true | string {
  return ctx.spec.phases.autoscaling.hpa.enabled ? hasDemo(ctx) : 'phases.autoscaling.hpa.enabled is false'
}

/** Whether the platform has the VPA, or why not. */
export function wantsVpa({spec}: Pick<ManifestContext, 'spec'>): true | string {
  return spec.phases.autoscaling.vpa.enabled ? true : 'phases.autoscaling.vpa.enabled is false'
}

const target = {apiVersion: 'apps/v1', kind: 'Deployment', name: DEMO}

/** Grows at once, shrinks after a while and not by more than half: without that it swings with every wave. */
export const demoHpa: PlatformStep = manifestSet({
  id: 'autoscaling/hpa',
  title: 'Let the demo application follow its load',
  appliesTo: wantsHpa,
  verify: ['autoscaling.hpa'],
  after: ['ingress/demo', 'autoscaling/metrics-server', 'autoscaling/lab-metrics-server'],
  objects: ({spec}) => {
    const {min, max, cpuPercent, scaleDownAfter} = spec.phases.autoscaling.hpa
    return [
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: {name: DEMO, namespace: DEMO},
        spec: {
          scaleTargetRef: target,
          minReplicas: min,
          maxReplicas: max,
          metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: cpuPercent}}}],
          behavior: {
            scaleUp: {stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{type: 'Percent', value: 100, periodSeconds: 15}, {type: 'Pods', value: 4, periodSeconds: 15}]},
            scaleDown: {stabilizationWindowSeconds: Math.min(LONGEST_WAIT, durationSeconds(scaleDownAfter)), selectPolicy: 'Max', policies: [{type: 'Percent', value: 50, periodSeconds: 60}]},
          },
        },
      },
    ]
  },
})

const MODES = {off: 'Off', initial: 'Initial', auto: 'Recreate'} as const

/** What the VPA learns of the demo application. Where an HPA follows its CPU, this keeps to memory. */
export const demoVpa: PlatformStep = manifestSet({
  id: 'autoscaling/vpa',
  title: 'Let the Vertical Pod Autoscaler learn what the demo application uses',
  appliesTo: (ctx) => (wantsVpa(ctx) === true ? hasDemo(ctx) : wantsVpa(ctx)),
  after: ['ingress/demo', 'autoscaling/vertical-pod-autoscaler', 'autoscaling/vpa-simulation'],
  objects: (ctx) => [
    {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata: {name: DEMO, namespace: DEMO},
      spec: {
        targetRef: target,
        updatePolicy: {updateMode: MODES[ctx.spec.phases.autoscaling.vpa.mode]},
        resourcePolicy: {containerPolicies: [{containerName: '*', controlledResources: wantsHpa(ctx) === true ? ['memory'] : ['cpu', 'memory'], minAllowed: {cpu: '10m', memory: '16Mi'}, maxAllowed: {cpu: '1', memory: '1Gi'}}]},
      },
    },
  ],
})
