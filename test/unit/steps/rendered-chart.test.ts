/** What kp makes of a chart that it renders: what helm is told of the cluster, and what can be held against the cluster. */
import {expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {kindsOf, steadyObjects} from '../../../src/steps/shared/rendered-chart.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

it('names the kinds that do not come with Kubernetes: charts ask for them', async () => {
  const kinds = [
    {apiVersion: 'v1', kind: 'Pod', namespaced: true},
    {apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true},
    {apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespaced: true},
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespaced: true},
    {apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', namespaced: true},
    {apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', namespaced: true},
    {apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', namespaced: false},
  ]
  const ctx = {cluster: () => Promise.resolve({api: {kinds: () => Promise.resolve(kinds)}})} as unknown as PlatformContext
  expect(await kindsOf(ctx)).toEqual(['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1/GatewayClass', 'monitoring.coreos.com/v1', 'monitoring.coreos.com/v1/PodMonitor', 'monitoring.coreos.com/v1/ServiceMonitor'])
})

it('leaves open what a chart makes up anew at each rendering, and nothing else', () => {
  const objects = (made: string): KubeObject[] => [
    {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'grafana', namespace: 'monitoring'}, spec: {replicas: 2, template: {metadata: {annotations: {'checksum/config': 'same', 'checksum/secret': made}}, spec: {containers: [{name: 'grafana', args: ['--a', '--b']}]}}}},
    {apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: {name: 'chaos'}, webhooks: [{name: 'a.example.com', clientConfig: {caBundle: made, service: {name: 'chaos', namespace: 'chaos'}}}]},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'lists', namespace: 'a'}, data: {text: made}, list: ['same', made]},
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: `only-${made}`, namespace: 'a'}},
  ]
  expect(steadyObjects(objects('one'), objects('two'))).toEqual([
    {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'grafana', namespace: 'monitoring'}, spec: {replicas: 2, template: {metadata: {annotations: {'checksum/config': 'same'}}, spec: {containers: [{name: 'grafana', args: ['--a', '--b']}]}}}},
    {apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: {name: 'chaos'}, webhooks: [{name: 'a.example.com', clientConfig: {service: {name: 'chaos', namespace: 'chaos'}}}]},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'lists', namespace: 'a'}, data: {}},
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'only-one', namespace: 'a'}},
  ])
  expect(steadyObjects(objects('one'), objects('one'))).toEqual(objects('one'))
})
