/** What helm is told of the cluster when kp renders a chart. */
import {expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {kindsOf} from '../../../src/steps/shared/rendered-chart.ts'

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
