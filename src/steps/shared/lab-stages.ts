/** Builder: the simulation of a component's controllers, in the lab only. */
import {readFileSync} from 'node:fs'
import {parseAllDocuments} from 'yaml'
import {relocateImage} from '../../components/objects.ts'
import type {Component} from '../../components/types.ts'
import {componentStages} from '../../providers/lab/stages.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from './manifest-set.ts'

/** A step that lets the lab answer for the controllers of a component; the definitions of its kinds must be there before. */
export function labStages(id: string, component: string): PlatformStep {
  const stages = manifestSet({
    id,
    title: `Simulate the controllers of ${component}`,
    appliesTo: (ctx) => (ctx.provider.simulated ? true : 'only the lab simulates controllers'),
    render: false,
    objects: (ctx) => componentStages(ctx.home, component).flatMap((path) => readStages(moveImages(readFileSync(path, 'utf8'), ctx.catalog.get(component), ctx.spec.images.mirror))),
  })
  return {
    ...stages,
    async apply(ctx, probe) {
      if ((await ctx.presence()).state === 'running') await kindsDescribed(ctx, stages.objects?.(ctx) ?? [])
      await stages.apply(ctx, probe)
    },
  }
}

/** How long the API server may take to describe kinds that are new; large definitions on a busy machine take many seconds. */
const DESCRIBED_MS = 60_000
const LOOK_MS = 500

/**
 * Waits until the API server describes (OpenAPI) the kinds that the stages are about: kwok reads the description when it
 * sees a stage, and where there is none yet it never looks at the kind again. Kinds that the cluster has not are not waited for.
 */
export async function kindsDescribed(ctx: Pick<PlatformContext, 'cluster' | 'clock' | 'signal'>, stages: KubeObject[]): Promise<void> {
  const {api} = await ctx.cluster()
  const until = ctx.clock.now() + DESCRIBED_MS
  const groups = new Map<string, Set<string>>()
  for (const {apiGroup, kind} of stages.map((stage) => (stage['spec'] as {resourceRef: {apiGroup: string; kind: string}}).resourceRef)) {
    if (!apiGroup.includes('.') || (await api.resource(apiGroup, kind)) === undefined) continue
    groups.set(apiGroup, (groups.get(apiGroup) ?? new Set()).add(kind))
  }
  await Promise.all([...groups].map(async ([group, kinds]) => {
    while (!areDescribed(await api.get(`/openapi/v3/apis/${group}`), kinds) && ctx.clock.now() < until && !ctx.signal.aborted) await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }))
}

/** Whether the description of a group has all of these kinds. */
function areDescribed(answer: unknown, kinds: Set<string>): boolean {
  const {paths = {}} = (answer ?? {}) as {paths?: Record<string, {get?: {'x-kubernetes-group-version-kind'?: {kind?: string}}}>}
  const described = new Set(Object.entries(paths).flatMap(([path, item]) => (path.endsWith('/{name}') ? [item.get?.['x-kubernetes-group-version-kind']?.kind] : [])))
  return [...kinds].every((kind) => described.has(kind))
}

/**
 * The text of a stage with the component's images at their place in the mirror: the pods that a controller would make come from there too.
 * Stages name images as the catalog does.
 */
export function moveImages(text: string, component: Component, mirror: string | undefined): string {
  const images = [...component.extraImages.map(({image}) => image), ...component.workloads.flatMap(({containers}) => containers.map(({image}) => image))]
  return images.reduce((moved, image) => moved.replaceAll(image, relocateImage(image, mirror)), text)
}

function readStages(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => ('toJS' in document ? ((document.toJS() as KubeObject | null) ?? []) : []))
}
