/** Finds Services that get no load balancer. Pure. */
import type {FactEvent, FactObject, Facts, FixStep, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {eventsAbout, isOwnNamespace} from '../shared/facts.ts'

const AWS_CONTROLLER = 'aws-load-balancer-controller'
const REFUSED = new Set(['SyncLoadBalancerFailed', 'FailedDeployModel', 'FailedBuildModel'])
const NO_SUBNET = /could not find any suitable subnets|unable to (?:discover|resolve) at least one subnet/

/** Services that wait for their load balancer, with what its maker says. */
function refused(facts: Facts): {service: FactObject; said: FactEvent}[] {
  return facts.all('Service').flatMap((service) => {
    const {type} = (service['spec'] ?? {}) as {type?: string}
    const {loadBalancer} = (service['status'] ?? {}) as {loadBalancer?: {ingress?: unknown[]}}
    const said = eventsAbout(facts, service).find(({reason}) => REFUSED.has(reason))
    return type !== 'LoadBalancer' || (loadBalancer?.ingress ?? []).length > 0 || said === undefined ? [] : [{service, said}]
  })
}

const look = ({metadata: {name, namespace = 'default'}}: FactObject): FixStep => ({text: 'What does the event say?', command: `kubectl -n ${namespace} describe service ${name}`})
const evidence = ({reason, message}: FactEvent): string[] => [`event ${reason}: ${message}`]

/** The AWS Load Balancer Controller forgets what it was refused when it starts anew; others try again by themselves. */
function again(facts: Facts): FixStep[] {
  return facts.get('Deployment', AWS_CONTROLLER, 'kube-system') === undefined ? [] : [{text: 'Let the controller look again.', command: `kubectl -n kube-system rollout restart deployment ${AWS_CONTROLLER}`}]
}

/** KP0601: the cloud refuses: a permission or a quota. */
export function findRefusedLoadBalancer(facts: Facts): Sighting[] {
  return refused(facts).filter(({said}) => !NO_SUBNET.test(said.message) && said.reason !== 'FailedBuildModel').map(({service, said}) => {
    const quota = /[Qq]uota|LimitExceeded|TooManyLoadBalancers/.test(said.message)
    const allow: FixStep = quota
      ? {text: 'Have the quota raised, or take away load balancers that nobody needs.', command: 'kubectl get services -A | grep LoadBalancer'}
      : {text: 'Give the permission to the identity of whoever makes load balancers here.', command: 'kubectl -n kube-system get serviceaccounts -o yaml | grep -iE "load-balancer|cloud-controller|role-arn"'}
    const back = isOwnNamespace(facts, service.metadata.namespace ?? 'default') ? [{text: 'Put back what kp makes of it.', command: 'kp step ingress'}] : []
    return {object: refOf(service), evidence: evidence(said), fix: [look(service), allow, ...back, ...again(facts)]}
  })
}

/** KP0609: subnets are found by their tags, and none has them. */
export function findNoSubnet(facts: Facts): Sighting[] {
  return refused(facts).filter(({said}) => NO_SUBNET.test(said.message)).map(({service, said}) => ({
    object: refOf(service),
    evidence: evidence(said),
    fix: [
      look(service),
      {text: 'Which tags do the subnets have?', command: 'aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpc> --query "Subnets[].[SubnetId,MapPublicIpOnLaunch,Tags]"'},
      {text: 'Put back the tags of the network that kp made.', command: 'kp step networking'},
      {text: 'Any other network: whoever owns it tags public subnets with kubernetes.io/role/elb=1, private ones with kubernetes.io/role/internal-elb=1.'},
      ...again(facts),
    ],
  }))
}
