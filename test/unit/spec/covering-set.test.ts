/** Every alternative of every choice of the phases that kp builds is in the covering set; what is not is named here, with its reason. */
import {describe, expect, it} from 'vitest'
import {canBuild} from '../../../src/platform/supported.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {mergeEnvironment} from '../../../src/spec/merge.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {bodySchema} from '../../../src/spec/schema/platform.ts'
import {PHASE_IDS, phasesSchema} from '../../../src/spec/schema/phases.ts'
import type {EnvironmentSpec, PhaseId} from '../../../src/spec/types.ts'
import {member} from '../../../src/spec/walk.ts'
import {alternatives, keyOf, taken} from '../../helpers/choices.ts'
import type {Alternative} from '../../helpers/choices.ts'
import {COVERING_SET, everyCoveringSpec} from '../../helpers/covering-set.ts'

/** The phases whose alternatives are all in the set. */
const PHASES: readonly PhaseId[] = [...PHASE_IDS.slice(0, 9), 'logging', 'security', 'backup', 'chaos', 'cost', 'day2', 'slo', 'deliverables', 'autoscaling', 'secrets', 'mesh', 'operators']


/** Why an alternative is not in the set. A field alone stands for all of its alternatives. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'kubernetes.version: 1.34': 'not in the lab',
  'kubernetes.patch': 'the lab has the newest patch alone',
  'network.nat': 'only where kp makes the network',
  'network.endpoint': 'only where kp makes the network',
  'network.allowedCidrs': 'only where kp makes the network',
  'nodePools: left out': 'kp init writes the default pools',
  'phases.cert-manager.issuer: left out': 'kp init writes the issuer',
  ...Object.fromEntries(['cert-manager.dns01', 'ingress.externalDns'].flatMap((where) => [
    'clouddns.project', 'azuredns.subscription', 'azuredns.resourceGroup', 'rfc2136.nameserver', 'rfc2136.keyName',
    ...(where === 'ingress.externalDns' ? ['azuredns.tenant', 'azuredns.clientId'] : []),
  ].map((name) => [`phases.${where}.${name}: left out`, 'the provider wants it']))),
  'phases.logging.backend<opensearch>.host: left out': 'OpenSearch in the cluster has one of its own, one elsewhere wants it',
  'phases.chaos.namespaces: none': 'an allow-list that allows nothing is refused',
  'phases.operators.mysql.instances: not the default': 'one server is one database, more are refused',
  'phases.day2.window.days: none': 'a window has at least one day',
  'phases.deliverables.harbor.host': 'Harbor cannot be built yet',
  'phases.deliverables.harbor.volume': 'Harbor cannot be built yet',
  ...Object.fromEntries(['unsealKeys', 'kmsKey', 'approle.roleId', 'approle.secretId'].map((name) => [`phases.secrets.vault.${name}: left out`, 'the way that is chosen wants it'])),
  'nodePools[].disk': 'a lab node has no disk',
  'nodePools[].volumes': 'a lab node has no disk',
}

/** The sections that say what they build. */
const SECTIONS = [
  ...PHASES.map((id) => [`phases.${id}`, member(phasesSchema, id)] as const),
  ...(['kubernetes', 'network', 'nodePools', 'slos'] as const).map((name) => [name, member(bodySchema, name)] as const),
]

/** Whether a choice decides anything on this platform: the settings of a provider that is not chosen do not. */
function decides(field: string, spec: EnvironmentSpec): boolean {
  const {nodePools} = spec
  const [, phase = '', ...rest] = /^phases\.([^.]+)\.(.*)$/.exec(field) ?? []
  const path = rest.join('')
  const {cni, 'cert-manager': certManager, ingress, gitops, monitoring} = spec.phases
  const off = (spec.phases as Record<string, {enabled?: boolean}>)[phase]?.enabled === false
  if (phase !== '' && off) return path === 'enabled'
  if (field === 'phases.node-pools.spotHandler') return nodePools.some(({capacity}) => capacity === 'spot')
  if (field === 'phases.node-pools.devicePlugin') return nodePools.some(({gpu}) => gpu !== undefined)
  if (field === 'phases.cni.hubble' || field === 'phases.cni.kubeProxyReplacement') return cni.plugin === 'cilium'
  if (field.startsWith('phases.cert-manager.dns01')) return certManager.issuer === 'dns01' && ofProvider(field, 'dns01', certManager.dns01.provider)
  if (field.startsWith('phases.cert-manager.ca')) return certManager.issuer === 'internal-ca'
  if (field.startsWith('phases.ingress.aws')) return ingress.controller === 'aws-load-balancer-controller'
  if (field.startsWith('phases.ingress.externalDns.')) return path === 'externalDns.enabled' || (ingress.externalDns.enabled && ofProvider(field, 'externalDns', ingress.externalDns.provider))
  if (field.startsWith('phases.ingress.demo.')) return path === 'demo.enabled' || ingress.demo.enabled
  if (phase === 'operators') return path === 'enabled' || path.endsWith('.enabled') || (spec.phases.operators as unknown as Record<string, {enabled: boolean}>)[path.split('.')[0] ?? '']?.enabled === true
  if (phase === 'secrets') return ofSecrets(path, spec.phases.secrets)
  if (phase === 'gitops') return path === 'enabled' || path === 'tool' || gitops.tool !== 'none'
  if (field.startsWith('phases.monitoring.grafana.')) return path === 'grafana.enabled' || monitoring.grafana.enabled
  if (['gateway', 'rateLimit', 'jwt'].includes(rest[0]?.split('.')[0] ?? '') && phase === 'mesh') return spec.phases.mesh.type === 'istio'
  if (field.startsWith('phases.logging.backend<opensearch>.')) return ofLogStore(path, spec)
  return true
}

/** OpenSearch in the cluster has its address and its transport by itself; one elsewhere its volumes and its retention. */
function ofLogStore(path: string, {phases: {logging: {backend}}}: EnvironmentSpec): boolean {
  if (backend.type !== 'opensearch') return false
  const name = path.split('.').at(-1) ?? ''
  if (['inCluster', 'index', 'password'].includes(name)) return true
  return ['dashboards', 'replicas', 'volume', 'retention'].includes(name) === backend.inCluster
}

/** The settings of a store that is not chosen decide nothing, nor those of another way into Git. */
function ofSecrets(path: string, {store, git, vault, delivery}: EnvironmentSpec['phases']['secrets']): boolean {
  if (path.startsWith('vault.unsealKeys')) return store === 'vault' && vault.unseal === 'keys'
  if (path.startsWith('vault.kmsKey')) return store === 'vault' && vault.unseal === 'kms'
  if (path.startsWith('vault.approle')) return store === 'vault' && vault.auth === 'approle'
  if (path.startsWith('vault.')) return store === 'vault'
  if (path.startsWith('aws.')) return store === 'aws-secrets-manager' && delivery !== 'none'
  if (path.startsWith('sops.')) return git === 'sops'
  return path !== 'delivery' || store !== 'none'
}

function ofProvider(field: string, section: string, provider: string): boolean {
  const settings = new RegExp(`\\.${section}\\.(route53|clouddns|azuredns|rfc2136)(\\.|$)`).exec(field)?.[1]
  return settings === undefined || settings === provider
}

/** What one kp.yaml chooses: as written, with the defaults that the schema has. */
function chosen(name: string, spec: Record<string, unknown>): {alternatives: Alternative[]; filled: EnvironmentSpec} {
  const {spec: platform} = parseSpec('kp.yaml', defaultPlatform({name, ...spec}))
  const entry = platform.environments[0]
  if (entry === undefined) throw new Error('a platform has an environment')
  const body = bodySchema.parse(mergeEnvironment(platform, entry).body)
  const filled = resolveEnvironment(platform, undefined)
  const found = SECTIONS.flatMap(([field, schema]) => (schema === undefined ? [] : taken(schema, field.split('.').reduce<unknown>((here, part) => (here as Record<string, unknown>)[part], body), field)))
  return {alternatives: found.filter((one) => decides(one.field, filled)), filled}
}

const wanted = SECTIONS.flatMap(([field, schema]) => (schema === undefined ? [] : alternatives(schema, field))).filter(({field, value}) => canBuild(field.replaceAll('[]', ''), value))
const excused = ({field, value}: Alternative): boolean => Object.keys(LEFT_OUT).some((entry) => entry === `${field}: ${value}` || field === entry || field.startsWith(`${entry}.`) || field.startsWith(`${entry}[`))

describe('the covering set', () => {
  it('has every alternative of every choice but those that cannot be built or shown', () => {
    const found = new Set(everyCoveringSpec().flatMap(({name, spec}) => chosen(name, spec).alternatives.map(keyOf)))
    expect(wanted.length).toBeGreaterThan(200)
    expect(wanted.filter((one) => !excused(one) && !found.has(keyOf(one))).map(keyOf)).toEqual([])
  })

  it('leaves out nothing that is not there', () => {
    for (const entry of Object.keys(LEFT_OUT)) expect(wanted.some((one) => keyOf(one) === entry || one.field === entry), entry).toBe(true)
  })

  it('has every kind of indicator, by every way in that counts requests', () => {
    const ways = new Set(everyCoveringSpec().flatMap(({name, spec}) => {
      const {slos, phases: {ingress}} = chosen(name, spec).filled
      return slos.map(({indicator: {type}}) => (type === 'prometheus' ? type : `${type} ${ingress.controller}`))
    }))
    for (const type of ['http-errors', 'http-latency']) for (const controller of ['envoy-gateway', 'traefik', 'ingress-nginx']) expect(ways).toContain(`${type} ${controller}`)
    expect(ways).toContain('prometheus')
  })

  it('has every kind of issuer by every way to prove a name', () => {
    const ways = new Set(everyCoveringSpec().flatMap(({name, spec}) => {
      const {'cert-manager': {enabled, issuer, dns01, ca}, ingress: {controller}} = chosen(name, spec).filled.phases
      if (!enabled) return []
      return issuer === 'dns01' ? [`dns01 ${dns01.provider}`, `dns01 ${dns01.server}`] : [issuer === 'internal-ca' && ca !== undefined ? 'own CA' : issuer, ...(issuer.startsWith('letsencrypt') ? [`http01 ${controller}`] : [])]
    }))
    for (const way of ['own CA', 'internal-ca', 'self-signed', 'letsencrypt-staging', 'letsencrypt-production', 'dns01 staging', 'dns01 production', 'dns01 route53', 'dns01 cloudflare', 'dns01 clouddns', 'dns01 azuredns', 'dns01 rfc2136', 'http01 traefik', 'http01 ingress-nginx', 'http01 aws-load-balancer-controller']) expect(ways, way).toContain(way)
  })

  it('is small, and every platform of it is valid without a change', () => {
    expect(COVERING_SET.length).toBeLessThanOrEqual(8)
    for (const {name, spec} of everyCoveringSpec()) expect(() => chosen(name, spec), name).not.toThrow()
  })
})
