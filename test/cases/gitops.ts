/** Cases of the checks of phase 7. */
import {COMPONENT_LABEL, PLATFORM_LABEL} from '../../src/checks/labels.ts'
import type {PlatformContext} from '../../src/context.ts'
import {application, project, rootApplication} from '../../src/steps/shared/gitops/argo-objects.ts'
import {gitRepository, kustomizations} from '../../src/steps/shared/gitops/flux-objects.ts'
import {handedOver} from '../../src/steps/shared/gitops/names.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {changed, condition, minutesAgo, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {tempFolder} from '../helpers/temp.ts'

const REPOSITORY = 'https://git.acme.org/acme/platform.git'
const COMMIT = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)
const ARGO = {repository: REPOSITORY, phases: {gitops: {handOver: true}}}
const FLUX = {repository: REPOSITORY, phases: {gitops: {tool: 'flux' as const, handOver: true}}}
const KEPT = {repository: REPOSITORY}

const synced = (object: KubeObject): KubeObject => ({...object, status: {sync: {status: 'Synced', revision: COMMIT}, health: {status: 'Healthy'}, operationState: {phase: 'Succeeded'}, resources: []}})
const fluxReady = (object: KubeObject): KubeObject => ({...object, metadata: {...object.metadata, generation: 1}, status: {observedGeneration: 1, conditions: [condition('Ready', 'True', 'ReconciliationSucceeded')], lastAppliedRevision: `main@sha1:${COMMIT}`}})
const root = (ctx: PlatformContext): KubeObject => synced(rootApplication(ctx))
const applications = (ctx: PlatformContext): KubeObject[] => handedOver(ctx).map((id) => synced(application(ctx, id)))
const outOfSync = {status: {sync: {status: 'OutOfSync', revision: OTHER}, health: {status: 'Degraded', message: 'no image'}, resources: [{kind: 'Deployment', namespace: 'demo', name: 'demo', status: 'OutOfSync'}]}}

/** A git that answers by the words of the command. */
const git = (answers: [RegExp, string, number?][]): ContextOf => (ctx) => ({
  paths: {...ctx.paths, root: tempFolder()},
  exec: {
    run({args}) {
      const line = args.join(' ')
      const [, stdout, exitCode = 0] = answers.find(([words]) => words.test(line)) ?? [/x/, '', 0]
      return Promise.resolve({exitCode, stdout, stderr: '', durationMs: 1, commandLine: `git ${line}`, recorded: false})
    },
  },
})
const clean: [RegExp, string, number?][] = [[/symbolic-ref/, 'main\n'], [/rev-parse --verify/, `${COMMIT}\n`], [/config --get/, 'origin\n'], [/ls-remote/, `${COMMIT}\trefs/heads/main\n`], [/^show/, '', 128]]
const withGit = (...other: [RegExp, string, number?][]): ContextOf => git([...other, ...clean])
const record = (name: string, namespace: string): KubeObject => thing('v1', 'Secret', `${namespace}/sh.helm.release.v1.${name}.v1`, {}, {labels: {owner: 'helm', name, version: '1', status: 'deployed'}})

export const gitopsCases: CheckCase[] = [
  {check: 'gitops.ready', platform: KEPT, passes: (ctx) => ({objects: readyComponent(ctx, 'argo-cd')}), fails: [{what: 'a part is gone', change: without('Deployment', 'argocd/argo-cd-argocd-repo-server'), observed: /repo-server does not exist/}]},
  {check: 'gitops.ready', of: 'Flux', platform: FLUX, passes: (ctx) => ({objects: readyComponent(ctx, 'flux2')}), fails: [{what: 'a part is gone', change: without('Deployment', 'flux-system/source-controller'), observed: /source-controller does not exist/}]},
  {check: 'gitops.kinds', platform: KEPT, passes: (ctx) => ({objects: readyComponent(ctx, 'argo-cd')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'applications.argoproj.io'), observed: /applications\.argoproj\.io does not exist/}]},
  {
    check: 'gitops.project',
    platform: ARGO,
    passes: (ctx) => ({objects: [project(ctx)]}),
    fails: [
      {what: 'it allows every repository', change: changed('AppProject', ({spec}) => ({spec: {...(spec as object), sourceRepos: ['*']}})), observed: /allows every repository/},
      {what: 'it allows every namespace', change: changed('AppProject', ({spec}) => ({spec: {...(spec as object), destinations: [{namespace: '*', server: 'https://kubernetes.default.svc'}]}})), observed: /allows every namespace/},
      {what: 'it allows every kind', change: changed('AppProject', ({spec}) => ({spec: {...(spec as object), clusterResourceWhitelist: [{group: '*', kind: '*'}]}})), observed: /allows every kind of the cluster/},
      {what: 'it names no kinds of namespaces', change: changed('AppProject', ({spec}) => ({spec: {...(spec as object), namespaceResourceWhitelist: undefined}})), observed: /allows every kind in its namespaces/},
      {what: 'it is gone', change: without('AppProject'), observed: /AppProject argocd\/platform does not exist/},
    ],
    skips: [{what: 'the tool is Flux', platform: FLUX, observed: /tool is flux/}],
  },
  {
    check: 'gitops.root',
    platform: ARGO,
    passes: (ctx) => ({objects: [root(ctx)]}),
    fails: [
      {what: 'it is gone', change: without('Application'), observed: /no platform that deploys/},
      {what: 'it is out of sync', change: changed('Application', () => outOfSync), observed: /is OutOfSync: Deployment demo\/demo/},
      {what: 'its repository cannot be read', change: changed('Application', ({status}) => ({status: {...(status as object), conditions: [{type: 'ComparisonError', message: 'authentication required'}]}})), observed: /ComparisonError: authentication required/},
    ],
  },
  {
    check: 'gitops.root',
    of: 'Flux',
    platform: FLUX,
    passes: (ctx) => ({objects: kustomizations(ctx).map(fluxReady)}),
    fails: [
      {what: 'it is suspended', change: changed('Kustomization', ({spec}) => ({spec: {...(spec as object), suspend: true}}), 'flux-system/platform'), observed: /is suspended/},
      {what: 'it does not build', change: changed('Kustomization', () => ({status: {observedGeneration: 1, conditions: [condition('Ready', 'False', 'BuildFailed', 'no such file')]}}), 'flux-system/platform'), observed: /Ready=False \(BuildFailed\) no such file/},
    ],
  },
  {
    check: 'gitops.deliveries',
    platform: ARGO,
    passes: (ctx) => ({objects: [root(ctx), ...applications(ctx), thing('argoproj.io/v1alpha1', 'Application', 'argocd/theirs', outOfSync)]}),
    fails: [
      {what: 'one is degraded', change: changed('Application', () => outOfSync, 'argocd/cert-manager'), observed: /cert-manager is OutOfSync/},
      {what: 'there is nothing', change: (world) => ({...world, objects: world.objects.filter(({metadata}) => metadata.name === 'theirs')}), observed: /deploys nothing of this platform/},
    ],
  },
  {
    check: 'gitops.deliveries',
    of: 'Flux',
    platform: FLUX,
    passes: (ctx) => ({objects: [gitRepository(ctx), ...kustomizations(ctx)].map(fluxReady), kinds: ['helm.toolkit.fluxcd.io/v2 HelmRelease']}),
    fails: [{what: 'the repository does not answer', change: changed('GitRepository', () => ({status: {observedGeneration: 1, conditions: [condition('Ready', 'False', 'GitOperationFailed', 'connection refused')]}})), observed: /GitOperationFailed\) connection refused/}],
  },
  {
    check: 'gitops.revision',
    platform: ARGO,
    context: withGit(),
    passes: (ctx) => ({objects: [root(ctx)]}),
    fails: [
      {what: 'an older commit is deployed', change: changed('Application', () => outOfSync), observed: /has bbbbbbbb, the branch aaaaaaaa/},
      {what: 'it does not say', change: changed('Application', () => ({status: {}})), observed: /does not say which commit/},
      {what: 'there is no root', change: without('Application'), observed: /no platform that deploys/},
    ],
    unknown: [{what: 'the branch has no commit', context: withGit([/ls-remote/, '']), observed: /no commit that can be seen/}],
    skips: [{what: 'nothing is handed over', platform: KEPT, observed: /handOver is off/}],
  },
  {
    check: 'gitops.committed',
    platform: ARGO,
    context: withGit(),
    passes: () => ({objects: []}),
    fails: [
      {what: 'a file is not committed', context: withGit([/^status/, ' M kp.yaml\0']), observed: /kp\.yaml is not committed/},
      {what: 'the remote is behind', context: withGit([/ls-remote/, `${OTHER}\trefs/heads/main\n`]), observed: /not as at origin/},
      {what: 'another branch is checked out', context: withGit([/symbolic-ref/, 'feature\n']), observed: /on the branch feature/},
      {what: 'it is in no repository', context: withGit([/show-prefix/, '', 128]), observed: /in no Git repository/},
    ],
    survives: {all: 'it asks git'},
  },
  {
    check: 'gitops.credentials',
    platform: {...KEPT, secrets: {git: 'env:GIT_TOKEN'}, phases: {gitops: {secret: 'git'}}},
    passes: () => ({objects: [thing('v1', 'Secret', 'argocd/kp-platform-repository')]}),
    fails: [{what: 'the Secret is gone', change: without('Secret'), observed: /kp-platform-repository does not exist/}],
    skips: [{what: 'none are given', platform: KEPT, observed: /secret is not given/}],
  },
  {
    check: 'gitops.initial-password',
    platform: KEPT,
    passes: () => ({objects: []}),
    fails: [{what: 'it is still there', change: withMore(thing('v1', 'Secret', 'argocd/argocd-initial-admin-secret')), observed: /argocd-initial-admin-secret is still there/}],
  },
  {
    check: 'gitops.one-owner',
    platform: ARGO,
    passes: (ctx) => ({objects: applications(ctx)}),
    fails: [
      {what: 'helm has a record too', change: withMore(record('cert-manager', 'cert-manager')), observed: /cert-manager is kept by Argo CD, and helm has a record/},
      {what: 'one is not handed over', change: without('Application', 'argocd/cert-manager'), observed: /cert-manager is not handed over/},
      {
        what: 'two keep it',
        change: (world, ctx) => withMore(thing('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'flux-system/cert-manager', {}, {labels: {[PLATFORM_LABEL]: ctx.spec.platform, [COMPONENT_LABEL]: 'cert-manager'}}))(world),
        observed: /cert-manager is kept by Argo CD and Flux/,
      },
    ],
  },
  {
    check: 'gitops.not-suspended',
    platform: ARGO,
    passes: (ctx) => ({objects: [root(ctx), ...applications(ctx), thing('argoproj.io/v1alpha1', 'Application', 'argocd/theirs')]}),
    fails: [
      {what: 'one is not synced by itself', change: changed('Application', ({spec}) => ({spec: {...(spec as object), syncPolicy: {}}}), 'argocd/cert-manager'), observed: /Application argocd\/cert-manager is not synced by itself/},
      {what: 'one is switched off', change: changed('Application', ({spec}) => ({spec: {...(spec as object), syncPolicy: {automated: {enabled: false}}}}), 'argocd/platform'), observed: /Application argocd\/platform is not synced by itself/},
    ],
    unknown: [{what: 'there is nothing', change: (world) => ({...world, objects: world.objects.filter(({metadata}) => metadata.name === 'theirs')}), observed: /deploys nothing/}],
  },
  {
    check: 'gitops.not-suspended',
    of: 'Flux',
    platform: FLUX,
    passes: (ctx) => ({objects: [gitRepository(ctx), ...kustomizations(ctx)].map(fluxReady), kinds: ['helm.toolkit.fluxcd.io/v2 HelmRelease']}),
    fails: [{what: 'one is suspended', change: changed('Kustomization', ({spec}) => ({spec: {...(spec as object), suspend: true}}), 'flux-system/platform'), observed: /Kustomization flux-system\/platform is suspended/}],
  },
  {
    check: 'gitops.not-stuck',
    platform: ARGO,
    passes: (ctx) => ({objects: [root(ctx), ...applications(ctx)]}),
    fails: [{what: 'a sync never ends', change: changed('Application', () => ({status: {operationState: {phase: 'Running', startedAt: minutesAgo(40), message: 'waiting for healthy state of batch/Job/migrate'}}}), 'argocd/cert-manager'), observed: /Application argocd\/cert-manager has been at work for 40 minutes: waiting for healthy state/}],
    unknown: [{what: 'there is nothing', change: () => ({objects: [], kinds: ['argoproj.io/v1alpha1 Application']}), observed: /deploys nothing/}],
  },
  {
    check: 'gitops.not-stuck',
    of: 'Flux',
    platform: FLUX,
    passes: (ctx) => ({objects: [gitRepository(ctx), ...kustomizations(ctx)].map(fluxReady), kinds: ['helm.toolkit.fluxcd.io/v2 HelmRelease']}),
    fails: [{what: 'one is reconciled for ever', change: changed('Kustomization', () => ({status: {observedGeneration: 1, conditions: [condition('Reconciling', 'True', 'Progressing', 'Reconciliation in progress')]}}), 'flux-system/platform'), observed: /has been at work for 50 minutes: Reconciliation in progress/}],
  },
]
