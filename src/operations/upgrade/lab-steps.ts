/** What only a lab needs: its programs beside the control plane are looked after, and new nodes come with the new kubelet. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {ServiceName} from '../../providers/lab/services/types.ts'

/** `before` nodes are touched: the services. `after`: what new nodes bring. `[]` elsewhere. */
export function labSteps(ctx: PlatformContext, when: 'before' | 'after' = 'before'): PlatformStep[] {
  if (ctx.lab === undefined) return []
  return when === 'before' ? [servicesStep()] : [newNodesStep()]
}

async function deadServices(ctx: PlatformContext): Promise<ServiceName[]> {
  const names = ((await ctx.lab?.status())?.services ?? []).map(({name}) => name as ServiceName)
  const states = await Promise.all(names.map(async (name) => ({name, state: await ctx.lab?.services.look(name)})))
  return states.filter(({state}) => state === 'ended' || state === 'silent').map(({name}) => name)
}

function servicesStep(): PlatformStep {
  const id = 'upgrade/lab-services'
  return {
    id,
    title: 'Start again what the lab runs beside the control plane',
    risk: 'none',
    settleMs: 60_000,
    async probe(ctx) {
      ctx.changed()
      const dead = await deadServices(ctx)
      return dead.length === 0 ? {state: 'satisfied', observed: 'all of it runs'} : {state: 'drifted', observed: `${dead.join(', ')} ${dead.length === 1 ? 'does' : 'do'} not answer`, differences: dead.map((name) => ({object: `lab service ${name}`}))}
    },
    plan: () => Promise.resolve({lines: ['start what does not answer'], commands: ['kp up']}),
    async apply(ctx) {
      for (const name of await deadServices(ctx)) await ctx.change({doing: `start ${name}`, command: 'kp up'}, async () => ctx.lab?.services.start(name, (text) => ctx.emit({code: 'step.progress', phase: 'upgrade-nodes', step: id, text}), ctx.signal))
    },
  }
}

function newNodesStep(): PlatformStep {
  return {
    id: 'upgrade/new-nodes',
    title: 'New nodes come with the new kubelet',
    risk: 'none',
    async probe(ctx) {
      const wanted = `v${(await ctx.lab?.status())?.kubernetesVersion ?? ''}`
      const seen = await ctx.lab?.newNodesVersion(await ctx.cluster())
      return seen === wanted ? {state: 'satisfied', observed: `they come with ${seen}`} : {state: 'drifted', observed: `they come with ${seen ?? 'none'}`, differences: [{object: 'new nodes', field: 'kubelet', wanted, seen: seen ?? 'none'}]}
    },
    plan: () => Promise.resolve({lines: ['renew the stage of new nodes'], commands: []}),
    async apply(ctx) {
      await ctx.change({doing: 'renew the stage of new nodes', command: 'kubectl apply stage kp-node-ready'}, async () => ctx.lab?.renewNodes())
    },
  }
}
