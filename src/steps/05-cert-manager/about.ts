/** What, why and how of phase 5. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'cert-manager',
  number: 5,
  title: 'Certificates (cert-manager)',
  what: 'cert-manager and a ClusterIssuer: an internal CA, self-signed, or ACME (Let\'s Encrypt) by HTTP-01 or DNS-01.',
  why: 'Certificates of gateways and Services are issued and renewed without a person; forgotten renewals are among the commonest outages.',
  how: [
    'The Gateway API kinds are a component of their own and come first, since cert-manager looks for them once, at its start.',
    'cert-manager is installed with helm in a pinned version, with crds.enabled (installCRDs is its old name) and the Gateway API switched on; controller, webhook and CA injector have several replicas.',
    'The issuer is a choice (phases.cert-manager.issuer): letsencrypt-staging first, letsencrypt-production once everything works, because production limits requests; dns01 for names that are not reachable or for wildcards; internal-ca or self-signed without the internet.',
    'The HTTP-01 solver fits the ingress controller: gatewayHTTPRoute with the platform gateway, or ingressClassName. The older field is `class`.',
    'Ask for a certificate with a Certificate object, or with the annotation cert-manager.io/cluster-issuer on a Gateway or Ingress. A consumer that reads its certificate only at its start must be restarted after a renewal.',
    'Verify: `kp verify cert-manager`: workloads, kinds, a dry run through API server and webhook, the issuer, a probe certificate that is really issued (not with ACME, which counts), and that no certificate ends within 14 days. By hand: `kubectl get pods -n cert-manager`, `kubectl get certificates -A`.',
  ],
}
