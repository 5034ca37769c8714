/** Makes the context of a platform from its repository. */
import {join} from 'node:path'
import {ClusterReader} from '../checks/cluster.ts'
import {chartNetwork} from '../components/chart-network.ts'
import {resolveChart} from '../components/charts.ts'
import type {ResolvedChart} from '../components/charts.ts'
import {openCatalog} from '../components/compiled.ts'
import {overrideComponents} from '../components/override.ts'
import type {Catalog} from '../components/types.ts'
import {unknownValuePaths} from '../components/values-check.ts'
import type {AdoptionConsent, PlatformContext, PlatformPhase} from '../context.ts'
import {systemClock} from '../engine/clock.ts'
import {KpError} from '../engine/errors.ts'
import type {EventInput} from '../engine/events.ts'
import type {Exec} from '../engine/types.ts'
import {createEksProvider} from '../providers/aws/provider.ts'
import type {AwsProvider} from '../providers/aws/types.ts'
import {createKubeadmAwsProvider} from '../providers/aws/kubeadm.ts'
import {createBareMetalProvider} from '../providers/bare-metal.ts'
import {createExistingProvider} from '../providers/existing.ts'
import {createKindProvider} from '../providers/kind.ts'
import {createLabProvider} from '../providers/lab/provider.ts'
import type {LabProvider} from '../providers/lab/provider.ts'
import type {Provider} from '../providers/types.ts'
import {loadSpec, validateComponents, validateComponentValues} from '../spec/load.ts'
import type {LoadedSpec} from '../spec/load.ts'
import {environmentNames, resolveEnvironment} from '../spec/resolve.ts'
import type {EnvironmentSpec} from '../spec/types.ts'
import {createDryRunExec, createExec} from '../tools/exec.ts'
import {KubeApi} from '../tools/kube-api.ts'
import {findTool} from '../tools/toolchain/catalog.ts'
import {installTools} from '../tools/toolchain/install.ts'
import {locateTool, requireTool} from '../tools/toolchain/locate.ts'
import {cacheDir, stateDir} from '../tools/toolchain/paths.ts'
import {HELM_RANGE, kubectlRange, TERRAFORM_RANGE} from '../tools/toolchain/versions.ts'
import {cacheFile, openLookedCache} from './caches.ts'
import {findPlatform, platformPaths} from './find.ts'
import {environmentOf, networkOnce} from './network.ts'
import {secretReader} from './secret-values.ts'
import {requireBuildable} from './supported.ts'

/** How a platform is opened. */
export interface OpenOptions {
  cwd: string
  dir?: string | undefined
  /** `--env` or KP_ENV. */
  environment?: string | undefined
  /** For what is about all environments: without a name the first one will do. */
  anyEnvironment?: boolean
  env: Record<string, string | undefined>
  /** Folder of kp's own data. */
  home: string
  version: string
  phases: PlatformPhase[]
  emit(event: EventInput): void
  redact(text: string): string
  /** Is loaded the values of secrets that are read while kp works. */
  learnSecret?(value: string): void
  signal: AbortSignal
  stopping(): boolean
  dryRun?: boolean
  mayInstall?: boolean
  runId?: string
  /** `--adopt`. */
  adopt?: AdoptionConsent | undefined
  /** See PlatformContext. */
  settle?(ctx: PlatformContext): Promise<void>
  /** Waits for a control plane that a drill's dead kp was starting. */
  awake?(ctx: PlatformContext): Promise<void>
}

/** An opened platform. */
export interface OpenedPlatform {
  ctx: PlatformContext
  loaded: LoadedSpec
  /** Writes kp's caches. */
  save(): Promise<void>
}

/**
 * Reads kp.yaml and makes the context; looks at nothing else.
 * @throws KpError SPEC_MISSING, SPEC_INVALID, ENVIRONMENT_UNKNOWN
 */
export async function openPlatform(options: OpenOptions): Promise<OpenedPlatform> {
  const root = findPlatform(options.cwd, options.dir)
  const wholeCatalog = openCatalog(options.home)
  const loaded = await loadSpec(join(root, 'kp.yaml'))
  validateComponents(loaded, wholeCatalog.ids())
  validateComponentValues(loaded, (id, values) => unknownValuePaths(wholeCatalog.get(id), values))
  const chosen = options.environment ?? (options.anyEnvironment === true ? environmentNames(loaded.spec)[0] : undefined)
  const spec = resolveEnvironment(loaded.spec, chosen)
  requireBuildable(spec)
  const catalog = overrideComponents(wholeCatalog, spec.components)
  const paths = platformPaths(root, spec.environment.name)
  const {emit, redact, signal, env} = options
  const findAt = toolFinder(spec, options)
  const toolEnv = withoutForeignTargets(env)
  const real = createExec({findTool: async (name) => (await findAt.require(name)).path, env: toolEnv, emit, signal, redact, ...(options.runId === undefined ? {} : {runId: options.runId})})
  const exec = options.dryRun === true ? createDryRunExec(real, emit) : real
  const providerFor = (one: EnvironmentSpec): Provider => makeProvider(one, root, options, exec)
  const provider = providerFor(spec)
  const looked = openLookedCache(paths.environment)
  // Known only now: the API server is in the kubeconfig of the provider.
  Object.assign(toolEnv, environmentOf(toolEnv, spec, provider.access()))
  const network = networkOnce(toolEnv)
  const reader = clusterReader(provider, options, network)
  const ctx: PlatformContext = {
    spec,
    environments: environmentNames(loaded.spec).map((name) => resolveEnvironment(loaded.spec, name)),
    paths,
    provider,
    ...(provider.id === 'lab' ? {lab: provider as LabProvider} : {}),
    ...(provider.id === 'eks' || provider.id === 'kubeadm-aws' ? {aws: provider as AwsProvider} : {}),
    access: provider.access(),
    catalog,
    looked,
    home: options.home,
    version: options.version,
    env,
    phases: options.phases,
    awake: async () => options.awake?.(ctx),
    settle: async () => options.settle?.(ctx),
    providerFor,
    mayInstall: options.mayInstall ?? false,
    ...(options.adopt === undefined ? {} : {adopt: options.adopt}),
    presence: () => provider.presence(),
    cluster: reader.get,
    chart: chartFinder(spec, root, catalog, options, network),
    installTools: (progress) => {
      network()
      return bringTools(provider, spec, options, real, progress)
    },
    tool: findAt.look,
    secret: secretReader({references: spec.secrets, env, root, exec: real, learn: (value) => options.learnSecret?.(value)}),
    cacheFile: (name) => cacheFile(paths.environment, name),
    emit,
    signal,
    clock: systemClock,
    exec,
    async change(what, act) {
      if (options.dryRun !== true) return act()
      emit({code: 'tool.recorded', text: what.doing, data: {command: what.command}})
      return undefined
    },
    changed() {
      provider.lookAnew()
      reader.forget()
    },
    stopping: options.stopping,
    dryRun: options.dryRun ?? false,
  }
  return {ctx, loaded: loaded, save: () => looked.save()}
}

/** Variables by which kubectl and helm could be led to another cluster than kp's own kubeconfig names. */
const FOREIGN_TARGETS = ['KUBECONFIG', 'KUBERNETES_MASTER', 'HELM_KUBECONTEXT', 'HELM_KUBETOKEN', 'HELM_KUBEAPISERVER', 'HELM_KUBECAFILE', 'HELM_KUBEASUSER', 'HELM_KUBEASGROUPS', 'HELM_KUBEINSECURE_SKIP_TLS_VERIFY', 'HELM_KUBETLS_SERVER_NAME', 'HELM_NAMESPACE', 'HELM_DRIVER', 'HELM_DEBUG']

function withoutForeignTargets(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_TARGETS.includes(name)))
}

function makeProvider(spec: EnvironmentSpec, root: string, options: OpenOptions, exec: Exec): Provider {
  switch (spec.provider.type) {
    case 'lab':
      return createLabProvider({name: spec.environment.cluster, stateDir: stateDir(options.env), cacheDir: cacheDir(options.env), exec, clock: systemClock, env: options.env, wishes: {snapshots: spec.phases.backup.snapshots}})
    case 'existing':
      return createExistingProvider(spec.provider, root)
    case 'eks':
      return createEksProvider({spec, settings: spec.provider, env: options.env, folder: platformPaths(root, spec.environment.name).environment, cacheDir: cacheDir(options.env)})
    case 'kubeadm-aws':
      return createKubeadmAwsProvider({spec, settings: spec.provider, env: options.env, folder: platformPaths(root, spec.environment.name).environment, cacheDir: cacheDir(options.env)})
    case 'bare-metal':
      return createBareMetalProvider(spec.provider, platformPaths(root, spec.environment.name).environment)
    case 'kind':
      return createKindProvider({name: spec.environment.cluster, folder: platformPaths(root, spec.environment.name).environment, exec})
  }
}

function clusterReader(provider: Provider, options: OpenOptions, prepareNetwork: () => void): {get(): Promise<ClusterReader>; forget(): void} {
  let reader: ClusterReader | undefined
  return {
    async get() {
      const presence = await provider.presence()
      if (presence.state !== 'running') throw new KpError({code: 'CLUSTER_ABSENT', message: presence.observed, next: ['kp up']})
      prepareNetwork()
      reader ??= new ClusterReader(new KubeApi({...provider.access(), userAgent: `kp/${options.version}`, clock: systemClock, signal: options.signal}))
      return reader
    },
    forget: () => reader?.lookAnew(),
  }
}

/** Decides once per component. A lab stays with the source that it was installed from: what can be reached changes by the hour. */
function chartFinder(spec: EnvironmentSpec, root: string, catalog: Catalog, options: OpenOptions, prepareNetwork: () => void): PlatformContext['chart'] {
  const network = chartNetwork((url, init) => {
    prepareNetwork()
    return fetch(url, init)
  })
  let probed: Promise<void> | undefined
  const found = new Map<string, Promise<ResolvedChart>>()
  return (component, installed) => {
    const key = `${component.id} ${installed ?? ''}`
    const known = found.get(key)
    if (known !== undefined) return known
    const sticky = spec.provider.type === 'lab' && spec.charts.mirror === undefined && (installed === 'repository' || installed === 'stand-in')
    // All repositories are asked side by side, once, and only where one has to be asked at all.
    const ready = sticky || spec.charts.mirror !== undefined ? Promise.resolve() : (probed ??= network.probeAll(catalog.all().map((one) => one.chart.repository)))
    const promise = ready.then(() => resolveChart(component, {
      provider: spec.provider.type,
      mirror: spec.charts.mirror,
      base: root,
      kubernetes: spec.kubernetes.version,
      standIn: join(options.home, 'lab', 'standin'),
      network: sticky ? {...network, reachable: () => Promise.resolve(installed === 'repository')} : network,
    }))
    found.set(key, promise)
    return promise
  }
}

function toolFinder(spec: EnvironmentSpec, options: OpenOptions): {require(name: string): Promise<{path: string}>; look: PlatformContext['tool']} {
  const asking = createExec({findTool: (name) => Promise.resolve(name), env: options.env, emit: () => {}, signal: options.signal, redact: options.redact})
  const found = new Map<string, Promise<{path: string}>>()
  const at = (name: string): Parameters<typeof locateTool>[1] => ({
    cacheDir: cacheDir(options.env),
    path: options.env['PATH'] ?? '',
    exec: asking,
    versionRange: rangeOf(name, spec.kubernetes.version),
  })
  return {
    require(name) {
      let tool = found.get(name)
      if (tool === undefined) {
        tool = requireTool(name, at(name))
        tool.catch(() => found.delete(name))
        found.set(name, tool)
      }
      return tool
    },
    async look(name) {
      const result = await locateTool(name, at(name))
      return 'path' in result ? result : {reason: result.reason, found: result.found.map((one) => `${one.path}: ${one.reason}`)}
    },
  }
}

/** The versions of a tool that will do; undefined where any will. */
function rangeOf(name: string, kubernetes: string): string | undefined {
  if (name === 'kubectl') return kubectlRange(kubernetes)
  if (name === 'helm') return HELM_RANGE
  if (name === 'kube-apiserver') return `~${kubernetes}`
  return name === 'terraform' || name === 'tofu' ? TERRAFORM_RANGE : undefined
}

async function bringTools(provider: Provider, spec: EnvironmentSpec, options: OpenOptions, exec: Exec, progress: (text: string, percent?: number) => void): Promise<void> {
  if (provider.id === 'lab') return (provider as LabProvider).installTools(spec, progress, options.signal)
  const own = provider.id === 'kind' ? 'kind' : provider.id === 'bare-metal' || provider.id === 'kubeadm-aws' ? 'ansible' : undefined
  const tools = [findTool('helm'), findTool('kubernetes', spec.kubernetes.version) ?? findTool('kubernetes'), own === undefined ? undefined : findTool(own)].filter((tool) => tool !== undefined)
  await installTools(tools, {
    cacheDir: cacheDir(options.env),
    exec,
    clock: systemClock,
    env: options.env,
    signal: options.signal,
    onProgress: ({tool, version, phase, percent, line}) => progress(`${tool} ${version}: ${phase === 'wait' ? line : phase}${percent === undefined ? '' : ` ${Math.round(percent)}%`}`, percent),
  })
}
