/** Phase 9: the logs of all containers, in one place. */
import {inCluster} from '../../components/logging/backend.ts'
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {loggingHints, marker} from './marker.ts'
import {agentOf, LOGGING_NAMESPACE} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {secrets} from './secrets.ts'
import {certificates, nodeSettings, storeSettings, wantsDashboards, wantsStore} from './store.ts'
import {loggingTraffic} from './traffic.ts'

const SECRETS = secrets.map(({id}) => id)
/** Volumes have to be made, and three nodes find each other. */
const STORE_MS = 15 * 60_000

export const logging: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.logging.enabled ? true : 'phases.logging.enabled is false'),
  // cert-manager makes the certificates of OpenSearch in the cluster.
  dependsOn: (ctx) => ['node-pools', 'cni', ...(inCluster(ctx.spec.phases.logging.backend) ? ['cert-manager'] : [])],
  steps: (ctx) => {
    const {component, title} = agentOf(ctx)
    return [
      ...secrets.map((step) => ({...step, after: ['control-plane']})),
      {...certificates, after: [...SECRETS, 'cert-manager/release', 'cert-manager/simulation']},
      {...nodeSettings, after: [...SECRETS, ...PODS_CAN_RUN]},
      componentStep({
        id: 'logging/store',
        title: 'Install OpenSearch',
        component: 'opensearch',
        podSecurity: 'privileged',
        appliesTo: wantsStore,
        timeoutMs: STORE_MS,
        verify: ['logging.store', 'logging.volumes'],
        after: ['logging/certificates', 'logging/node-settings'],
      }),
      componentStep({id: 'logging/dashboards', title: 'Install OpenSearch Dashboards', component: 'opensearch-dashboards', podSecurity: 'privileged', appliesTo: wantsDashboards, verify: ['logging.dashboards'], after: ['logging/store']}),
      componentStep({id: 'logging/agent', title: `Install ${title}`, component, podSecurity: 'privileged', verify: ['logging.agents'], after: ['logging/store', ...SECRETS, ...PODS_CAN_RUN]}),
      {...networkPolicies({id: 'logging/network-policies', namespace: LOGGING_NAMESPACE, rules: loggingTraffic}), after: ['logging/agent']},
      {...storeSettings, after: ['logging/store', 'logging/network-policies']},
      {...marker, after: ['logging/store-settings', 'logging/network-policies']},
    ]
  },
  hints: loggingHints,
  checks,
  pitfalls,
}
