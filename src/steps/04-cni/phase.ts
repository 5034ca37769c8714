/** Phase 4: pod network and the first network policies. */
import type {PlatformPhase} from '../../context.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {about} from './about.ts'
import {bgpCheck, bgpPitfalls} from './bgp.ts'
import {metallbChecks} from './checks-metallb.ts'
import {checks} from './checks.ts'
import {connectivitySteps} from './connectivity.ts'
import {loadBalancerAddresses} from './load-balancer.ts'
import {metallbSteps} from './metallb.ts'
import {metallbPitfalls} from './pitfalls-metallb.ts'
import {podPitfalls} from './pitfalls-pods.ts'
import {pitfalls} from './pitfalls.ts'
import {pluginSteps, refuseSecondPlugin} from './steps.ts'

export const cni: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.cni.enabled ? true : 'phases.cni.enabled is false: the cluster brings its own'),
  // Nodes without a pod network never become ready: where nodes are real, the plugin comes right after the control plane.
  dependsOn: () => ['control-plane'],
  steps: (ctx) => [refuseSecondPlugin, ...pluginSteps(ctx), networkPolicies({id: 'cni/network-policies', namespace: 'default', rules: () => []}), ...metallbSteps(ctx), loadBalancerAddresses, ...connectivitySteps],
  checks: [...checks, bgpCheck, ...metallbChecks],
  pitfalls: [...pitfalls, ...podPitfalls, ...bgpPitfalls, ...metallbPitfalls],
}
