/** Phases 5 and 6: certificates and the way in. */
import {secretStore} from './stores.ts'
import {textOf, yesNo, type Answers, type Choice, type Question} from './types.ts'

const isLocal = (answers: Answers): boolean => answers['provider'] === 'lab' || answers['provider'] === 'kind'
const isAcme = (answers: Answers): boolean => answers['issuer'] === 'dns01' || textOf(answers, 'issuer').startsWith('letsencrypt-')
const onDns01 = (answers: Answers): boolean => answers['issuer'] === 'dns01'
const hasIngress = (answers: Answers): boolean => answers['ingress'] !== 'none'
const writesDns = (answers: Answers): boolean => hasIngress(answers) && answers['external-dns'] === true
const needsKey = (provider: string): boolean => provider === 'cloudflare' || provider === 'rfc2136'

const DNS_PROVIDERS: readonly Choice[] = [
  {value: 'route53', lines: ['Amazon Route 53: on AWS a role is enough, no key to rotate.', 'Elsewhere an access key has to be kept and rotated.']},
  {value: 'cloudflare', lines: ['Cloudflare: works from anywhere with an API token for the one zone.', 'The token is a secret of yours; kp wants a reference to it.']},
  {value: 'clouddns', lines: ['Google Cloud DNS: with workload identity no key is needed on GKE.', 'Elsewhere a service account\'s key file has to be kept.']},
  {value: 'azuredns', lines: ['Azure DNS: with a managed identity no key is needed on AKS.', 'Elsewhere a client secret that expires has to be kept.']},
  {value: 'rfc2136', lines: ['Any DNS server of yours that takes dynamic updates, such as BIND.', 'Wants a TSIG key, and port 53 open from the cluster.']},
]

export const certificateQuestions: readonly Question[] = [
  {
    id: 'issuer', phase: 'cert-manager', kind: 'choice', title: 'Who signs certificates', path: ['phases', 'cert-manager', 'issuer'], off: 'none',
    why: ['cert-manager orders and renews certificates for everything with TLS.', 'Begin with one that cannot run into limits; change it in kp.yaml later.'],
    choices: [
      {value: 'letsencrypt-staging', lines: ['The whole way of Let\'s Encrypt, without its strict limits: to test.', 'Browsers do not trust it, and the ingress must be reachable from outside.']},
      {value: 'letsencrypt-production', lines: ['Trusted by every browser, free, renewed by itself.', 'Rate limits: 5 failed tries an hour, 50 certificates a week and domain.']},
      {value: 'dns01', lines: ['Let\'s Encrypt by a DNS record: wildcards, and no open port needed.', 'cert-manager gets rights on your DNS zone.']},
      {value: 'internal-ca', lines: ['A CA of the platform\'s own: no internet, no limits, at once.', 'Clients have to trust that CA, so you distribute its certificate.']},
      {value: 'self-signed', lines: ['Each certificate signs itself: nothing else is needed.', 'Nobody can check who is there: for tests only.']},
      {value: 'none', lines: ['No cert-manager: something else brings certificates.', 'Nothing that kp builds has TLS by itself then.']},
    ],
    initial: (answers) => (isLocal(answers) ? 'internal-ca' : 'letsencrypt-staging'),
  },
  {
    id: 'dns01-server', phase: 'cert-manager', kind: 'choice', title: 'Which Let\'s Encrypt', path: ['phases', 'cert-manager', 'dns01', 'server'],
    why: ['Both take the same orders in the same way.', 'Change to production when an order on staging went through.'],
    choices: [
      {value: 'staging', lines: ['High limits: to get the DNS rights and the zone right.', 'Its certificates are not trusted by browsers.']},
      {value: 'production', lines: ['Trusted by every browser.', 'Limits: 5 failed tries an hour, 50 certificates a week and domain.']},
    ],
    when: onDns01, needs: 'issuer dns01', initial: () => 'staging',
  },
  {
    id: 'dns01-provider', phase: 'cert-manager', kind: 'choice', title: 'Who serves the DNS zone, for certificates', path: ['phases', 'cert-manager', 'dns01', 'provider'],
    why: ['cert-manager writes a TXT record there for each order.', 'Give it rights on this one zone and no other.'],
    choices: DNS_PROVIDERS, when: onDns01, needs: 'issuer dns01', initial: () => 'route53',
  },
  {
    id: 'dns01-zone', phase: 'cert-manager', kind: 'text', title: 'DNS zone, for certificates', path: ['phases', 'cert-manager', 'dns01', 'zone'], optional: true,
    why: ['Where it is not the platform\'s domain itself but one above it.', 'Nothing is the domain.'],
    when: onDns01, needs: 'issuer dns01', initial: () => '',
  },
  {
    id: 'dns01-credentials', phase: 'cert-manager', kind: 'text', title: 'Credentials for the DNS zone, as a reference', path: ['phases', 'cert-manager', 'dns01', 'secret'],
    store: secretStore(['phases', 'cert-manager', 'dns01', 'secret'], 'dns01-credentials'), optional: true,
    why: ['env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY; never the secret itself.', 'Nothing where a role or identity of the cluster is enough.'],
    when: onDns01, needs: 'issuer dns01', initial: (answers) => (needsKey(textOf(answers, 'dns01-provider')) ? undefined : ''),
  },
  {
    id: 'email', phase: 'cert-manager', kind: 'text', title: 'Mail address for the certificate authority', path: ['email'],
    why: ['Let\'s Encrypt ties the account to it.', 'A team\'s address, not that of a person who may leave.'],
    when: isAcme, needs: 'an issuer of Let\'s Encrypt', initial: () => undefined,
  },
  {
    id: 'domain', phase: 'cert-manager', kind: 'text', title: 'Domain of the platform', path: ['domain'],
    why: ['Names of what is reachable from outside end in this, as demo.<domain>.', 'For Let\'s Encrypt it must be yours.'],
    initial: (answers) => (isAcme(answers) ? undefined : `${textOf(answers, 'name')}.test`),
  },
]

export const ingressQuestions: readonly Question[] = [
  {
    id: 'ingress', phase: 'ingress', kind: 'choice', title: 'What takes requests from outside', path: ['phases', 'ingress', 'controller'], off: 'none',
    why: ['Terminates TLS and brings requests to Services by host and path.', 'Gateway API is what the ecosystem moves to; Ingress is frozen.'],
    choices: [
      {value: 'envoy-gateway', lines: ['Gateway API on Envoy: retries, limits and timeouts without annotations.', 'Newer: fewer examples on the web, and routes instead of Ingress objects.']},
      {value: 'traefik', lines: ['Small and quick to learn; Gateway API and its own middlewares.', 'What goes beyond the Gateway API is Traefik\'s own kinds.']},
      {value: 'ingress-nginx', lines: ['Known everywhere; for manifests full of its annotations.', 'Retired in March 2026: no security fixes. Plan to move off it.']},
      {value: 'aws-load-balancer-controller', lines: ['An AWS load balancer for each Ingress: WAF, ACM, no data plane to run.', 'AWS only, and each load balancer is on the bill.']},
      {value: 'none', lines: ['Nothing comes in from outside, or something else brings it in.', 'No demo application, no certificates by HTTP.']},
    ],
    initial: () => 'envoy-gateway',
  },
  {
    id: 'exposure', phase: 'ingress', kind: 'choice', title: 'Who can reach it', path: ['phases', 'ingress', 'exposure'],
    why: ['Decides which kind of address the load balancer gets.', 'Let\'s Encrypt by HTTP needs a public one.'],
    choices: [
      {value: 'public', lines: ['The internet: users and certificate authorities reach it.', 'So does everybody else: keep admin interfaces off it.']},
      {value: 'internal', lines: ['Your own network only: nothing to attack from outside.', 'Needs a VPN or a peered network, and dns01 or an own CA for TLS.']},
    ],
    when: hasIngress, needs: 'an ingress', initial: () => 'public',
  },
  {
    id: 'external-dns', phase: 'ingress', kind: 'switch', title: 'DNS records by external-dns', path: ['phases', 'ingress', 'externalDns', 'enabled'],
    why: ['Otherwise somebody points each new name at the load balancer.', 'It marks its records and leaves others alone.'],
    choices: yesNo(['A new route has its name within a minute, an old one loses it.', 'A controller with rights on your DNS zone.'], ['No rights on the zone inside the cluster.', 'Names are written by hand; kp prints a hosts line to test with.']),
    when: hasIngress, needs: 'an ingress', initial: () => false,
  },
  {
    id: 'dns-provider', phase: 'ingress', kind: 'choice', title: 'Who serves the DNS zone, for external-dns', path: ['phases', 'ingress', 'externalDns', 'provider'],
    why: ['external-dns writes address records of the domain there.', 'Give it rights on this one zone and no other.'],
    choices: DNS_PROVIDERS, when: writesDns, needs: 'external-dns', initial: () => 'route53',
  },
  {
    id: 'dns-policy', phase: 'ingress', kind: 'choice', title: 'Whether records are deleted too', path: ['phases', 'ingress', 'externalDns', 'policy'],
    why: ['What happens with a name whose route is gone.', 'Either way only records that external-dns made are touched.'],
    choices: [
      {value: 'upsert-only', lines: ['Makes and changes records, deletes none: safe while you begin.', 'Names of what is gone stay, and lead nowhere.']},
      {value: 'sync', lines: ['The zone is always as the routes say.', 'A route that is deleted by mistake takes its name along.']},
    ],
    when: writesDns, needs: 'external-dns', initial: () => 'upsert-only',
  },
  {
    id: 'dns-credentials', phase: 'ingress', kind: 'text', title: 'Credentials for external-dns, as a reference', path: ['phases', 'ingress', 'externalDns', 'secret'],
    store: secretStore(['phases', 'ingress', 'externalDns', 'secret'], 'dns-credentials'), optional: true,
    why: ['env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY; never the secret itself.', 'Nothing where a role or identity of the cluster is enough.'],
    when: writesDns, needs: 'external-dns', initial: (answers) => (needsKey(textOf(answers, 'dns-provider')) ? undefined : ''),
  },
  {
    id: 'demo', phase: 'ingress', kind: 'switch', title: 'The demo application', path: ['phases', 'ingress', 'demo', 'enabled'],
    why: ['A small web application behind the ingress, with a certificate.', 'verify, drills and load tests ask it.'],
    choices: yesNo(['Proves the whole way: DNS, load balancer, TLS, route, pod.', 'Two small pods and a public name, demo.<domain>.'], ['Nothing of kp\'s is reachable from outside.', 'Drills and load tests need an application of yours.']),
    when: hasIngress, needs: 'an ingress', initial: () => true,
  },
]
