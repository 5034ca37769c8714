/** Which object of the cluster is kept by which step, told by labels and annotations alone. */
import type {PlatformPhase} from '../../src/context.ts'
import {applies} from '../../src/engine/applies.ts'
import {selectPhases} from '../../src/engine/plan.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {phases} from '../../src/steps/index.ts'
import {openContext} from './context.ts'
import type {TestPlatform} from './platform.ts'
import type {Snapshot} from './snapshot.ts'

/** A step with what it keeps in the cluster. */
export interface KeptByStep {
  step: string
  /** Its helm release, where it keeps one. */
  release?: {name: string; namespace: string}
  objects: KubeObject[]
}

/** The steps of a platform that keep objects, with them; from the registry and the cluster. */
export async function keptObjects(platform: TestPlatform, snapshot: Snapshot): Promise<KeptByStep[]> {
  const {ctx} = await openContext(platform)
  const steps = (selectPhases(phases, ctx).active as PlatformPhase[]).flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx))
  const kept = new Map<string, KeptByStep>()
  const releases = new Map<string, string>()
  for (const step of steps) {
    const component = step.component === undefined ? undefined : ctx.catalog.get(step.component)
    const isRelease = component !== undefined && component.install.method === 'helm'
    kept.set(step.id, {step: step.id, objects: [], ...(isRelease ? {release: {name: component.releaseName, namespace: component.namespace}} : {})})
    if (isRelease) releases.set(`${component.namespace}/${component.releaseName}`, step.id)
  }
  const byComponent = new Map(steps.flatMap((step) => (step.component === undefined ? [] : [[step.component, step.id]])))
  for (const object of snapshot.values()) {
    const owner = ownerOf(object, {releases, byComponent, namespaces: new Map([...kept.values()].flatMap(({step, release}) => (release === undefined ? [] : [[release.namespace, step]])))}, platform.name)
    if (owner !== undefined) kept.get(owner)?.objects.push(object)
  }
  return [...kept.values()].filter(({objects}) => objects.length > 0)
}

function ownerOf({kind, metadata}: KubeObject, known: {releases: Map<string, string>; byComponent: Map<string, string>; namespaces: Map<string, string>}, platform: string): string | undefined {
  const {labels = {}, annotations = {}} = metadata
  // Helm's record of a release is no object of it; what its loss means has a test of its own.
  if (isReleaseRecord({kind, metadata} as KubeObject)) return undefined
  const set = labels['kp.dev/set']
  if (set !== undefined) return set.replace('.', '/')
  const component = labels['kp.dev/component']
  if (component !== undefined) return known.byComponent.get(component)
  const release = annotations['meta.helm.sh/release-name']
  if (release !== undefined) return known.releases.get(`${annotations['meta.helm.sh/release-namespace']}/${release}`)
  // The namespace of a release is kept by the release's step.
  if (kind === 'Namespace' && labels['kp.dev/platform'] === platform) return known.namespaces.get(metadata.name)
  return undefined
}

/** Whether an object is helm's record of a revision. */
export function isReleaseRecord({kind, metadata}: KubeObject): boolean {
  return kind === 'Secret' && metadata.name.startsWith('sh.helm.release.v1.')
}
