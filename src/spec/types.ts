/** The types of kp.yaml: as written, and as resolved for one environment. */
import type {z} from 'zod'
import type {bodySchema, metadataSchema, platformSchema, sloSchema} from './schema/platform.ts'
import type {nodePoolSchema} from './schema/cluster.ts'
import type {logBackend} from './schema/phases-delivery.ts'
import type {ISSUERS} from './schema/phases-foundation.ts'
import type {providerSchema} from './schema/provider.ts'

export type {PhaseId} from './schema/phases.ts'

/** `metadata` of kp.yaml. */
export type Metadata = z.output<typeof metadataSchema>

type Platform = z.output<typeof platformSchema>

/** One entry of `environments` with its overrides, which are not merged yet. */
export type EnvironmentEntry = NonNullable<Platform['environments']>[number] & {cluster: string}

/**
 * kp.yaml as written, with the defaults that do not depend on provider or
 * environment. `environments` always has an entry, and each has its cluster.
 */
export type PlatformSpec = Omit<Platform, 'environments'> & {environments: EnvironmentEntry[]}

/** Shared sections with one environment's overrides merged in, before the last defaults. */
export type Body = z.output<typeof bodySchema>

/** `provider`: a union that `type` decides. */
export type ProviderSpec = z.output<typeof providerSchema>

/** The type of a provider. */
export type ProviderType = ProviderSpec['type']

/** The settings of one provider: `ProviderOf<'eks'>`. */
export type ProviderOf<T extends ProviderType> = Extract<ProviderSpec, {type: T}>

/** Who signs certificates. */
export type Issuer = (typeof ISSUERS)[number]

/** One node pool, with the size of its nodes as Kubernetes quantities. */
export type NodePool = Omit<z.output<typeof nodePoolSchema>, 'max' | 'cpu' | 'memory'> & {max: number; cpu: string; memory: string}

/** Where logs go. */
export type LogBackend = z.output<typeof logBackend>

/** One service level objective. */
export type Slo = z.output<typeof sloSchema>

type Phases = Body['phases']
type Filled<T, K extends keyof T> = Omit<T, K> & {[P in K]-?: NonNullable<T[P]>}

/** `phases` with every choice made. */
export type PhasesSpec = Omit<Phases, 'node-pools' | 'cert-manager' | 'ingress' | 'gitops' | 'monitoring' | 'mesh' | 'autoscaling'> & {
  'node-pools': Filled<Phases['node-pools'], 'spotHandler'>
  'cert-manager': Filled<Phases['cert-manager'], 'issuer'>
  ingress: Omit<Phases['ingress'], 'demo'> & {demo: Filled<Phases['ingress']['demo'], 'host'>}
  gitops: Filled<Phases['gitops'], 'tool' | 'path'>
  monitoring: Filled<Phases['monitoring'], 'retention'>
  mesh: Filled<Phases['mesh'], 'namespace'>
  autoscaling: Filled<Phases['autoscaling'], 'nodes'>
}

/** One environment with its overrides merged and every default filled in. Everything else in kp works with this. */
export interface EnvironmentSpec {
  /** Name of the platform. */
  platform: string
  owner?: string
  runbooks?: string
  repository?: string
  environment: {name: string; cluster: string; protected: boolean}
  provider: ProviderSpec
  kubernetes: Body['kubernetes']
  network: Body['network']
  nodePools: NodePool[]
  domain: string
  email?: string
  infra: Body['infra']
  phases: PhasesSpec
  components: Body['components']
  charts: Body['charts']
  images: Body['images']
  /** References only: where each secret is kept. */
  secrets: Body['secrets']
  slos: Slo[]
  backup: Body['backup']
  tools: Body['tools']
}
