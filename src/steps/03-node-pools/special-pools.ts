/** What pools with GPUs and pools of spot nodes need. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'

/** Namespace of the device plugin. */
const GPU_NAMESPACE = 'nvidia-device-plugin'

/** Whether the platform has GPU pools and wants the device plugin on them. */
export function wantsDevicePlugin({spec}: ManifestContext): true | string {
  if (!spec.nodePools.some(({gpu}) => gpu !== undefined)) return 'no pool has GPUs'
  return spec.phases['node-pools'].devicePlugin ? true : 'phases.node-pools.devicePlugin is off'
}

/** Whether the node termination handler empties the spot nodes. */
export function wantsTerminationHandler({spec}: ManifestContext): true | string {
  const {spotHandler} = spec.phases['node-pools']
  if (spotHandler !== 'node-termination-handler') return `phases.node-pools.spotHandler is ${spotHandler}`
  return spec.nodePools.some(({capacity}) => capacity === 'spot') ? true : 'no pool is of spot nodes'
}

/** Device plugin and termination handler, each on the nodes of its pools. */
export const specialPools: PlatformStep[] = [
  componentStep({
    id: 'node-pools/device-plugin',
    title: 'Install the NVIDIA device plugin',
    component: 'nvidia-device-plugin',
    appliesTo: wantsDevicePlugin,
    podSecurity: 'privileged',
    verify: ['node-pools.device-plugin'],
  }),
  withReason(networkPolicies({id: 'node-pools/device-plugin-policies', namespace: GPU_NAMESPACE, rules: () => [allowApiServer()]}), wantsDevicePlugin),
  componentStep({
    id: 'node-pools/spot-handler',
    title: 'Install the AWS node termination handler',
    component: 'aws-node-termination-handler',
    appliesTo: wantsTerminationHandler,
    verify: ['node-pools.spot-handler'],
  }),
]

/** A step that has nothing to do where the other one has not. */
function withReason(step: PlatformStep, wants: (ctx: ManifestContext) => true | string): PlatformStep {
  return {
    ...step,
    appliesTo(ctx) {
      const reason = wants(ctx)
      return reason === true ? (step.appliesTo?.(ctx) ?? true) : reason
    },
  }
}
