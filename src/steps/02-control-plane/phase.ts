/** Phase 2: the control plane. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {eksPitfalls} from './pitfalls-eks.ts'
import {kindPitfalls} from './pitfalls-kinds.ts'
import {selfHostedPitfalls} from './pitfalls-self-hosted.ts'
import {pitfalls} from './pitfalls.ts'
import {bindIdentity, startLab} from './steps.ts'

export const controlPlane: PlatformPhase = {
  ...about,
  dependsOn: () => ['networking'],
  steps: () => [
    startLab,
    bindIdentity,
    // Network plugins, storage and everything after them make ServiceMonitors: their kind must be there first.
    componentStep({
      id: 'control-plane/monitoring-kinds',
      title: 'Install the monitoring kinds',
      component: 'prometheus-operator-crds',
      appliesTo: (ctx) => (ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false'),
    }),
  ],
  checks,
  pitfalls: [...pitfalls, ...kindPitfalls, ...selfHostedPitfalls, ...eksPitfalls],
}
