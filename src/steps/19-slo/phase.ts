/** Phase 19: what users are promised, and who is told when it is not kept. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {rules} from './steps.ts'

export const slo: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.slo.enabled ? (ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false: Prometheus measures the objectives') : 'phases.slo.enabled is false'),
  dependsOn: (ctx) => ['monitoring', ...(ctx.spec.phases.ingress.enabled ? ['ingress'] : [])],
  steps: () => [rules],
  checks,
  pitfalls,
}
