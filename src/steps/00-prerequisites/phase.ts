/** Phase 0: what has to be there before anything is built. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {clockPitfalls} from './pitfalls-clock.ts'
import {pitfalls} from './pitfalls.ts'
import {bringTools, renderRepository} from './steps.ts'

export const prerequisites: PlatformPhase = {
  ...about,
  dependsOn: () => [],
  steps: () => [renderRepository, bringTools],
  checks,
  pitfalls: [...pitfalls, ...clockPitfalls],
}
