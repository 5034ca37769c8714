/** Phase 2: the control plane. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {needsApi} from '../shared/needs-api.ts'
import {hostRepositoryFiles} from '../../checks/hosts/place.ts'
import {stackRepositoryFiles} from '../../checks/terraform/place.ts'
import {about} from './about.ts'
import {insightsCheck, supportCheck} from './checks-aws.ts'
import {checks} from './checks.ts'
import {eksCluster, eksctlFiles} from './eks.ts'
import {hostCluster} from './hosts.ts'
import {eksPitfalls} from './pitfalls-eks.ts'
import {kindCluster, kindFiles} from './kind.ts'
import {kindPitfalls} from './pitfalls-kinds.ts'
import {selfHostedPitfalls} from './pitfalls-self-hosted.ts'
import {pitfalls} from './pitfalls.ts'
import {bindIdentity, startLab} from './steps.ts'

export const controlPlane: PlatformPhase = {
  ...about,
  dependsOn: () => ['networking'],
  files: (ctx) => [...stackRepositoryFiles(ctx, ['eks', 'pod-roles', 'control-plane-machines']), ...hostRepositoryFiles(ctx), ...kindFiles(ctx), ...eksctlFiles(ctx)],
  steps: (ctx) => [
    startLab,
    ...eksCluster(ctx),
    ...hostCluster(ctx),
    ...kindCluster(ctx),
    needsApi(bindIdentity),
    // Network plugins, storage and everything after them make ServiceMonitors: their kind must be there first.
    needsApi(componentStep({
      id: 'control-plane/monitoring-kinds',
      title: 'Install the monitoring kinds',
      component: 'prometheus-operator-crds',
      appliesTo: (platform) => (platform.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false'),
    })),
  ],
  checks: [...checks, supportCheck, insightsCheck],
  pitfalls: [...pitfalls, ...kindPitfalls, ...selfHostedPitfalls, ...eksPitfalls],
}
