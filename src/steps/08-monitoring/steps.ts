/** Steps of phase 8. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {cluster} from './dashboards/cluster.ts'
import {costDashboard} from './dashboards/cost.ts'
import {dashboardJson} from './dashboards/dashboard.ts'
import type {Dashboard} from './dashboards/dashboard.ts'
import {ingressDashboard, redDashboard} from './dashboards/ingress.ts'
import {meshDashboard} from './dashboards/mesh.ts'
import {nodes} from './dashboards/nodes.ts'
import {sloDashboard} from './dashboards/slo.ts'
import {DASHBOARD_LABEL, MONITORING_NAMESPACE} from './names.ts'

/** Whether the platform has Grafana, or why not. */
export const wantsGrafana = (ctx: Pick<ManifestContext, 'spec'>): true | string => (ctx.spec.phases.monitoring.grafana.enabled ? true : 'phases.monitoring.grafana.enabled is false')

/** The dashboards that kp.yaml asks for and that have something to show on this platform. */
export function dashboardsOf(ctx: ManifestContext): Dashboard[] {
  const {slos, phases: {cost, ingress, mesh, monitoring, slo}} = ctx.spec
  const made: Record<string, () => Dashboard | undefined> = {
    cluster: () => cluster,
    nodes: () => nodes,
    ingress: () => (ingress.enabled ? ingressDashboard(ingress.controller) : undefined),
    cost: () => (cost.enabled && cost.opencost ? costDashboard(cost.budget) : undefined),
    red: () => (ingress.enabled ? redDashboard(ingress.controller) : undefined),
    mesh: () => (mesh.enabled ? meshDashboard(mesh.type) : undefined),
    slo: () => (slo.enabled && slos.length > 0 ? sloDashboard : undefined),
  }
  return [...new Set(monitoring.grafana.dashboards)].flatMap((id) => made[id]?.() ?? [])
}

/** Metrics of the ways in that bring no monitor of their own: Envoy Gateway and its proxies. */
export const ingressMonitors: PlatformStep = manifestSet({
  id: 'monitoring/ingress-monitors',
  title: 'Read the metrics of the gateway and its proxies',
  appliesTo: ({spec}) => (spec.phases.ingress.enabled && spec.phases.ingress.controller === 'envoy-gateway' ? true : 'the ingress controller brings its own monitor, or has none'),
  objects: () => [
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: {name: 'envoy-proxies', namespace: MONITORING_NAMESPACE},
      spec: {
        namespaceSelector: {matchNames: ['envoy-gateway-system']},
        selector: {matchLabels: {'app.kubernetes.io/name': 'envoy', 'app.kubernetes.io/component': 'proxy'}},
        podMetricsEndpoints: [{port: 'metrics', path: '/stats/prometheus'}],
      },
    },
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: {name: 'envoy-gateway', namespace: MONITORING_NAMESPACE},
      spec: {namespaceSelector: {matchNames: ['envoy-gateway-system']}, selector: {matchLabels: {'control-plane': 'envoy-gateway'}}, endpoints: [{port: 'metrics'}]},
    },
  ],
})

/** The dashboards, each a ConfigMap that Grafana's sidecar finds by its label. */
export const dashboards: PlatformStep = manifestSet({
  id: 'monitoring/dashboards',
  title: 'Bring the dashboards',
  appliesTo: (ctx) => (wantsGrafana(ctx) !== true ? wantsGrafana(ctx) : dashboardsOf(ctx).length > 0 ? true : 'kp.yaml asks for no dashboard that this platform can fill'),
  objects: (ctx) =>
    dashboardsOf(ctx).map(
      (dashboard): KubeObject => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {name: `kp-dashboard-${dashboard.id}`, namespace: MONITORING_NAMESPACE, labels: {[DASHBOARD_LABEL]: '1'}},
        data: {[`kp-${dashboard.id}.json`]: dashboardJson(dashboard)},
      }),
    ),
})
