/** The embedded lab as a place where a platform can run. */
import type {Clock} from '../../engine/clock.ts'
import type {Exec} from '../../engine/types.ts'
import type {EnvironmentSpec} from '../../spec/types.ts'
import {findTool, labTools} from '../../tools/toolchain/catalog.ts'
import type {KubernetesMinor, Tool} from '../../tools/toolchain/catalog.ts'
import {installTools} from '../../tools/toolchain/install.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {Provider} from '../types.ts'
import {KpError} from '../../engine/errors.ts'
import {clearRestored, exchangeEtcdData} from './etcd-data.ts'
import {createLabs, repairEtcd} from './labs.ts'
import {COMPONENTS, labLayout} from './layout.ts'
import {labPresence} from './presence.ts'
import {endComponent} from './processes.ts'
import {createServices} from './services/index.ts'
import type {LabServices, ServiceWishes} from './services/types.ts'
import {LAB} from './stages.ts'
import {surgeNode} from './surge-node.ts'
import type {LabStatus} from './types.ts'

/** Told of progress: a line, and a percentage where known. */
export type ProgressListener = (text: string, percent?: number) => void

/** The lab of one environment. */
export interface LabProvider extends Provider {
  name: string
  /** What runs beside the control plane. */
  services: LabServices
  status(): Promise<LabStatus>
  /** The tools that a lab of this spec needs, helm among them. */
  tools(spec: EnvironmentSpec): Tool[]
  installTools(spec: EnvironmentSpec, progress: ProgressListener, signal: AbortSignal): Promise<void>
  create(spec: EnvironmentSpec, owner: string, progress: ProgressListener, signal: AbortSignal): Promise<void>
  start(progress: ProgressListener, signal: AbortSignal): Promise<void>
  describeCreation(spec: EnvironmentSpec): string[]
  /** Kubeconfig of the lab's administrator, who is not kp: whoever makes an incident. */
  adminKubeconfig: string
  /** The lab's own folder, gone with the lab. */
  folder: string
  /** Another minor for the control plane, with all its data. @throws KpError TOOL_MISSING, LOCKED, LAB_FAILED */
  upgrade(minor: string, progress: ProgressListener, signal: AbortSignal): Promise<void>
  /** Annotation of a node that says which kubelet it runs. */
  kubeletAnnotation: string
  /** The version that nodes bring which come from now on; undefined where nobody says. */
  newNodesVersion(cluster: {get(apiVersion: string, kind: string, name: string): Promise<KubeObject | undefined>}): Promise<string | undefined>
  /** New nodes bring the kubelet of the control plane's version from now on. */
  renewNodes(): Promise<void>
  /** A node like another one, beside it for a time, with a kubelet of its own; `marks` are annotations by which it is found again. */
  surgeNode(model: KubeObject, wanted: {name: string; kubelet: string; marks: Record<string, string>}): KubeObject
  /** Ends one program of the control plane at once. @throws KpError USAGE for one that there is not */
  endProgram(name: string): Promise<void>
  /** Makes room for data of etcd that is to be put in the place of what is there. @returns the folder that is to be made */
  roomForEtcdData(): string
  /** Puts it there. etcd must have been ended. */
  exchangeEtcdData(): void
  /** After a kill in the middle of that: what was there before comes back, and what is left goes. Ends the programs where etcd must start anew. */
  repairEtcdData(): Promise<boolean>
}

/** What the provider needs. */
export interface LabProviderOptions {
  name: string
  stateDir: string
  cacheDir: string
  exec: Exec
  clock: Clock
  env: Record<string, string | undefined>
  /** What kp.yaml wants of the programs beside the control plane. */
  wishes: ServiceWishes
}

const ZONE_LETTERS = 'abcdef'

/** Makes the provider for the lab of that name. */
export function createLabProvider(options: LabProviderOptions): LabProvider {
  const labs = createLabs(options)
  const layout = labLayout(options.stateDir, options.name)
  let seen: Promise<LabStatus> | undefined
  const status = (): Promise<LabStatus> => (seen ??= labs.status(options.name))
  return {
    id: 'lab',
    title: 'the embedded lab',
    simulated: true,
    name: options.name,
    adminKubeconfig: layout.adminKubeconfig,
    folder: layout.folder,
    async endProgram(name) {
      const program = COMPONENTS.find((one) => one === name)
      if (program === undefined) throw new KpError({code: 'USAGE', message: `a lab has no program ${name}; it has ${COMPONENTS.join(', ')}`})
      await endComponent(layout, program)
      seen = undefined
    },
    roomForEtcdData: () => clearRestored(layout).restored,
    exchangeEtcdData: () => exchangeEtcdData(layout),
    async repairEtcdData() {
      const repaired = await repairEtcd(layout, options.clock)
      if (repaired) seen = undefined
      return repaired
    },
    services: createServices({...options, layout}),
    storageDriver: LAB.provisioner,
    zones: (spec) => spec.network.zoneNames ?? Array.from({length: spec.network.zones}, (_, index) => `lab-${ZONE_LETTERS[index]}`),
    access: () => ({kubeconfig: labs.kubeconfigPath(options.name)}),
    lookAnew: () => (seen = undefined),
    status,
    presence: async () => labPresence(await status()),
    tools: (spec) => [...labTools(minorOf(spec)), ...[findTool('helm')].filter((tool) => tool !== undefined)],
    async installTools(spec, progress, signal) {
      await installTools(this.tools(spec), {
        cacheDir: options.cacheDir,
        exec: options.exec,
        clock: options.clock,
        env: options.env,
        signal,
        onProgress: ({tool, version, phase, percent, line}) => progress(`${tool} ${version}: ${phase === 'wait' ? line : phase}${percent === undefined ? '' : ` ${Math.round(percent)}%`}`, percent),
      })
    },
    async create(spec, owner, progress, signal) {
      const webhooks = spec.provider.type === 'lab' &&  spec.provider.webhooks
      await labs.create({name: options.name, kubernetesMinor: minorOf(spec), podCidr: spec.network.podCidr, serviceCidr: spec.network.serviceCidr, webhooks, owner}, {progress, signal})
      seen = undefined
    },
    async upgrade(minor, progress, signal) {
      await labs.upgrade(options.name, minor as KubernetesMinor, {progress, signal})
      seen = undefined
    },
    kubeletAnnotation: LAB.kubelet,
    async newNodesVersion(cluster) {
      const stage = await cluster.get('kwok.x-k8s.io/v1alpha1', 'Stage', 'kp-node-ready')
      return /or \(index \$a "lab\.kp\.dev\/kubelet"\) "(v[\d.]+)"/.exec(JSON.stringify(stage ?? {}).replaceAll('\\"', '"'))?.[1]
    },
    renewNodes: () => labs.renewStages(options.name),
    surgeNode,
    async start(progress, signal) {
      await labs.start(options.name, {progress, signal})
      seen = undefined
    },
    describeCreation: (spec) => [
      `create the lab ${options.name}: etcd, API server, controllers and scheduler of Kubernetes ${spec.kubernetes.version}, on loopback`,
      'simulate nodes and containers with kwok',
    ],
  }
}

function minorOf(spec: EnvironmentSpec): KubernetesMinor {
  return spec.kubernetes.version as KubernetesMinor
}
