/** Who may talk to whom in the namespace of logging. */
import {inCluster, storeAddress} from '../../components/logging/backend.ts'
import type {ManifestContext} from '../../context.ts'
import {allowApiServer, allowWebhooks} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {agentOf, DASHBOARDS_PODS, JOB_PODS, STORE_PODS} from './names.ts'

const tcp = (...ports: number[]): unknown[] => ports.map((port) => ({protocol: 'TCP', port}))

/** The rules beside default deny and DNS. */
export function loggingTraffic(ctx: ManifestContext): TrafficRule[] {
  const agent = agentOf(ctx)
  const {backend} = ctx.spec.phases.logging
  const own = [
    // The agent asks which pod a line is of, and kp asks the agent how it is, through the API server.
    allowApiServer(agent.pods),
    allowWebhooks('allow-api-server-agent', agent.pods, [agent.port]),
  ]
  if (!inCluster(backend)) {
    // Its address is nobody's in the cluster: only the port can be named.
    const port = storeAddress(backend)?.port ?? 443
    return [...own, {name: 'allow-log-store', pods: agent.pods, egress: [{ports: tcp(port)}]}, {name: 'allow-jobs', pods: JOB_PODS, egress: [{ports: tcp(port)}]}]
  }
  const users = [agent.pods, DASHBOARDS_PODS, JOB_PODS]
  return [
    ...own,
    {name: 'allow-opensearch', pods: STORE_PODS, ingress: [{from: users.map((pods) => ({podSelector: {matchLabels: pods}})), ports: tcp(9200)}, {from: [{podSelector: {matchLabels: STORE_PODS}}], ports: tcp(9200, 9300)}], egress: [{to: [{podSelector: {matchLabels: STORE_PODS}}], ports: tcp(9200, 9300)}]},
    ...users.map((pods, index) => ({name: `allow-to-opensearch-${['agent', 'dashboards', 'jobs'][index]}`, pods, egress: [{to: [{podSelector: {matchLabels: STORE_PODS}}], ports: tcp(9200)}]})),
  ]
}
