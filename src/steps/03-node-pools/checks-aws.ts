/** Checks of phase 3 on AWS: how many pods a machine can give an address. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'

/** Whether the pools promise no more pods than the machines have addresses. */
export const maxPodsCheck: PlatformCheck = check({
  id: 'node-pools.max-pods',
  title: 'No pool promises more pods than its machines can have addresses for',
  pitfalls: ['KP0310'],
  appliesTo: ({aws, spec}) => (aws === undefined ? 'the machines are not those of AWS' : spec.phases.cni.enabled ? 'pods have addresses of their own network' : true),
  async run({aws, spec}) {
    const known = (await aws?.maxPods([...new Set(spec.nodePools.map(({instanceType}) => instanceType))])) ?? {}
    const unknown = spec.nodePools.filter(({instanceType}) => known[instanceType] === undefined)
    if (unknown.length > 0) return {status: 'unknown', observed: `AWS does not tell of ${unknown.map(({instanceType}) => instanceType).join(', ')}`}
    const complaints = spec.nodePools.flatMap(({name, instanceType, pods}) => {
      const {single = 0, blocks = 0} = known[instanceType] ?? {}
      return pods <= single ? [] : [`pool ${name}: ${pods} pods a node; ${instanceType} has addresses for ${single}${pods <= blocks ? `, for ${blocks} with ENABLE_PREFIX_DELEGATION` : ` and with prefix delegation for ${blocks}`}`]
    })
    return verdict(complaints, spec.nodePools.map(({name, instanceType, pods}) => `${name}: ${pods} of ${known[instanceType]?.single ?? 0}`).join(', '), 'nodePools[].pods in kp.yaml')
  },
})
