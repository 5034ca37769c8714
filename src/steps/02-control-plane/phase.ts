/** Phase 2: the control plane. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {bindIdentity, startLab} from './steps.ts'

export const controlPlane: PlatformPhase = {
  ...about,
  dependsOn: () => ['networking'],
  steps: () => [startLab, bindIdentity],
  checks,
  pitfalls,
}
