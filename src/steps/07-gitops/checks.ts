/** Checks of phase 7. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {check, definitionsEstablished, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {readRevisions} from '../../checks/helm-records.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {KUSTOMIZATION} from '../shared/gitops/flux-objects.ts'
import {keepers} from '../shared/gitops/keeping.ts'
import {CREDENTIALS, handedOver, ROOT, TOOLS, toolOf} from '../shared/gitops/names.ts'
import type {Tool} from '../shared/gitops/names.ts'
import {keepingChecks} from './checks-keeping.ts'
import {isDelivered, lookAtGit, wantedRevision} from '../shared/gitops/repository.ts'
import {deliveryStatus} from '../shared/gitops/status.ts'

const INITIAL_PASSWORD = 'argocd-initial-admin-secret'
const only = (tool: Tool) => (ctx: PlatformContext): true | string => (toolOf(ctx) === tool ? true : `phases.gitops.tool is ${ctx.spec.phases.gitops.tool}`)
const handsOver = (ctx: PlatformContext): true | string => (ctx.spec.phases.gitops.handOver ? true : 'phases.gitops.handOver is off')

/** The root: what deploys from the repository. */
async function rootOf(ctx: PlatformContext): Promise<KubeObject | undefined> {
  const kind = toolOf(ctx) === 'flux' ? KUSTOMIZATION : TOOLS['argo-cd'].keeper
  return (await ctx.cluster()).get(kind.apiVersion, kind.kind, ROOT, TOOLS[toolOf(ctx) ?? 'argo-cd'].namespace)
}

/** Every object of this platform that the tool works on. */
async function deliveries(ctx: PlatformContext): Promise<KubeObject[]> {
  const cluster = await ctx.cluster()
  const kinds = toolOf(ctx) === 'flux' ? [TOOLS.flux.ready, KUSTOMIZATION, TOOLS.flux.keeper] : [TOOLS['argo-cd'].keeper]
  const lists = await Promise.all(kinds.map(({apiVersion, kind}) => cluster.listKnown(apiVersion, kind)))
  return lists.flat().filter(({metadata}) => metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform)
}

/** The tool, what it may do, what it deploys, and who owns what. */
export const checks: PlatformCheck[] = [
  {
    ...workloadsReady({id: 'gitops.ready', title: 'The GitOps tool is ready', component: 'argo-cd', pitfalls: ['KP0701']}),
    run: (ctx) => workloadsReady({id: 'gitops.ready', title: '', component: TOOLS[toolOf(ctx) ?? 'argo-cd'].component}).run(ctx),
  },
  {
    ...definitionsEstablished({id: 'gitops.kinds', title: 'The kinds of the GitOps tool are established', component: 'argo-cd', pitfalls: ['KP0706']}),
    run: (ctx) => definitionsEstablished({id: 'gitops.kinds', title: '', component: TOOLS[toolOf(ctx) ?? 'argo-cd'].component}).run(ctx),
  },
  check({
    id: 'gitops.project',
    title: 'The project of Argo CD allows what kp renders and not everything',
    pitfalls: ['KP0703'],
    appliesTo: only('argo-cd'),
    async run(ctx) {
      const {ready, namespace} = TOOLS['argo-cd']
      const project = await (await ctx.cluster()).get(ready.apiVersion, ready.kind, ROOT, namespace)
      if (project === undefined) return {status: 'fail', observed: `${ready.kind} ${namespace}/${ROOT} does not exist`, expected: 'kp up makes it'}
      return verdict(complainAboutProject(project), 'this repository, named namespaces and kinds', 'no "*" among repositories, namespaces and kinds')
    },
  }),
  check({
    id: 'gitops.root',
    title: 'The root is synced and healthy: what is in Git is deployed',
    pitfalls: ['KP0704', 'KP0707'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const root = await rootOf(ctx)
      if (root === undefined) return {status: 'fail', observed: `there is no ${ROOT} that deploys from the repository`, expected: 'kp up makes it'}
      return verdict(complaintsOf(root), `${root.kind} ${nameOf(root.metadata)} is synced and healthy`, 'synced and healthy')
    },
  }),
  check({
    id: 'gitops.deliveries',
    title: 'Everything that the GitOps tool deploys is synced and healthy',
    pitfalls: ['KP0705', 'KP0701', 'KP0711'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const objects = await deliveries(ctx)
      if (objects.length === 0) return {status: 'fail', observed: 'the tool deploys nothing of this platform', expected: 'the root, and what is handed over'}
      return verdict(objects.flatMap(complaintsOf), `${objects.length} synced and healthy`, 'each synced and healthy, of the present generation')
    },
  }),
  ...keepingChecks(deliveries),
  check({
    id: 'gitops.revision',
    title: 'What is deployed is the last commit of the branch',
    severity: 'warning',
    pitfalls: ['KP0713'],
    simulated: simulatedControllers,
    appliesTo: handsOver,
    async run(ctx) {
      const wanted = await wantedRevision(ctx)
      if (wanted === undefined) return {status: 'unknown', observed: `the branch ${ctx.spec.phases.gitops.branch} has no commit that can be seen from here`}
      const objects = [await rootOf(ctx)].filter((object) => object !== undefined)
      if (objects.length === 0) return {status: 'fail', observed: `there is no ${ROOT} that deploys from the repository`, expected: 'kp up makes it'}
      const complaints = objects.flatMap((object) => {
        const {revision} = deliveryStatus(object)
        if (revision === undefined) return [`${object.kind} ${nameOf(object.metadata)} does not say which commit it has`]
        return revision === wanted ? [] : [`${object.kind} ${nameOf(object.metadata)} has ${revision.slice(0, 8)}, the branch ${wanted.slice(0, 8)}`]
      })
      return verdict(complaints, `commit ${wanted.slice(0, 8)}`, `commit ${wanted.slice(0, 8)} of ${ctx.spec.phases.gitops.branch}`)
    },
  }),
  check({
    id: 'gitops.committed',
    title: 'What kp rendered is committed and pushed',
    pitfalls: ['KP0708', 'KP0709'],
    appliesTo: handsOver,
    async run(ctx) {
      const look = await lookAtGit(ctx)
      if (isDelivered(look)) return {status: 'pass', observed: `commit ${look.head?.slice(0, 8)}${look.remote === undefined ? ', no remote is set' : ` at ${look.remote}`}`}
      const complaints = [...(look.refused === undefined ? [] : [look.refused.message]), ...look.changes.map((path) => `${path} is not committed`), ...(look.remote !== undefined && look.remoteHead !== look.head ? [`the branch is not as at ${look.remote}`] : [])]
      return verdict(complaints.length === 0 ? ['there is no commit yet'] : complaints, '', 'kp up commits and pushes')
    },
  }),
  check({
    id: 'gitops.credentials',
    title: 'The GitOps tool has the credentials for the repository',
    pitfalls: ['KP0704'],
    appliesTo: (ctx) => (ctx.spec.phases.gitops.secret === undefined ? 'phases.gitops.secret is not given' : true),
    async run(ctx) {
      const {namespace} = TOOLS[toolOf(ctx) ?? 'argo-cd']
      const secret = await (await ctx.cluster()).get('v1', 'Secret', CREDENTIALS, namespace)
      return verdict(secret === undefined ? [`Secret ${namespace}/${CREDENTIALS} does not exist`] : [], `Secret ${namespace}/${CREDENTIALS} is there`, 'a Secret with the credentials')
    },
  }),
  check({
    id: 'gitops.initial-password',
    title: 'The first password of Argo CD is retired',
    severity: 'warning',
    pitfalls: ['KP0702'],
    simulated: simulatedControllers,
    appliesTo: only('argo-cd'),
    async run(ctx) {
      const secret = await (await ctx.cluster()).get('v1', 'Secret', INITIAL_PASSWORD, TOOLS['argo-cd'].namespace)
      if (secret === undefined) return {status: 'pass', observed: `there is no Secret ${INITIAL_PASSWORD}`}
      return {
        status: 'fail',
        observed: `the Secret ${INITIAL_PASSWORD} is still there`,
        expected: 'a password of your own, or single sign-on, and no such Secret',
        evidence: ['argocd account update-password', `kubectl -n argocd delete secret ${INITIAL_PASSWORD}`],
      }
    },
  }),
  check({
    id: 'gitops.one-owner',
    title: 'Nothing is kept by two: by kp or by the GitOps tool',
    appliesTo: handsOver,
    pitfalls: ['KP0712'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const found = await keepers(ctx)
      const complaints: string[] = []
      for (const id of handedOver(ctx)) {
        const component = ctx.catalog.get(id)
        const own = found.filter(({object}) => object.metadata.name === id)
        if (own.length > 1) complaints.push(`${id} is kept by ${own.map(({tool}) => TOOLS[tool].title).join(' and ')}`)
        const records = await readRevisions(cluster, component.namespace, component.releaseName)
        if (own.some(({tool}) => tool === 'argo-cd') && records.length > 0) complaints.push(`${id} is kept by Argo CD, and helm has a record of the release ${component.namespace}/${component.releaseName} too`)
        if (own.length === 0) complaints.push(`${id} is not handed over`)
      }
      return verdict(complaints, `${handedOver(ctx).length} components, one owner each`, 'one owner each')
    },
  }),
]

/** Why an object is not well; what only has not begun is said too. */
function complaintsOf(object: KubeObject): string[] {
  const {well, complaints, doing} = deliveryStatus(object)
  return well ? [] : complaints.length > 0 ? complaints : [`${object.kind} ${nameOf(object.metadata)}: ${doing}`]
}

interface ProjectSpec {
  sourceRepos?: string[]
  destinations?: {namespace?: string; server?: string}[]
  clusterResourceWhitelist?: {group: string; kind: string}[]
  namespaceResourceWhitelist?: {group: string; kind: string}[]
}

function complainAboutProject(project: KubeObject): string[] {
  const spec = (project['spec'] ?? {}) as ProjectSpec
  const wide = (kinds: {kind: string}[] | undefined): boolean => kinds?.some(({kind}) => kind === '*') === true
  return [
    ...(spec.sourceRepos?.includes('*') === true ? ['the project allows every repository'] : []),
    ...(spec.destinations?.some(({namespace, server}) => namespace === '*' || server === '*') === true ? ['the project allows every namespace'] : []),
    ...(wide(spec.clusterResourceWhitelist) ? ['the project allows every kind of the cluster'] : []),
    // Argo CD takes a list that is missing for all kinds.
    ...(spec.namespaceResourceWhitelist === undefined || wide(spec.namespaceResourceWhitelist) ? ['the project allows every kind in its namespaces'] : []),
  ]
}
