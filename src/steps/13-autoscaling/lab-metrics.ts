/** What simulated kubelets report, so that the real metrics-server has something to ask. */
import type {PlatformStep} from '../../context.ts'
import {LAB} from '../../providers/lab/stages.ts'
import {manifestSet} from '../shared/manifest-set.ts'

const KWOK = 'kwok.x-k8s.io/v1alpha1'
const CONTAINER = [{name: 'container', value: 'container.name'}, {name: 'namespace', value: 'pod.metadata.namespace'}, {name: 'pod', value: 'pod.metadata.name'}]
const POD = CONTAINER.slice(1)

const metric = (name: string, dimension: 'node' | 'pod' | 'container', kind: 'counter' | 'gauge', value: string): object => ({
  name, dimension, kind, help: 'As a kubelet reports it.', value,
  ...(dimension === 'node' ? {} : {labels: dimension === 'pod' ? POD : CONTAINER}),
})

/** A pod uses what its annotation says, else little: CEL, as kwok reads it. */
const usage = (annotation: string, otherwise: string): {expression: string} => ({
  expression: `"${annotation}" in pod.metadata.annotations ? Quantity(pod.metadata.annotations["${annotation}"]) : Quantity("${otherwise}")`,
})

/** The metrics of the simulated kubelets. */
export const kubeletMetrics: PlatformStep = manifestSet({
  id: 'autoscaling/simulation',
  title: 'Let the simulated kubelets report what pods use',
  appliesTo: (ctx) => (ctx.provider.simulated ? true : 'real kubelets report by themselves'),
  render: false,
  after: ['control-plane'],
  objects: () => [
    {
      apiVersion: KWOK,
      kind: 'Metric',
      metadata: {name: 'kp-resource'},
      spec: {
        path: '/metrics/nodes/{nodeName}/metrics/resource',
        metrics: [
          {name: 'scrape_error', dimension: 'node', kind: 'gauge', help: 'As a kubelet reports it.', value: '0'},
          metric('container_start_time_seconds', 'container', 'gauge', 'pod.SinceSecond()'),
          metric('container_cpu_usage_seconds_total', 'container', 'counter', 'pod.CumulativeUsage("cpu", container.name)'),
          metric('container_memory_working_set_bytes', 'container', 'gauge', 'pod.Usage("memory", container.name)'),
          metric('pod_cpu_usage_seconds_total', 'pod', 'counter', 'pod.CumulativeUsage("cpu")'),
          metric('pod_memory_working_set_bytes', 'pod', 'gauge', 'pod.Usage("memory")'),
          metric('node_cpu_usage_seconds_total', 'node', 'counter', 'node.CumulativeUsage("cpu")'),
          metric('node_memory_working_set_bytes', 'node', 'gauge', 'node.Usage("memory")'),
        ],
      },
    },
    {
      apiVersion: KWOK,
      kind: 'ClusterResourceUsage',
      metadata: {name: 'kp-usage'},
      spec: {usages: [{usage: {cpu: usage(LAB.load, '10m'), memory: usage(LAB.memoryUse, '32Mi')}}]},
    },
  ],
})
