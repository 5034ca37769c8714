/** How clusters/ is laid out for tools other than kp: kustomize or helmfile. */
import {stringify} from 'yaml'
import {chartFor} from '../../components/compatibility.ts'
import type {ManifestContext, PlatformContext, RepositoryFile} from '../../context.ts'
import {applies} from '../../engine/applies.ts'
import {environmentFiles} from '../../render/content.ts'

const HEADER = '# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render\n'

/** A chart as another tool installs it. */
interface ChartOf {
  id: string
  chart: string
  repository: string
  oci: boolean
  version: string
  release: string
  namespace: string
}

/** The file that holds an environment together. */
export function layoutFile(ctx: ManifestContext): RepositoryFile {
  const base = `clusters/${ctx.spec.environment.name}`
  const manifests = environmentFiles(ctx).map(({path}) => path.slice(base.length + 1)).filter((path) => !path.endsWith('/values.yaml') && !path.startsWith('gitops/'))
  const charts = chartsOf(ctx)
  return ctx.spec.phases.deliverables.layout === 'helmfile'
    ? {path: `${base}/helmfile.yaml`, text: `${HEADER}# helmfile --environment default diff. Manifests besides the charts: ${manifests.length} files beside this one.\n${yaml(helmfile(charts))}`}
    : {path: `${base}/kustomization.yaml`, text: `${HEADER}# kubectl kustomize --enable-helm . shows everything at once; kp up applies it in an order that works.\n${yaml(kustomization(charts, manifests))}`}
}

function kustomization(charts: ChartOf[], manifests: string[]): unknown {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: manifests,
    helmCharts: charts.map(({id, chart, repository, version, release, namespace}) => ({name: chart, repo: repository, version, releaseName: release, namespace, valuesFile: `${id}/values.yaml`, includeCRDs: true})),
  }
}

function helmfile(charts: ChartOf[]): unknown {
  const repositories = new Map(charts.map(({repository, oci}) => [repository, oci]))
  const names = new Map([...repositories.keys()].map((repository) => [repository, nameOf(repository)]))
  return {
    repositories: [...repositories].map(([repository, oci]) => ({name: names.get(repository), url: oci ? repository.replace('oci://', '') : repository, ...(oci ? {oci: true} : {})})),
    releases: charts.map(({id, chart, repository, version, release, namespace}) => ({name: release, namespace, createNamespace: true, chart: `${names.get(repository)}/${chart}`, version, values: [`${id}/values.yaml`]})),
  }
}

/** A name that is the same for the same address, and another for another. */
function nameOf(repository: string): string {
  return repository.replace(/^[a-z]+:\/\//, '').replaceAll(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '').toLowerCase()
}

/** The charts of an environment, in the order in which they are brought up. */
function chartsOf(ctx: ManifestContext): ChartOf[] {
  // What a step asks here is answered by the spec alone.
  const steps = ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx as PlatformContext))
  const ids = [...new Set(steps.flatMap(({component}) => component ?? []))]
  const components = ids.map((id) => ctx.catalog.get(id)).toSorted((a, b) => a.upgradeOrder - b.upgradeOrder || (a.id < b.id ? -1 : 1))
  return components.map((component) => {
    const {name, repository, version} = chartFor(component, ctx.spec.kubernetes.version)
    const place = (ctx.spec.charts.mirror?.startsWith('oci://') === true ? ctx.spec.charts.mirror : repository).replace(/\/+$/, '')
    return {id: component.id, chart: name, repository: place, oci: place.startsWith('oci://'), version: ctx.spec.components[component.id]?.version ?? version, release: component.releaseName, namespace: component.namespace}
  })
}

function yaml(value: unknown): string {
  return stringify(value, {version: '1.1', lineWidth: 0, aliasDuplicateObjects: false})
}
