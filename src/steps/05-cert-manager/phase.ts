/** Phase 5: certificates. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {usesApi} from '../shared/front-door.ts'
import {labStages} from '../shared/lab-stages.ts'
import {allowApiServer, allowWebhooks, networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {certManagerNamespace} from './names.ts'
import {issuingPitfalls} from './pitfalls-issuing.ts'
import {pitfalls} from './pitfalls.ts'
import {dnsCredentials, issuers, ownCa, probeCertificate} from './steps.ts'

export const certManager: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases['cert-manager'].enabled ? true : 'phases.cert-manager.enabled is false'),
  dependsOn: () => ['node-pools', 'cni'],
  steps: (ctx) => [
    // cert-manager looks for these kinds once, when it starts: they come first.
    componentStep({
      id: 'cert-manager/gateway-api',
      title: 'Install the Gateway API kinds',
      component: 'gateway-api',
      appliesTo: (one) => usesApi(one, 'gateway'),
      after: ['control-plane/identity'],
    }),
    componentStep({id: 'cert-manager/release', title: 'Install cert-manager', component: 'cert-manager', verify: ['cert-manager.ready'], after: ['cert-manager/gateway-api', ...PODS_CAN_RUN]}),
    ...[
      networkPolicies({
        id: 'cert-manager/network-policies',
        namespace: certManagerNamespace(ctx),
        rules: () => [allowApiServer(), allowWebhooks('allow-webhook', {'app.kubernetes.io/component': 'webhook'}, [10_250]), acmeRule],
      }),
      labStages('cert-manager/simulation', 'cert-manager'),
    ].map((step) => ({...step, after: ['cert-manager/release']})),
    dnsCredentials,
    ownCa,
    issuers,
    probeCertificate,
  ],
  checks,
  pitfalls: [...pitfalls, ...issuingPitfalls],
}

/** The controller asks ACME servers and DNS providers. */
const acmeRule = {name: 'allow-acme', pods: {'app.kubernetes.io/component': 'controller'}, egress: [{ports: [{protocol: 'TCP', port: 443}, {protocol: 'TCP', port: 80}]}]}
