/** The cluster at a glance: is anything wrong, and what is used. */
import type {Dashboard} from './dashboard.ts'

export const cluster: Dashboard = {
  id: 'cluster',
  title: 'kp: cluster',
  panels: [
    {title: 'Nodes ready', unit: 'short', kind: 'number', queries: [{expr: 'sum(kube_node_status_condition{condition="Ready",status="true"})', legend: 'ready'}]},
    {title: 'Pods that wait', unit: 'short', kind: 'number', warn: 1, bad: 10, queries: [{expr: 'sum(kube_pod_status_phase{phase="Pending"}) or vector(0)', legend: 'pending'}]},
    {title: 'Restarts in an hour', unit: 'short', kind: 'number', warn: 1, bad: 20, queries: [{expr: 'sum(increase(kube_pod_container_status_restarts_total[1h]))', legend: 'restarts'}]},
    {title: 'Alerts that fire', unit: 'short', kind: 'number', warn: 1, bad: 5, queries: [{expr: 'count(ALERTS{alertstate="firing",severity=~"page|critical|warning"}) or vector(0)', legend: 'alerts'}]},
    {title: 'Targets down', unit: 'short', kind: 'number', warn: 1, bad: 5, queries: [{expr: 'count(up == 0) or vector(0)', legend: 'down'}]},
    {title: 'API errors', unit: 'percentunit', kind: 'number', warn: 0.01, bad: 0.05, queries: [{expr: 'sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m]))', legend: 'errors'}]},
    {title: 'CPU of the cluster', unit: 'short', queries: [
      {expr: 'sum(kube_node_status_allocatable{resource="cpu"})', legend: 'there is'},
      {expr: 'sum(kube_pod_container_resource_requests{resource="cpu"})', legend: 'requested'},
      {expr: 'sum(rate(container_cpu_usage_seconds_total{container!=""}[5m]))', legend: 'used'},
    ]},
    {title: 'Memory of the cluster', unit: 'bytes', queries: [
      {expr: 'sum(kube_node_status_allocatable{resource="memory"})', legend: 'there is'},
      {expr: 'sum(kube_pod_container_resource_requests{resource="memory"})', legend: 'requested'},
      {expr: 'sum(container_memory_working_set_bytes{container!=""})', legend: 'used'},
    ]},
    {title: 'CPU by namespace', unit: 'short', queries: [{expr: 'topk(10, sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[5m])))', legend: '{{namespace}}'}]},
    {title: 'Memory by namespace', unit: 'bytes', queries: [{expr: 'topk(10, sum by (namespace) (container_memory_working_set_bytes{container!=""}))', legend: '{{namespace}}'}]},
    {title: 'API server: requests', unit: 'reqps', queries: [{expr: 'sum by (verb) (rate(apiserver_request_total[5m]))', legend: '{{verb}}'}]},
    {title: 'API server: 99 of 100 answers within', unit: 's', queries: [{expr: 'histogram_quantile(0.99, sum by (verb, le) (rate(apiserver_request_duration_seconds_bucket{verb!~"WATCH|CONNECT"}[5m])))', legend: '{{verb}}'}]},
    {title: 'Volumes: how full', unit: 'percentunit', queries: [{expr: 'topk(10, kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes)', legend: '{{namespace}}/{{persistentvolumeclaim}}'}]},
    {title: 'Metrics: where the series come from', unit: 'short', queries: [{expr: 'topk(10, sum by (job) (scrape_samples_post_metric_relabeling))', legend: '{{job}}'}]},
  ],
}
