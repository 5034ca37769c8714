/** Shared by the tests of the catalog. */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {loadCatalog} from '../../../src/components/load.ts'
import {METRICS_EXAMPLE} from '../../../src/components/metrics-values.ts'
import {componentSchema} from '../../../src/components/schema.ts'
import type {Catalog, Component, Values, ValuesContext} from '../../../src/components/types.ts'
import type {ChartFacts} from '../../../scripts/chart-facts.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The platform with which `scripts/catalog-facts.ts` renders the real charts. */
export const CONTEXT: ValuesContext = {
  provider: 'existing',
  cluster: 'acme-dev',
  environment: 'dev',
  domain: 'example.com',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  zones: 3,
  apiServer: {host: '10.0.0.10', port: 6443},
  monitoring: true,
  gitopsInterval: '180s',
  gpuPools: ['gpu'], spotPools: ['spot'],
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
  metrics: METRICS_EXAMPLE,
}

/** The catalog of the project. */
export function catalog(): Catalog {
  return loadCatalog(`${ROOT}/templates`)
}

/** What the real chart of a component creates. */
export function factsOf(id: string): ChartFacts {
  return JSON.parse(readFileSync(`${ROOT}/test/data/charts/${id}.json`, 'utf8')) as ChartFacts
}

/** A small component, with fields of one's own. */
export function component(fields: Record<string, unknown> = {}, template: Values = {}): Component {
  const entry = componentSchema.parse({
    id: 'thing',
    title: 'Thing',
    about: 'Does a thing.',
    phase: 'day2',
    chart: {name: 'thing', repository: 'https://charts.example.com', version: 'v1.2.3'},
    releaseName: 'thing',
    namespace: 'things',
    upgradeOrder: 1,
    tested: {kubernetes: '>=1.33 <1.37', source: 'vendor'},
    ...fields,
  })
  return {...entry, template, overlays: {}, valuePaths: '*'}
}

/** A workload of such a component. */
export const WORKLOAD = {
  kind: 'Deployment',
  name: 'thing',
  account: 'thing',
  labels: {app: 'thing'},
  containers: [{name: 'thing', image: 'quay.io/acme/thing:v1.2.3@sha256:abc', ports: {http: 8080}}],
}
