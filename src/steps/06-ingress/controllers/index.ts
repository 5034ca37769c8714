/** The ingress controllers that kp can build. */
import type {ManifestContext} from '../../../context.ts'
import {awsLoadBalancerController} from './aws-load-balancer-controller.ts'
import {envoyGateway} from './envoy-gateway.ts'
import {ingressNginx} from './ingress-nginx.ts'
import {traefik} from './traefik.ts'
import type {ControllerWay} from './types.ts'

/** All of them; the first is the default. */
export const WAYS: readonly ControllerWay[] = [envoyGateway, traefik, ingressNginx, awsLoadBalancerController]

/** The one of a platform. */
export function wayOf({spec}: Pick<ManifestContext, 'spec'>): ControllerWay {
  return WAYS.find(({controller}) => controller === spec.phases.ingress.controller) ?? envoyGateway
}
