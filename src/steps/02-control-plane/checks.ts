/** Checks of phase 2. */
import {X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {parse} from 'yaml'
import {check, complainAboutCondition, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {lookAtIdentity, requireOwnCluster} from '../../platform/identity.ts'

const DAY_MS = 24 * 3600 * 1000

/** Control plane: health, versions, aggregated APIs, webhooks, identity, certificates. */
export const checks: PlatformCheck[] = [
  check({
    id: 'control-plane.readyz',
    title: 'The API server and everything behind it is ready',
    pitfalls: ['KP0203'],
    within: {deadlineMs: 30_000, everyMs: 1000},
    async run(ctx) {
      const answer = await (await ctx.cluster()).api.request({path: '/readyz?verbose'})
      const lines = String(answer.body).split('\n')
      const bad = lines.filter((line) => line.startsWith('[-]'))
      if (answer.status !== 200 && bad.length === 0) bad.push(`/readyz answers ${answer.status}`)
      return verdict(bad, `${lines.filter((line) => line.startsWith('[+]')).length} checks of /readyz are ok`, 'every check of /readyz is ok')
    },
  }),
  check({
    id: 'control-plane.version',
    title: 'The API server runs the minor version of kp.yaml',
    async run(ctx) {
      const version = (await (await ctx.cluster()).raw('/version')) as {gitVersion?: string; major?: string; minor?: string} | undefined
      const seen = version?.gitVersion ?? 'unknown'
      const minor = seen.match(/^v(\d+\.\d+)/)?.[1]
      if (minor === undefined) return {status: 'unknown', observed: `the API server says ${seen}`}
      return verdict(minor === ctx.spec.kubernetes.version ? [] : [`the API server runs ${seen}`], seen, ctx.spec.kubernetes.version)
    },
  }),
  check({
    id: 'control-plane.apiservices',
    title: 'Every API of the cluster is available',
    async run(ctx) {
      const services = await (await ctx.cluster()).listKnown('apiregistration.k8s.io/v1', 'APIService')
      const complaints = services.flatMap((service) => complainAboutCondition(service, 'Available') ?? [])
      return verdict(complaints, `${services.length} APIs are available`, 'Available=True for every APIService')
    },
  }),
  check({
    id: 'control-plane.webhooks',
    title: 'Every admission webhook that can block has somebody who answers',
    appliesTo: (ctx) => (ctx.provider.simulated ? "the lab's API server runs without webhook admission: simulated pods cannot answer" : true),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const slices = await cluster.listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const ready = new Set(slices.filter(hasReadyEndpoint).map((slice) => `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`))
      const configurations = [
        ...(await cluster.listKnown('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration')),
        ...(await cluster.listKnown('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration')),
      ]
      const complaints = configurations.flatMap((configuration) => complainAboutWebhooks(configuration, ready))
      return verdict(complaints, `${configurations.length} webhook configurations`, 'a Service with ready endpoints and a CA bundle for every webhook with failurePolicy Fail')
    },
  }),
  check({
    id: 'control-plane.identity',
    title: 'The cluster is the one that this repository was bound to',
    async run(ctx) {
      const look = await lookAtIdentity(ctx)
      requireOwnCluster(ctx, look)
      return verdict(
        [...(look.local === undefined ? ['this checkout has no record of its cluster'] : []), ...(look.inCluster === undefined ? ['the cluster has no record of its platform'] : [])],
        `kube-system UID ${look.uid}`,
        'both know each other: kp up or kp bind',
      )
    },
  }),
  check({
    id: 'control-plane.cert-expiry',
    title: 'The certificates that kp connects with are valid for more than 14 days',
    run(ctx) {
      const config = parse(readFileSync(ctx.access.kubeconfig, 'utf8')) as {users?: {name: string; user?: {'client-certificate-data'?: string}}[]; clusters?: {name: string; cluster?: {'certificate-authority-data'?: string}}[]}
      const certificates = [
        ...(config.users ?? []).flatMap(({name, user}) => (user?.['client-certificate-data'] === undefined ? [] : [{name: `client certificate of ${name}`, pem: user['client-certificate-data']}])),
        ...(config.clusters ?? []).flatMap(({name, cluster}) => (cluster?.['certificate-authority-data'] === undefined ? [] : [{name: `CA of ${name}`, pem: cluster['certificate-authority-data']}])),
      ].map(({name, pem}) => ({name, days: Math.floor((Date.parse(new X509Certificate(Buffer.from(pem, 'base64')).validTo) - ctx.clock.now()) / DAY_MS)}))
      if (certificates.length === 0) return Promise.resolve({status: 'skip', observed: 'the kubeconfig holds no certificates (tokens or a plugin are used)'})
      const complaints = certificates.filter(({days}) => days < 14).map(({name, days}) => `${name} ends in ${days} days`)
      return Promise.resolve(verdict(complaints, certificates.map(({name, days}) => `${name}: ${days} days`).join(', '), 'more than 14 days'))
    },
  }),
]

function hasReadyEndpoint(slice: KubeObject): boolean {
  return ((slice['endpoints'] as {conditions?: {ready?: boolean}}[] | undefined) ?? []).some((endpoint) => endpoint.conditions?.ready !== false)
}

function complainAboutWebhooks(configuration: KubeObject, ready: Set<string>): string[] {
  const webhooks = (configuration['webhooks'] as {name: string; failurePolicy?: string; timeoutSeconds?: number; clientConfig?: {caBundle?: string; service?: {namespace: string; name: string}}}[] | undefined) ?? []
  return webhooks.flatMap((webhook) => {
    if (webhook.failurePolicy === 'Ignore' || webhook.clientConfig?.service === undefined) return []
    const {namespace, name} = webhook.clientConfig.service
    const who = `${configuration.kind} ${nameOf(configuration.metadata)}, ${webhook.name}`
    if (!ready.has(`${namespace}/${name}`)) return [`${who}: Service ${namespace}/${name} has no ready endpoint`]
    if (!webhook.clientConfig.caBundle) return [`${who}: no CA bundle`]
    return []
  })
}
