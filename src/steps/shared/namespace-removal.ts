/** The last step of a removal: namespaces that kp made go when nothing else is in them; others lose kp's labels. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {nameOf} from '../../checks/cluster.ts'
import {CHOICES} from '../../components/alternatives.ts'
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {mapParallel} from '../../engine/graph.ts'
import type {RemovalOptions, Standing} from '../../engine/types.ts'
import {deleteObject, labelObject} from '../../tools/kubectl.ts'

/** What every namespace has, or what goes with what is in it. */
const BELONGS: Record<string, RegExp> = {ConfigMap: /^kube-root-ca\.crt$/, ServiceAccount: /^default$/, Event: /./, Endpoints: /./, EndpointSlice: /./, Lease: /./, PodMetrics: /./, ControllerRevision: /./}

/** The phase with the removal of its namespaces, also those of its other choices. */
export function withNamespaces(phase: PlatformPhase): PlatformPhase {
  return {
    ...phase,
    afterRemoval(ctx) {
      const others = CHOICES.filter((choice) => choice.phase === phase.id).flatMap(({components}) => Object.values(components).flat()).filter((id) => ctx.catalog.has(id))
      return namespaceRemoval(phase.id, [...namespacesOf(ctx, phase), ...others.map((id) => ctx.catalog.get(id).namespace)])
    },
  }
}

/** The namespaces of a phase's components and sets. */
export function namespacesOf(ctx: PlatformContext, phase: PlatformPhase): string[] {
  return phase.steps(ctx).flatMap((step) => [
    ...(step.component === undefined ? [] : [ctx.catalog.get(step.component).namespace]),
    ...(step.manifests?.(ctx) ?? []).filter(({kind}) => kind === 'Namespace').map(({metadata}) => metadata.name),
  ])
}

/** A step that takes away namespaces. Only for removals: it is not among the steps of the phase. */
export function namespaceRemoval(phase: string, named: string[]): PlatformStep {
  const names = [...new Set(named)]
  const look = async (ctx: PlatformContext, options: RemovalOptions): Promise<{empty: string[]; full: {name: string; holds: string[]}[]}> => {
    const all = await (await ctx.cluster()).metadata('v1', 'Namespace')
    const own = names.filter((name) => all?.get(name)?.labels?.[PLATFORM_LABEL] === ctx.spec.platform)
    // One that is on its way out is waited for: until it is gone nothing can be made in it again.
    const looked = await Promise.all(own.map(async (name) => ({name, holds: all?.get(name)?.deletionTimestamp === undefined ? await contentsOf(ctx, name, options) : []})))
    return {empty: looked.filter(({holds}) => holds.length === 0).map(({name}) => name), full: looked.filter(({holds}) => holds.length > 0)}
  }
  return {
    id: `${phase}/namespaces`,
    title: 'Take away the namespaces',
    risk: 'disruptive',
    probe: () => Promise.resolve({state: 'satisfied', observed: 'only for removals'}),
    plan: () => Promise.resolve({lines: [], commands: []}),
    apply: () => Promise.resolve(),
    async standing(ctx, options): Promise<Standing> {
      const {empty, full} = await look(ctx, options)
      return {deletes: [...empty.map((name) => `Namespace ${name}`), ...full.map(({name}) => `kp's labels of Namespace ${name}`)], keeps: full.map(({name, holds}) => `Namespace ${name} with ${listed(holds)}`), blockers: []}
    },
    async undo(ctx, options = {withData: false}) {
      const {empty, full} = await look(ctx, options)
      for (const name of empty) await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}, {doing: `delete the empty namespace ${name}`})
      for (const {name} of full) await labelObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}, {[PLATFORM_LABEL]: undefined, 'app.kubernetes.io/managed-by': undefined}, {doing: `leave the namespace ${name} to those who use it`})
    },
  }
}

/** Everything in a namespace that would be lost with it. */
async function contentsOf(ctx: PlatformContext, namespace: string, options: RemovalOptions): Promise<string[]> {
  const cluster = await ctx.cluster()
  const kinds = (await cluster.api.kinds()).filter((kind) => kind.namespaced)
  const found = await mapParallel(kinds, 8, async ({apiVersion, kind}) => {
    const metas = await cluster.metadata(apiVersion, kind)
    return [...(metas?.values() ?? [])]
      .filter((meta) => meta.namespace === namespace && meta.deletionTimestamp === undefined && BELONGS[kind]?.test(meta.name) !== true)
      .filter((meta) => meta.labels?.['owner'] !== 'helm' && (meta.ownerReferences ?? []).length === 0)
      .filter((meta) => !(options.withData && kind === 'Secret' && meta.annotations?.['cert-manager.io/certificate-name'] !== undefined))
      .map((meta) => `${kind} ${nameOf(meta)}`)
      .filter((name) => options.goes?.has(name) !== true)
  })
  return [...new Set(found.flat())]
}

function listed(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}
