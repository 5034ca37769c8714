/** Known failures of kube-proxy and its replacement, of the connectivity test, and of Calico. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of single plugins and of what is proved about them. */
export const pluginPitfalls: Pitfall[] = [
  {
    code: 'KP0412',
    title: 'Both or neither of kube-proxy and its replacement',
    symptom: 'Services answer now and then, or not at all, while pods reach each other by address.',
    cause: 'kube-proxy and Cilium write rules for the same Services, or the cluster was made without kube-proxy and nothing does its work.',
    match: [{check: 'cni.service-routing'}],
    fix: [
      {text: 'Is there a kube-proxy?', command: 'kubectl -n kube-system get daemonset kube-proxy'},
      {text: 'There is none: let Cilium do its work (phases.cni.kubeProxyReplacement: true, and where the API server is: components.cilium.values.k8sServiceHost and k8sServicePort).', command: 'kp plan cni'},
      {text: 'Both: take kube-proxy off, once the agents of Cilium are ready.', command: 'kubectl -n kube-system delete daemonset kube-proxy'},
    ],
    confirmBy: 'cni.service-routing',
    source: 'Cilium docs: Kubernetes without kube-proxy',
  },
  {
    code: 'KP0413',
    title: 'Pods do not reach what they should, or reach what they should not',
    symptom: 'The connectivity test ends with an exit code that is not 0: no DNS, no Service, no API server, or a port that no rule names answers.',
    cause: 'The pod network or DNS does not work (before the rules), a rule is missing or names the wrong labels (after), or the plugin does not enforce policies at all.',
    match: [{check: 'cni.connectivity-before'}, {check: 'cni.connectivity-after'}],
    fix: [
      {text: 'Which question failed? Containers are named after them: dns, service, api-server, unnamed.', command: 'kubectl -n kp-connectivity get pods -l app=client -o wide'},
      {text: 'What did it say?', command: 'kubectl -n kp-connectivity logs <pod> -c <container>'},
      {text: 'Which rules are there?', command: 'kubectl -n kp-connectivity get networkpolicies'},
      {text: 'Fails already without any rule: look at the plugin first.', command: 'kp verify cni'},
      {text: 'Run it again: a Job that is gone is made anew.', command: 'kubectl -n kp-connectivity delete jobs --all'},
      {text: 'Then', command: 'kp step cni'},
    ],
    confirmBy: 'cni.connectivity-after',
    runbook: 'dns-broken.md',
    source: 'twenty phases, 4 (connection between pods before and after the allow rules)',
  },
  {
    code: 'KP0414',
    title: 'The operator of Calico reports a problem',
    symptom: 'kubectl get tigerastatus shows Degraded, or the operator says "no matches for kind Installation".',
    cause: 'The kinds of Calico are missing or older than the operator, the Installation names a range that cannot be used, or images cannot be pulled.',
    match: [
      {check: 'cni.calico-status'},
      {check: 'cni.calico-kinds'},
      {output: /no matches for kind "(?:Installation|APIServer|TigeraStatus|FelixConfiguration)" in version "[^"]*"/},
      {output: /IPPool \S+ is not within the platform's configured pod network CIDR/},
      {condition: {kind: 'TigeraStatus', type: 'Degraded', status: 'True'}},
    ],
    fix: [
      {text: 'Which part, and why?', command: 'kubectl get tigerastatus -o custom-columns="NAME:.metadata.name,WHY:.status.conditions[?(@.type==\'Degraded\')].message"'},
      {text: 'What does the operator say?', command: 'kubectl -n tigera-operator logs deployment/tigera-operator --tail=50'},
      {text: 'Put back the kinds, the operator and the Installation.', command: 'kp step cni'},
      {text: 'The pod range must be the one that the cluster was made with: network.podCidr in kp.yaml.', command: 'kp plan cni'},
    ],
    confirmBy: 'cni.calico-status',
    source: 'Calico docs: installation; tigera/operator: status of components',
  },
  {
    code: 'KP0415',
    title: 'Hubble shows no flows',
    symptom: 'The relay or the UI of Hubble is not ready, or "hubble observe" says that it cannot reach hubble-relay.',
    cause: 'The relay waits for the certificates that a Job of the chart makes, or for agents that are not ready.',
    match: [{check: 'cni.hubble-ready'}, {output: /failed to connect to '?hubble-relay\S*'?|dial tcp \S+:4245: connect: connection refused/}],
    fix: [
      {text: 'Which part is not ready?', command: 'kubectl -n kube-system get pods -l "k8s-app in (hubble-relay, hubble-ui)"'},
      {text: 'Are the certificates there?', command: 'kubectl -n kube-system get secret hubble-relay-client-certs hubble-server-certs'},
      {text: 'No: make them now, with the CronJob of the chart.', command: 'kubectl -n kube-system create job hubble-certs --from=cronjob/hubble-generate-certs'},
      {text: 'Nobody needs to see flows: phases.cni.hubble: false in kp.yaml.', command: 'kp plan cni'},
    ],
    confirmBy: 'cni.hubble-ready',
    source: 'Cilium docs: Hubble, troubleshooting',
  },
  {
    code: 'KP0419',
    title: 'The firewall between the nodes stops the pod network',
    symptom: 'Pods reach each other on one node and not across nodes; calico/node is not ready: BIRD is not ready: BGP not established with some nodes.',
    cause: 'The security group lets the API through, but not what carries the pods: BGP (TCP 179) and IPIP (protocol 4), VXLAN (UDP 4789), Geneve or VXLAN of Cilium (UDP 8472).',
    match: [
      {event: {reason: 'Unhealthy', message: /BIRD is not ready: (?:Error querying BIRD|BGP not established)/}},
      {output: /BIRD is not ready: BGP not established with \S+/},
    ],
    fix: [
      {text: 'Which nodes do not find each other?', command: 'kubectl -n calico-system get pods -o wide'},
      {text: 'How are pods carried here? phases.cni.routing says it.', command: 'kp plan cni'},
      {text: 'Let the nodes talk to each other, all protocols, within their own group.', command: 'aws ec2 authorize-security-group-ingress --group-id <group> --protocol=-1 --source-group <group>'},
      {text: 'Between pods of two nodes now?', command: 'kp verify cni --check cni.connectivity-after'},
    ],
    confirmBy: 'cni.agent-ready',
    source: 'self-hosted on EC2, step 3: security groups with Calico BGP; Calico docs: network requirements',
  },
]
