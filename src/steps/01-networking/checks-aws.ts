/** Checks of phase 1 on AWS: what the region offers. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'

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
