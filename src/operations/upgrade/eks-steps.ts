/** EKS replaces the machines of its node groups itself; kp says when, and follows. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {followUpdate} from './control-plane-steps.ts'
import {stopOnLoss} from './node-steps.ts'
import type {Upgrading} from './upgrading.ts'

const UPDATE_MS = 4 * 3600_000

/** Add-ons of EKS first, then each node group. `[]` elsewhere. */
export async function nodegroupSteps(ctx: PlatformContext, upgrading: Upgrading): Promise<PlatformStep[]> {
  if (ctx.aws === undefined) return []
  const {toMinor} = upgrading.plan.target
  const eks = await ctx.aws.upgrade()
  const [groups, addons] = await Promise.all([eks.nodegroups(), eks.addons(toMinor)])
  const addonSteps = addons.flatMap(({name, wanted}) => (wanted === undefined ? [] : [addonStep(name, wanted, toMinor)]))
  return [...addonSteps, ...groups.map(({name}) => groupStep(name, upgrading))]
}

function addonStep(name: string, wanted: string, toMinor: string): PlatformStep {
  const id = `upgrade/eks-addon/${name}`
  return {
    id, title: `Update the EKS add-on ${name} to ${wanted}`, risk: 'disruptive', timeoutMs: UPDATE_MS,
    async probe(ctx) {
      const found = (await (await ctx.aws?.upgrade())?.addons(toMinor))?.find((one) => one.name === name)
      return found === undefined || found.version === wanted ? {state: 'satisfied', observed: found === undefined ? `${name} is gone` : `${name} is ${wanted}`} : {state: 'drifted', observed: `${name} is ${found.version}`, differences: [{object: `EKS add-on ${name}`, field: 'version', wanted, seen: found.version}]}
    },
    plan: (ctx) => Promise.resolve({lines: [`have EKS update the add-on ${name} to ${wanted}; what was set by hand stays`], commands: [`aws eks update-addon --cluster-name ${ctx.spec.environment.cluster} --addon-name ${name} --addon-version ${wanted} --resolve-conflicts PRESERVE`]}),
    async apply(ctx) {
      const eks = await ctx.aws?.upgrade()
      await ctx.change({doing: `update the add-on ${name}`, command: `aws eks update-addon --addon-name ${name}`}, async () => {
        if (eks !== undefined) await followUpdate(ctx, await eks.updateAddon(name, wanted), (update) => eks.update(update, {addon: name}), (text) => ctx.emit({code: 'step.progress', phase: 'upgrade-nodes', step: id, text}))
      })
    },
  }
}

function groupStep(name: string, upgrading: Upgrading): PlatformStep {
  const {toMinor} = upgrading.plan.target
  const id = `upgrade/nodegroup/${name}`
  return {
    id, title: `Update the node group ${name} to ${toMinor}`, risk: 'disruptive', timeoutMs: UPDATE_MS, settleMs: 60_000,
    async probe(ctx) {
      stopOnLoss(upgrading)
      const found = (await (await ctx.aws?.upgrade())?.nodegroups())?.find((one) => one.name === name)
      return found === undefined || (found.version === toMinor && found.status === 'ACTIVE') ? {state: 'satisfied', observed: found === undefined ? `${name} is gone` : `${name} runs ${toMinor}`} : {state: 'drifted', observed: `${name} runs ${found.version} and is ${found.status}`, differences: [{object: `node group ${name}`, field: 'version', wanted: toMinor, seen: found.version}]}
    },
    plan: (ctx) => Promise.resolve({lines: [`have EKS bring new nodes of ${toMinor} and empty the old ones, without force`], commands: [`aws eks update-nodegroup-version --cluster-name ${ctx.spec.environment.cluster} --nodegroup-name ${name} --kubernetes-version ${toMinor}`]}),
    async apply(ctx) {
      const eks = await ctx.aws?.upgrade()
      await ctx.change({doing: `update the node group ${name}`, command: `aws eks update-nodegroup-version --nodegroup-name ${name}`}, async () => {
        if (eks !== undefined) await followUpdate(ctx, await eks.updateNodegroup(name, toMinor), (update) => eks.update(update, {nodegroup: name}), (text) => ctx.emit({code: 'step.progress', phase: 'upgrade-nodes', step: id, text}))
      })
    },
  }
}
