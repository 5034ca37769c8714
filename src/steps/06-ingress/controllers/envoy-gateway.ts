/** Envoy Gateway: it starts the proxies itself, as an EnvoyProxy object describes them. */
import {loadBalancerAnnotations} from '../../../components/ingress-values.ts'
import {componentStep} from '../../shared/component.ts'
import {allowApiServer} from '../../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../../shared/order.ts'
import type {ControllerWay} from './types.ts'

/** The way of Envoy Gateway. */
export const envoyGateway: ControllerWay = {
  controller: 'envoy-gateway',
  install: [
    componentStep({id: 'ingress/kinds', title: "Install Envoy Gateway's kinds", component: 'envoy-gateway-crds', after: ['control-plane/identity']}),
    componentStep({id: 'ingress/release', title: 'Install Envoy Gateway', component: 'envoy-gateway', verify: ['ingress.controller-ready'], after: ['ingress/kinds', 'cert-manager/gateway-api', ...PODS_CAN_RUN]}),
  ],
  rules: () => [
    allowApiServer(),
    {name: 'allow-clients', pods: {'app.kubernetes.io/name': 'envoy'}, ingress: [{ports: [{protocol: 'TCP', port: 10_080}, {protocol: 'TCP', port: 10_443}]}], egress: [{to: [{namespaceSelector: {}}]}]},
    {name: 'allow-xds', pods: {'control-plane': 'envoy-gateway'}, ingress: [{from: [{podSelector: {}}]}]},
  ],
  parameters(ctx) {
    const annotations = loadBalancerAnnotations(ctx.spec)
    const {replicas} = ctx.spec.phases.ingress
    const {namespace} = ctx.catalog.get('envoy-gateway')
    return {
      ref: {group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'platform', namespace},
      object: {
        apiVersion: 'gateway.envoyproxy.io/v1alpha1',
        kind: 'EnvoyProxy',
        metadata: {name: 'platform', namespace},
        spec: {
          provider: {
            type: 'Kubernetes',
            kubernetes: {
              envoyDeployment: {replicas},
              envoyService: {type: 'LoadBalancer', ...(Object.keys(annotations).length === 0 ? {} : {annotations})},
              // With a single proxy a budget that wants one would keep its node from ever being emptied.
              ...(replicas > 1 ? {envoyPDB: {minAvailable: 1}} : {}),
            },
          },
        },
      },
    }
  },
}
