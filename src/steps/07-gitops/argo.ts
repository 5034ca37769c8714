/** Steps of phase 7 with Argo CD. */
import type {PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {project, registries, rootApplication} from '../shared/gitops/argo-objects.ts'
import {handedOver, TOOLS} from '../shared/gitops/names.ts'
import {labStages} from '../shared/lab-stages.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {commit} from './commit.ts'
import {credentials} from './credentials.ts'
import {handOver} from './hand-over.ts'
import {rootStep} from './root.ts'
import {toolPolicies} from './tool-policies.ts'

/** In order: the tool, its way to the repository, what it may do, what it takes over, what it deploys. */
export const argoSteps: PlatformStep[] = [
  componentStep({id: 'gitops/release', title: 'Install Argo CD', component: TOOLS['argo-cd'].component, podSecurity: 'restricted', verify: ['gitops.ready']}),
  toolPolicies('argo-cd', {'app.kubernetes.io/name': 'argocd-repo-server'}),
  labStages('gitops/simulation', TOOLS['argo-cd'].component),
  credentials,
  manifestSet({
    id: 'gitops/registries',
    title: 'Name the chart registries to Argo CD',
    appliesTo: (ctx) => (handedOver(ctx).length > 0 ? true : 'nothing is handed over'),
    // Secrets, though without anything secret, do not belong into Git.
    render: false,
    objects: registries,
  }),
  manifestSet({id: 'gitops/project', title: 'Allow Argo CD what it needs', verify: ['gitops.project'], objects: (ctx) => [project(ctx)]}),
  commit,
  handOver,
  rootStep('argo-cd', (ctx) => [rootApplication(ctx)], () => []),
]
