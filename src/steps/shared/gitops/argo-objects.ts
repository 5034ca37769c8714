/** What Argo CD is told: a project with least rights, the root of the app of apps, one Application for each component. Pure. */
import {COMPONENT_LABEL, ownLabels} from '../../../checks/labels.ts'
import type {ManifestContext} from '../../../context.ts'
import {objectNames} from '../../../components/objects.ts'
import {platformValues} from '../../../components/platform-values.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {chartPlace} from './chart-place.ts'
import {environmentPath, handedOver, MARKER, repositoryOf, ROOT, TOOLS} from './names.ts'

const {namespace: ARGOCD, keeper: APPLICATION, ready: PROJECT} = TOOLS['argo-cd']
const CLUSTER = 'https://kubernetes.default.svc'

/** Kinds that charts make in a namespace, besides those that the catalog names. */
const USUAL = [
  ['', 'ConfigMap'], ['', 'Secret'], ['', 'Service'], ['', 'ServiceAccount'],
  ['apps', 'DaemonSet'], ['apps', 'Deployment'], ['apps', 'StatefulSet'], ['batch', 'CronJob'], ['batch', 'Job'],
  ['networking.k8s.io', 'NetworkPolicy'], ['policy', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io', 'Role'], ['rbac.authorization.k8s.io', 'RoleBinding'],
  ['cert-manager.io', 'Certificate'], ['cert-manager.io', 'Issuer'],
  ['monitoring.coreos.com', 'PodMonitor'], ['monitoring.coreos.com', 'PrometheusRule'], ['monitoring.coreos.com', 'ServiceMonitor'],
] as const

/** Differences that are nobody's mistake: charts that make certificates at each rendering, and CAs that are injected later. */
const IGNORED = [
  {group: '', kind: 'Secret', jsonPointers: ['/data']},
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({group: 'admissionregistration.k8s.io', kind, jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle']})),
]

/** The Application of a component. Without a finalizer: deleting it leaves the objects. */
export function application(ctx: ManifestContext, componentId: string): KubeObject {
  const component = ctx.catalog.get(componentId)
  const {repository, name, version, oci} = chartPlace(ctx, componentId)
  return {
    ...APPLICATION,
    metadata: {name: componentId, namespace: ARGOCD, annotations: {'argocd.argoproj.io/sync-wave': String(component.upgradeOrder)}, labels: {...ownLabels(ctx), [COMPONENT_LABEL]: componentId}},
    spec: {
      project: ROOT,
      destination: {server: CLUSTER, namespace: component.namespace},
      sources: [
        {
          // Argo CD names registries without their scheme.
          repoURL: oci ? repository.replace('oci://', '') : repository,
          chart: name,
          targetRevision: version,
          helm: {releaseName: component.releaseName, valueFiles: [`$values/${environmentPath(ctx)}/${componentId}/values.yaml`]},
        },
        {repoURL: repositoryOf(ctx), targetRevision: ctx.spec.phases.gitops.branch, ref: 'values'},
      ],
      ignoreDifferences: IGNORED,
      syncPolicy: syncPolicy(ctx, ['ServerSideApply=true', 'RespectIgnoreDifferences=true', 'ApplyOutOfSyncOnly=true']),
    },
  }
}

/** The root: it deploys the Applications that lie in the repository. */
export function rootApplication(ctx: ManifestContext): KubeObject {
  return {
    ...APPLICATION,
    metadata: {name: ROOT, namespace: ARGOCD, labels: ownLabels(ctx)},
    spec: {
      project: ROOT,
      destination: {server: CLUSTER, namespace: ARGOCD},
      source: {repoURL: repositoryOf(ctx), targetRevision: ctx.spec.phases.gitops.branch, path: `${environmentPath(ctx)}/gitops/apps`, directory: {recurse: false}},
      syncPolicy: syncPolicy(ctx, ['ServerSideApply=true']),
    },
  }
}

/** The project: this repository and the charts' own, the namespaces and kinds that kp renders, and nothing else. */
export function project(ctx: ManifestContext): KubeObject {
  const components = handedOver(ctx)
  const objects = components.flatMap((id) => objectNames(ctx.catalog.get(id), platformValues(ctx, id).values, {atRuntime: true}))
  const namespaces = [ARGOCD, ...components.map((id) => ctx.catalog.get(id).namespace), ...objects.flatMap(({kind, name, namespace}) => (kind === 'Namespace' ? [name] : (namespace ?? [])))]
  const kinds = (named: typeof objects): string[][] => named.map(({apiVersion, kind}) => [apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind])
  const repositories = components.map((id) => chartPlace(ctx, id)).map(({repository, oci}) => (oci ? repository.replace('oci://', '') : repository))
  return {
    ...PROJECT,
    metadata: {name: ROOT, namespace: ARGOCD, labels: ownLabels(ctx)},
    spec: {
      description: `What kp hands over on ${ctx.spec.platform}`,
      sourceRepos: [...new Set([repositoryOf(ctx), ...repositories])],
      destinations: [...new Set(namespaces)].toSorted().map((namespace) => ({server: CLUSTER, namespace})),
      clusterResourceWhitelist: listed(kinds(objects.filter(({namespace}) => namespace === undefined))),
      namespaceResourceWhitelist: listed([['argoproj.io', APPLICATION.kind], ...USUAL, ...kinds(objects.filter(({namespace}) => namespace !== undefined))]),
    },
  }
}

/** Comes from Git and nowhere else. */
export function marker(ctx: ManifestContext, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: MARKER, namespace, labels: ownLabels(ctx)},
    data: {platform: ctx.spec.platform, environment: ctx.spec.environment.name},
  }
}

/** Charts in registries are known to Argo CD by a Secret without credentials; Argo CD names the kind of repository there alone. */
export function registries(ctx: ManifestContext): KubeObject[] {
  const places = handedOver(ctx).map((id) => chartPlace(ctx, id)).filter(({oci}) => oci)
  return [...new Set(places.map(({repository}) => repository.replace('oci://', '')))].toSorted().map((url) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {name: `kp-charts-${url.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.slice(0, 63), namespace: ARGOCD, labels: {'argocd.argoproj.io/secret-type': 'repository'}},
    data: encoded({type: 'helm', name: url, url, enableOCI: 'true'}),
  }))
}

/** Values of a Secret's `data`. */
export function encoded(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))
}

function syncPolicy(ctx: ManifestContext, syncOptions: string[]): Record<string, unknown> {
  const {prune, selfHeal} = ctx.spec.phases.gitops
  return {automated: {prune, selfHeal}, syncOptions, retry: {limit: 5, backoff: {duration: '10s', factor: 2, maxDuration: '3m'}}}
}

function listed(kinds: readonly (readonly string[])[]): {group: string; kind: string}[] {
  const unique = new Map(kinds.map(([group = '', kind = '']) => [`${group}/${kind}`, {group, kind}]))
  return [...unique.keys()].toSorted().flatMap((key) => unique.get(key) ?? [])
}
