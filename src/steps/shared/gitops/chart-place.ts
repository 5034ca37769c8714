/** Where a GitOps tool finds the chart of a component: in the cluster there is no folder of this machine. Pure. */
import type {ManifestContext} from '../../../context.ts'
import {chartFor} from '../../../components/compatibility.ts'

/** A chart as a controller in the cluster gets it. */
export interface ChartPlace {
  /** `https://…`, or `oci://…` without the chart's name. */
  repository: string
  name: string
  version: string
  oci: boolean
}

/** The mirror of kp.yaml, where it is one that the cluster can reach, else the chart's own repository. */
export function chartPlace(ctx: ManifestContext, componentId: string): ChartPlace {
  const {name, repository, version} = chartFor(ctx.catalog.get(componentId), ctx.spec.kubernetes.version)
  const {mirror} = ctx.spec.charts
  const place = (mirror !== undefined && isReachable(mirror) ? mirror : repository).replace(/\/+$/, '')
  return {repository: place, name, version, oci: place.startsWith('oci://')}
}

/** Whether a mirror is more than a folder of this machine. */
export function isReachable(mirror: string): boolean {
  return /^(oci|https?):\/\//.test(mirror)
}

/** A name for a repository that is a DNS label: `oci://quay.io/jetstack/charts` becomes `quay-io-jetstack-charts`. */
export function repositoryName(repository: string): string {
  return repository.replace(/^[a-z]+:\/\//, '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 63)
}
