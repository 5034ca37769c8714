/** Who may talk to whom in the namespace of monitoring. */
import type {ManifestContext} from '../../context.ts'
import {allowApiServer, allowWebhooks} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {grafanaTraffic} from './grafana.ts'
import {ALERTMANAGER_PODS, PROMETHEUS_PODS} from './names.ts'

/** Ports at which receivers listen: HTTPS, HTTP, and those of mail servers. */
const RECEIVER_PORTS = [443, 80, 587, 465, 25].map((port) => ({protocol: 'TCP', port}))
const INSIDE = [{podSelector: {}}]

/** The rules beside default deny and DNS. */
export function monitoringTraffic(ctx: ManifestContext): TrafficRule[] {
  const {receivers} = ctx.spec.phases.monitoring
  return [
    allowApiServer(),
    allowWebhooks('allow-webhook', {app: 'kube-prometheus-stack-operator'}, [10_250]),
    {name: 'allow-inside', pods: {}, ingress: [{from: INSIDE}], egress: [{to: INSIDE}]},
    // Targets are pods, nodes and what is outside: no list of addresses would hold.
    {name: 'allow-scraping', pods: PROMETHEUS_PODS, egress: [{}]},
    // kp asks both through the API server, which comes from outside of the pod network.
    allowWebhooks('allow-api-server-prometheus', PROMETHEUS_PODS, [9090]),
    allowWebhooks('allow-api-server-alertmanager', ALERTMANAGER_PODS, [9093]),
    ...(receivers.length === 0 ? [] : [{name: 'allow-receivers', pods: ALERTMANAGER_PODS, egress: [{ports: RECEIVER_PORTS}, {to: [{namespaceSelector: {}}]}]}]),
    ...grafanaTraffic(ctx),
  ]
}
