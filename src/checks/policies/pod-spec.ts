/** What of a pod decides about its safety, and where pods are written: in themselves and in what makes them. */
import type {KubeObject} from '../../tools/kube-api.ts'

/** The security context of a pod or container. */
interface SecurityContext {
  privileged?: boolean
  allowPrivilegeEscalation?: boolean
  runAsNonRoot?: boolean
  runAsUser?: number
  procMount?: string
  capabilities?: {add?: string[]; drop?: string[]}
  seLinuxOptions?: {type?: string; user?: string; role?: string}
  appArmorProfile?: {type?: string}
  seccompProfile?: {type?: string}
  windowsOptions?: {hostProcess?: boolean}
  sysctls?: {name: string}[]
}

/** A container, as far as the rules look at it. */
export interface Container {
  name?: string
  ports?: {hostPort?: number}[]
  securityContext?: SecurityContext
  resources?: {requests?: Record<string, string>; limits?: Record<string, string>}
}

/** A pod, as far as the rules look at it. */
export interface PodSpec {
  containers?: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  os?: {name?: string}
  securityContext?: SecurityContext
  volumes?: ({name: string; hostPath?: unknown} & Record<string, unknown>)[]
}

/** All containers of a pod, with the names that a person knows them by. */
export function allContainers(pod: PodSpec): {name: string; container: Container}[] {
  return [...(pod.containers ?? []), ...(pod.initContainers ?? []), ...(pod.ephemeralContainers ?? [])].map((container) => ({name: container.name ?? '', container}))
}

/** `container web: securityContext.privileged` for each that is not as it should be; a name of '' stands for the pod. */
export function broken(containers: {name: string; container: Container}[], why: (container: Container) => string | undefined): string[] {
  return containers.flatMap(({name, container}) => {
    const field = why(container)
    return field === undefined ? [] : [name === '' ? field : `container ${name}: ${field}`]
  })
}

/** Kinds that make pods, in the order in which a person thinks of them, with where each has its pods written. */
export const POD_MAKERS: readonly {apiVersion: string; kind: string}[] = [
  {apiVersion: 'apps/v1', kind: 'Deployment'},
  {apiVersion: 'apps/v1', kind: 'StatefulSet'},
  {apiVersion: 'apps/v1', kind: 'DaemonSet'},
  {apiVersion: 'batch/v1', kind: 'CronJob'},
  {apiVersion: 'batch/v1', kind: 'Job'},
  {apiVersion: 'v1', kind: 'Pod'},
]

interface Template {
  spec?: PodSpec
}

/** The pod that an object is or makes; undefined where it makes none. */
export function podOf(object: KubeObject): PodSpec | undefined {
  const spec = object['spec'] as (PodSpec & {template?: Template; jobTemplate?: {spec?: {template?: Template}}}) | undefined
  if (object.kind === 'Pod') return spec
  return object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template?.spec : spec?.template?.spec
}
