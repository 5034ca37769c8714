/** Steps of phase 4. */
import type {PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {findPlugins} from './plugins.ts'

/** Refuses to install a second network plugin. It only looks. */
export const refuseSecondPlugin: PlatformStep = onCluster({
  id: 'cni/single-plugin',
  title: 'Make sure that there is no other network plugin',
  risk: 'none',
  async probe(ctx) {
    const others = (await findPlugins(await ctx.cluster())).filter((plugin) => plugin.name !== ctx.spec.phases.cni.plugin)
    const [other] = others
    if (other === undefined) return {state: 'satisfied', observed: 'there is no other network plugin'}
    throw new KpError({
      code: 'NOT_OURS',
      message: `the cluster has the network plugin ${other.name} already (DaemonSet ${other.daemonSet}): two plugins break the pod network`,
      next: [`keep it: set phases.cni.enabled: false in kp.yaml`, `or remove it as its documentation says, then run the same command again`],
      pitfalls: ['KP0401'],
    })
  },
  plan: () => Promise.resolve({lines: ['look for other network plugins'], commands: ['kubectl get daemonsets -A']}),
  apply: () => Promise.resolve(),
})
