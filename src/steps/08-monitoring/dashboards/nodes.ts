/** The machines: load, memory, disks, network. */
import type {Dashboard} from './dashboard.ts'

export const nodes: Dashboard = {
  id: 'nodes',
  title: 'kp: nodes',
  panels: [
    {title: 'CPU used', unit: 'percentunit', queries: [{expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))', legend: '{{instance}}'}]},
    {title: 'Load for each CPU', unit: 'short', queries: [{expr: 'sum by (instance) (node_load5) / count by (instance) (node_cpu_seconds_total{mode="idle"})', legend: '{{instance}}'}]},
    {title: 'Memory used', unit: 'percentunit', queries: [{expr: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes', legend: '{{instance}}'}]},
    {title: 'Waiting for memory', unit: 'percentunit', queries: [{expr: 'rate(node_pressure_memory_waiting_seconds_total[5m])', legend: '{{instance}}'}]},
    {title: 'Disks: how full', unit: 'percentunit', queries: [{expr: '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs"}', legend: '{{instance}} {{mountpoint}}'}]},
    {title: 'Disks: how busy', unit: 'percentunit', queries: [{expr: 'rate(node_disk_io_time_seconds_total[5m])', legend: '{{instance}} {{device}}'}]},
    {title: 'Network in', unit: 'Bps', queries: [{expr: 'sum by (instance) (rate(node_network_receive_bytes_total{device!~"lo|veth.*|cali.*|cilium.*|lxc.*"}[5m]))', legend: '{{instance}}'}]},
    {title: 'Network out', unit: 'Bps', queries: [{expr: 'sum by (instance) (rate(node_network_transmit_bytes_total{device!~"lo|veth.*|cali.*|cilium.*|lxc.*"}[5m]))', legend: '{{instance}}'}]},
    {title: 'Network: packets lost', unit: 'pps', queries: [{expr: 'sum by (instance) (rate(node_network_receive_drop_total[5m]) + rate(node_network_transmit_drop_total[5m]))', legend: '{{instance}}'}]},
    {title: 'Pods on a node', unit: 'short', queries: [{expr: 'sum by (node) (kube_pod_info)', legend: '{{node}}'}]},
    {title: 'Nodes with a problem', unit: 'short', queries: [{expr: 'sum by (node, condition) (kube_node_status_condition{condition!="Ready",status="true"}) > 0', legend: '{{node}} {{condition}}'}]},
    {title: 'Clock: off by', unit: 's', queries: [{expr: 'abs(node_timex_offset_seconds)', legend: '{{instance}}'}]},
  ],
}
