/** What the catalog hands out: plain values. */
import type {AutoscalingValues} from './autoscaling-values.ts'
import type {ComponentEntry} from './schema.ts'

/** Any value of a chart, as YAML has it. */
export type Value = string | number | boolean | null | Value[] | {[key: string]: Value}
/** The values of a chart. */
export type Values = {[key: string]: Value}

/** The legal keys of a chart's values: a map of keys, or `*` where the chart takes anything. */
export type ValuePaths = {[key: string]: ValuePaths} | '*'

/** The platforms that kp builds on. */
export type ProviderId = 'lab' | 'existing' | 'kind' | 'eks' | 'kubeadm-aws' | 'bare-metal'

/** A component of the catalog: its entry, the values that kp gives to the chart, and the values that the chart knows. */
export interface Component extends ComponentEntry {
  /** The parsed `values.yaml`, placeholders in place. */
  template: Values
  /** The parsed `values.<provider>.yaml`, laid over the template on that provider. */
  overlays: Partial<Record<ProviderId, Values>>
  /** The parsed `value-paths.json`. */
  valuePaths: ValuePaths
}

/** All components. */
export interface Catalog {
  /** @throws KpError BUG where there is none of that id */
  get(id: string): Component
  has(id: string): boolean
  ids(): string[]
  /** In the order in which they are upgraded, then by id. */
  all(): Component[]
}

/** For the charts of the ingress controllers. */
export interface IngressValues {
  /** Copies of what takes the requests. */
  replicas: number
  /** Annotations of its Service: internal or public, by cloud. */
  serviceAnnotations: Record<string, string>
  scheme: 'internal' | 'internet-facing'
  targetType: 'ip' | 'instance'
  /** Region and network of AWS, where kp knows them. */
  region?: string
}

/** For the chart of external-dns. */
export interface ExternalDnsValues {
  /** As external-dns names it. */
  provider: string
  policy: string
  /** Kinds of objects that it reads host names from. */
  sources: string[]
  args: string[]
  env: Value[]
  volumes: Value[]
  mounts: Value[]
  /** Name of what owns the records: two clusters may write one zone. */
  owner: string
  domains: string[]
}

/** What values templates can name: `${podCidr}`, `${apiServer.host}`, `${imageMirror?}`. */
export interface ValuesContext {
  provider: ProviderId
  /** The environment's cluster, as kp.yaml names it. */
  cluster: string
  environment: string
  domain: string
  podCidr: string
  serviceCidr: string
  /** Number of zones. */
  zones: number
  /** The API server as the nodes reach it. */
  apiServer: {host: string; port: number}
  /** Whether the platform has monitoring: its kinds are there, so that charts can make ServiceMonitors. */
  monitoring: boolean
  /** Whether cert-manager makes the certificates of webhooks; else charts make their own. */
  certificates: boolean
  /** How often the GitOps tool looks at Git, in seconds: `180s`. */
  gitopsInterval: string
  /** The pod network as kp.yaml chooses it, in the words of the charts. */
  cni: CniValues
  /** Names of the pools whose nodes have GPUs. */
  gpuPools: string[]
  /** Names of the pools of spot nodes. */
  spotPools: string[]
  /** What `phases.ingress` means to the charts of the ingress controllers, and of external-dns. */
  ingress: IngressValues
  externalDns: ExternalDnsValues
  /** `phases.monitoring` in the words of its chart. */
  metrics: MetricsValues
  /** `phases.backup` in the words of velero. */
  backup: BackupValues
  /** `phases.logging` in the words of its charts. */
  logging: LoggingValues
  /** `phases.autoscaling` in the words of its charts. */
  autoscaling: AutoscalingValues
  /** `phases.security` in the words of the policy engines. */
  policies: PolicyValues
  /** `phases.secrets` in the words of the charts of Vault and of the CSI driver. */
  secrets: SecretsValues
  /** `phases.mesh` in the words of its charts. */
  mesh: MeshValues
  /** Roles in AWS that pods get by an annotation of their account, by component; empty where they have them in another way. */
  awsRoles: Record<string, string>
  /** `provider.volumeGroup`: the group of LVM that TopoLVM makes volumes of. */
  volumeGroup?: string
  /** `images.mirror` of kp.yaml. */
  imageMirror?: string | undefined
}

/** What the values of velero are made of. */
export interface BackupValues {
  /** How long a backup is kept where nothing else is said: `720h0m0s`. */
  ttl: string
  /** `EnableCSI`, where volumes are snapshotted. */
  features?: string
  /** Whether it has a credentials file; without one it takes the role of its pod. */
  useSecret: boolean
  /** The Secret with the credentials file. */
  secret?: string
}

/** What the values of Cilium and Calico are made of. */
export interface CniValues {
  kubeProxyReplacement: boolean
  /** Only without kube-proxy: the address at which its replacement answers for a node's health. */
  healthzBindAddress?: string
  /** Only without kube-proxy: where the agents find the API server while there is no Service of it. */
  apiServer?: {host: string; port: number}
  routingMode: 'tunnel' | 'native'
  /** Only with native routing: addresses that leave a node as they are. */
  nativeCidr?: string
  /** Only with native routing: each node gets routes to the others of its network. */
  nodeRoutes?: boolean
  encryption: boolean
  hubble: boolean
  /** Routers are told by BGP where the addresses of load balancers are. */
  bgp: boolean
  /** Only with a mesh: plugins of others may stand beside it, and its balancer leaves connections of pods to their proxies. */
  exclusive?: boolean
  hostSocketsOnly?: boolean
  calico: {encapsulation: 'VXLAN' | 'None'; bgp: 'Enabled' | 'Disabled'}
}

/** What the values of the agents and of OpenSearch are made of. */
export interface LoggingValues {
  /** The configuration of Fluent Bit, as a text. */
  fluentBit: string
  /** The configuration of Vector. */
  vector: Values
  /** Variables with what the agents log in with. */
  env?: Value[]
  /** The CA of the store. */
  volumes?: Value[]
  mounts?: Value[]
  /** OpenSearch in the cluster. */
  storeReplicas: number
  storeSingle: boolean
  storeVolume: string
}

/** What the values of policy engines are made of. */
export interface PolicyValues {
  replicas: number
  /** More than one copy: one may go while the others stay. */
  guarded: boolean
  /** Of that, for a budget which a chart always makes. */
  minAvailable: number
  scanInterval: string
  auditSeconds: number
  /** What Kyverno's own policies do. */
  action: 'Audit' | 'Enforce'
  /** Namespaces that policies leave alone. */
  exempt: Value[]
}

/** What the values of the meshes are made of. */
export interface MeshValues {
  /** Whom a proxy of Linkerd lets in. */
  inboundPolicy: 'all-authenticated' | 'all-unauthenticated'
  tracing: boolean
  /** Where proxies of Linkerd send their traces, as host:port. */
  collector?: string
  /** Where proxies of Istio do. */
  providers?: Value[]
  /** The Prometheus of the platform, or one of linkerd viz's own. */
  prometheusUrl?: string
  ownPrometheus: boolean
}

/** What the values of kube-prometheus-stack are made of. */
export interface MetricsValues {
  replicas: number
  /** More than one Prometheus: one may go while the others stay. */
  guarded: boolean
  retention: string
  /** How full the volume may get: `43520MiB`. */
  retentionSize: string
  volume: string
  scrapeInterval: string
  /** Relabelling of every scrape, against cardinality. */
  scrapeClasses?: Value[]
  remoteWrite?: Value[]
  /** Alertmanager's configuration; secrets are files in it. */
  alerting: Values
  /** Secrets that Alertmanager gets as files. */
  alertingSecrets?: Value[]
  grafana: boolean
  grafanaSecret?: string
  grafanaUrl?: string
  /** Type of its Service: a load balancer of AWS may have to come through ports of the nodes. */
  grafanaService: 'ClusterIP' | 'NodePort'
  /** Who makes the certificate of the operator's webhook: cert-manager, or a job of the chart. */
  webhookCertificate: boolean
  webhookJob: boolean
  /** Whether etcd, scheduler and controller manager can be read on the nodes. */
  controlPlane: boolean
  kubeProxy: boolean
}

/** What the values of Vault and of the Secrets Store CSI driver are made of. */
export interface SecretsValues {
  replicas: number
  /** Whether a budget guards the servers: for one alone the chart's would let no node be emptied. */
  budget: boolean
  volume: string
  /** The configuration of Vault's servers, as HCL. */
  config: string
  /** Whether Vault talks without TLS: nobody issues its certificate. */
  plain: boolean
  audit: boolean
  /** Whether Vault's provider for the CSI driver runs on each node. */
  csi: boolean
  /** Only with TLS: volumes, mounts and environment of the pods, and arguments of the provider. */
  tls?: Value[]
  tlsMounts?: Value[]
  environment?: Values
  csiArgs?: Value[]
  /** Audiences of the tokens that the kubelet hands to the CSI driver. */
  tokenRequests?: Value[]
}

/** The values that a chart gets. */
export interface RenderedValues {
  values: Values
  /** The same as YAML: keys sorted, always the same text for the same values. */
  yaml: string
}
