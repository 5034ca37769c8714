/** Known failures of phase 10: the mesh itself. Those of what joins it are in pitfalls-members.ts. */
import type {Pitfall} from '../../engine/types.ts'
import {findIdentityAway, findInjectorAway, findTrustGone} from './find.ts'
import {memberPitfalls} from './pitfalls-members.ts'

const ownPitfalls: Pitfall[] = [
  {
    code: 'KP1003',
    title: "Istio's gateway gets no address",
    symptom: 'The Service of the gateway stays at EXTERNAL-IP <pending>; the Gateway is not programmed ("Assigned to service(s) … but failed to assign to all requested addresses").',
    cause: 'The cloud makes no load balancer: its controller does not run or may not, or on AWS the public subnets lack the tag kubernetes.io/role/elb.',
    match: [
      {condition: {kind: 'Gateway', type: 'Programmed', status: 'False', reason: /^Pending$|AddressNotAssigned/, message: /mesh-gateway-istio/}},
      {check: 'mesh.gateway'},
    ],
    fix: [
      {text: 'What does the cloud say of the Service?', command: 'kubectl -n demo describe service mesh-gateway-istio'},
      {text: 'On AWS: are the subnets tagged?', command: 'aws ec2 describe-subnets --filters Name=tag-key,Values=kubernetes.io/role/elb --query Subnets[].SubnetId'},
      {text: 'Tag the public ones; the controller looks again by itself, sooner after a restart.', command: 'aws ec2 create-tags --resources <subnet> --tags Key=kubernetes.io/role/elb,Value=1'},
      {text: 'A cluster without a cloud wants MetalLB, or phases.mesh.gateway: false and the front door of phase 6.'},
    ],
    confirmBy: 'mesh.gateway',
    runbook: 'mesh-unwell.md',
    source: 'EC2 guide, challenge 3',
  },
  {
    code: 'KP1004',
    title: 'The trust anchor or the issuer of the mesh has ended',
    symptom: 'Proxies do not become ready and requests between services fail; logs say "certificate has expired" or "no trust anchors", `linkerd check` that the issuer certificate is not within its validity period.',
    cause: 'Certificates of a mesh end like others. Nobody renewed the anchor that was given by reference, or cert-manager could not renew the issuer.',
    match: [
      {output: /(?:linkerd|identity|issuer|istiod|citadel|proxy)[^\n]*(?:certificate (?:has )?expired|CertExpired|not within (?:its|their) validity|invalid peer certificate)/i},
      {output: /× (?:\S+ )?(?:trust anchors are within their|issuer cert is within its) validity period|not valid anymore\. Expired on \S+/},
      {check: 'mesh.trust'},
    ],
    fix: [
      {text: 'Which of them, and since when?', command: 'kp verify mesh --check mesh.trust'},
      {text: 'By cert-manager: what keeps it from renewing?', command: 'kubectl -n <mesh> get certificates,certificaterequests'},
      {text: 'By reference: make a new anchor and issuer, put them where phases.mesh.trustAnchor leads, and hand them over. An anchor that has not ended stays trusted beside the new one.', command: 'kp step mesh'},
      {text: 'Let the control plane read them.', command: 'kubectl -n <mesh> rollout restart deployment'},
      {text: 'Then each namespace of the mesh, one after the other.', command: 'kubectl -n <namespace> rollout restart deployment,statefulset,daemonset'},
    ],
    find: findTrustGone,
    matchesToo: true,
    confirmBy: 'mesh.trust',
    runbook: 'mesh-certificates.md',
    source: 'Linkerd docs: replacing expired certificates; Istio docs: plug in CA certificates',
  },
  {
    code: 'KP1005',
    title: 'The kinds that the mesh needs are not there',
    symptom: 'The control plane cannot be installed: no matches for kind "HTTPRoute", "Server" or "PeerAuthentication", or `linkerd check` misses the Gateway API.',
    cause: 'The kinds come from charts of their own (linkerd-crds, istio-base, the Gateway API), and these come first. `linkerd install` alone does not bring them.',
    match: [
      {output: /no matches for kind "(?:Server|AuthorizationPolicy|MeshTLSAuthentication|ServiceProfile|PeerAuthentication|VirtualService|DestinationRule|EnvoyFilter|Telemetry)" in version "(?:policy\.linkerd\.io|linkerd\.io|security\.istio\.io|networking\.istio\.io|telemetry\.istio\.io)/},
      {output: /Gateway API CRDs must be installed prior to installing Linkerd/},
      {check: 'mesh.kinds'},
    ],
    fix: [
      {text: 'Which are missing?', command: 'kp verify mesh --check mesh.kinds'},
      {text: 'Bring them in their order.', command: 'kp step mesh'},
      {text: 'Somebody else keeps the kinds of the Gateway API in another version? Then both must agree on one.', command: 'kubectl get crd httproutes.gateway.networking.k8s.io -o yaml'},
    ],
    confirmBy: 'mesh.kinds',
    source: 'Linkerd docs: installing Linkerd, CRDs first',
  },
  {
    code: 'KP1007',
    title: 'No pod starts: the injector of the mesh does not answer',
    symptom: 'New pods are refused: "failed calling webhook linkerd-proxy-injector.linkerd.io" or "namespace.sidecar-injector.istio.io": no endpoints, timeout, or a certificate that is not trusted.',
    cause: 'Each new pod of the mesh goes through the injector. It is down, a network policy or firewall keeps the API server from it, or its CA is not the one that the webhook names.',
    match: [
      {output: /failed calling webhook "(?:linkerd-proxy-injector\.linkerd\.io|(?:rev\.)?(?:namespace|object)\.sidecar-injector\.istio\.io)"[^\n]*/},
      {event: {reason: 'FailedCreate', message: /failed calling webhook "(?:linkerd-proxy-injector\.linkerd\.io|(?:rev\.)?(?:namespace|object)\.sidecar-injector\.istio\.io)"/}},
      {check: 'mesh.control-plane'},
    ],
    fix: [
      {text: 'Does it run?', command: 'kubectl get pods -n <mesh>'},
      {text: 'Put back its policies, certificates and copies.', command: 'kp step mesh'},
      {text: 'On EKS and GKE the firewall must let the API server reach ports 8443 (Linkerd) or 15017 (Istio) of the nodes.', command: 'kp verify networking'},
      {text: 'While it is down, an urgent pod can start without a proxy: take the mark from its namespace for that time.', command: 'kubectl annotate namespace <namespace> linkerd.io/inject-'},
    ],
    find: findInjectorAway,
    matchesToo: true,
    confirmBy: 'mesh.control-plane',
    runbook: 'mesh-unwell.md',
    source: 'Linkerd docs: HA, failure of the proxy injector; Istio docs: injection problems',
  },
  {
    code: 'KP1009',
    title: 'The network plugin of the mesh is not used',
    symptom: 'Pods of the mesh hang in Init: linkerd-network-validator fails, or istio-validation ends with an error; requests go past the proxies.',
    cause: 'Its DaemonSet does not run on the node, or the pod network plugin put its file aside: Cilium does with cni.exclusive true.',
    match: [
      {output: /linkerd_network_validator: (?:Failed to validate networking configuration|Unable to connect to validator)|iptables validation failed; workload is not ready for Istio/},
      {check: 'mesh.cni'},
    ],
    fix: [
      {text: 'Does it run on the node of the pod?', command: 'kubectl get pods -A -o wide -l "k8s-app in (linkerd-cni,istio-cni-node)"'},
      {text: 'Is Cilium told to share? kp does so where phases.mesh.enabled is true.', command: 'kp plan cni'},
      {text: 'Bring both into their state.', command: 'kp up'},
      {text: 'Pods that started before are started anew.', command: 'kubectl -n <namespace> rollout restart deployment'},
    ],
    confirmBy: 'mesh.cni',
    runbook: 'mesh-unwell.md',
    source: 'Cilium docs: integration with Istio; Linkerd docs: CNI plugin',
  },
  {
    code: 'KP1013',
    title: 'The view of the mesh shows nothing',
    symptom: 'Kiali or linkerd viz opens without numbers, or does not start; Jaeger has no traces.',
    cause: 'They show what others keep: Prometheus is not there or not reached, no namespace has joined, or no request was sampled.',
    match: [{check: 'mesh.viz'}, {check: 'mesh.jaeger'}],
    fix: [
      {text: 'Do they run?', command: 'kp verify mesh --check mesh.viz --check mesh.jaeger'},
      {text: 'Does Prometheus read the proxies?', command: 'kp verify monitoring'},
      {text: 'Put back what was changed by hand.', command: 'kp step mesh'},
      {text: 'No traces: one per cent of few requests is none. Raise phases.mesh.tracing.samplePercent, and let the applications hand on the headers of a trace.'},
    ],
    confirmBy: 'mesh.viz',
    source: 'Kiali FAQ; Linkerd docs: viz with an own Prometheus; Istio docs: tracing',
  },
  {
    code: 'KP1017',
    title: 'Proxies get no certificate: the identity service is away',
    symptom: 'Pods of the mesh that start hang with a proxy that is not ready: "Failed to obtain identity", "Could not fetch identity". Those that run fail within 24 hours.',
    cause: 'linkerd-identity was scaled down, has no node to run on, or proxies do not reach its port 8080. It signs the certificate of each proxy, for a day.',
    match: [{output: /linkerd_(?:proxy_)?identity[^\n]*(?:Failed to (?:obtain|certify|refresh) identity|Failed to certify|certification failed)|Failed to certify identity|linkerd-identity[^\n]*(?:connection refused|connect timed out)/i}],
    fix: [
      {text: 'Does it run, and where?', command: 'kubectl -n linkerd get pods -l linkerd.io/control-plane-component=identity -o wide'},
      {text: 'Put back its copies, and the policies that let proxies reach it.', command: 'kp step mesh'},
      {text: 'Wait until it stands. Proxies ask again by themselves.', command: 'kubectl -n linkerd rollout status deployment/linkerd-identity --timeout=90s'},
    ],
    find: findIdentityAway,
    matchesToo: true,
    confirmBy: 'mesh.control-plane',
    runbook: 'mesh-unwell.md',
    source: 'Linkerd docs: automatic mTLS, certificates of proxies last 24 hours; linkerd2 issue 7351',
  },
]

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [...ownPitfalls, ...memberPitfalls].toSorted((a, b) => a.code.localeCompare(b.code))
