/** What, why and how of phase 6. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'ingress',
  number: 6,
  title: 'Ingress and the demo application',
  what: 'The way in for HTTP and HTTPS: a controller behind a load balancer, the platform gateway, and a demo application with TLS.',
  why: 'One entry with routing by host and path, and TLS ended in one place. The demo application shows that the whole chain works, and drills and load tests use it.',
  how: [
    'The default is Envoy Gateway with the Gateway API: a GatewayClass, a Gateway and HTTPRoutes. Traefik, the AWS Load Balancer Controller and ingress-nginx are choices too.',
    'ingress-nginx was retired in March 2026 and gets no more security fixes: keep it for a while if you have it, and do not start with it. With an Ingress use spec.ingressClassName; the annotation kubernetes.io/ingress.class is the older form.',
    'The Service of the gateway is of type LoadBalancer. On AWS a controller needs the right to make one, and subnets with the right tags; own machines need one of MetalLB, kube-vip or Cilium.',
    'The demo application has two replicas, a disruption budget, network policies, and an HTTPS listener with a certificate of the issuer of phase 5; HTTP leads to HTTPS.',
    'Names: phases.ingress.externalDns writes the records, or you do. Until the name leads to the gateway, try it with `curl --resolve <host>:443:<address> https://<host>/` or an entry in /etc/hosts.',
    'Verify: `kp verify ingress`: kinds, controller, class, Gateway programmed, address, routes, demo and its certificate. By hand: `kubectl get gateways,httproutes -A`, `kubectl get services -n envoy-gateway-system` for the address, `curl https://<host>/`.',
  ],
}
