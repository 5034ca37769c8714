/** Known failures of phase 1: addresses of Services */
import type {Pitfall} from '../../engine/types.ts'

/** Addresses of services */
export const servicePitfalls: Pitfall[] = [
  {
    code: 'KP0113',
    title: 'kp.yaml names another Service range than the cluster has',
    symptom: 'Pods are told addresses of Services that no rule or route knows: policies that name the range do not fit.',
    cause: 'The cluster was not made by kp, and network.serviceCidr was left at its default; or the API server was started anew with another range.',
    match: [{check: 'networking.service-range'}],
    fix: [
      {text: 'Which range has the cluster?', command: 'kubectl get servicecidr kubernetes -o jsonpath={.spec.cidrs}'},
      {text: 'Older than 1.33: the first Service tells.', command: 'kubectl -n default get service kubernetes -o jsonpath={.spec.clusterIPs}'},
      {text: 'Write that range to network.serviceCidr in kp.yaml.', command: 'kp plan'},
    ],
    confirmBy: 'networking.service-range',
    source: 'checks: 01 networking; Kubernetes docs: ServiceCIDR',
  },
  {
    code: 'KP0114',
    title: 'The Service range fills up',
    symptom: 'More than four fifths of the addresses of Services are used; new Services still get one.',
    cause: 'The range was chosen small (a /24 has 254 addresses), and each Service that is not headless keeps one for as long as it stands.',
    match: [{check: 'networking.service-addresses'}],
    fix: [
      {text: 'Who has the most?', command: 'kubectl get services -A --no-headers -o custom-columns=NS:.metadata.namespace'},
      {text: 'Add a second range: the API server hands out addresses of both.', command: 'kubectl create -f <servicecidr.yaml>'},
      {text: 'A ServiceCIDR names spec.cidrs with a range that overlaps no other network of yours.'},
    ],
    confirmBy: 'networking.service-addresses',
    source: 'Kubernetes docs: extend Service IP ranges',
  },
  {
    code: 'KP0115',
    title: 'Inside the cluster nobody reaches the API server',
    symptom: 'Controllers cannot start: "dial tcp 10.96.0.1:443: connect: connection refused", while kubectl works from outside.',
    cause: 'No API server has written its address into the Service default/kubernetes: it is stopped, or was told to advertise none.',
    match: [{check: 'networking.api-endpoints'}, {output: /dial tcp 10\.96\.0\.1:443: connect: connection refused/}],
    fix: [
      {text: 'Look at what it leads to.', command: 'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes'},
      {text: 'Is the API server ready?', command: 'kubectl get --raw /readyz?verbose'},
      {text: 'It writes its own address every ten seconds: see --advertise-address and --endpoint-reconciler-type of the API server.'},
    ],
    confirmBy: 'networking.api-endpoints',
    runbook: 'api-unreachable.md',
    source: 'Kubernetes docs: kube-apiserver reference',
  },
]
