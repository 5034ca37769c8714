/** Names that steps and checks of phase 8 share. */

/** Namespace of everything but the node exporter. */
export const MONITORING_NAMESPACE = 'monitoring'
/** The Prometheus and Alertmanager objects of the release, and their Services. */
export const PROMETHEUS = 'kube-prometheus-stack-prometheus'
export const ALERTMANAGER = 'kube-prometheus-stack-alertmanager'
/** The Deployment of Grafana, and its Service. */
export const GRAFANA = 'kube-prometheus-stack-grafana'
/** Alertmanager's configuration. */
export const ALERTING_SECRET = `alertmanager-${ALERTMANAGER}`
/** Labels of the pods that the operator makes. */
export const PROMETHEUS_PODS = {'app.kubernetes.io/name': 'prometheus'}
export const ALERTMANAGER_PODS = {'app.kubernetes.io/name': 'alertmanager'}
export const GRAFANA_PODS = {'app.kubernetes.io/name': 'grafana'}
/** Grafana's first user. */
export const GRAFANA_USER = 'admin'
/** Label by which Grafana's sidecar finds dashboards. */
export const DASHBOARD_LABEL = 'grafana_dashboard'
