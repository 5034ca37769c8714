/** Known failures of phase 6: load balancers, addresses, names, and which certificate is served. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of addresses and names. */
export const addressPitfalls: Pitfall[] = [
  {
    code: 'KP0601',
    title: 'The load balancer is not made: no permission',
    symptom: 'The Service of the gateway shows EXTERNAL-IP <pending>; an event says AccessDenied, UnauthorizedOperation or a quota.',
    cause: 'The controller that makes load balancers lacks a permission of the cloud, or the account has no more of them.',
    match: [
      {event: {reason: 'SyncLoadBalancerFailed', message: /AccessDenied|UnauthorizedOperation|not authorized|[Qq]uota|LimitExceeded|TooManyLoadBalancers/}},
      {event: {reason: 'FailedDeployModel', message: /Failed deploy model due to .*(?:AccessDenied|UnauthorizedOperation|not authorized)/}},
      {event: {reason: 'SyncLoadBalancerFailed', message: /Error syncing load balancer/}},
      {check: 'ingress.address'},
      {output: /is not authorized to perform: elasticloadbalancing:\w+[^\n]*/},
    ],
    fix: [
      {text: 'What does the event say?', command: 'kubectl -n envoy-gateway-system describe services'},
      {text: 'Which identity has the controller? Its role needs the policy of its own version.', command: 'kubectl -n kube-system describe serviceaccount aws-load-balancer-controller'},
      {text: 'Put role and controller back.', command: 'kp step ingress'},
      {text: 'After a change of the role it must be restarted.', command: 'kubectl -n kube-system rollout restart deployment aws-load-balancer-controller'},
    ],
    confirmBy: 'ingress.address',
    runbook: 'gateway-not-programmed.md',
    source: 'twenty phases, 6',
  },
  {
    code: 'KP0602',
    title: 'The host name does not lead to the load balancer',
    symptom: 'curl says "Could not resolve host", or another server answers.',
    cause: 'There is no DNS record for the host yet, it points elsewhere, or external-dns may not write the zone.',
    match: [{tool: 'curl', exitCode: 6}, {output: /Could not resolve host: (?!\S+\.svc\b)\S+/}],
    fix: [
      {text: 'Which address has the gateway?', command: "kubectl -n envoy-gateway-system get gateway platform -o jsonpath='{.status.addresses[*].value}'"},
      {text: 'Try without DNS.', command: 'curl -v --resolve <host>:443:<address> https://<host>/'},
      {text: 'For a demo: an entry in /etc/hosts.', command: 'echo "<address> <host>" | sudo tee -a /etc/hosts'},
      {text: 'For good: a record at your DNS provider, or phases.ingress.externalDns in kp.yaml.', command: 'kp plan ingress'},
    ],
    confirmBy: 'ingress.address',
    source: 'twenty phases, 6',
  },
  {
    code: 'KP0609',
    title: 'The load balancer finds no subnet',
    symptom: 'EXTERNAL-IP stays <pending>; an event says "could not find any suitable subnets" or "unable to discover at least one subnet".',
    cause: 'Subnets are found by their tags: kubernetes.io/role/elb=1 on public ones, kubernetes.io/role/internal-elb=1 on private ones.',
    match: [
      {event: {reason: 'SyncLoadBalancerFailed', message: /could not find any suitable subnets for creating the ELB/}},
      {event: {reason: 'FailedBuildModel', message: /(?:couldn't auto-discover subnets: )?unable to (?:discover|resolve) at least one subnet/}},
      {output: /could not find any suitable subnets for creating the ELB/},
    ],
    fix: [
      {text: 'Which tags do they have?', command: 'aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpc> --query "Subnets[].[SubnetId,MapPublicIpOnLaunch,Tags]"'},
      {text: 'Put the tags back.', command: 'kp step networking'},
      {text: 'A network that kp did not make: tag it.', command: 'aws ec2 create-tags --resources <subnet> --tags Key=kubernetes.io/role/elb,Value=1'},
      {text: 'Let the controller look again.', command: 'kubectl -n kube-system rollout restart deployment aws-load-balancer-controller'},
    ],
    confirmBy: 'ingress.address',
    runbook: 'gateway-not-programmed.md',
    source: 'self-hosted on EC2, challenge 3; AWS Load Balancer Controller docs: subnet discovery',
  },
  {
    code: 'KP0610',
    title: 'Nobody makes load balancers here',
    symptom: 'EXTERNAL-IP stays <pending> and the Service has no event at all.',
    cause: 'On own machines and in kind there is no controller for Services of type LoadBalancer.',
    match: [{check: 'ingress.address'}],
    fix: [
      {text: 'Are there events? Then it is another failure.', command: 'kubectl -n envoy-gateway-system get events --field-selector involvedObject.kind=Service'},
      {text: 'Choose provider.loadBalancer in kp.yaml: metallb, kube-vip, cilium-l2 or cilium-bgp, with addresses that are free.', command: 'kp step ingress'},
      {text: 'To try it without: forward a port.', command: 'kubectl -n envoy-gateway-system port-forward service/<service> 8443:443'},
    ],
    confirmBy: 'ingress.address',
    runbook: 'gateway-not-programmed.md',
    source: 'private infrastructure; Kubernetes docs: LoadBalancer Services',
  },
  {
    code: 'KP0612',
    title: 'The wrong or an old certificate is served',
    symptom: 'Browsers warn; curl says "no alternative certificate subject name matches" or that the certificate is self-signed.',
    cause: 'The host is not in dnsNames, another listener answers, the issuer is staging or an own CA, or the consumer did not reload a renewed certificate.',
    match: [
      {output: /SSL: no alternative certificate subject name matches target host name/},
      {output: /SSL certificate problem: (?:self[- ]signed certificate|unable to get local issuer certificate)/},
      {output: /x509: certificate is valid for \S.*, not (?!cert-manager-webhook)\S+/},
      {tool: 'curl', exitCode: 60},
    ],
    fix: [
      {text: 'Which certificate is served?', command: 'openssl s_client -connect <address>:443 -servername <host> </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName'},
      {text: 'Which is in the Secret? Both the same: it was issued so. Different: restart what serves it.', command: 'kubectl -n envoy-gateway-system describe certificate demo-tls'},
      {text: 'Own CA or staging: browsers cannot know it; trust the CA, or choose letsencrypt-production.', command: "kubectl -n envoy-gateway-system get secret demo-tls -o jsonpath='{.data.ca\\.crt}'"},
      {text: 'An application that reads its certificate only at the start.', command: 'kubectl -n <namespace> rollout restart deployment <name>'},
    ],
    confirmBy: 'ingress.demo-tls',
    runbook: 'certificate-not-ready.md',
    source: 'self-hosted on EC2, challenge 4',
  },
]
