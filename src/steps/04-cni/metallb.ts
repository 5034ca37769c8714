/** MetalLB: addresses for Services of type LoadBalancer, on machines of one's own and in kind. */
import {metallbOf, METALLB_NAMESPACE} from '../../components/hosts/metallb.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, allowWebhooks, networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'

/** Whether kp installs it. */
export function wantsMetallb({spec}: Pick<ManifestContext, 'spec'>): true | string {
  return metallbOf(spec) === undefined ? 'provider.loadBalancer is not metallb' : true
}

const policies = networkPolicies({
  id: 'cni/metallb-policies',
  namespace: METALLB_NAMESPACE,
  rules: () => [allowApiServer(), allowWebhooks('allow-webhook', {'app.kubernetes.io/component': 'controller'}, [9443])],
})

/** Before its pool: the kinds come with its chart, and its webhook looks at what is written of them. */
export function metallbSteps(ctx: ManifestContext): PlatformStep[] {
  return [
    componentStep({
      id: 'cni/metallb',
      title: 'Install MetalLB',
      component: 'metallb',
      // A speaker is in the network of its node and answers ARP there: no other level of Pod Security lets it.
      podSecurity: 'privileged',
      appliesTo: wantsMetallb,
      // Its controller wants a node. Where it is not installed nothing is waited for: nodes of EKS come after this phase.
      ...(wantsMetallb(ctx) === true ? {after: [...PODS_CAN_RUN]} : {}),
      verify: ['cni.metallb-ready'],
    }),
    {...policies, appliesTo: (one) => (one.spec.phases.cni.defaultDeny ? wantsMetallb(one) : 'phases.cni.defaultDeny is off')},
  ]
}
