/** Traefik with the Gateway API: the proxies are its own pods. */
import {componentStep} from '../../shared/component.ts'
import {allowApiServer} from '../../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../../shared/order.ts'
import type {ControllerWay} from './types.ts'

const PODS = {'app.kubernetes.io/name': 'traefik'}

/** The way of Traefik. */
export const traefik: ControllerWay = {
  controller: 'traefik',
  install: [componentStep({id: 'ingress/release', title: 'Install Traefik', component: 'traefik', verify: ['ingress.controller-ready'], after: ['cert-manager/gateway-api', ...PODS_CAN_RUN]})],
  rules: () => [
    allowApiServer(),
    {name: 'allow-clients', pods: PODS, ingress: [{ports: [{protocol: 'TCP', port: 8000}, {protocol: 'TCP', port: 8443}]}], egress: [{to: [{namespaceSelector: {}}]}]},
  ],
}
