/** Known failures of phase 6: gateways and routes. Those of addresses and load balancers are in pitfalls-address.ts. */
import {findMissingService, findNobodyBehind} from './finders.ts'
import type {Pitfall} from '../../engine/types.ts'
import {addressPitfalls} from './pitfalls-address.ts'
import {controllerPitfalls} from './pitfalls-controllers.ts'

const ownPitfalls: Pitfall[] = [
  {
    code: 'KP0603',
    title: 'The Gateway API is missing or too old',
    symptom: 'no matches for kind "HTTPRoute" in version "gateway.networking.k8s.io/v1"; the controller ends at its start.',
    cause: 'The definitions are no part of Kubernetes; they were not installed, or another component brought an older set without a kind that the controller watches.',
    match: [
      {check: 'ingress.gateway-api-crds'},
      {output: /no matches for kind "(?:Gateway|GatewayClass|HTTPRoute|GRPCRoute|TLSRoute|TCPRoute|UDPRoute|ReferenceGrant|BackendTLSPolicy|ListenerSet)" in version "gateway\.networking\.k8s\.io\//},
    ],
    fix: [
      {text: 'Which version is there?', command: "kubectl get crd httproutes.gateway.networking.k8s.io -o jsonpath='{.metadata.annotations}'"},
      {text: 'Install the set of kp.', command: 'kp step cert-manager'},
      {text: 'Then let the controller look again.', command: 'kubectl -n envoy-gateway-system rollout restart deployment envoy-gateway'},
    ],
    confirmBy: 'ingress.gateway-api-crds',
    runbook: 'gateway-not-programmed.md',
    source: 'Gateway API docs: CRD management; envoyproxy/gateway 9517',
  },
  {
    code: 'KP0604',
    title: 'The Gateway is not programmed',
    symptom: 'The Gateway has Programmed=False ("Envoy replicas unavailable", "No addresses have been assigned"); nothing answers.',
    cause: 'The proxies do not run, the load balancer gave no address, or no listener is valid.',
    match: [
      {check: 'ingress.gateway-programmed'},
      {condition: {kind: 'Gateway', type: 'Programmed', status: 'False', reason: /^(?:NoResources|AddressNotAssigned|AddressNotUsable|Invalid)$/}},
      {condition: {kind: 'Gateway', type: 'Accepted', status: 'False'}},
    ],
    fix: [
      {text: 'What does it say? Look at the listeners too.', command: 'kubectl -n envoy-gateway-system describe gateway platform'},
      {text: 'Do the proxies run?', command: 'kubectl -n envoy-gateway-system get pods,services -l gateway.envoyproxy.io/owning-gateway-name=platform'},
      {text: 'What does the controller say?', command: 'kubectl -n envoy-gateway-system logs deployment/envoy-gateway --tail=50'},
      {text: 'Put it back.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.gateway-programmed',
    runbook: 'gateway-not-programmed.md',
    source: 'Gateway API docs: Gateway status; Envoy Gateway',
  },
  {
    code: 'KP0605',
    title: 'A route is not accepted',
    symptom: 'An HTTPRoute has Accepted=False (NotAllowedByListeners, NoMatchingListenerHostname, NoMatchingParent), or no status at all.',
    cause: 'It names a Gateway or listener that does not exist, its host does not fit the listener, or its namespace may not attach.',
    match: [
      {check: 'ingress.routes'},
      {condition: {kind: 'HTTPRoute', type: 'Accepted', status: 'False', reason: /^(?:NotAllowedByListeners|NoMatchingListenerHostname|NoMatchingParent|UnsupportedValue)$/}},
      {condition: {kind: 'HTTPRoute', type: 'Accepted', status: 'False'}},
    ],
    fix: [
      {text: 'Which parent says what?', command: "kubectl -n <namespace> get httproute <name> -o jsonpath='{.status.parents}'"},
      {text: 'Which listeners are there, with which hosts and namespaces?', command: "kubectl -n envoy-gateway-system get gateway platform -o jsonpath='{.spec.listeners}'"},
      {text: 'Correct parentRefs, sectionName or hostnames of the route; the one of the demo is put back by kp.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.routes',
    runbook: 'gateway-not-programmed.md',
    source: 'Gateway API docs: HTTPRoute status',
  },
  {
    code: 'KP0606',
    title: 'The certificate of a listener is missing',
    symptom: 'HTTPS does not answer; the listener has ResolvedRefs=False (InvalidCertificateRef: "Secret … does not exist").',
    cause: 'The Secret of the certificate is not there yet, has another name or namespace, or a grant for the other namespace is missing.',
    match: [
      {check: 'ingress.demo-tls'},
      {condition: {kind: 'Gateway', type: 'ResolvedRefs', status: 'False', reason: /^(?:InvalidCertificateRef|PartiallyInvalidCertificateRef|RefNotPermitted)$/}},
      {output: /No valid secrets exist: certificate refs \d+: Secret \S+ does not exist/},
    ],
    fix: [
      {text: 'Is the certificate issued?', command: 'kubectl -n envoy-gateway-system get certificates,secrets'},
      {text: 'If not: why?', command: 'kubectl -n envoy-gateway-system describe certificates,certificaterequests'},
      {text: 'Put it back.', command: 'kp step ingress'},
      {text: 'A Secret in another namespace needs a ReferenceGrant there.', command: 'kubectl get referencegrants -A'},
    ],
    confirmBy: 'ingress.demo-tls',
    runbook: 'certificate-not-ready.md',
    source: 'Gateway API docs: TLS configuration',
  },
  {
    code: 'KP0607',
    title: 'No controller takes the GatewayClass',
    symptom: 'The GatewayClass stays with "Waiting for controller", or is refused because an older one has the same controller.',
    cause: 'The controller does not run, controllerName is misspelt, or two classes name the same controller.',
    match: [
      {check: 'ingress.gateway-class'},
      {condition: {kind: 'GatewayClass', type: 'Accepted', status: 'Unknown', message: /^Waiting for controller$/}},
      {condition: {kind: 'Gateway', type: 'Accepted', status: 'Unknown', message: /^Waiting for controller$/}},
      {condition: {kind: 'GatewayClass', type: 'Accepted', status: 'False'}},
    ],
    fix: [
      {text: 'Which classes are there, and who should take them?', command: 'kubectl get gatewayclasses'},
      {text: 'Does the controller run?', command: 'kubectl -n envoy-gateway-system get pods'},
      {text: 'Put class and controller back.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.gateway-class',
    runbook: 'gateway-not-programmed.md',
    source: 'Gateway API docs: GatewayClass; lab',
  },
  {
    code: 'KP0608',
    title: 'A route leads to a Service that does not exist',
    symptom: 'Requests get 500; the HTTPRoute has ResolvedRefs=False (BackendNotFound: "service … not found").',
    cause: 'The name, port or namespace of the Service in backendRefs is wrong, or the Service was deleted.',
    match: [
      {condition: {kind: 'HTTPRoute', type: 'ResolvedRefs', status: 'False', reason: /^(?:BackendNotFound|RefNotPermitted|InvalidKind|PortNotFound)$/}},
      {output: /Failed to process route rule \d+ backendRef \d+: service \S+ not found/},
    ],
    find: findMissingService,
    fix: [
      {text: 'Which Services are there?', command: 'kubectl -n <namespace> get services'},
      {text: 'Correct backendRefs; a Service of another namespace needs a ReferenceGrant there.', command: 'kubectl get referencegrants -A'},
      {text: 'The demo is put back by kp.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.routes',
    source: 'Gateway API docs: HTTPRoute status',
  },
  {
    code: 'KP0611',
    title: 'Two sets of Gateway API definitions are in each other\'s way',
    symptom: 'Installing a component fails: "Installing CRDs with version before v1.5.0 is prohibited by default", or experimental on top of standard.',
    cause: 'Another chart brings an older or experimental Gateway API. Since v1.5 the standard set refuses to be overwritten by those.',
    match: [
      {output: /Installing CRDs with version before v[\d.]+ is prohibited by default/},
      {output: /Installing experimental CRDs on top of standard channel CRDs is prohibited by default/},
    ],
    fix: [
      {text: 'Which set is there?', command: "kubectl get crd gateways.gateway.networking.k8s.io -o jsonpath='{.metadata.annotations}'"},
      {text: 'Let one component own them: switch them off in the other chart, under components.<name>.values or with helm --skip-crds.', command: 'kp plan'},
      {text: 'kp installs the standard set as a component of its own.', command: 'kp step cert-manager'},
    ],
    confirmBy: 'ingress.gateway-api-crds',
    source: 'Gateway API: safe-upgrades policy; lab',
  },
  {
    code: 'KP0613',
    title: 'The gateway has no healthy backend',
    symptom: 'Requests get 503 "no healthy upstream".',
    cause: 'The Service has no ready endpoint: pods are not ready, its selector fits no pod, or a network policy keeps the proxy out.',
    match: [{check: 'ingress.demo-ready'}, {output: /\bno healthy upstream\b/}],
    find: findNobodyBehind,
    fix: [
      {text: 'Are pods ready, and behind the Service?', command: 'kubectl -n demo get pods,endpointslices'},
      {text: 'Why not?', command: 'kubectl -n demo describe pods'},
      {text: 'Put the demo and its network rules back.', command: 'kp step ingress'},
      {text: 'Your own application: allow the namespace envoy-gateway-system to call its pods.', command: 'kubectl -n <namespace> get networkpolicies'},
    ],
    confirmBy: 'ingress.demo-ready',
    runbook: 'gateway-not-programmed.md',
    source: 'Envoy docs: no healthy upstream',
  },
  {
    code: 'KP0614',
    title: 'The controller waits for its own certificates',
    symptom: 'envoy-gateway stays in ContainerCreating: MountVolume.SetUp failed for volume "certs": secret "envoy-gateway" not found.',
    cause: 'A job of the chart makes these certificates once, at the install. It was refused, or could not pull its image, or the Secret was deleted.',
    match: [
      {check: 'ingress.controller-ready'},
      {event: {reason: 'FailedMount', message: /MountVolume\.SetUp failed for volume "certs" ?: secret "envoy-gateway" not found/}},
    ],
    fix: [
      {text: 'Did the job run?', command: 'kubectl -n envoy-gateway-system get jobs,pods,secrets'},
      {text: 'Was it refused?', command: 'kubectl -n envoy-gateway-system get events --sort-by=.lastTimestamp'},
      {text: 'Install the release again; the job runs with it.', command: 'kp step ingress'},
    ],
    confirmBy: 'ingress.controller-ready',
    source: 'envoyproxy/gateway 6480',
  },
]

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [...ownPitfalls, ...addressPitfalls, ...controllerPitfalls].toSorted((a, b) => a.code.localeCompare(b.code))
