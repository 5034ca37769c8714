/** The real metrics-server: reads what the simulated kubelets report, and serves metrics.k8s.io. */
import {join} from 'node:path'
import type {LabService} from './types.ts'

/** Name of the Service that leads the API server to the process; the chart's own leads to simulated pods. */
const SERVICE = 'lab-metrics-server'

export const metricsServer: LabService = {
  name: 'metrics-server',
  title: 'metrics-server',
  real: 'metrics.k8s.io, kubectl top and the decisions of HorizontalPodAutoscalers',
  tool: 'metrics-server',
  answer: {path: '/livez', secure: true},
  launch: ({lab, port}) => ({
    args: [
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--kubeconfig=${lab.adminKubeconfig}`,
      `--authentication-kubeconfig=${lab.adminKubeconfig}`,
      `--authorization-kubeconfig=${lab.adminKubeconfig}`,
      '--authorization-always-allow-paths=/livez,/readyz,/healthz',
      `--tls-cert-file=${join(lab.pki, 'admin.crt')}`,
      `--tls-private-key-file=${join(lab.pki, 'admin.key')}`,
      // The simulated kubelets listen where their node says, as plain HTTPS of the lab.
      '--kubelet-preferred-address-types=Hostname',
      '--kubelet-use-node-status-port',
      '--kubelet-insecure-tls',
      // The shortest that it knows; a request must end before the next.
      '--metric-resolution=10s',
      '--kubelet-request-timeout=5s',
    ],
    env: {GOMEMLIMIT: '512MiB'},
  }),
  objects: ({port}) => [
    {apiVersion: 'v1', kind: 'Service', metadata: {name: SERVICE, namespace: 'kube-system'}, spec: {type: 'ExternalName', externalName: 'localhost', ports: [{name: 'https', port}]}},
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {name: 'v1beta1.metrics.k8s.io'},
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: {name: SERVICE, namespace: 'kube-system', port},
      },
    },
  ],
}
