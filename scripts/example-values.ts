/** An example of what values templates may use: a platform on which everything that a choice can turn on is on. */
import {METRICS_SECRETS} from '../src/components/metrics-values.ts'
import type {ValuesContext} from '../src/components/types.ts'

/** With it the real charts are rendered and held against the catalog. */
export const EXAMPLE_VALUES: ValuesContext = {
  provider: 'existing',
  cluster: 'acme-dev',
  environment: 'dev',
  domain: 'example.com',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  zones: 3,
  apiServer: {host: '10.0.0.10', port: 6443},
  monitoring: true,
  certificates: true,
  gitopsInterval: '180s',
  gpuPools: ['gpu'],
  spotPools: ['spot'],
  cni: {
    kubeProxyReplacement: true, healthzBindAddress: '0.0.0.0:10256', apiServer: {host: '10.0.0.10', port: 6443}, routingMode: 'native', nativeCidr: '10.244.0.0/16', nodeRoutes: true,
    encryption: true, hubble: true, calico: {encapsulation: 'VXLAN', bgp: 'Disabled'},
  },
  ingress: {replicas: 2, serviceAnnotations: {}, scheme: 'internet-facing', targetType: 'instance', region: 'eu-central-1'},
  externalDns: {
    provider: 'aws', policy: 'upsert-only', sources: ['gateway-httproute'], args: ['--zone-id-filter=Z0123456789ABC'],
    env: [{name: 'AWS_SECRET_ACCESS_KEY', valueFrom: {secretKeyRef: {name: 'external-dns-credentials', key: 'secret-access-key'}}}],
    volumes: [{name: 'credentials', secret: {secretName: 'external-dns-credentials'}}], mounts: [{name: 'credentials', mountPath: '/etc/kubernetes/credentials', readOnly: true}],
    owner: 'acme-dev', domains: ['example.com'],
  },
  backup: {ttl: '720h0m0s', features: 'EnableCSI', useSecret: true, secret: 'velero-credentials'},
  metrics: {
    replicas: 2,
    guarded: true,
    retention: '15d',
    retentionSize: '43520MiB',
    volume: '50Gi',
    scrapeInterval: '30s',
    scrapeClasses: [{name: 'kp', default: true, metricRelabelings: [{sourceLabels: ['__name__'], regex: 'go_.*', action: 'drop'}]}],
    remoteWrite: [{url: 'https://metrics.example.com/write', basicAuth: {username: {name: METRICS_SECRETS.remoteWrite, key: '1.username'}, password: {name: METRICS_SECRETS.remoteWrite, key: '1.password'}}}],
    alerting: {route: {receiver: 'null'}, receivers: [{name: 'null'}]},
    alertingSecrets: [METRICS_SECRETS.receivers],
    grafana: true,
    grafanaSecret: METRICS_SECRETS.grafana,
    grafanaUrl: 'https://grafana.example.com',
    grafanaService: 'ClusterIP',
    webhookCertificate: true,
    webhookJob: false,
    controlPlane: true,
    kubeProxy: true,
  },
}
