/** Steps of phase 4: the plugin, one and no other. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {CALICO_OPERATOR_NAMESPACE} from './names.ts'
import {findTraces} from './plugins.ts'
import type {FoundPlugin} from './plugins.ts'

/** Refuses to install a second network plugin. It only looks. */
export const refuseSecondPlugin: PlatformStep = onCluster({
  id: 'cni/single-plugin',
  title: 'Make sure that there is no other network plugin',
  risk: 'none',
  async probe(ctx) {
    const [other] = (await findTraces(await ctx.cluster())).filter((plugin) => plugin.name !== ctx.spec.phases.cni.plugin)
    if (other === undefined) return {state: 'satisfied', observed: 'there is no other network plugin'}
    throw secondPlugin(other, ctx.spec.phases.cni.plugin)
  },
  plan: () => Promise.resolve({lines: ['look for other network plugins'], commands: ['kubectl get daemonsets -A']}),
  apply: () => Promise.resolve(),
})

/** The steps that install the plugin of kp.yaml. */
export function pluginSteps(ctx: ManifestContext): PlatformStep[] {
  if (ctx.spec.phases.cni.plugin === 'cilium') return [componentStep({id: 'cni/release', title: 'Install Cilium', component: 'cilium'})]
  return [
    componentStep({id: 'cni/kinds', title: "Install Calico's kinds", component: 'calico-crds', verify: ['cni.calico-kinds']}),
    labStages('cni/simulation', 'tigera-operator'),
    componentStep({id: 'cni/release', title: 'Install Calico', component: 'tigera-operator', podSecurity: 'privileged'}),
    networkPolicies({id: 'cni/operator-policies', namespace: CALICO_OPERATOR_NAMESPACE, rules: () => [allowApiServer()]}),
  ]
}

function secondPlugin(other: FoundPlugin, wanted: string): KpError {
  const ours = other.name === 'cilium' || other.name === 'calico'
  return new KpError({
    code: 'NOT_OURS',
    message: other.running
      ? `the cluster has the network plugin ${other.name} already (${other.by}), kp.yaml wants ${wanted}: two plugins break the pod network`
      : `the network plugin ${other.name} left its configuration behind (${other.by}), kp.yaml wants ${wanted}: nodes may still use it`,
    next: [
      ...(ours ? [`keep it: set phases.cni.plugin: ${other.name} in kp.yaml`] : []),
      'leave the network to it: set phases.cni.enabled: false in kp.yaml',
      other.running ? 'remove it as its documentation says, then run the same command again; running pods keep their old address until their nodes are replaced' : 'remove what is left as its documentation says, then run the same command again',
    ],
    pitfalls: ['KP0401'],
  })
}
