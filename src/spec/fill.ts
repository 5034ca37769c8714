/** The defaults that depend on provider, environment or other choices. */
import {instanceSize} from './instance-size.ts'
import {providerHas} from './provider-facts.ts'
import type {Body, EnvironmentEntry, EnvironmentSpec, Issuer, NodePool, PlatformSpec, Slo} from './types.ts'
import {parseDuration} from './units.ts'

/** Completes a merged and checked body. What is written is never changed. */
export function fillEnvironment(spec: PlatformSpec, entry: EnvironmentEntry, body: Body): EnvironmentSpec {
  const {name, owner, runbooks, repository} = spec.metadata
  const issuer = body.phases['cert-manager'].issuer ?? defaultIssuer(body)
  const domain = body.domain ?? `${name}.test`
  const slos = body.slos ?? defaultSlos(body)
  return {
    platform: name,
    ...(owner === undefined ? {} : {owner}),
    ...(runbooks === undefined ? {} : {runbooks}),
    ...(repository === undefined ? {} : {repository}),
    environment: {name: entry.name, cluster: entry.cluster, protected: entry.protected},
    provider: body.provider,
    kubernetes: body.kubernetes,
    network: body.network,
    nodePools: (body.nodePools ?? []).map(fillPool),
    domain,
    ...(body.email === undefined ? {} : {email: body.email}),
    infra: body.infra,
    phases: fillPhases(spec, entry, body, {issuer, domain, slos}),
    components: body.components,
    charts: body.charts,
    images: body.images,
    secrets: body.secrets,
    slos,
    backup: body.backup,
    tools: body.tools,
  }
}

function fillPool(pool: NonNullable<Body['nodePools']>[number]): NodePool {
  const size = instanceSize(pool.instanceType) ?? {cpu: '2', memory: '8Gi'}
  return {...pool, max: pool.max ?? Math.max(pool.min, 1), cpu: String(pool.cpu ?? size.cpu), memory: pool.memory ?? size.memory}
}

function defaultIssuer(body: Body): Issuer {
  return body.provider.type === 'lab' || body.provider.type === 'kind' ? 'internal-ca' : 'letsencrypt-staging'
}

/** The demo application is up: only where something counts its requests. */
function defaultSlos({phases: {slo, monitoring, ingress}}: Body): Slo[] {
  const measured = slo.enabled && monitoring.enabled && ingress.enabled && ingress.demo.enabled && ingress.controller !== 'aws-load-balancer-controller'
  return measured ? [{name: 'demo-availability', objective: 99.9, window: '30d', indicator: {type: 'http-errors', route: 'demo'}}] : []
}

/** Metrics are kept as long as the longest promise about them. */
function defaultRetention({phases}: Body, slos: readonly Slo[]): string {
  const windows = phases.slo.enabled ? slos.map(({window}) => window) : []
  return ['15d', ...windows].reduce((longest, one) => ((parseDuration(one) ?? 0) > (parseDuration(longest) ?? 0) ? one : longest))
}

/** What was decided before. */
interface Filled {
  issuer: Issuer
  domain: string
  slos: Slo[]
}

function fillPhases(spec: PlatformSpec, entry: EnvironmentEntry, body: Body, {issuer, domain, slos}: Filled): EnvironmentSpec['phases'] {
  const {phases, provider} = body
  const repository = phases.gitops.repository ?? spec.metadata.repository
  const tool = phases.gitops.enabled ? phases.gitops.tool ?? (repository === undefined ? 'none' : 'argo-cd') : 'none'
  const onAws = providerHas.awsNodes(provider)
  const spot = (body.nodePools ?? []).some((pool) => pool.capacity === 'spot')
  const nodes = phases.autoscaling.nodes ?? (onAws && body.provider.type !== 'kubeadm-aws' ? 'cluster-autoscaler' : 'none')
  const spotHandler = nodes === 'karpenter' ? 'karpenter' : 'node-termination-handler'
  return {
    ...phases,
    'node-pools': {...phases['node-pools'], spotHandler: phases['node-pools'].spotHandler ?? (onAws && spot ? spotHandler : 'none')},
    'cert-manager': {...phases['cert-manager'], issuer},
    ingress: {...phases.ingress, demo: {...phases.ingress.demo, host: phases.ingress.demo.host ?? `demo.${domain}`}},
    gitops: {
      ...phases.gitops, tool,
      ...(repository === undefined ? {} : {repository}),
      path: phases.gitops.path ?? `clusters/${entry.name}`,
    },
    monitoring: {...phases.monitoring, retention: phases.monitoring.retention ?? defaultRetention(body, slos)},
    mesh: {...phases.mesh, namespace: phases.mesh.namespace ?? (phases.mesh.type === 'istio' ? 'istio-system' : 'linkerd')},
    autoscaling: {...phases.autoscaling, nodes},
  }
}
