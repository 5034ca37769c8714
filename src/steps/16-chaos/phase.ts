/** Phase 16: faults on purpose, within bounds. */
import type {PlatformContext, PlatformPhase} from '../../context.ts'
import {nameOf} from '../../checks/cluster.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, allowWebhooks, networkPolicies} from '../shared/network-policies.ts'
import {labStages} from '../shared/lab-stages.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {account, admission} from './admission.ts'
import {allowList} from './allow-list.ts'
import {checks} from './checks.ts'
import {experimentFiles} from './experiments.ts'
import {CHAOS_API, CHAOS_NAMESPACE, FAULTS, PLANS} from './names.ts'
import {pitfalls} from './pitfalls.ts'

const INSIDE = [{podSelector: {}}]

export const chaos: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.chaos.enabled ? true : 'phases.chaos.enabled is false'),
  // cert-manager makes the certificates of its webhooks; a namespace of the list may be the demo's.
  dependsOn: () => ['node-pools', 'cni', 'cert-manager', 'ingress'],
  steps: () => [
    {...admission, after: ['control-plane']},
    componentStep({id: 'chaos/release', title: 'Install Chaos Mesh', component: 'chaos-mesh', podSecurity: 'privileged', verify: ['chaos.ready'], after: ['chaos/admission', ...PODS_CAN_RUN, 'cert-manager/release']}),
    ...[
      networkPolicies({
        id: 'chaos/network-policies',
        namespace: CHAOS_NAMESPACE,
        rules: () => [allowApiServer(), allowWebhooks('allow-webhook', {'app.kubernetes.io/component': 'controller-manager'}, [10_250]), {name: 'allow-inside', pods: {}, ingress: [{from: INSIDE}], egress: [{to: INSIDE}]}],
      }),
      account,
    ].map((step) => ({...step, after: ['chaos/release']})),
    {...labStages('chaos/simulation', 'chaos-mesh'), after: ['chaos/release']},
    {...allowList, after: ['chaos/release', 'ingress']},
  ],
  files: (ctx) => experimentFiles(ctx),
  users: usersOf,
  checks,
  pitfalls,
}

/** Experiments need their controller to go: it takes their finalizers off. */
async function usersOf(ctx: PlatformContext): Promise<string[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all([...FAULTS, ...PLANS].map((kind) => cluster.list(CHAOS_API, kind)))
  return lists.flatMap((list) => list ?? []).map((one) => `${one.kind} ${nameOf(one.metadata)}`)
}
