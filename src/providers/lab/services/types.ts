/** What runs beside the control plane of a lab, as values. */
import type {Clock} from '../../../engine/clock.ts'
import type {Exec} from '../../../engine/types.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import type {LabLayout} from '../layout.ts'

/** The services that a lab can have. */
export type ServiceName = 'metrics-server' | 'prometheus' | 'prometheus-rules' | 'alertmanager' | 'object-store' | 'velero' | 'front-door'

/** Where one service of one lab is. */
export interface ServicePlace {
  lab: LabLayout
  name: ServiceName
  /** Its own folder: configuration, data, credentials. */
  folder: string
  /** The link to its program, by whose path its process is found. */
  program: string
  log: string
  /** The API server: `127.0.0.1:12345`. */
  apiserver: string
  /** Its port on 127.0.0.1. */
  port: number
  /** Its further ports there, by what they are for. */
  more: Readonly<Record<string, number>>
}

/** How a service is run; made by reading alone. */
export interface Launch {
  args: string[]
  /** Besides PATH, HOME and TMPDIR. Never printed. */
  env?: Record<string, string>
  /** Files below its folder that are written before it starts, readable by their owner alone. */
  files?: Record<string, string>
}

/** What a platform wants of the services of its lab. */
export interface ServiceWishes {
  /** Whether Velero takes snapshots of volumes; then the cluster has the kinds for it. */
  snapshots: boolean
}

/** Where a service answers once it is up. */
export interface Answer {
  path: string
  /** Whether it speaks TLS, with a certificate of the lab's authority. */
  secure: boolean
  /** Status codes that say that it is there; default 200. */
  statuses?: number[]
}

/** A real program that runs on loopback beside the control plane, and is known in the cluster by the names of the component. */
export interface LabService {
  name: ServiceName
  title: string
  /** What it makes real, for people. */
  real: string
  /** Entry of the toolchain that brings its program; `node` is the one that kp runs on. */
  tool: string
  /** Entries of the toolchain that bring programs which it starts itself. */
  plugins?: string[]
  /** Puts those where it looks for them. */
  linkPlugins?(place: ServicePlace, programs: string[]): Promise<void>
  /** Services that are started with it. */
  companions?: ServiceName[]
  launch(place: ServicePlace, wishes: ServiceWishes): Launch
  answer: Answer
  /** Names of further ports that it listens on. The first is the one that people want to know. */
  morePorts?: readonly string[]
  /** What makes the cluster find it; not in the repository, since the port is the lab's own. */
  objects?(place: ServicePlace): KubeObject[]
  /** Made once, before the first start: keys, credentials. */
  prepare?(place: ServicePlace): Promise<void>
}

/** What is seen of a service. */
export type ServiceState = 'running' | 'absent' | 'ended' | 'silent' | 'outdated'

/** A service as `kp lab status` tells of it. */
export interface ServiceStatus {
  name: string
  running: boolean
  /** `127.0.0.1:23456`; absent for what serves nobody. */
  address?: string
}

/** What working with services needs. */
export interface ServiceSettings {
  layout: LabLayout
  stateDir: string
  cacheDir: string
  exec: Exec
  clock: Clock
  env: Record<string, string | undefined>
  wishes: ServiceWishes
}

/** The services of one lab. */
export interface LabServices {
  /** Looks at the process and asks it. Changes nothing. */
  look(name: ServiceName): Promise<ServiceState>
  /**
   * Brings its program where that is missing, ends what is left of an earlier start, and starts it.
   * @throws KpError TOOL_MISSING, TOOL_FAILED, LAB_FAILED (with the end of its log)
   */
  start(name: ServiceName, progress: (text: string, percent?: number) => void, signal: AbortSignal): Promise<void>
  /** Ends it; its data stays. */
  end(name: ServiceName): Promise<void>
  /** What a service is, for people, and what is started with it. */
  about(name: ServiceName): Pick<LabService, 'title' | 'real' | 'companions'>
  /** What makes the cluster find it; nothing before its first start, since the port is part of it. */
  objects(name: ServiceName): KubeObject[]
  /** Which of these buckets the object store has not. */
  missingBuckets(names: string[]): string[]
  makeBucket(name: string): Promise<void>
  /** Where it is; undefined as long as it was never started. Reads one small file. */
  place(name: ServiceName): ServicePlace | undefined
  /** `http://127.0.0.1:23456`; undefined as long as it was never started. */
  address(name: ServiceName): string | undefined
}
