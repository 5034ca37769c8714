/** Known failures of phase 6: what several teams put on one way in */
import {findMissingPort} from './finders.ts'
import type {Pitfall} from '../../engine/types.ts'

/** What several teams put on one way in */
export const conflictPitfalls: Pitfall[] = [
  {
    code: 'KP0623',
    title: 'Two listeners want the same port and host',
    symptom: 'One of the hosts is not served: the listener has Conflicted=True (HostnameConflict or ProtocolConflict).',
    cause: 'Two listeners of a Gateway have the same port and host name, or the same port with another protocol.',
    match: [{check: 'ingress.listeners'}, {condition: {kind: 'Gateway', type: 'Conflicted', status: 'True'}}],
    fix: [
      {text: 'Which?', command: 'kubectl get gateways -A -o yaml'},
      {text: 'Give each listener a host name of its own, or serve several hosts by one listener with a certificate for all of them.'},
      {text: 'Put back the listeners that kp makes.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.listeners',
    runbook: 'gateway-not-programmed.md',
    source: 'Gateway API docs: listener conditions',
  },
  {
    code: 'KP0624',
    title: 'An Ingress belongs to nobody, or to two',
    symptom: 'An Ingress without a class is taken by two controllers, or making one is refused: 2 default IngressClasses were found.',
    cause: 'No class or more than one has the annotation ingressclass.kubernetes.io/is-default-class, and the Ingress names none.',
    match: [{check: 'ingress.classes'}, {output: /\d+ default IngressClasses were found, only 1 allowed/}],
    fix: [
      {text: 'Which are the default?', command: 'kubectl get ingressclasses'},
      {text: 'Leave one.', command: 'kubectl annotate ingressclass <name> ingressclass.kubernetes.io/is-default-class-'},
      {text: 'Better: name the class in each Ingress.', command: 'kubectl -n <namespace> patch ingress <name> --type=merge -p \'{"spec":{"ingressClassName":"<class>"}}\''},
    ],
    confirmBy: 'ingress.classes',
    source: 'Kubernetes docs: default IngressClass',
  },
  {
    code: 'KP0625',
    title: 'Two teams claim one host',
    symptom: 'Requests for one path reach now this and now that application, or always the older one.',
    cause: 'An Ingress or HTTPRoute of another namespace names the same host and path; controllers merge them, and the older one wins.',
    match: [{check: 'ingress.host-conflicts'}],
    fix: [
      {text: 'Who claims the host?', command: 'kubectl get ingresses,httproutes -A'},
      {text: 'Agree on who has it. A listener that allows routes of named namespaces alone (allowedRoutes) keeps others out.'},
      {text: 'Remove the other one.', command: 'kubectl -n <namespace> delete httproute <name>'},
    ],
    confirmBy: 'ingress.host-conflicts',
    source: 'Gateway API docs: conflict resolution',
  },
  {
    code: 'KP0626',
    title: 'A Service leads to a port that its pods do not have',
    symptom: 'Requests are answered 503 or refused while all pods run: the Service has no endpoint for the port.',
    cause: 'The name in targetPort was changed on one side alone: in the Service, or in the ports of the container.',
    match: [{output: /Pod '[^']+' does not have a named port '[^']+'/}],
    find: findMissingPort,
    fix: [
      {text: 'Which ports have the pods?', command: "kubectl -n <namespace> get pods -o custom-columns='NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].name'"},
      {text: 'To which does the Service lead?', command: 'kubectl -n <namespace> get service <service> -o jsonpath={.spec.ports}'},
      {text: 'Give both the same name, or the number in targetPort.'},
    ],
    confirmBy: 'ingress.routes',
    source: 'Kubernetes docs: Service, port definitions',
  },
]
