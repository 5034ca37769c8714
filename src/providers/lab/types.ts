/** What a lab is, in values. */
import type {Clock} from '../../engine/clock.ts'
import type {Exec} from '../../engine/types.ts'
import type {KubernetesMinor} from '../../tools/toolchain/catalog.ts'
import type {Environment} from '../../tools/toolchain/paths.ts'
import type {ServiceStatus} from './services/types.ts'
import type {Stage} from './stages.ts'

/** What a lab is made with; none of it can be changed later. */
export interface LabOptions {
  /** Name of the cluster; a DNS label. */
  name: string
  kubernetesMinor: KubernetesMinor
  podCidr: string
  serviceCidr: string
  /** Whether the API server calls admission webhooks; in a lab nobody answers them. */
  webhooks: boolean
  /** Folder of the platform that the lab belongs to. */
  owner?: string
}

/**
 * running: all components run. degraded: some do not. stopped: none does, as after a reboot.
 * creating: another process makes or removes it now. incomplete: that process is dead.
 */
export type LabState = 'running' | 'stopped' | 'degraded' | 'creating' | 'incomplete' | 'absent'

/** What can be said of a lab by looking at its folder and processes. */
export interface LabStatus {
  name: string
  state: LabState
  kubernetesVersion?: string
  /** URL of the API server. */
  server?: string
  /** kp's own kubeconfig for it. */
  kubeconfig?: string
  deadComponents?: string[]
  /** What runs beside the control plane, or should: a dead one is found and started by `kp up`. */
  services?: ServiceStatus[]
  owner?: string
  /** ISO 8601. */
  createdAt?: string
  auditLog?: string
  /** URL of etcd. */
  etcd?: string
  /** Said by who brings it up: the data of etcd was put back, since its exchange for other data had been cut off. */
  repaired?: boolean
}

/** What making labs needs. */
export interface LabSettings {
  stateDir: string
  cacheDir: string
  exec: Exec
  clock: Clock
  env: Environment
}

/** Told of progress, stopped by a signal. */
export interface LabRun {
  progress?: (line: string) => void
  signal?: AbortSignal
}

/** A process that belongs to a lab beside its control plane, such as a metrics server. */
export interface LabProcess {
  name: string
  pid: number
}

/** All labs of one state folder. */
export interface Labs {
  /**
   * Makes a lab, or brings the one of that name back up. Safe to run again after a kill at any point.
   * @throws KpError TOOL_MISSING, LOCKED, IMMUTABLE (there is one with other options), LAB_FAILED, INTERRUPTED
   */
  create(options: LabOptions, run?: LabRun): Promise<LabStatus>
  /**
   * Starts whatever does not run.
   * @throws KpError CLUSTER_ABSENT, LOCKED, LAB_FAILED
   */
  start(name: string, run?: LabRun): Promise<LabStatus>
  /**
   * Puts the programs of another minor in the place of those of the control plane; etcd's data, addresses, certificates and the
   * audit log stay. Safe to run again after a kill at any point.
   * @throws KpError CLUSTER_ABSENT, TOOL_MISSING, LOCKED, LAB_FAILED
   */
  upgrade(name: string, minor: KubernetesMinor, run?: LabRun): Promise<LabStatus>
  /**
   * Nodes that come from now on bring the kubelet of the lab's version.
   * @throws KpError CLUSTER_ABSENT, TOOL_FAILED
   */
  renewStages(name: string): Promise<void>
  /**
   * Ends every process of a lab and removes its folder. Without such a lab it does nothing.
   * @throws KpError LOCKED, LAB_FAILED (a process that does not end)
   */
  down(name: string, run?: LabRun): Promise<void>
  list(): Promise<LabStatus[]>
  status(name: string): Promise<LabStatus>
  /** Path of kp's kubeconfig for the lab, also where there is none yet. */
  kubeconfigPath(name: string): string
  /** Path of the API server's audit log, JSON lines. */
  auditLogPath(name: string): string
  /** Remembers a process that is the lab's too, so that `status` watches and `down` ends it. */
  registerProcess(name: string, process: LabProcess): Promise<void>
  /**
   * Applies stages to a running lab, as its administrator.
   * @throws KpError TOOL_FAILED
   */
  applyStages(name: string, stages: Stage[]): Promise<void>
}
