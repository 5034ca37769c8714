/** `phases`, 7 to 10: GitOps, monitoring, logging, mesh. */
import {z} from 'zod'
import {bytes, count, dnsLabel, domainName, duration, freeText, gitAddress, innerPath, interval, onOff, secretName, text, webAddress} from './common.ts'

/** `phases.gitops` */
export const gitops = z.strictObject({
  enabled: onOff(true, 'Off is the same as tool none'),
  tool: z.enum(['argo-cd', 'flux', 'none']).optional()
    .describe('What deploys from Git; default argo-cd where a repository is given, else none'),
  repository: gitAddress().optional().describe('Repository that holds the platform; default metadata.repository'),
  branch: text(/^[A-Za-z0-9._/-]+$/, 'must be the name of a branch').default('main').describe('Branch that is deployed'),
  path: innerPath().optional().describe('Folder of the environment in it; default clusters/<environment>'),
  secret: secretName().optional().describe('Entry of secrets with the credentials for the repository'),
  interval: duration().default('3m').describe('How often Git is looked at'),
  selfHeal: onOff(true, 'Changes made by hand are taken back'),
  prune: onOff(false, 'What is gone from Git is deleted from the cluster'),
  handOver: onOff(false, 'Releases that kp installed are handed over to the tool'),
}).prefault({}).describe('Continuous delivery from Git')

/** `phases.monitoring` */
export const monitoring = z.strictObject({
  enabled: onOff(true, 'Prometheus, Alertmanager and Grafana'),
  retention: duration().optional().describe('How long metrics are kept; default 15d, or as long as the longest window of slos'),
  volume: bytes().default('50Gi').describe('Volume of each Prometheus'),
  replicas: count(1, 3).default(1).describe('Copies of Prometheus'),
  scrapeInterval: duration().default('30s').describe('How often metrics are read'),
  remoteWrite: z.array(z.strictObject({
    url: webAddress().describe('Where metrics are sent'),
    username: secretName().optional().describe('Entry of secrets with the user name'),
    password: secretName().optional().describe('Entry of secrets with the password'),
  })).default([]).describe('Long-term stores'),
  drop: z.array(freeText('must be a regular expression of metric names')).default([]).describe('Metrics that are dropped, as regular expressions of names: against cardinality'),
  dropLabels: z.array(text(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label')).default([]).describe('Labels that are dropped'),
  receivers: z.array(z.strictObject({
    name: dnsLabel().describe('Name of the receiver'),
    severities: z.array(z.enum(['page', 'critical', 'warning', 'info'])).min(1, {error: 'must name at least one severity'}).describe('Alerts that it gets'),
    type: z.enum(['slack', 'pagerduty', 'opsgenie', 'webhook', 'email']).describe('Kind of receiver'),
    secret: secretName().optional().describe('Entry of secrets with its address (slack, webhook), key (pagerduty, opsgenie) or password (email)'),
    to: text(/^\S+$/, 'must be an address or a channel').optional().describe('Mail address, channel of slack, or team of opsgenie'),
    smarthost: text(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}$/, 'must be host:port').optional().describe('Mail server as host:port, for email'),
    username: text(/^\S+$/, 'must be a user name').optional().describe('User of the mail server, whose password is secret; default email'),
  })).default([]).describe('Who gets which alerts'),
  grafana: z.strictObject({
    enabled: onOff(true, 'Grafana'),
    dashboards: z.array(z.enum(['cluster', 'nodes', 'ingress', 'red', 'mesh', 'slo', 'cost'])).default(['cluster', 'nodes', 'ingress', 'slo']).describe('Dashboards that kp brings'),
    host: domainName().optional().describe('Host name; without it only by port-forward'),
    adminPassword: secretName().optional().describe('Entry of secrets with the password; without it one is made in the cluster'),
  }).prefault({}).describe('Dashboards'),
}).prefault({}).describe('Metrics, alerts and dashboards')

const tls = {
  tls: onOff(true, 'Sends by TLS'),
  ca: secretName().optional().describe('Entry of secrets with the CA of the receiver'),
}
const target = {
  host: text(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'must be a host name or an address').describe('Host that takes the logs'),
}
const login = {
  username: secretName().optional().describe('Entry of secrets with the user name'),
  password: secretName().optional().describe('Entry of secrets with the password'),
}
const indexName = () => text(/^[a-z0-9][a-z0-9._-]*$/, 'must be the name of an index')

/** Where logs go; `type` decides. */
export const logBackend = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('opensearch').describe('OpenSearch'),
    inCluster: onOff(true, 'kp installs OpenSearch and its Dashboards in the cluster'),
    host: target.host.optional().describe('Host of an OpenSearch elsewhere, for inCluster false'),
    port: count(1, 65_535).default(9200).describe('Port'),
    index: indexName().default('kubernetes').describe('Begin of the index names'),
    dashboards: onOff(true, 'OpenSearch Dashboards, where in the cluster'),
    replicas: count(1, 9).default(3).describe('Nodes of OpenSearch, where in the cluster'),
    volume: bytes().default('50Gi').describe('Volume of each, where in the cluster'),
    retention: duration().default('14d').describe('How long logs are kept, where in the cluster'),
    ...login, ...tls,
  }).describe('OpenSearch, in the cluster or elsewhere'),
  z.strictObject({
    type: z.literal('splunk-hec').describe('Splunk'), ...target,
    port: count(1, 65_535).default(8088).describe('Port of the HTTP event collector'),
    token: secretName().describe('Entry of secrets with the collector\'s token'),
    index: text(/^[a-z0-9_][a-z0-9_-]*$/, 'must be the name of an index').default('main').describe('Index'),
    ...tls,
  }).describe('Splunk by its HTTP event collector'),
  z.strictObject({
    type: z.literal('elasticsearch').describe('Elasticsearch'), ...target,
    port: count(1, 65_535).default(9200).describe('Port'),
    index: indexName().default('kubernetes').describe('Begin of the index names'),
    ...login, ...tls,
  }).describe('Elasticsearch'),
  z.strictObject({
    type: z.literal('logstash').describe('Logstash'), ...target,
    port: count(1, 65_535).default(8080).describe('Port of its HTTP input'),
    ...login, ...tls,
  }).describe('Logstash by its HTTP input'),
  z.strictObject({
    type: z.literal('cloudwatch').describe('CloudWatch Logs'),
    region: text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'must be an AWS region such as eu-central-1').optional().describe('Region; default that of the provider'),
    group: text(/^[A-Za-z0-9._/#-]{1,512}$/, 'must be the name of a log group').optional().describe('Log group; default /kp/<cluster>'),
    retention: duration().default('30d').describe('How long logs are kept'),
  }).describe('CloudWatch Logs'),
  z.strictObject({
    type: z.literal('http').describe('HTTP'),
    url: webAddress().describe('Where logs are posted as JSON'),
    token: secretName().optional().describe('Entry of secrets with a bearer token'),
  }).describe('Any HTTP endpoint that takes JSON'),
]).prefault({type: 'opensearch'}).describe('Where logs go')

/** `phases.logging` */
export const logging = z.strictObject({
  enabled: onOff(true, 'Logs of all containers are collected'),
  agent: z.enum(['fluent-bit', 'vector']).default('fluent-bit').describe('What reads the logs on each node'),
  backend: logBackend,
  parsers: z.array(z.enum(['json', 'cri', 'nginx', 'apache', 'logfmt', 'klog'])).default(['cri', 'json']).describe('Formats that become fields'),
  multiline: z.array(z.enum(['java', 'python', 'go', 'ruby', 'node'])).default(['java', 'python', 'go']).describe('Stack traces that are kept together'),
  sample: z.array(z.strictObject({
    namespace: dnsLabel().describe('Namespace'),
    keepOneIn: count(2, 10_000).describe('Keeps one line in so many'),
  })).default([]).describe('Sampling against cost'),
  drop: z.array(z.strictObject({
    namespace: dnsLabel().optional().describe('Only in this namespace'),
    matching: freeText('must be a regular expression').describe('Lines that match are dropped'),
  })).default([]).describe('Lines that nobody needs'),
  excludeNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces whose logs are not collected'),
}).prefault({}).describe('Logs to a central store')

/** `phases.mesh` */
export const mesh = z.strictObject({
  enabled: onOff(false, 'A service mesh costs memory in every pod: switch it on when you need it'),
  type: z.enum(['linkerd', 'istio']).default('linkerd').describe('Linkerd is simpler, Istio can do more'),
  namespace: dnsLabel().optional().describe('Where it is installed; default linkerd or istio-system'),
  inject: z.array(dnsLabel()).default([]).describe('Namespaces that join the mesh, one after the other'),
  mtls: z.enum(['strict', 'permissive']).default('strict').describe('Whether plain traffic is refused'),
  viz: onOff(true, 'linkerd viz, or Kiali for Istio'),
  gateway: onOff(true, 'Istio\'s gateway for the demo'),
  rateLimit: count(0, 1_000_000).default(100).describe('Requests a second that each pod of Istio\'s gateway lets through; 0 for no limit'),
  jwt: z.strictObject({
    issuer: webAddress().describe('Who issues the tokens'),
    jwks: webAddress().describe('Where its public keys are'),
  }).optional().describe('Istio\'s gateway lets in requests with a token of this issuer alone'),
  trustAnchor: z.strictObject({
    certificate: secretName().describe('Entry of secrets with the anchor\'s certificate'),
    issuerCertificate: secretName().describe('Entry of secrets with the issuer\'s certificate'),
    issuerKey: secretName().describe('Entry of secrets with the issuer\'s key'),
  }).optional().describe('Your own trust anchor; without it cert-manager makes and renews one'),
  canary: count(0, 100).default(10).describe('Per cent of the demo\'s requests that go to its new version'),
  retries: count(0, 10).default(2).describe('How often a failed request is tried again'),
  timeout: duration().default('10s').describe('When a request is given up'),
  circuitBreaker: onOff(true, 'A failing copy gets no requests for a while'),
  tracing: z.strictObject({
    backend: z.enum(['none', 'jaeger', 'otlp']).default('none').describe('Where traces go'),
    endpoint: text(/^(https?:\/\/)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{2,5}(\/\S*)?$/, 'must be host:port').optional().describe('Collector, for otlp'),
    samplePercent: z.number({error: 'must be a number from 0 to 100'}).min(0, {error: 'must be a number from 0 to 100'}).max(100, {error: 'must be a number from 0 to 100'}).default(1).describe('Per cent of the requests that are traced'),
  }).prefault({}).describe('Traces'),
  rotateEvery: interval().default('30d').describe('How often the issuer\'s certificate is renewed'),
}).prefault({}).describe('mTLS, telemetry and traffic shaping between services')
