/** The platforms of the covering set, as data. */
import type {CoveringPlatform} from './covering-set.ts'

const route53 = {provider: 'route53', zone: 'acme.io', secret: 'dns-secret', route53: {accessKeyId: 'dns-key-id', hostedZoneId: 'Z0123456789ABC', region: 'eu-central-1', role: 'arn:aws:iam::123456789012:role/dns'}}
const cloudflare = {provider: 'cloudflare', secret: 'dns-secret'}
const clouddns = {provider: 'clouddns', secret: 'dns-key-json', clouddns: {project: 'acme-dns'}}
const azuredns = {provider: 'azuredns', secret: 'dns-secret', azuredns: {subscription: 'sub-0123', resourceGroup: 'dns', tenant: 'tenant-0123', clientId: 'client-0123'}}
const rfc2136 = {provider: 'rfc2136', secret: 'tsig-key', rfc2136: {nameserver: 'ns1.acme.io:5353', keyName: 'kp.acme.io'}}
const tsig = (algorithm: string): typeof rfc2136 => ({...rfc2136, rfc2136: {...rfc2136.rfc2136, algorithm} as typeof rfc2136.rfc2136})

/** Who reads a zone by which provider, for the issuer and for external-dns alike. */
const both = (settings: Record<string, unknown>): Record<string, unknown> => ({
  'phases.cert-manager.dns01': settings,
  'phases.ingress.externalDns': {enabled: true, ...settings},
})
/** A public key of age, and a KMS key. */
const AGE = 'age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqy'
const KMS = 'arn:aws:kms:eu-central-1:123456789012:key/0123-4567'
/** What phases.operators can run. */
const DATABASES = ['kafka', 'postgres', 'mysql', 'mongodb', 'redis', 'rabbitmq']
const general = {name: 'general', min: 3, max: 6}
/** Room for what asks for several processors in all. */
const roomy = {name: 'general', min: 6, max: 9}
const mail = {domain: 'acme.io', email: 'ops@acme.io'}
/** Stands for the address of the bare repository that the test makes beside the platform. */
export const REMOTE = 'file:///covering/remote.git'

/** The platforms; see covering-set.ts. */
export const COVERING_PLATFORMS: readonly CoveringPlatform[] = [
  {
    name: 'cover-envoy',
    spec: {
      network: {zones: 2},
      nodePools: [roomy],
      slos: [
        {name: 'shop', objective: 99.99, window: '28d', indicator: {type: 'http-errors', route: 'demo', namespace: 'demo'}, runbook: 'https://wiki.acme.io/shop'},
        {name: 'fast', objective: 90, indicator: {type: 'http-latency', route: 'demo', namespace: 'demo', threshold: '250ms'}},
        // Of the lab's own Prometheus: what nobody measures fails a check.
        {name: 'metrics', objective: 99, window: '1d', indicator: {type: 'prometheus', good: 'rate(prometheus_http_requests_total{code="200"}[5m])', total: 'rate(prometheus_http_requests_total[5m])'}},
      ],
      phases: {
        slo: {pageSeverity: 'critical', ticketSeverity: 'info'},
        deliverables: {layout: 'helmfile', ci: 'gitlab-ci', decisionRecords: 'docs/adr'},
        autoscaling: {vpa: {enabled: true, mode: 'auto'}, nodes: 'cluster-autoscaler', scaleDownAfter: '20m'},
        gitops: {tool: 'argo-cd', repository: REMOTE, handOver: true, prune: true, selfHeal: false, interval: '5m', secret: 'git-token', path: 'clusters/lab'},
        monitoring: {
          replicas: 2, retention: '30d', volume: '20Gi', scrapeInterval: '60s',
          remoteWrite: [{url: 'https://metrics.acme.io/write'}, {url: 'https://store.acme.io/write', username: 'store-user', password: 'store-password'}],
          drop: ['go_gc_.*'], dropLabels: ['pod_uid'],
          receivers: [
            {name: 'pager', type: 'pagerduty', severities: ['page', 'critical'], secret: 'pagerduty-key'},
            {name: 'chat', type: 'slack', severities: ['critical', 'warning'], secret: 'slack-url', to: '#ops'},
            {name: 'duty', type: 'opsgenie', severities: ['warning'], secret: 'opsgenie-key', to: 'platform'},
            {name: 'hook', type: 'webhook', severities: ['info'], secret: 'webhook-url'},
            {name: 'mail', type: 'email', severities: ['info'], secret: 'mail-password', to: 'ops@acme.io', smarthost: 'smtp.acme.io:587', username: 'kp'},
            {name: 'relay', type: 'email', severities: ['info'], to: 'log@acme.io', smarthost: 'relay.acme.io:25'},
          ],
          grafana: {host: 'grafana.cover-envoy.test', adminPassword: 'grafana-password', dashboards: ['cluster', 'nodes', 'ingress', 'red', 'slo', 'mesh', 'cost']},
        },
        security: {
          engine: 'kyverno', replicas: 2, scanInterval: '30m', generateNetworkPolicies: true, enforceNamespaces: ['shop'],
          namespaces: [{name: 'shop', podSecurity: 'restricted', admins: ['shop-team'], viewers: ['support'], deployers: ['ci']}, {name: 'agents', podSecurity: 'privileged'}, {name: 'orders', podSecurity: 'baseline'}, {name: 'reports'}],
        },
        cost: {
          budget: 5000, currency: 'USD', warnAtPercent: 70, headroomPercent: 30,
          teams: [{name: 'shop', namespaces: ['shop', 'orders'], cpu: 4, memory: '8Gi', pods: 40, budget: 800}, {name: 'tools', namespaces: ['tools']}],
        },
        mesh: {enabled: true, namespace: 'linkerd', inject: ['demo'], canary: 20, retries: 3, timeout: '5s', tracing: {backend: 'jaeger', samplePercent: 10}, rotateEvery: '15d'},
        logging: {
          backend: {type: 'opensearch', replicas: 1, volume: '20Gi', retention: '30d', index: 'shop', password: 'log-password'},
          parsers: ['cri', 'json', 'nginx', 'apache', 'logfmt', 'klog'], multiline: ['java', 'python', 'go', 'ruby', 'node'],
          sample: [{namespace: 'shop', keepOneIn: 10}], drop: [{matching: 'GET /healthz'}, {namespace: 'shop', matching: '^DEBUG '}], excludeNamespaces: ['kube-system'],
        },
        secrets: {store: 'vault', vault: {replicas: 3, volume: '5Gi', unsealKeys: 'unseal-keys', token: 'vault-token', pki: true, database: true}},
      },
    },
    changes: [
      {what: 'your own CA', set: {'phases.cert-manager.issuer': 'internal-ca', 'phases.cert-manager.ca': {certificate: 'ca-certificate', key: 'ca-key'}}},
      // What a GitOps tool keeps changes its choice only in kp's hands.
      {what: 'kp has back what Argo CD kept', set: {'phases.gitops.handOver': false}},
      {what: 'a wildcard for one dashboard alone, and no one to alert; logs as they are, by Vector', set: {'phases.security.engine': 'validating-admission-policy', 'phases.monitoring.receivers': [], 'phases.monitoring.grafana.dashboards': ['nodes'], 'phases.logging.parsers': [], 'phases.logging.multiline': [], 'phases.logging.agent': 'vector', 'phases.logging.backend.dashboards': false}},
    ],
  },
  {
    name: 'cover-alb',
    spec: {
      ...mail,
      kubernetes: {version: '1.36'},
      nodePools: [roomy],
      phases: {
        autoscaling: {vpa: {enabled: true, mode: 'initial'}, nodes: 'karpenter', hpa: {min: 3, max: 6, cpuPercent: 60, scaleDownAfter: '10m'}},
        cni: {routing: 'native', encryption: 'wireguard', kubeProxyReplacement: true, hubble: false},
        'cert-manager': {issuer: 'dns01', dns01: {server: 'production', ...route53}},
        ingress: {
          controller: 'aws-load-balancer-controller', exposure: 'internal', replicas: 3,
          aws: {certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0123-4567'},
          externalDns: {enabled: true, policy: 'sync', ...route53},
        },
        gitops: {tool: 'flux', repository: 'https://git.acme.io/acme/platform.git', handOver: true, secret: 'git-token'},
        monitoring: {grafana: {host: 'grafana.acme.io'}},
        backup: {
          store: {bucket: 'acme-backup', region: 'eu-central-1', endpoint: 'https://s3.acme.io:9000', secret: 'store-credentials'},
          every: '1h', retention: '14d', includeNamespaces: ['demo'],
          databases: {every: '1h', volume: '10Gi', retention: '14d', verify: false},
        },
        logging: {agent: 'vector', backend: {type: 'cloudwatch', region: 'eu-central-1', group: '/acme/lab', retention: '90d'}, sample: [{namespace: 'demo', keepOneIn: 100}], drop: [{matching: 'kube-probe'}]},
        security: {engine: 'gatekeeper', mode: 'enforce', podSecurity: 'baseline', replicas: 1, scanInterval: '15m', excludeNamespaces: []},
        operators: {enabled: true, kafka: {enabled: false}},
        cost: {budget: 3000, currency: 'EUR'},
        chaos: {enabled: true, namespaces: ['demo'], maxTargets: 3},
        mesh: {enabled: true, type: 'istio', mtls: 'permissive', viz: false, gateway: false, circuitBreaker: false},
        day2: {window: {days: ['mon', 'fri', 'sat', 'sun'], start: '22:00', duration: '4h', timezone: 'Europe/Berlin'}, etcdSnapshots: {every: '1h', keep: 7}, certificateThreshold: '60d'},
        secrets: {
          store: 'aws-secrets-manager', rotateEvery: '30d', git: 'sops', sops: {age: AGE, ageKey: 'age-key'},
          aws: {region: 'eu-central-1', role: 'arn:aws:iam::123456789012:role/secrets', accessKeyId: 'aws-key-id', secretAccessKey: 'aws-key'},
        },
      },
    },
    changes: [
      {what: 'the pod\'s own identity at Route 53, a certificate that ACM finds', set: {...both({provider: 'route53'}), 'phases.ingress.aws': undefined}},
      {what: 'kp has back what Flux kept', set: {'phases.gitops.handOver': false}},
      {what: 'ACME production through the load balancer, CloudWatch by what is known of the platform', set: {'phases.logging.backend': {type: 'cloudwatch'}, 'phases.logging.agent': 'fluent-bit', 'phases.cert-manager.issuer': 'letsencrypt-production', 'phases.ingress.exposure': 'public'}},
    ],
  },
  {
    name: 'cover-nginx',
    spec: {
      ...mail,
      slos: [
        {name: 'demo', objective: 99.5, indicator: {type: 'http-errors', route: 'demo'}},
        {name: 'fast', objective: 99, indicator: {type: 'http-latency', route: 'demo', threshold: '1s'}},
      ],
      repository: REMOTE,
      nodePools: [
        general,
        {name: 'gpu', instanceType: 'g5.xlarge', min: 1, gpu: {count: 2}, taints: ['gpu=true:NoSchedule'], labels: {team: 'ml'}},
        {name: 'spot', capacity: 'spot', min: 1, taints: ['spot=true:NoSchedule']},
      ],
      phases: {
        'node-pools': {spotHandler: 'node-termination-handler'},
        cni: {plugin: 'calico', encryption: 'wireguard'},
        'cert-manager': {issuer: 'letsencrypt-staging'},
        ingress: {controller: 'ingress-nginx', externalDns: {enabled: true, ...cloudflare}},
        slo: {runbooks: false},
        operators: {enabled: true, ...Object.fromEntries(DATABASES.filter((id) => id !== 'mysql').map((id) => [id, {enabled: true, instances: 1, volume: '2Gi'}]))},
        deliverables: {ci: 'none'},
        monitoring: {grafana: {host: 'grafana.acme.io'}},
        cost: {budget: 900, currency: 'GBP', teams: [{name: 'ml', namespaces: ['training'], cpu: '2500m'}]},
        logging: {backend: {type: 'splunk-hec', host: 'splunk.acme.io', port: 443, token: 'log-token', index: 'kubernetes', ca: 'log-ca'}},
        secrets: {store: 'vault', delivery: 'secrets-store-csi', git: 'none', reloader: false, vault: {replicas: 1, unseal: 'kms', kmsKey: KMS, audit: false}},
      },
    },
    changes: [
      {what: 'DNS-01 by Cloudflare, records by Cloud DNS, Splunk by Vector without TLS', set: {'phases.logging': {agent: 'vector', backend: {type: 'splunk-hec', host: 'splunk.acme.io', token: 'log-token', tls: false}}, 'phases.cert-manager.issuer': 'dns01', 'phases.cert-manager.dns01': cloudflare, 'phases.ingress.externalDns': {enabled: true, ...clouddns}}},
      {what: 'ACME production through the ingress', set: {'phases.cert-manager.issuer': 'letsencrypt-production', 'phases.cert-manager.dns01': undefined}},
    ],
  },
  {
    name: 'cover-traefik',
    spec: {
      ...mail,
      nodePools: [roomy],
      slos: [
        {name: 'demo', objective: 99.9, indicator: {type: 'http-errors', route: 'demo'}},
        {name: 'fast', objective: 95, indicator: {type: 'http-latency', route: 'demo', threshold: '300ms'}},
      ],
      phases: {
        autoscaling: {hpa: {enabled: false}, vpa: {enabled: true}, nodes: 'none'},
        operators: {enabled: true, ...Object.fromEntries(DATABASES.map((id) => [id, {enabled: true, instances: 1, namespace: `data-${id}`, storageClass: 'standard'}]))},
        cni: {plugin: 'calico', routing: 'native', connectivityTest: false},
        'cert-manager': {issuer: 'dns01', dns01: clouddns},
        ingress: {controller: 'traefik', exposure: 'internal', externalDns: {enabled: true, zone: 'acme.io', ...azuredns}},
        gitops: {tool: 'flux', repository: 'git@git.acme.io:acme/platform.git', branch: 'release'},
        monitoring: {grafana: {host: 'grafana.acme.io'}},
        mesh: {
          enabled: true, type: 'istio', namespace: 'istio-system', inject: ['demo'], rateLimit: 50, jwt: {issuer: 'https://login.acme.io', jwks: 'https://login.acme.io/keys'},
          trustAnchor: {certificate: 'mesh-anchor', issuerCertificate: 'mesh-issuer', issuerKey: 'mesh-issuer-key'}, tracing: {backend: 'otlp', endpoint: 'traces.acme.io:4317'},
        },
        logging: {backend: {type: 'elasticsearch', host: 'logs.acme.io', port: 9243, index: 'acme', username: 'log-user', password: 'log-password', ca: 'log-ca'}},
        secrets: {store: 'aws-secrets-manager', delivery: 'secrets-store-csi', git: 'sops', sops: {kmsKey: KMS}},
      },
    },
    changes: [
      {what: 'Azure with a service principal, Elasticsearch without a login', set: {'phases.logging.backend': {type: 'elasticsearch', host: 'logs.acme.io', tls: false}, 'phases.cert-manager.dns01': azuredns, 'phases.ingress.externalDns': {enabled: true, provider: 'clouddns', clouddns: clouddns.clouddns}}},
      {what: 'Azure with a managed identity, OpenSearch elsewhere', set: {'phases.logging.backend': {type: 'opensearch', inCluster: false, host: 'search.acme.io', port: 443, username: 'log-user', password: 'log-password', ca: 'log-ca'}, 'phases.cert-manager.dns01': {...azuredns, secret: undefined, azuredns: {subscription: 'sub-0123', resourceGroup: 'dns'}}, 'phases.ingress.externalDns': {enabled: true, ...tsig('hmac-sha256')}}},
      {what: 'RFC 2136 with SHA-256, OpenSearch elsewhere without a login', set: {...both(rfc2136), 'phases.logging': {agent: 'vector', backend: {type: 'opensearch', inCluster: false, host: 'search.acme.io', tls: false}}}},
      {what: 'RFC 2136 with SHA-512', set: both(tsig('hmac-sha512'))},
      {what: 'RFC 2136 with SHA-1', set: both(tsig('hmac-sha1'))},
      {what: 'RFC 2136 with MD5', set: both(tsig('hmac-md5'))},
      {what: 'ACME staging through the gateway', set: {'phases.cert-manager.issuer': 'letsencrypt-staging', 'phases.ingress.exposure': 'public'}},
    ],
  },
  {
    name: 'cover-plain',
    spec: {
      nodePools: [general, {name: 'gpu', instanceType: 'g5.xlarge', min: 1, gpu: {}, taints: ['gpu=true:NoSchedule']}],
      phases: {
        networking: {flowLogs: false, endpoints: false},
        'control-plane': {logs: [], encryption: false, audit: 'none'},
        'node-pools': {snapshots: false, devicePlugin: false, storageClass: 'fast'},
        cni: {defaultDeny: false},
        'cert-manager': {issuer: 'self-signed'},
        ingress: {demo: {host: 'shop.cover-plain.test', address: '10.0.0.10'}},
        gitops: {enabled: false},
        monitoring: {grafana: {enabled: false}},
        backup: {snapshots: false, excludeNamespaces: ['demo'], databases: {enabled: false}},
        logging: {backend: {type: 'logstash', host: 'logstash.acme.io', port: 8443, username: 'log-user', password: 'log-password', ca: 'log-ca'}},
        operators: {enabled: true, kafka: {enabled: false}, postgres: {enabled: false}, mysql: {enabled: true, volume: '2Gi'}},
        security: {engine: 'none', podSecurity: 'privileged'},
        cost: {opencost: false},
        day2: {budgets: false, etcdSnapshots: {enabled: false}},
        slo: {enabled: false},
        deliverables: {enabled: false},
      },
    },
    changes: [
      {what: 'no demo application, Logstash without a login', set: {'phases.logging.backend': {type: 'logstash', host: 'logstash.acme.io', tls: false}, 'phases.ingress.demo': {enabled: false}, 'phases.control-plane.audit': 'request'}},
      {what: 'no demo application, and applications that ask Vault by themselves', set: {'phases.secrets.store': 'vault', 'phases.secrets.delivery': 'none', 'phases.secrets.vault': {unsealKeys: 'unseal-keys'}, 'phases.ingress.demo': {enabled: false}, 'phases.control-plane.audit': 'request'}},
    ],
  },
  {
    name: 'cover-bare',
    spec: {
      kubernetes: {version: '1.36'},
      network: {vpcCidr: '10.30.0.0/16', podCidr: '10.60.0.0/16', serviceCidr: '10.50.0.0/16', hostCidrs: ['192.168.0.0/24'], zones: 2, zoneNames: ['north', 'south']},
      nodePools: [general, {name: 'spot', capacity: 'spot', min: 1, cpu: 4, memory: '16Gi', pods: 50, zones: ['south']}],
      phases: {
        'node-pools': {spotHandler: 'none'},
        cni: {enabled: false},
        'cert-manager': {enabled: false},
        ingress: {enabled: false},
        gitops: {tool: 'none'},
        monitoring: {enabled: true},
        logging: {backend: {type: 'http', url: 'https://logs.acme.io/in', token: 'log-token'}},
        secrets: {store: 'vault', vault: {unsealKeys: 'unseal-keys', auth: 'approle', approle: {roleId: 'vault-role-id', secretId: 'vault-secret-id'}}},
      },
    },
    changes: [
      {what: 'spot nodes by Karpenter, logs by HTTP without a token', set: {'phases.logging.backend': {type: 'http', url: 'http://logs.acme.io:8080/in'}, 'phases.node-pools.spotHandler': 'karpenter', 'phases.monitoring.grafana.dashboards': []}},
    ],
  },
  {
    name: 'cover-quiet',
    spec: {
      phases: {
        autoscaling: {enabled: false},
        ingress: {controller: 'traefik'},
        monitoring: {enabled: false},
        backup: {enabled: false},
        logging: {enabled: false},
        security: {enabled: false},
        cost: {enabled: false},
        day2: {enabled: false},
        secrets: {enabled: false},
      },
    },
    changes: [],
  },
]
