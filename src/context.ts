/** What every step and check of a platform is given. Types only; it is made by `open-platform.ts`. */
import type {ClusterReader} from './checks/cluster.ts'
import type {LookedCache} from './checks/objects.ts'
import type {OtherChoice} from './components/alternatives.ts'
import type {ResolvedChart} from './components/charts.ts'
import type {Catalog, Component} from './components/types.ts'
import type {Applies, Check, EngineContext, Phase, Pitfall, Step} from './engine/types.ts'
import type {AwsProvider} from './providers/aws/types.ts'
import type {LabProvider} from './providers/lab/provider.ts'
import type {ClusterPresence, Provider} from './providers/types.ts'
import type {EnvironmentSpec} from './spec/types.ts'
import type {ClusterAccess} from './tools/kubectl.ts'
import type {KubeObject} from './tools/kube-api.ts'

/** Folders and files of a platform repository. */
export interface PlatformPaths {
  /** The platform repository. */
  root: string
  /** kp.yaml. */
  spec: string
  /** `.kp/`, not in Git. */
  state: string
  /** `.kp/runs/`. */
  runs: string
  /** `.kp/environments/<name>/`: kubeconfig, identity record, caches. */
  environment: string
}

/** What a person lets kp take over, by component. */
export interface AdoptionConsent {
  components: ReadonlySet<string>
  /** Also where what is there is newer than what kp installs. */
  downgrade: boolean
}

/** Where a chart comes from, decided once a run. */
export type ChartSource = ResolvedChart

/** The context of a platform; a plain object. */
export interface PlatformContext extends EngineContext {
  spec: EnvironmentSpec
  paths: PlatformPaths
  provider: Provider
  /** The lab behind the provider, where that is `lab`. */
  lab?: LabProvider
  /** AWS behind the provider, where it is one of AWS. */
  aws?: AwsProvider
  access: ClusterAccess
  /** Every environment of kp.yaml: the repository holds them all. */
  environments: EnvironmentSpec[]
  catalog: Catalog
  looked: LookedCache
  /** Folder of kp's own data: `templates/`, `lab/`. */
  home: string
  /** kp's version. */
  version: string
  env: Record<string, string | undefined>
  /** Whether there is a cluster; one look per run until something changes. */
  presence(): Promise<ClusterPresence>
  /**
   * The reader of the cluster.
   * @throws KpError CLUSTER_ABSENT where there is none
   */
  cluster(): Promise<ClusterReader>
  /** Where the chart of a component comes from. `installed` is the source of the release that is there. */
  chart(component: Component, installed?: ChartSource['kind']): Promise<ChartSource>
  /** What a person lets kp take over (`--adopt`). */
  adopt?: AdoptionConsent
  /** Whether this command may bring tools (up, step control-plane, lab up, tools install). */
  mayInstall: boolean
  /** Brings the tools of this platform. */
  installTools(progress: (text: string, percent?: number) => void): Promise<void>
  /** Where a tool is and of which version; a sentence where there is none that fits. */
  tool(name: string): Promise<{path: string; version: string; source: 'cache' | 'path'} | {reason: string; found: string[]}>
  /** The value of an entry of `secrets` in kp.yaml, read when it is needed; or why it cannot be read here. */
  secret(name: string): Promise<{value: string} | {reason: string}>
  /** A small file of kp's own under `.kp/environments/<name>/cache/`. */
  cacheFile(name: string): {read(): string | undefined; write(text: string): void}
  /** The phases of kp, for checks that look at all of them. */
  phases: PlatformPhase[]
  /** Waits for an API server that a drill whose kp died has stopped or is starting; a session calls it before anything is asked. */
  awake?(): Promise<void>
  /** Takes back what a drill left whose kp died; a session calls it before anything is changed. */
  settle?(): Promise<void>
  /** A provider for another environment's spec, for rendering. */
  providerFor(spec: EnvironmentSpec): Provider
}

/** What decides the manifests and values of a platform, without a cluster: rendering needs no more. */
export type ManifestContext = Pick<PlatformContext, 'spec' | 'provider' | 'catalog' | 'home' | 'phases'>

/** What decides the files of the repository: also which other environments it holds. */
export type RepositoryContext = ManifestContext & Pick<PlatformContext, 'environments'>

/** A file of the platform repository. */
export interface RepositoryFile {
  /** Relative to the repository, with `/`. */
  path: string
  text: string
}

/** What of a platform decides its status, besides its runs: known from kp.yaml alone. */
export interface StatusFacts {
  environment: string
  cluster: string
  /** `skipped`: why kp.yaml leaves the phase out, or null. */
  phases: {id: string; number: number; title: string; skipped: string | null}[]
}

/** A step of a platform, with what of it is rendered into the repository. */
export interface PlatformStep extends Step<PlatformContext> {
  /** The catalog component that it installs. */
  component?: string
  /** The objects that it keeps, also where the repository does not hold them; of what holds secrets the name alone. */
  objects?(ctx: ManifestContext): KubeObject[]
  /** The objects that it keeps, as they are written into the repository. */
  manifests?(ctx: ManifestContext): KubeObject[]
  /** Where it has something to do: what a person must know and agree to besides the plan; undefined where there is nothing. Looks only. */
  consent?(ctx: PlatformContext): Promise<string | undefined>
  /** What the GitOps tool reads about it from the repository: files below `gitops/` of the environment. */
  delivered?(ctx: ManifestContext): {file: string; objects: KubeObject[]}[]
}

/** What stands of a choice that kp.yaml does not make any more. */
export interface EarlierChoice {
  component: string
  /** The platform with that choice. */
  before: PlatformContext
  /** Objects that stay, by name: also the choice of now wants them. */
  keep: ReadonlySet<string>
}

/** A phase of a platform. What it asks of the context can be answered without a cluster. */
export interface PlatformPhase extends Phase<PlatformContext> {
  dependsOn(ctx: ManifestContext): string[]
  appliesTo?(ctx: ManifestContext): Applies
  steps(ctx: ManifestContext): PlatformStep[]
  /**
   * The files that it brings into the repository besides values and manifests: runbooks, CI, a Makefile. Asked once for each
   * environment that has the phase: a file that several of them bring has one text. Held against edits by hand like all rendered files.
   */
  files?(ctx: RepositoryContext): RepositoryFile[]
  /** What a person should know once it is built: how to reach it, what to do by hand. Looks only; nothing where it cannot. */
  hints?(ctx: PlatformContext): Promise<string[]>
  /**
   * What others run through this phase, by name; as long as there is any, it is not removed.
   * @param of where only what an earlier choice left is to go
   */
  users?(ctx: PlatformContext, of?: EarlierChoice): Promise<string[]>
  /** The same for a component of a choice that kp.yaml does not make any more. */
  earlierUsers?(ctx: PlatformContext, other: OtherChoice): Promise<string[]>
  /** What a removal does at its end. */
  afterRemoval?(ctx: PlatformContext): PlatformStep
}
export type PlatformCheck = Check<PlatformContext>
export type {Pitfall}
