/** `phases`, 0 to 6: from prerequisites to ingress. */
import {z} from 'zod'
import {count, domainName, dnsLabel, onOff, secretName, text} from './common.ts'
import {dnsFields} from './dns.ts'

const always = z.literal(true, {error: 'cannot be switched off'}).default(true).describe('Always on')

/** `phases.prerequisites` */
export const prerequisites = z.strictObject({enabled: always}).prefault({}).describe('Tools, credentials, permissions, quotas')

/** `phases.networking` */
export const networking = z.strictObject({
  enabled: always,
  flowLogs: onOff(true, 'VPC flow logs'),
  endpoints: onOff(true, 'VPC endpoints, so that traffic to AWS services stays inside'),
}).prefault({}).describe('VPC, subnets, routes, NAT and roles')

/** `phases.control-plane` */
export const controlPlane = z.strictObject({
  enabled: always,
  logs: z.array(z.enum(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']))
    .default(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']).describe('Control-plane logs that EKS keeps'),
  encryption: onOff(true, 'Secrets are encrypted at rest'),
  audit: z.enum(['none', 'metadata', 'request']).default('metadata').describe('What the audit log of a self-hosted API server holds'),
}).prefault({}).describe('API server, etcd, scheduler and controllers')

/** `phases.node-pools` */
export const nodePoolsPhase = z.strictObject({
  enabled: always,
  storageClass: dnsLabel().optional().describe('Name of the one default StorageClass; default the provider\'s'),
  snapshots: onOff(true, 'Snapshot controller and a VolumeSnapshotClass'),
  spotHandler: z.enum(['none', 'node-termination-handler', 'karpenter']).optional()
    .describe('What empties a spot node before it is taken away; default node-termination-handler where there are spot pools on AWS'),
  devicePlugin: onOff(true, 'NVIDIA device plugin on pools with GPUs'),
}).prefault({}).describe('Nodes, storage classes, spot handling, GPUs')

/** `phases.cni` */
export const cni = z.strictObject({
  enabled: onOff(true, 'Off: the cluster has its own CNI already'),
  plugin: z.enum(['cilium', 'calico']).default('cilium').describe('Pod network and network policies: Cilium (eBPF, Hubble) or Calico'),
  defaultDeny: onOff(true, 'Nothing may talk to anything in kp\'s namespaces but what is allowed by name'),
  hubble: onOff(true, 'Hubble shows flows and drops (Cilium only)'),
  routing: z.enum(['overlay', 'native']).default('overlay').describe('Overlay works everywhere; native needs routes between the nodes'),
  encryption: z.enum(['none', 'wireguard']).default('none').describe('Traffic between nodes'),
  kubeProxyReplacement: onOff(false, 'Cilium does the work of kube-proxy'),
  connectivityTest: onOff(true, 'Tests what pods can reach before and after the allow rules'),
}).prefault({}).describe('Pod network and baseline network policies')

/** The issuers that a platform can have. */
export const ISSUERS = ['letsencrypt-staging', 'letsencrypt-production', 'dns01', 'internal-ca', 'self-signed'] as const

/** `phases.cert-manager` */
export const certManager = z.strictObject({
  enabled: onOff(true, 'Certificates are issued and renewed by cert-manager'),
  issuer: z.enum(ISSUERS).optional().describe('Who signs certificates; default internal-ca on lab and kind, letsencrypt-staging elsewhere'),
  dns01: z.strictObject({
    server: z.enum(['staging', 'production']).default('staging').describe('Which Let\'s Encrypt; production has rate limits'),
    ...dnsFields,
  }).prefault({}).describe('Settings for issuer dns01'),
  ca: z.strictObject({
    certificate: secretName().describe('Entry of secrets with the CA certificate'),
    key: secretName().describe('Entry of secrets with its key'),
  }).optional().describe('Your own CA for issuer internal-ca; without it cert-manager makes one'),
}).prefault({}).describe('TLS certificates')

/** `phases.ingress` */
export const ingress = z.strictObject({
  enabled: onOff(true, 'Requests from outside reach the platform'),
  controller: z.enum(['envoy-gateway', 'traefik', 'ingress-nginx', 'aws-load-balancer-controller']).default('envoy-gateway')
    .describe('What takes requests from outside; ingress-nginx was retired in March 2026'),
  replicas: count(1, 20).default(2).describe('Copies of the data plane'),
  exposure: z.enum(['public', 'internal']).default('public').describe('Load balancer with a public or an internal address'),
  aws: z.strictObject({
    certificateArn: text(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate\/\S+$/, 'must be the ARN of a certificate in ACM').optional()
      .describe('Certificate of the load balancer; without it the controller looks in ACM for one with the name of the host'),
  }).prefault({}).describe('Settings for controller aws-load-balancer-controller, which takes certificates from ACM'),
  externalDns: z.strictObject({
    enabled: onOff(false, 'external-dns writes the DNS records'),
    policy: z.enum(['upsert-only', 'sync']).default('upsert-only').describe('sync also deletes records'),
    ...dnsFields,
  }).prefault({}).describe('DNS records'),
  demo: z.strictObject({
    enabled: onOff(true, 'The demo application, which verify, drills and load tests use'),
    host: domainName().optional().describe('Its host name; default demo.<domain>'),
    address: text(/^[0-9.]+$/, 'must be an IPv4 address').optional().describe('Address to test at while DNS does not point there yet'),
  }).prefault({}).describe('The demo application'),
}).prefault({}).describe('The way in: Gateway API or Ingress, and the demo application')
