/** kp's tools outside of a platform. */
import {systemClock} from '../engine/clock.ts'
import type {EventInput} from '../engine/events.ts'
import type {Exec} from '../engine/types.ts'
import {createLabs} from '../providers/lab/labs.ts'
import type {Labs} from '../providers/lab/types.ts'
import {createExec} from '../tools/exec.ts'
import {findTool, KUBERNETES_MINORS, labTools} from '../tools/toolchain/catalog.ts'
import type {KubernetesMinor, Tool} from '../tools/toolchain/catalog.ts'
import {installTool} from '../tools/toolchain/install.ts'
import {locateTool} from '../tools/toolchain/locate.ts'
import {cacheDir, stateDir} from '../tools/toolchain/paths.ts'
import type {Progress} from '../tools/toolchain/progress.ts'
import {HELM_RANGE, kubectlRange} from '../tools/toolchain/versions.ts'
import {networkEnvironment, networkOnce} from './network.ts'

/** What the toolbox needs. */
export interface ToolboxOptions {
  env: Record<string, string | undefined>
  emit(event: EventInput): void
  redact(text: string): string
  signal: AbortSignal
}

/** Tools and labs of this machine. */
export interface Toolbox {
  exec: Exec
  labs: Labs
  /** Finds a program; a sentence where there is none that fits. */
  look(program: string, minor?: KubernetesMinor): ReturnType<typeof locateTool>
  install(tool: Tool, onProgress: (progress: Progress) => void): Promise<string>
}

/** The minor that labs have where nothing else is said. */
export const DEFAULT_MINOR: KubernetesMinor = '1.35'

/** Opens it. */
export function openToolbox({env: given, emit, redact, signal}: ToolboxOptions): Toolbox {
  const env = networkEnvironment(given)
  const cache = cacheDir(env)
  const path = env['PATH'] ?? ''
  const network = networkOnce(env)
  const exec = createExec({findTool: (name) => Promise.resolve(name), env, emit, signal, redact})
  return {
    exec,
    labs: createLabs({stateDir: stateDir(env), cacheDir: cache, exec, clock: systemClock, env}),
    look: (program, minor = DEFAULT_MINOR) => locateTool(program, {cacheDir: cache, path, exec, versionRange: program === 'kubectl' ? kubectlRange(minor) : program === 'helm' ? HELM_RANGE : program === 'kube-apiserver' ? `~${minor}` : undefined}),
    install(tool, onProgress) {
      network()
      return installTool(tool, {cacheDir: cache, exec, clock: systemClock, env, onProgress, signal})
    },
  }
}

/** The tools that `kp tools install` brings: those of a lab, helm, and those of backups; with `all` every minor of Kubernetes. */
export function pinnedTools(all: boolean): Tool[] {
  const minors = all ? KUBERNETES_MINORS : [DEFAULT_MINOR]
  const tools = [...minors.flatMap((minor) => labTools(minor)), ...['helm', 'velero', 'etcd-tools'].map((name) => findTool(name)).filter((tool) => tool !== undefined)]
  return [...new Set(tools)]
}

/** One program of each tool, by which it is looked up. */
export const PROGRAMS = ['kubectl', 'helm', 'kwokctl', 'kwok', 'kube-apiserver'] as const

/** The same of the tools that only the work on a running platform needs. */
export const LATER_PROGRAMS = ['velero', 'etcdctl'] as const
