/** Phase 14: who may do what, and what may run. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {builtInPolicies, namespaces, roles, singleEngine, trafficByLabel} from './steps.ts'

export const security: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.security.enabled ? true : 'phases.security.enabled is false'),
  dependsOn: () => ['control-plane', 'cni'],
  steps: () => [singleEngine, namespaces, roles, builtInPolicies, trafficByLabel],
  checks,
  pitfalls,
}
