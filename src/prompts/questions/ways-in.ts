/** Phases 5 and 6: certificates and the way in. */
import {dnsQuestions} from './dns.ts'
import {textOf, yesNo, type Answers, type Question} from './types.ts'

const isLocal = (answers: Answers): boolean => answers['provider'] === 'lab' || answers['provider'] === 'kind'
const isAcme = (answers: Answers): boolean => answers['issuer'] === 'dns01' || textOf(answers, 'issuer').startsWith('letsencrypt-')
const onDns01 = (answers: Answers): boolean => answers['issuer'] === 'dns01'
const hasIngress = (answers: Answers): boolean => answers['ingress'] !== 'none'
const writesDns = (answers: Answers): boolean => hasIngress(answers) && answers['external-dns'] === true

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
  ...dnsQuestions({prefix: 'dns01', phase: 'cert-manager', path: ['phases', 'cert-manager', 'dns01'], use: 'for certificates', when: onDns01, needs: 'issuer dns01', needsKey: ['cloudflare', 'rfc2136']}, [
    {
      id: 'dns01-zone', phase: 'cert-manager', kind: 'text', title: 'DNS zone, for certificates', path: ['phases', 'cert-manager', 'dns01', 'zone'], optional: true,
      why: ['Where it is not the platform\'s domain itself but one above it.', 'Nothing is the domain.'],
      when: onDns01, needs: 'issuer dns01', initial: () => '',
    },
  ]),
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
  ...dnsQuestions({prefix: 'dns', phase: 'ingress', path: ['phases', 'ingress', 'externalDns'], use: 'for external-dns', when: writesDns, needs: 'external-dns', needsKey: ['cloudflare', 'azuredns', 'rfc2136']}, [
    {
      id: 'dns-policy', phase: 'ingress', kind: 'choice', title: 'Whether records are deleted too', path: ['phases', 'ingress', 'externalDns', 'policy'],
      why: ['What happens with a name whose route is gone.', 'Either way only records that external-dns made are touched.'],
      choices: [
        {value: 'upsert-only', lines: ['Makes and changes records, deletes none: safe while you begin.', 'Names of what is gone stay, and lead nowhere.']},
        {value: 'sync', lines: ['The zone is always as the routes say.', 'A route that is deleted by mistake takes its name along.']},
      ],
      when: writesDns, needs: 'external-dns', initial: () => 'upsert-only',
    },
  ]),
  {
    id: 'demo', phase: 'ingress', kind: 'switch', title: 'The demo application', path: ['phases', 'ingress', 'demo', 'enabled'],
    why: ['A small web application behind the ingress, with a certificate.', 'verify, drills and load tests ask it.'],
    choices: yesNo(['Proves the whole way: DNS, load balancer, TLS, route, pod.', 'Two small pods and a public name, demo.<domain>.'], ['Nothing of kp\'s is reachable from outside.', 'Drills and load tests need an application of yours.']),
    when: hasIngress, needs: 'an ingress', initial: () => true,
  },
]
