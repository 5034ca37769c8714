/** Every file that phase 20 brings into the repository. */
import type {RepositoryContext, RepositoryFile} from '../../context.ts'
import {appFiles} from './apps.ts'
import {ciFiles} from './ci.ts'
import {decisionFiles} from './decisions.ts'
import {failureScenarios} from './failure-scenarios.ts'
import {infraReadme} from './infra.ts'
import {layoutFile} from './layout.ts'
import {makefile} from './makefile.ts'

/** The files, those of the environment and those that all share. */
export function repositoryFiles(ctx: RepositoryContext): RepositoryFile[] {
  const environment = ctx.spec.environment.name
  return [
    {path: 'Makefile', text: makefile(ctx)},
    {path: `infra/${environment}/README.md`, text: infraReadme(ctx)},
    layoutFile(ctx),
    ...appFiles(ctx),
    ...ciFiles(ctx),
    ...decisionFiles(ctx),
    {path: 'docs/failure-scenarios.md', text: failureScenarios(ctx)},
  ]
}

/** Paths without which the repository is no deliverable, each with what it is. */
export function requiredParts(ctx: Pick<RepositoryContext, 'spec'>): {path: string; what: string}[] {
  const {deliverables: {ci, decisionRecords, layout}} = ctx.spec.phases
  const environment = ctx.spec.environment.name
  return [
    {path: 'Makefile', what: 'make bootstrap'},
    {path: `infra/${environment}`, what: 'where the cluster comes from'},
    {path: `clusters/${environment}/${layout === 'helmfile' ? 'helmfile.yaml' : 'kustomization.yaml'}`, what: 'values and manifests'},
    {path: 'apps/README.md', what: 'how applications get in'},
    {path: 'runbooks', what: 'what to do when something breaks'},
    {path: decisionRecords, what: 'why it is as it is'},
    {path: 'docs/failure-scenarios.md', what: 'what happens when something fails'},
    ...(ci === 'none' ? [] : [{path: ci === 'gitlab-ci' ? '.gitlab-ci.yml' : '.github/workflows/platform.yaml', what: 'plan on a pull request, apply on merge'}]),
  ]
}
