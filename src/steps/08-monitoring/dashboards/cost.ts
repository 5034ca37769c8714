/** What is spent, by the metrics of OpenCost. */
import type {Dashboard} from './dashboard.ts'

const HOURS = 730
const nodes = `sum(node_total_hourly_cost) * ${HOURS}`

/** What pods of a namespace ask for, at the price of their nodes. */
const byNamespace = `sum by (namespace) (
  (sum by (namespace, node) (kube_pod_container_resource_requests{resource="cpu"}) * on (node) group_left () avg by (node) (node_cpu_hourly_cost))
  + (sum by (namespace, node) (kube_pod_container_resource_requests{resource="memory"}) / 1024 / 1024 / 1024 * on (node) group_left () avg by (node) (node_ram_hourly_cost))
) * ${HOURS}`.replaceAll(/\n\s*/g, ' ')

/** The page; with the budget as a line where there is one. */
export function costDashboard(budget: number | undefined): Dashboard {
  return {
    id: 'cost',
    title: 'kp: cost',
    panels: [
      {title: 'Nodes, a month', unit: 'currencyUSD', kind: 'number', ...(budget === undefined ? {} : {warn: budget * 0.8, bad: budget}), queries: [{expr: nodes, legend: 'nodes'}]},
      {title: 'Volumes, a month', unit: 'currencyUSD', kind: 'number', queries: [{expr: `(sum(pv_hourly_cost * on (persistentvolume) group_left () (kube_persistentvolume_capacity_bytes / 1024 / 1024 / 1024)) or vector(0)) * ${HOURS}`, legend: 'volumes'}]},
      {title: 'Load balancers, a month', unit: 'currencyUSD', kind: 'number', queries: [{expr: `(sum(kubecost_load_balancer_cost) or vector(0)) * ${HOURS}`, legend: 'load balancers'}]},
      {title: 'CPU that nobody asked for', unit: 'percentunit', kind: 'number', warn: 0.4, bad: 0.7, queries: [{expr: '1 - sum(kube_pod_container_resource_requests{resource="cpu"}) / sum(kube_node_status_allocatable{resource="cpu"})', legend: 'idle'}]},
      {title: 'Memory that nobody asked for', unit: 'percentunit', kind: 'number', warn: 0.4, bad: 0.7, queries: [{expr: '1 - sum(kube_pod_container_resource_requests{resource="memory"}) / sum(kube_node_status_allocatable{resource="memory"})', legend: 'idle'}]},
      {title: 'Volumes without a claim', unit: 'short', kind: 'number', warn: 1, bad: 10, queries: [{expr: 'sum(kube_persistentvolume_status_phase{phase=~"Released|Available|Failed"}) or vector(0)', legend: 'volumes'}]},
      {title: 'By namespace, a month', unit: 'currencyUSD', queries: [{expr: `topk(15, ${byNamespace})`, legend: '{{namespace}}'}]},
      {title: 'Nodes by type, a month', unit: 'currencyUSD', queries: [{expr: `sum by (instance_type) (node_total_hourly_cost) * ${HOURS}`, legend: '{{instance_type}}'}]},
      {title: 'Asked for and used: CPU', unit: 'short', queries: [
        {expr: 'sum(kube_pod_container_resource_requests{resource="cpu"})', legend: 'asked for'},
        {expr: 'sum(rate(container_cpu_usage_seconds_total{container!=""}[5m]))', legend: 'used'},
      ]},
      {title: 'Asked for and used: memory', unit: 'bytes', queries: [
        {expr: 'sum(kube_pod_container_resource_requests{resource="memory"})', legend: 'asked for'},
        {expr: 'sum(container_memory_working_set_bytes{container!=""})', legend: 'used'},
      ]},
      {title: 'Quotas: how full', unit: 'percentunit', queries: [{expr: 'topk(15, kube_resourcequota{type="used"} / ignoring (type) (kube_resourcequota{type="hard"} > 0))', legend: '{{namespace}} {{resource}}'}]},
      {title: 'Asks for much, uses little: CPU', unit: 'short', queries: [{expr: 'topk(10, sum by (namespace) (kube_pod_container_resource_requests{resource="cpu"}) - sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[1h])))', legend: '{{namespace}}'}]},
    ],
  }
}
