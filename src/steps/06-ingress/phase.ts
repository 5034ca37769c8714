/** Phase 6: the way in, and the demo application. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {DEMO_NAMESPACE, GATEWAY_NAMESPACE} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {demo, demoRoute, gateway} from './steps.ts'
import {usersOf} from './users.ts'

export const ingress: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.ingress.enabled ? true : 'phases.ingress.enabled is false'),
  dependsOn: () => ['cert-manager'],
  steps: () => [
    componentStep({id: 'ingress/kinds', title: "Install Envoy Gateway's kinds", component: 'envoy-gateway-crds'}),
    componentStep({id: 'ingress/release', title: 'Install Envoy Gateway', component: 'envoy-gateway', verify: ['ingress.controller-ready']}),
    networkPolicies({
      id: 'ingress/network-policies',
      namespace: GATEWAY_NAMESPACE,
      rules: () => [
        allowApiServer(),
        {name: 'allow-clients', pods: {'app.kubernetes.io/name': 'envoy'}, ingress: [{ports: [{protocol: 'TCP', port: 10_080}, {protocol: 'TCP', port: 10_443}]}], egress: [{to: [{namespaceSelector: {}}]}]},
        {name: 'allow-xds', pods: {'control-plane': 'envoy-gateway'}, ingress: [{from: [{podSelector: {}}]}]},
      ],
    }),
    labStages('ingress/simulation', 'envoy-gateway'),
    gateway,
    demo,
    networkPolicies({
      id: 'ingress/demo-policies',
      namespace: DEMO_NAMESPACE,
      rules: () => [{name: 'allow-gateway', pods: {app: 'demo'}, ingress: [{from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': GATEWAY_NAMESPACE}}}], ports: [{protocol: 'TCP', port: 8080}]}]}],
    }),
    demoRoute,
  ],
  users: usersOf,
  checks,
  pitfalls,
}
