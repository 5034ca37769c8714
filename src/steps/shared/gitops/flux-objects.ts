/** What Flux is told: the repository, what to apply from it in which order, one HelmRelease for each component. Pure. */
import {COMPONENT_LABEL, ownLabels} from '../../../checks/labels.ts'
import type {ManifestContext} from '../../../context.ts'
import {platformValues} from '../../../components/platform-values.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {SOPS_SECRET} from '../sops-key.ts'
import {chartPlace, repositoryName} from './chart-place.ts'
import {CREDENTIALS, environmentPath, fluxAddress, handedOver, repositoryOf, ROOT, SOURCES, TOOLS} from './names.ts'

const {namespace: FLUX, keeper: HELM_RELEASE, ready: GIT_REPOSITORY} = TOOLS.flux
const SOURCE_API = 'source.toolkit.fluxcd.io/v1'
export const KUSTOMIZATION = {apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization'} as const

/** The HelmRelease of a component: of the same name and in the same namespace as kp's, so that Flux goes on with that release. */
export function helmReleaseOf(ctx: ManifestContext, componentId: string): KubeObject {
  const component = ctx.catalog.get(componentId)
  const {name, version, repository} = chartPlace(ctx, componentId)
  const others = handedOver(ctx)
  const after = component.dependsOn.filter((id) => others.includes(id))
  // Servers of Vault are not ready until a person has unsealed them: whoever waits for that gives up, and takes Vault away.
  const unwaited = componentId === 'vault' && ctx.spec.phases.secrets.vault.unseal === 'keys' ? {disableWait: true} : {}
  return {
    ...HELM_RELEASE,
    metadata: {name: componentId, namespace: FLUX, labels: {...ownLabels(ctx), [COMPONENT_LABEL]: componentId}},
    spec: {
      interval: interval(ctx),
      suspend: false,
      releaseName: component.releaseName,
      targetNamespace: component.namespace,
      storageNamespace: component.namespace,
      chart: {spec: {chart: name, version, sourceRef: {kind: 'HelmRepository', name: repositoryName(repository)}}},
      ...(after.length === 0 ? {} : {dependsOn: after.map((id) => ({name: id}))}),
      install: {crds: 'CreateReplace', ...unwaited, remediation: {retries: 3}},
      upgrade: {crds: 'CreateReplace', ...unwaited, remediation: {retries: 3}},
      driftDetection: {mode: ctx.spec.phases.gitops.selfHeal ? 'enabled' : 'warn'},
      values: platformValues(ctx, componentId).values,
    },
  }
}

/** The repositories of the charts that Flux keeps. */
export function helmRepositories(ctx: ManifestContext): KubeObject[] {
  const places = new Map(handedOver(ctx).map((id) => chartPlace(ctx, id)).map((place) => [repositoryName(place.repository), place]))
  return [...places.keys()].toSorted().flatMap((name) => {
    const place = places.get(name)
    if (place === undefined) return []
    return [{apiVersion: SOURCE_API, kind: 'HelmRepository', metadata: {name, namespace: FLUX, labels: ownLabels(ctx)}, spec: {interval: '1h', url: place.repository, ...(place.oci ? {type: 'oci'} : {})}}]
  })
}

/** The repository of the platform. */
export function gitRepository(ctx: ManifestContext): KubeObject {
  const {branch, secret} = ctx.spec.phases.gitops
  return {
    ...GIT_REPOSITORY,
    metadata: {name: ROOT, namespace: FLUX, labels: ownLabels(ctx)},
    spec: {interval: interval(ctx), url: fluxAddress(repositoryOf(ctx)), ref: {branch}, ...(secret === undefined ? {} : {secretRef: {name: CREDENTIALS}})},
  }
}

/** What is applied from the repository: chart repositories first, then the releases. Deleting either leaves what it applied. */
export function kustomizations(ctx: ManifestContext): KubeObject[] {
  const sources = handedOver(ctx).length > 0
  return [
    ...(sources ? [kustomization(ctx, SOURCES, 'sources', [])] : []),
    kustomization(ctx, ROOT, 'apps', sources ? [SOURCES] : []),
  ]
}

function kustomization(ctx: ManifestContext, name: string, folder: string, after: string[]): KubeObject {
  return {
    ...KUSTOMIZATION,
    metadata: {name, namespace: FLUX, labels: ownLabels(ctx)},
    spec: {
      interval: interval(ctx),
      path: `./${environmentPath(ctx)}/gitops/${folder}`,
      prune: ctx.spec.phases.gitops.prune,
      deletionPolicy: 'Orphan',
      wait: true,
      timeout: '5m',
      ...decryption(ctx),
      sourceRef: {kind: GIT_REPOSITORY.kind, name: ROOT},
      ...(after.length === 0 ? {} : {dependsOn: after.map((id) => ({name: id}))}),
    },
  }
}

/** With what Flux opens what SOPS has encrypted: the age key that kp hands over, else the role of its pod for a KMS key. */
function decryption({spec}: ManifestContext): Record<string, unknown> {
  const {enabled, git, sops} = spec.phases.secrets
  if (!enabled || git !== 'sops') return {}
  return {decryption: {provider: 'sops', ...(sops.ageKey === undefined ? {} : {secretRef: {name: SOPS_SECRET.name}})}}
}

/** Flux knows hours, minutes and seconds. */
function interval(ctx: ManifestContext): string {
  const text = ctx.spec.phases.gitops.interval
  const hours = text.endsWith('d') ? 24 : text.endsWith('w') ? 168 : undefined
  return hours === undefined ? text : `${Number.parseInt(text, 10) * hours}h`
}
