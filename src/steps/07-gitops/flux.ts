/** Steps of phase 7 with Flux. */
import type {PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {gitRepository, helmRepositories, kustomizations} from '../shared/gitops/flux-objects.ts'
import {handedOver, TOOLS} from '../shared/gitops/names.ts'
import {labStages} from '../shared/lab-stages.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {sopsKey} from '../shared/sops-key.ts'
import {commit} from './commit.ts'
import {credentials} from './credentials.ts'
import {handOver} from './hand-over.ts'
import {rootStep} from './root.ts'
import {toolPolicies} from './tool-policies.ts'

/** In order: the tool, its way to the repository, what it takes over, what it deploys. */
export const fluxSteps: PlatformStep[] = [
  componentStep({id: 'gitops/release', title: 'Install Flux', component: TOOLS.flux.component, podSecurity: 'restricted', verify: ['gitops.ready']}),
  toolPolicies('flux', {app: 'source-controller'}),
  labStages('gitops/simulation', TOOLS.flux.component),
  credentials,
  sopsKey,
  manifestSet({id: 'gitops/source', title: 'Name the repository to Flux', objects: (ctx) => [gitRepository(ctx)]}),
  {
    ...manifestSet({
      id: 'gitops/chart-sources',
      title: 'Name the chart repositories to Flux',
      appliesTo: (ctx) => (handedOver(ctx).length > 0 ? true : 'nothing is handed over'),
      render: false,
      objects: helmRepositories,
    }),
    delivered: (ctx) => [{file: 'sources/charts.yaml', objects: helmRepositories(ctx)}],
  },
  commit,
  handOver,
  rootStep('flux', kustomizations, (ctx) => [gitRepository(ctx)]),
]
