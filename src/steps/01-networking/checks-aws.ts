/** Checks of phase 1 on AWS: what the region offers. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {instanceSize} from '../../spec/instance-size.ts'

/** Whether the machines can be had where they are wanted. */
export const offersCheck: PlatformCheck = check({
  id: 'networking.zone-offers',
  title: 'Every zone of the plan is there and offers the instance types of its pools',
  pitfalls: ['KP0106'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'the zones are not those of AWS' : true),
  async run(ctx) {
    const zones = ctx.provider.zones(ctx.spec)
    const found = await ctx.aws?.zonesOffering([...new Set(ctx.spec.nodePools.map(({instanceType}) => instanceType))])
    if (found === undefined || found.zones.length === 0) return {status: 'unknown', observed: 'AWS names no zone of the region'}
    const complaints = [
      ...zones.filter((zone) => !found.zones.includes(zone)).map((zone) => `there is no zone ${zone} for this account: there are ${found.zones.join(', ')}`),
      ...ctx.spec.nodePools.flatMap(({name, instanceType, zones: own}) =>
        (own ?? zones).filter((zone) => found.zones.includes(zone) && found.offering[instanceType]?.includes(zone) !== true).map((zone) => `pool ${name}: ${zone} does not offer ${instanceType}`),
      ),
    ]
    return verdict(complaints, `${zones.join(', ')} offer every instance type`, 'network.zoneNames, nodePools[].zones and nodePools[].instanceType in kp.yaml')
  },
})

type QuotaId = Parameters<NonNullable<PlatformContext['aws']>['quotas']>[0][number]

/** What the environment takes of each quota with the fewest nodes, and with the most. */
function wants(ctx: PlatformContext, aws: NonNullable<PlatformContext['aws']>): Map<QuotaId, {least: number; most: number}> {
  const {nat, zones} = ctx.spec.network
  const gateways = nat === 'per-zone' ? zones : nat === 'single' ? 1 : 0
  const wanted = new Map<QuotaId, {least: number; most: number}>([['networks', {least: 1, most: 1}]])
  if (gateways > 0) wanted.set('addresses', {least: gateways, most: gateways}).set('nat-gateways', {least: 1, most: 1})
  for (const {instanceType, capacity, min, max} of ctx.spec.nodePools) {
    const id = aws.cpuQuota(instanceType, capacity)
    const cpus = Number(instanceSize(instanceType)?.cpu ?? 2)
    const {least, most} = wanted.get(id) ?? {least: 0, most: 0}
    wanted.set(id, {least: least + min * cpus, most: most + Math.max(max, min) * cpus})
  }
  return wanted
}

/** Whether the account may have what kp.yaml wants: asked before anything is planned, since AWS says so in the middle of an apply. */
export const quotaCheck: PlatformCheck = check({
  id: 'networking.cloud-quotas',
  title: 'The quotas of the account have room for networks, addresses and every pool at its largest',
  pitfalls: ['KP0109', 'KP0316'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'kp makes nothing in a cloud account' : true),
  async run(ctx) {
    const {aws} = ctx
    if (aws === undefined) return {status: 'unknown', observed: 'there is no account to ask'}
    const wanted = wants(ctx, aws)
    const quotas = await aws.quotas([...wanted.keys()])
    const short = quotas.flatMap(({id, title, service, code, limit, used}) => {
      const {least, most} = wanted.get(id) ?? {least: 0, most: 0}
      const room = limit - used
      if (room >= most) return []
      const how = room < least ? `${least} are wanted at once` : `the pools may grow to ${most}`
      return [{fatal: room < least, text: `${title}: ${how}, ${room} of ${limit} are free (aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${used + most})`}]
    })
    const seen = quotas.map(({id, limit, used}) => `${id} ${used} of ${limit}`).join(', ')
    const answer = verdict(short.map(({text}) => text), seen, 'room for every pool at its largest')
    // What is too small only for pools that have grown keeps nobody from building.
    return short.length > 0 && !short.some(({fatal}) => fatal) ? {...answer, status: 'warn' as const} : answer
  },
})

/** Addresses that AWS keeps in a subnet for itself are not counted as free. Load balancers want eight at least. */
const BALANCER_ADDRESSES = 8

/** Whether nodes, and pods where they have addresses of the network, still find one. */
export const addressCheck: PlatformCheck = check({
  id: 'networking.subnet-addresses',
  title: 'Every subnet of the nodes has free addresses for its share of the largest pools',
  pitfalls: ['KP0104', 'KP0121'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'the subnets are not those of AWS' : true),
  async run(ctx) {
    const subnets = (await ctx.aws?.subnets()) ?? []
    if (subnets.length === 0) return {status: 'unknown', observed: 'there are no subnets of this environment yet'}
    const {nodePools, phases, network} = ctx.spec
    const own = phases.cni.enabled
    const nodes = nodePools.reduce((sum, {max, min}) => sum + Math.max(max, min), 0)
    const addresses = nodePools.reduce((sum, {max, min, pods}) => sum + Math.max(max, min) * (own ? 1 : 1 + pods), 0)
    const share = Math.ceil(addresses / network.zones) + BALANCER_ADDRESSES
    const complaints = subnets.filter(({free}) => free < share).map(({id, zone, cidr, free}) => `${id} (${zone}, ${cidr}) has ${free} free addresses, ${share} are wanted`)
    return verdict(complaints, `at least ${Math.min(...subnets.map(({free}) => free))} free addresses in each of ${subnets.length} subnets`, `${share} for ${nodes} nodes over ${network.zones} zones${own ? '' : ', with the addresses of their pods'}`)
  },
})
