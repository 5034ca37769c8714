/** What, why and how of phase 8. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'monitoring',
  number: 8,
  title: 'Monitoring (Prometheus, Alertmanager, Grafana)',
  what: 'kube-prometheus-stack: Prometheus reads and keeps the metrics of nodes, objects and components, Alertmanager sends alerts to people, Grafana draws them.',
  why: 'What nobody measures fails unseen. Capacity, alerts and service level objectives all start from these numbers.',
  how: [
    'The kinds of the operator are a component of their own and come right after the control plane, so that every later component can make its ServiceMonitor.',
    'phases.monitoring says how long metrics are kept (retention), on which volume, by how many copies, and how often they are read. Blocks never fill more than 85 % of the volume. For years of metrics name long-term stores in remoteWrite.',
    'Against cardinality: drop takes metrics away by name, dropLabels takes labels away, both before anything is stored and for every target.',
    'Alerts go to receivers by severity (page, critical, warning, info): Slack, PagerDuty, Opsgenie, a webhook, mail. Their addresses and keys are references in secrets and reach Alertmanager as files, in a Secret that kp makes.',
    'Grafana gets dashboards that kp writes (cluster, nodes, ingress, red), its password by reference or made in the cluster, and a host name with a certificate where phases.monitoring.grafana.host is set. Without one: `kubectl -n monitoring port-forward service/kube-prometheus-stack-grafana 3000:80`.',
    'The namespace is at Pod Security level baseline; the node exporter, which reads the machine itself, runs in kube-system. Prometheus may reach every pod, everything else in the namespace only what it is named.',
    'Verify: `kp verify monitoring`: workloads, Prometheus and Alertmanager, volumes, targets, rules, routes, and the alert that always fires. By hand: `kubectl -n monitoring port-forward service/kube-prometheus-stack-prometheus 9090:9090`, then ask for `up` (a release named monitoring would have monitoring-kube-prometheus-prometheus).',
  ],
}
