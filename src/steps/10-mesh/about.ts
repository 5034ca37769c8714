/** What, why and how of phase 10. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'mesh',
  number: 10,
  title: 'Service mesh (Linkerd or Istio)',
  what: 'A proxy beside each container of the namespaces that join: mTLS between services, metrics of every request, traffic that is split, and failed requests that are sent again. Linkerd is simpler, Istio can do more.',
  why: 'Services get encryption, identity and retries without being changed, and a new version can take a tenth of the requests first. It costs memory in every pod, so it is off until you switch it on.',
  how: [
    'Kinds come first (linkerd-crds, istio-base; the Gateway API kinds before them), then the network plugin of the mesh, then the control plane. With the plugin no pod needs the right to change its network, and namespaces stay at Pod Security level restricted.',
    'Cilium lets other plugins stand beside it as soon as the mesh is on (cni.exclusive false), and leaves the connections of pods to their proxies.',
    'The trust anchor lives ten years; the issuer below it is renewed by cert-manager every phases.mesh.rotateEvery and is valid for twice that. phases.mesh.trustAnchor hands over your own by reference. For Linkerd kp writes the anchor where proxies read it, and keeps an older one until it ends.',
    'phases.mesh.inject names the namespaces that join, one after the other: kp marks one, starts its workloads anew, and goes on only when all are ready. One that is not well before is left alone. kube-system is refused.',
    'For the demo: phases.mesh.canary per cent of the requests from inside the mesh go to its new version (HTTPRoute or VirtualService), with retries, a timeout and circuit breaking. Istio also gets a gateway with a rate limit, and a login by tokens where phases.mesh.jwt says whose.',
    'mtls strict refuses plain requests. The front door of phase 6 is no part of the mesh: the port of the demo takes plain requests too, which by network policy come from there alone.',
    'phases.mesh.viz brings linkerd viz or Kiali; tracing sends traces to Jaeger in the cluster (in memory) or to a collector of yours. In a lab nothing injects proxies: marks and policies are real, proxies are not there, and their checks say so.',
    'Verify: `kp verify mesh`: control plane, kinds, anchors and how long they are valid, proxies in every pod, their versions, mTLS, the canary, and what the proxies cost. By hand: `linkerd check`, or `istioctl analyze -A`.',
  ],
}
