/** ingress-nginx, retired in March 2026: for platforms that still have it. */
import {componentStep} from '../../shared/component.ts'
import {allowApiServer, allowWebhooks} from '../../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../../shared/order.ts'
import type {ControllerWay} from './types.ts'

const PODS = {'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller'}

/** The way of ingress-nginx. */
export const ingressNginx: ControllerWay = {
  controller: 'ingress-nginx',
  install: [componentStep({id: 'ingress/release', title: 'Install ingress-nginx', component: 'ingress-nginx', verify: ['ingress.controller-ready', 'ingress.ingress-class'], after: [...PODS_CAN_RUN]})],
  rules: () => [
    allowApiServer(),
    allowWebhooks('allow-webhook', PODS, [8443]),
    {name: 'allow-clients', pods: PODS, ingress: [{ports: [{protocol: 'TCP', port: 80}, {protocol: 'TCP', port: 443}]}], egress: [{to: [{namespaceSelector: {}}]}]},
  ],
}
