/** Phase 20: the repository, complete. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {repositoryFiles} from './repository-files.ts'
import {record} from './steps.ts'

export const deliverables: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.deliverables.enabled ? true : 'phases.deliverables.enabled is false'),
  dependsOn: () => ['control-plane'],
  steps: () => [record],
  files: repositoryFiles,
  checks,
  pitfalls,
}
