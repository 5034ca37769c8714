/**
 * Another way of keeping a component: a GitOps tool does it. The step stays the
 * same for its phase; what it looks at and does follows who keeps the component
 * now, and who is to keep it.
 */
import type {PlatformContext, PlatformStep} from '../../../context.ts'
import {describeObject} from '../../../checks/objects.ts'
import {KpError} from '../../../engine/errors.ts'
import type {Difference, Probe} from '../../../engine/types.ts'
import type {HelmReleaseStep} from '../helm-release.ts'
import {onCluster} from '../on-cluster.ts'
import {describeRepair} from '../repair.ts'
import {NOTHING_STANDS} from '../standing.ts'
import {chartObjects, deliverNow, lookAtDelivered} from './delivered.ts'
import type {DeliveredLook} from './delivered.ts'
import {handToTool} from './hand-over.ts'
import {isReady, lookAtKeeping} from './keeping.ts'
import type {Keeping} from './keeping.ts'
import {keepingTool, TOOLS} from './names.ts'
import type {Tool} from './names.ts'
import {keeperObject} from './objects.ts'
import {takeFromTool} from './take-back.ts'

/** What the probe found, and what follows from it. */
type Found =
  | {does: 'keep'; own: Probe; next?: Tool}
  | {does: 'hand over'; to: Tool}
  | {does: 'take back'; from: Tool; keeping: Keeping}
  | {does: 'deliver'; by: Tool; look: DeliveredLook}

/**
 * The step of a component that a GitOps tool may keep.
 * @param own how kp keeps it; told whether its objects may be there without a release
 */
export function deliverable(options: HelmReleaseStep, own: (options: HelmReleaseStep) => PlatformStep): PlatformStep {
  const kept = own(options)
  const {component} = options
  const look = (ctx: PlatformContext): Promise<Probe> => lookOnce(ctx, options, kept)
  return onCluster({
    ...kept,
    retry: {tries: 3, delayMs: 3000, when: (error) => kept.retry?.when(error) === true || isGitBusy(error)},
    delivered: (ctx) => {
      const tool = keepingTool(ctx, component)
      return tool === undefined ? [] : [{file: `apps/${component}.yaml`, objects: [keeperObject(ctx, tool, component)]}]
    },
    // The phase hands over what is installed, and must not meet what is being installed.
    yieldsTo: (ctx) => (keepingTool(ctx, component) === undefined ? [] : ['gitops']),
    probe: look,
    plan(ctx, probe) {
      const found = (probe.data ?? {does: 'keep', own: probe}) as Found
      return found.does === 'keep' ? kept.plan(ctx, found.own) : Promise.resolve(planOf(ctx, component, found))
    },
    async apply(ctx, probe) {
      const found = ((probe.data as Found | undefined) ?? (await look(ctx)).data) as Found
      switch (found.does) {
        case 'keep':
          await kept.apply(ctx, found.own)
          if (found.next !== undefined) await handToTool(ctx, found.next, options)
          return
        case 'hand over':
          return handToTool(ctx, found.to, options)
        case 'take back':
          return takeFromTool(ctx, found.from, options, own({...options, takeOwnership: true}))
        case 'deliver':
          return deliverNow(ctx, found.by, options, found.look)
      }
    },
    async standing(ctx, removal) {
      const standing = (await kept.standing?.(ctx, removal)) ?? NOTHING_STANDS
      const {keeper} = await lookAtKeeping(ctx, component)
      if (keeper === undefined) return standing
      const {wanted} = await chartObjects(ctx, component)
      const stays = (name: string): boolean => standing.keeps.includes(name) || standing.deletes.includes(name)
      return {...standing, deletes: [describeObject(keeper.object), ...wanted.keys.map(describeObject).filter((name) => !stays(name)), ...standing.deletes]}
    },
    async undo(ctx, removal) {
      const {keeper} = await lookAtKeeping(ctx, component)
      // The tool would bring back what is removed.
      if (keeper !== undefined) await takeFromTool(ctx, keeper.tool, options, own({...options, takeOwnership: true}))
      ctx.changed()
      await kept.undo?.(ctx, removal)
    },
  })
}

/** Phases work side by side, and git takes one at a time. */
function isGitBusy(error: unknown): boolean {
  return error instanceof KpError && error.tool?.name === 'git' && /index\.lock|cannot lock ref/.test(error.tool.output)
}

async function lookOnce(ctx: PlatformContext, options: HelmReleaseStep, kept: PlatformStep): Promise<Probe> {
  const keeping = await lookAtKeeping(ctx, options.component)
  const wanted = keepingTool(ctx, options.component)
  const now = keeping.keeper?.tool
  if (now !== undefined && now !== wanted) return takeBack(keeping, now)
  if (now === undefined || keeping.both) return now === undefined ? lookAtOwn(ctx, kept, wanted) : handOver(now, options.component)
  const look = await lookAtDelivered(ctx, now, options)
  const found: Found = {does: 'deliver', by: now, look}
  if (look.differences.length === 0) return {state: 'satisfied', observed: `${look.count} objects as wanted, kept by ${TOOLS[now].title}`, data: found}
  return {state: 'drifted', observed: `${TOOLS[now].title} keeps it, and ${look.differences.length} ${look.differences.length === 1 ? 'thing is' : 'things are'} not as wanted`, differences: look.differences, data: found}
}

async function lookAtOwn(ctx: PlatformContext, kept: PlatformStep, wanted: Tool | undefined): Promise<Probe> {
  const own = await kept.probe(ctx)
  // Until the tool is set up kp keeps the component itself; the phase gitops hands it over.
  const ready = wanted !== undefined && (await isReady(ctx, wanted))
  if (own.state === 'satisfied' && ready) return handOver(wanted, kept.component ?? '')
  return {...own, data: {does: 'keep', own, ...(ready ? {next: wanted} : {})} satisfies Found}
}

function handOver(tool: Tool, component: string): Probe {
  const differences: Difference[] = [{object: `component ${component}`, field: 'kept by', wanted: TOOLS[tool].title, seen: 'kp'}]
  return {state: 'drifted', observed: `kp keeps it, and kp.yaml hands it over to ${TOOLS[tool].title}`, differences, data: {does: 'hand over', to: tool} satisfies Found}
}

function takeBack(keeping: Keeping, from: Tool): Probe {
  const differences: Difference[] = [{object: `component ${keeping.keeper?.object.metadata.name}`, field: 'kept by', wanted: 'kp', seen: TOOLS[from].title}]
  return {state: 'drifted', observed: `${TOOLS[from].title} keeps it, and kp.yaml takes it back`, differences, data: {does: 'take back', from, keeping} satisfies Found}
}

function planOf(ctx: PlatformContext, component: string, found: Exclude<Found, {does: 'keep'}>): {lines: string[]; commands: string[]} {
  const file = `clusters/${ctx.spec.environment.name}/gitops/apps/${component}.yaml`
  const entry = ctx.catalog.get(component)
  switch (found.does) {
    case 'hand over': {
      const {title, namespace, keeper} = TOOLS[found.to]
      return {
        lines: [`let ${title} keep ${entry.title}: ${keeper.kind} ${namespace}/${component}`, ...(found.to === 'argo-cd' ? [`take away helm's record of ${entry.releaseName}; the objects stay as they are`] : [])],
        commands: ['git commit && git push', `kubectl apply --server-side --field-manager=kp -f ${file}`, ...(found.to === 'argo-cd' ? [`kubectl -n ${entry.namespace} delete secret -l owner=helm,name=${entry.releaseName}`] : [])],
      }
    }
    case 'take back': {
      const {title, namespace, keeper} = TOOLS[found.from]
      return {
        lines: [`take ${entry.title} back from ${title}; the objects stay as they are`, `delete ${keeper.kind} ${namespace}/${component} without what it keeps`],
        commands: [`helm upgrade --install --take-ownership ${entry.releaseName} …`, `kubectl -n ${namespace} delete ${keeper.kind.toLowerCase()} ${component}`],
      }
    }
    case 'deliver':
      return {lines: [...describeRepair(found.look.base), ...found.look.said], commands: ['git commit && git push', `kubectl apply --server-side --field-manager=kp -f ${file}`]}
  }
}
