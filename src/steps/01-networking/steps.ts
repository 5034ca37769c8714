/** Steps of phase 1. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {planAddresses} from '../../spec/address-plan.ts'
import {stacksOf} from '../../components/terraform/ids.ts'
import {terraformStack} from '../shared/terraform-stack.ts'

/** Where the lab finds its network; the cloud providers have a stack instead. */
export function addressPlanPath(ctx: PlatformContext): string {
  return join(ctx.paths.environment, 'address-plan.json')
}

/** Zones and address plan of the lab: what the control plane and the nodes are made from. */
export const addressPlan: PlatformStep = {
  id: 'networking/address-plan',
  title: 'Plan zones and addresses',
  risk: 'none',
  appliesTo: (ctx) => (ctx.provider.id === 'lab' ? true : stacksOf(ctx.provider.id).length > 0 ? 'the network is a stack of terraform' : 'the network exists already'),
  probe(ctx) {
    const wanted = planText(ctx)
    const path = addressPlanPath(ctx)
    if (!existsSync(path)) return Promise.resolve({state: 'absent', observed: 'there is no address plan yet'})
    const zones = ctx.provider.zones(ctx.spec)
    if (readFileSync(path, 'utf8') === wanted) return Promise.resolve({state: 'satisfied', observed: `${zones.length} zones: ${zones.join(', ')}`})
    return Promise.resolve({state: 'drifted', observed: 'the address plan is not that of kp.yaml', differences: [{object: 'address plan', seen: 'is not that of kp.yaml'}]})
  },
  plan(ctx) {
    const plan = planAddresses(ctx.spec, ctx.provider.zones(ctx.spec))
    return Promise.resolve({
      lines: [...plan.zones.map((zone) => `zone ${zone.zone}: nodes ${zone.privateSubnet}, load balancers ${zone.publicSubnet}`), `pods ${plan.podCidr} (room for ${plan.mostNodes} nodes), Services ${plan.serviceCidr}`],
      commands: [],
    })
  },
  async apply(ctx) {
    await ctx.change({doing: 'write the address plan', command: `write ${addressPlanPath(ctx)}`}, () => writeFileAtomic(addressPlanPath(ctx), planText(ctx)))
  },
}

function planText(ctx: PlatformContext): string {
  return `${JSON.stringify(planAddresses(ctx.spec, ctx.provider.zones(ctx.spec)), null, 2)}\n`
}

/** Network and roles on AWS; the roles need no network. */
export function awsStacks(ctx: ManifestContext): PlatformStep[] {
  if (stacksOf(ctx.provider.id).length === 0) return []
  const network = terraformStack({id: 'networking/network', title: 'Make the network: VPC, subnets, NAT, routes', stack: 'network', timeoutMs: 30 * 60_000})
  if (ctx.provider.id === 'kubeadm-aws') return [network, terraformStack({id: 'networking/machine-roles', title: 'Make the roles of the machines', stack: 'machine-roles', timeoutMs: 15 * 60_000, after: ['prerequisites']})]
  return [
    network,
    terraformStack({id: 'networking/iam', title: 'Make the roles of cluster, nodes and pods', stack: 'iam', timeoutMs: 15 * 60_000, after: ['prerequisites']}),
  ]
}
