/** A step: what earlier phases installed, before there was a tool, is handed over to it. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {applies} from '../../engine/applies.ts'
import type {Difference, Probe} from '../../engine/types.ts'
import {lookAtKeeping} from '../shared/gitops/keeping.ts'
import {handedOver, TOOLS, toolOf} from '../shared/gitops/names.ts'
import {onCluster} from '../shared/on-cluster.ts'

/** Hands over component by component, in the order of upgrades. Later ones are handed over by their own steps. */
export const handOver: PlatformStep = onCluster({
  id: 'gitops/hand-over',
  title: 'Hand over what kp installed',
  risk: 'none',
  timeoutMs: 30 * 60_000,
  appliesTo: (ctx) => (ctx.spec.phases.gitops.handOver ? true : 'phases.gitops.handOver is off'),
  async probe(ctx) {
    const waiting = await waitingOnes(ctx)
    const all = handedOver(ctx)
    const tool = toolOf(ctx)
    const title = tool === undefined ? '' : TOOLS[tool].title
    if (waiting.length === 0) return {state: 'satisfied', observed: `${title} keeps ${all.length} components`}
    const differences: Difference[] = waiting.map(({component}) => ({object: `component ${component}`, field: 'kept by', wanted: title, seen: 'kp'}))
    return {state: waiting.length === all.length ? 'absent' : 'drifted', observed: `kp still keeps ${waiting.length} of ${all.length} components`, differences}
  },
  plan: (ctx, probe) => Promise.resolve({lines: (probe.differences ?? []).map(({object, wanted}) => `hand ${object.replace('component ', '')} over to ${wanted}`), commands: [`kubectl apply --server-side --field-manager=kp -f clusters/${ctx.spec.environment.name}/gitops/apps/`]}),
  async apply(ctx) {
    for (const {component, step} of await waitingOnes(ctx)) {
      ctx.changed()
      const probe: Probe = await step.probe(ctx)
      if (probe.state === 'satisfied' || probe.state === 'absent') continue
      ctx.emit({code: 'step.progress', phase: 'gitops', step: 'gitops/hand-over', text: component})
      await step.apply(ctx, probe)
    }
    ctx.changed()
  },
})

/** The components that are installed and that kp still keeps, with their steps. */
async function waitingOnes(ctx: PlatformContext): Promise<{component: string; step: PlatformStep}[]> {
  const wanted = handedOver(ctx)
  const steps = ctx.phases.filter((phase) => phase.id !== 'gitops' && applies(phase, ctx)).flatMap((phase) => phase.steps(ctx))
  const found = await Promise.all(
    wanted.map(async (component) => {
      const step = steps.find((one) => one.component === component)
      const {keeper, both} = await lookAtKeeping(ctx, component)
      if (step === undefined || (keeper !== undefined && !both)) return []
      // What is not installed yet is brought, and handed over, by its own step.
      return keeper === undefined && (await step.probe(ctx)).state === 'absent' ? [] : [{component, step}]
    }),
  )
  return found.flat()
}
