/** The AWS Load Balancer Controller: the requests go through load balancers of AWS, not through pods of its own. */
import {componentStep} from '../../shared/component.ts'
import type {ControllerWay} from './types.ts'

/** The way of the AWS Load Balancer Controller. It runs in kube-system, which kp does not close. */
export const awsLoadBalancerController: ControllerWay = {
  controller: 'aws-load-balancer-controller',
  install: [componentStep({id: 'ingress/release', title: 'Install the AWS Load Balancer Controller', component: 'aws-load-balancer-controller', verify: ['ingress.controller-ready', 'ingress.ingress-class']})],
}
