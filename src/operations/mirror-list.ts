/** What an air-gapped mirror must hold for a platform: charts and images of the phases that it has. Without a cluster. */
import {chartFor} from '../components/compatibility.ts'
import {copySource, copyTarget, imagesIn} from '../components/images.ts'
import {componentImages, relocateImage} from '../components/objects.ts'
import {platformValues} from '../components/platform-values.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../context.ts'
import {applies} from '../engine/applies.ts'
import type {MirrorListResult} from '../ui/results.ts'

type Chart = MirrorListResult['charts'][number]
type Image = MirrorListResult['images'][number]

/** What decides the list. */
export type MirrorContext = ManifestContext

/** Makes the list. Nothing is asked of a cluster or of a registry. */
export function mirrorListOf(ctx: MirrorContext): MirrorListResult {
  const {charts: {mirror: charts = null}, images: {mirror: images = null}, environment} = ctx.spec
  // As upstream has them: where they go is said by the mirror.
  const upstream: MirrorContext = {...ctx, spec: {...ctx.spec, images: {}}}
  const steps = stepsOf(upstream)
  const components = [...new Set(steps.flatMap(({component}) => component ?? []))].toSorted()
  const wanted = new Map<string, Set<string>>()
  const want = (image: string, by: string): unknown => wanted.set(image, (wanted.get(image) ?? new Set()).add(by))
  for (const id of components) for (const image of componentImages(ctx.catalog.get(id), platformValues(upstream, id).values)) want(image, id)
  for (const step of steps) for (const image of imagesIn(objectsOf(step, upstream))) want(image, step.id)
  return {
    schema: 'kp/mirror-list/v1',
    environment: environment.name,
    cluster: environment.cluster,
    mirror: {charts, images},
    charts: components.map((id) => chartOf(ctx, id, charts)),
    images: [...wanted].map(([image, by]) => imageOf(image, [...by].toSorted(), images)).toSorted((a, b) => (a.image < b.image ? -1 : 1)),
    notes: components.flatMap((id) => {
      const version = ctx.spec.components[id]?.version
      return version === undefined ? [] : [`components.${id}.version is ${version}: the images are those of kp's own version, hold them against the chart of yours`]
    }),
  }
}

/** The steps of the phases that the platform has. */
function stepsOf(ctx: MirrorContext): PlatformStep[] {
  const applying = ctx.phases.filter((phase) => applies(phase, ctx))
  // What a step asks here is answered by the spec alone.
  return applying.flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx as PlatformContext))
}

/** What a step keeps, but for the simulation of a lab: its images are those of the components. */
function objectsOf(step: PlatformStep, ctx: MirrorContext): unknown[] {
  return (step.objects?.(ctx) ?? []).filter(({kind}) => kind !== 'Stage')
}

function chartOf(ctx: MirrorContext, component: string, mirror: string | null): Chart {
  const {name, repository, version} = chartFor(ctx.catalog.get(component), ctx.spec.kubernetes.version)
  const place = repository.replace(/\/+$/, '')
  const oci = place.startsWith('oci://')
  return {component, name, version, repository: place, pull: oci ? `${place}/${name} --version ${version}` : `${name} --repo ${place} --version ${version}`, target: mirror === null ? null : chartTarget(mirror, name, version)}
}

function chartTarget(mirror: string, name: string, version: string): string {
  const place = mirror.replace(/(.)\/+$/, '$1')
  return place.startsWith('oci://') ? `${place}/${name}:${version}` : `${place}/${name}-${version}.tgz`
}

function imageOf(image: string, usedBy: string[], mirror: string | null): Image {
  return {image, source: copySource(image), target: mirror === null ? null : copyTarget(relocateImage(image, mirror)), usedBy}
}
