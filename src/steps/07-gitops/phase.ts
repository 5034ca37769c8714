/** Phase 7: continuous delivery from Git. */
import type {PlatformPhase} from '../../context.ts'
import {toolOf} from '../shared/gitops/names.ts'
import {about} from './about.ts'
import {argoSteps} from './argo.ts'
import {checks} from './checks.ts'
import {fluxSteps} from './flux.ts'
import {pitfalls} from './pitfalls.ts'
import {gitPitfalls} from './pitfalls-git.ts'
import {keepingPitfalls} from './pitfalls-keeping.ts'
import {usersOf} from './users.ts'

export const gitops: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (toolOf(ctx) === undefined ? reason(ctx.spec.phases.gitops) : true),
  // What is handed over, or taken back, is there or back before the root deploys the rest.
  dependsOn: () => ['node-pools', 'cni', 'cert-manager', 'ingress'],
  // Without the tool nobody would keep what was handed over to it.
  users: usersOf,
  steps: (ctx) => (toolOf(ctx) === 'flux' ? fluxSteps : argoSteps),
  checks,
  pitfalls: [...pitfalls, ...gitPitfalls, ...keepingPitfalls],
}

function reason({enabled, repository}: {enabled: boolean; repository?: string | undefined}): string {
  if (!enabled) return 'phases.gitops.enabled is false'
  return repository === undefined ? 'there is no repository to deploy from (metadata.repository)' : 'phases.gitops.tool is none'
}
