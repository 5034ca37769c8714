/** The choices of kp.yaml that a platform is judged by, as data. A record's number is its place: new ones go to the end. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** One way to decide. */
export interface DecisionOption {
  value: string
  gives: string
  costs: string
}

/** One choice. */
export interface Decision {
  id: string
  title: string
  field: string
  context: string
  options: DecisionOption[]
  chosen(spec: EnvironmentSpec): string
  price: string
}

const option = (value: string, gives: string, costs: string): DecisionOption => ({value, gives, costs})
const off = (enabled: boolean, value: string): string => (enabled ? value : 'none')
const yes = (value: boolean): string => (value ? 'yes' : 'no')

export const DECISIONS: readonly Decision[] = [
  {
    id: 'zones', title: 'Number of zones', field: 'network.zones',
    context: 'Machines of one zone share power, cooling and network: they fail together.',
    options: [option('1', 'cheapest, no traffic between zones', 'a zone that fails takes everything'), option('2', 'one may fail', 'half of everything stands idle for it; no quorum by zones'), option('3', 'one may fail and a majority is left: etcd, Kafka, databases', 'traffic between zones is paid; volumes are bound to theirs')],
    chosen: ({network}) => String(network.zones),
    price: 'From one to three zones an outage of a data centre becomes a slow hour. The price is spare capacity of a third, and traffic between zones.',
  },
  {
    id: 'network-plugin', title: 'Pod network', field: 'phases.cni.plugin',
    context: 'It gives pods their addresses and enforces who may talk to whom. It cannot be exchanged under running pods.',
    options: [option('cilium', 'eBPF, Hubble shows flows, can replace kube-proxy', 'more to understand when it breaks'), option('calico', 'well known, BGP to own routers', 'flows are not shown'), option('none', 'the network of the provider', 'what it enforces is its own')],
    chosen: ({phases: {cni}}) => off(cni.enabled, cni.plugin),
    price: 'Both cost about the same memory on each node. Hubble costs a little more and saves hours in an incident.',
  },
  {
    id: 'default-deny', title: 'Traffic that is not allowed is denied', field: 'phases.cni.defaultDeny',
    context: 'Without rules every pod reaches every other: one that is taken over reaches all.',
    options: [option('yes', 'a break-in stays where it is', 'each new connection wants a rule'), option('no', 'nothing to write', 'one hole is everybody\'s')],
    chosen: ({phases: {cni}}) => yes(cni.enabled && cni.defaultDeny),
    price: 'No machine is paid for it; people write a rule for each new connection.',
  },
  {
    id: 'certificates', title: 'Who signs certificates', field: 'phases.cert-manager.issuer',
    context: 'Browsers must know the signer; authorities count requests and want proof of the name.',
    options: [option('letsencrypt-production', 'known everywhere, free', 'limits, and the name must be reachable'), option('letsencrypt-staging', 'the same way without limits', 'no browser knows it: for trials'), option('dns01', 'also for names that nobody reaches, and wildcards', 'credentials for the DNS zone'), option('internal-ca', 'no outside at all', 'clients must be given the CA'), option('self-signed', 'nothing to set up', 'nobody can check it')],
    chosen: ({phases}) => off(phases['cert-manager'].enabled, phases['cert-manager'].issuer),
    price: 'Certificates cost nothing. One that expires costs an outage: renewal is watched.',
  },
  {
    id: 'way-in', title: 'What takes requests from outside', field: 'phases.ingress.controller',
    context: 'Everything that users see comes through it.',
    options: [option('envoy-gateway', 'the Gateway API, retries and limits as objects', 'a controller and its proxies'), option('traefik', 'one program for both', 'its own kinds for what the Gateway API lacks'), option('ingress-nginx', 'what many have', 'retired in March 2026: no fixes'), option('aws-load-balancer-controller', 'load balancers of AWS, nothing in the path in the cluster', 'only on AWS; requests are not counted in Prometheus'), option('none', 'nothing to run', 'nothing is reachable')],
    chosen: ({phases: {ingress}}) => off(ingress.enabled, ingress.controller),
    price: 'Each further proxy costs some 100 MiB and lets one fail or be replaced unseen.',
  },
  {
    id: 'gitops', title: 'What brings changes into the cluster', field: 'phases.gitops.tool',
    context: 'A cluster that is changed by hand is not what Git says.',
    options: [option('argo-cd', 'an interface that shows drift', 'more to run, and a login to guard'), option('flux', 'small controllers', 'no interface'), option('none', 'kp up from a clone or from CI', 'nothing takes back what was changed by hand until it runs')],
    chosen: ({phases: {gitops}}) => gitops.tool,
    price: 'About 1 GiB of memory for Argo CD, a quarter for Flux. Both make a rebuilt cluster come back by itself.',
  },
  {
    id: 'monitoring', title: 'Metrics and how long they are kept', field: 'phases.monitoring.retention',
    context: 'Objectives look back as far as there are metrics.',
    options: [option('yes', 'alerts, objectives, dashboards', '2 GiB of memory and a volume'), option('none', 'nothing to run', 'what fails is found by users')],
    chosen: ({phases: {monitoring}}) => off(monitoring.enabled, 'yes'),
    price: 'Twice the time is twice the volume; a second copy keeps alerts alive while a node is replaced.',
  },
  {
    id: 'objectives', title: 'What users are promised', field: 'slos',
    context: 'A promise of 100 % cannot be kept and forbids every change.',
    options: [option('objectives', 'alerts on what users notice, and a budget for change', 'somebody must agree on a number'), option('none', 'nothing to agree on', 'alerts on causes, at night')],
    chosen: ({slos, phases: {slo}}) => (slo.enabled && slos.length > 0 ? 'objectives' : 'none'),
    price: 'Each further nine costs about as much again as all before: more copies, more zones, people on call.',
  },
  {
    id: 'logs', title: 'Where logs go', field: 'phases.logging.backend',
    context: 'What a dead pod said is gone with it.',
    options: [option('opensearch', 'stays in the cluster', 'three nodes with volumes'), option('splunk-hec', 'where security looks', 'priced by volume'), option('elasticsearch', 'what you have', 'its indexes are yours to keep'), option('logstash', 'your own pipeline', 'one more station'), option('cloudwatch', 'nothing to run on AWS', 'paid by the gigabyte'), option('http', 'anything', 'its failures are yours'), option('none', 'nothing to run', 'no evidence after an incident')],
    chosen: ({phases: {logging}}) => off(logging.enabled, logging.backend.type),
    price: 'Logs are the largest variable cost of most platforms: sampling and drop rules come first.',
  },
  {
    id: 'mesh', title: 'Service mesh', field: 'phases.mesh.type',
    context: 'mTLS, retries and traffic shaping without changing applications.',
    options: [option('linkerd', 'small proxies, few settings', 'does less'), option('istio', 'nearly every wish', 'more memory, more to learn'), option('none', 'nothing in front of each container', 'no mTLS between pods but by the network')],
    chosen: ({phases: {mesh}}) => off(mesh.enabled, mesh.type),
    price: 'A proxy in every pod: 20 to 100 MiB each, and a millisecond a hop.',
  },
  {
    id: 'secrets', title: 'Where secrets are kept', field: 'phases.secrets.store',
    context: 'Git keeps everything for ever, also a secret that was deleted again.',
    options: [option('none', 'sealed in Git: nothing more to run', 'rotation is a commit'), option('vault', 'short-lived users, own PKI, an audit log', 'three servers to run and to unseal'), option('aws-secrets-manager', 'nothing to run', 'paid by the secret, convenient on AWS alone')],
    chosen: ({phases: {secrets}}) => off(secrets.enabled, secrets.store),
    price: 'Vault that is sealed stops every new pod: three copies and a key service, or none.',
  },
  {
    id: 'policies', title: 'Policy engine', field: 'phases.security.engine',
    context: 'Refuses what must not run.',
    options: [option('validating-admission-policy', 'in the API server: no webhook that is down', 'checks alone'), option('kyverno', 'changes and generates too, reports', 'a webhook before every write'), option('gatekeeper', 'Rego, shared with other systems', 'Rego must be learned'), option('none', 'nothing to run', 'Pod Security Admission alone')],
    chosen: ({phases: {security}}) => off(security.enabled, security.engine),
    price: 'A webhook that is down stops writes: three copies of it, or none at all.',
  },
  {
    id: 'backups', title: 'How much may be lost, and how long it may take', field: 'backup',
    context: 'A backup that was never restored is a hope.',
    options: [option('yes', 'objects, volumes and databases come back', 'storage, and restores that are practised'), option('none', 'nothing to pay', 'what is lost is lost')],
    chosen: ({phases: {backup}}) => off(backup.enabled, 'yes'),
    price: 'Half the RPO is twice the backups. An RTO of minutes wants a second cluster that stands already.',
  },
  {
    id: 'nodes', title: 'How nodes grow', field: 'phases.autoscaling.nodes',
    context: 'Load changes by the hour, nodes are paid by the hour.',
    options: [option('cluster-autoscaler', 'grows the pools that are there', 'only their sizes'), option('karpenter', 'picks machines that fit', 'AWS alone, and nodes come and go'), option('none', 'nothing surprises', 'peaks are paid all day, or not served')],
    chosen: ({phases: {autoscaling}}) => off(autoscaling.enabled, autoscaling.nodes),
    price: 'Spot nodes save up to 70 % and may leave within two minutes: only for what can be started again.',
  },
  {
    id: 'layout', title: 'Layout of clusters/', field: 'phases.deliverables.layout',
    context: 'kp needs neither; reviews and other tools do.',
    options: [option('kustomize', 'comes with kubectl', 'charts only with --enable-helm'), option('helmfile', 'releases as helm sees them', 'one more tool; manifests stand beside')],
    chosen: ({phases: {deliverables}}) => deliverables.layout,
    price: 'None either way.',
  },
  {
    id: 'ci', title: 'What runs on a pull request and on merge', field: 'phases.deliverables.ci',
    context: 'A change is looked at before it is made, and made by a machine that keeps a record.',
    options: [option('github-actions', 'where the repository is on GitHub', 'runners must reach the cluster'), option('gitlab-ci', 'where it is on GitLab', 'runners must reach the cluster'), option('none', 'people run kp', 'who ran what is in their journals alone')],
    chosen: ({phases: {deliverables}}) => off(deliverables.enabled, deliverables.ci),
    price: 'A few minutes of a runner for each change.',
  },
]
