/** Pods as a drain sees them. Pure. */
import {nameOf} from '../../checks/cluster.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** What of a pod a drain reads. */
export interface PodObject extends KubeObject {
  spec?: PodSpec
  status?: {phase?: string; conditions?: {type: string; status: string}[]}
}

/** See PodObject. */
export interface PodSpec {
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: Affinity
  tolerations?: Toleration[]
  topologySpreadConstraints?: SpreadConstraint[]
  containers?: ContainerSpec[]
  initContainers?: (ContainerSpec & {restartPolicy?: string})[]
  overhead?: Record<string, string>
  resources?: {requests?: Record<string, string>}
  volumes?: VolumeSpec[]
  schedulerName?: string
  schedulingGates?: unknown[]
  resourceClaims?: unknown[]
  hostNetwork?: boolean
  priority?: number
  preemptionPolicy?: string
  terminationGracePeriodSeconds?: number
}

interface ContainerSpec {
  resources?: {requests?: Record<string, string>; limits?: Record<string, string>}
  ports?: {hostPort?: number; protocol?: string; hostIP?: string}[]
}

export interface VolumeSpec {
  name: string
  emptyDir?: {medium?: string}
  hostPath?: {path: string}
  persistentVolumeClaim?: {claimName: string}
  ephemeral?: unknown
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
}

export interface Requirement {
  key: string
  operator: string
  values?: string[]
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: Requirement[]
}

export interface PodTerm {
  labelSelector?: LabelSelector
  namespaces?: string[]
  namespaceSelector?: LabelSelector
  topologyKey: string
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}

export interface NodeTerm {
  matchExpressions?: Requirement[]
  matchFields?: Requirement[]
}

export interface Affinity {
  nodeAffinity?: {requiredDuringSchedulingIgnoredDuringExecution?: {nodeSelectorTerms: NodeTerm[]}}
  podAffinity?: {requiredDuringSchedulingIgnoredDuringExecution?: PodTerm[]}
  podAntiAffinity?: {requiredDuringSchedulingIgnoredDuringExecution?: PodTerm[]}
}

export interface SpreadConstraint {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: string
  labelSelector?: LabelSelector
  matchLabelKeys?: string[]
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
}

/**
 * What a drain does with a pod. daemon: stays, it belongs to the node. mirror: of the kubelet's own files. finished: nobody
 * misses it. bare: nobody brings it back. managed: its controller makes another.
 */
export type PodFate = 'daemon' | 'mirror' | 'finished' | 'bare' | 'managed'

/** See PodFate. */
export function fateOf(pod: PodObject): PodFate {
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return 'mirror'
  const owner = pod.metadata.ownerReferences?.find(({controller}) => controller === true)
  if (owner?.kind === 'DaemonSet') return 'daemon'
  if (owner?.kind === 'Node') return 'mirror'
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 'finished'
  return owner === undefined ? 'bare' : 'managed'
}

/** Whose pod it is, as people name it: `Deployment web`; undefined for a bare one. */
export function ownerOf(pod: PodObject): string | undefined {
  const owner = pod.metadata.ownerReferences?.find(({controller}) => controller === true)
  if (owner === undefined) return undefined
  const hash = pod.metadata.labels?.['pod-template-hash']
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) return `Deployment ${owner.name.slice(0, -hash.length - 1)}`
  return `${owner.kind} ${owner.name}`
}

/** `namespace/name`. */
export const podName = (pod: PodObject): string => nameOf(pod.metadata)

/** Whether its condition Ready is true. */
export function isReady(pod: PodObject): boolean {
  return pod.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') === true
}

/** Whether labels fit a selector. An empty one fits all, an absent one none. */
export function selects(selector: LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  if (selector === undefined) return false
  for (const key in selector.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false
  return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels[requirement.key]))
}

/** Whether a value fits a requirement. */
export function meets({operator, values = []}: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
