/** Whether an object suffers now: events of what is well again say nothing. Pure. */
import type {FactObject, Facts} from '../../engine/facts.ts'

/** A container as its pod reports it. */
export interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: {waiting?: {reason?: string; message?: string}; terminated?: {reason?: string; exitCode?: number; message?: string; finishedAt?: string}; running?: object}
  lastState?: {terminated?: {reason?: string; exitCode?: number; message?: string; finishedAt?: string}}
}

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
}

/** Conditions that are bad when they are not True. */
const GOOD = new Set(['Ready', 'Available', 'Accepted', 'Programmed', 'ResolvedRefs', 'Established', 'NamesAccepted', 'Healthy', 'Synced', 'Reconciled', 'Succeeded', 'Initialized'])
/** Conditions that are bad when they are True. */
const BAD = /^(?:ReplicaFailure|.*Pressure|NetworkUnavailable|Failed|FailureTarget|Degraded|.*Error|NamespaceDeletion\w+|NamespaceContentRemaining|NamespaceFinalizersRemaining|Stalled)$/
/** So long a pod may wait for its node, its image or its first readiness without anybody worrying. */
const START_MS = 5000

/** The conditions of an object. */
export function conditionsOf(object: FactObject): Condition[] {
  const conditions = (object['status'] as {conditions?: Condition[]} | undefined)?.conditions
  return Array.isArray(conditions) ? conditions : []
}

/** The containers of a pod, those that run first included. */
export function containersOf(pod: FactObject): ContainerStatus[] {
  const status = (pod['status'] ?? {}) as {initContainerStatuses?: ContainerStatus[]; containerStatuses?: ContainerStatus[]}
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
}

/** Whether it is not as it should be. */
export function suffers(object: FactObject, facts: Pick<Facts, 'now'>): boolean {
  switch (object.kind) {
    case 'Pod':
      return podSuffers(object, facts.now)
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return replicasMissing(object) || conditionSuffers(object)
    case 'DaemonSet': {
      const status = (object['status'] ?? {}) as {desiredNumberScheduled?: number; numberReady?: number; currentNumberScheduled?: number}
      return (status.numberReady ?? 0) < (status.desiredNumberScheduled ?? 0) || (status.currentNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0)
    }
    case 'Job':
      return conditionsOf(object).some(({type, status}) => type === 'Failed' && status === 'True') || jobWaits(object)
    case 'PersistentVolumeClaim':
    case 'PersistentVolume': {
      const phase = (object['status'] as {phase?: string} | undefined)?.phase
      return phase === 'Pending' || phase === 'Lost' || phase === 'Failed' || conditionsOf(object).some(({type, status}) => /Failed|Error|Resizing/.test(type) && status === 'True')
    }
    case 'Service':
      return (object['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer' && ((object['status'] as {loadBalancer?: {ingress?: unknown[]}} | undefined)?.loadBalancer?.ingress ?? []).length === 0
    case 'Namespace':
      return object.metadata.deletionTimestamp !== undefined
    case 'HorizontalPodAutoscaler':
      return conditionsOf(object).some(({type, status}) => (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False' )
    default:
      return conditionSuffers(object) || object.metadata.deletionTimestamp !== undefined || fieldSuffers(object)
  }
}

function podSuffers(pod: FactObject, now: number): boolean {
  const {phase} = (pod['status'] ?? {}) as {phase?: string}
  if (phase === 'Succeeded') return false
  if (phase === 'Failed') return true
  const old = now - Date.parse(pod.metadata.creationTimestamp ?? '') > START_MS
  if (pod.metadata.deletionTimestamp !== undefined) return now - Date.parse(pod.metadata.deletionTimestamp) > START_MS
  const ready = conditionsOf(pod).find(({type}) => type === 'Ready')?.status === 'True'
  return old && !ready
}

function replicasMissing(object: FactObject): boolean {
  const wanted = (object['spec'] as {replicas?: number} | undefined)?.replicas ?? 1
  const status = (object['status'] ?? {}) as {readyReplicas?: number}
  return (status.readyReplicas ?? 0) < wanted
}

function jobWaits(job: FactObject): boolean {
  const status = (job['status'] ?? {}) as {active?: number; ready?: number; succeeded?: number}
  const suspended = (job['spec'] as {suspend?: boolean} | undefined)?.suspend === true
  const complete = conditionsOf(job).some(({type, status: value}) => type === 'Complete' && value === 'True')
  return !suspended && !complete && (status.active ?? 0) > (status.ready ?? 0)
}

function conditionSuffers(object: FactObject): boolean {
  return conditionsOf(object).some(({type, status}) => (GOOD.has(type) ? status !== 'True' : BAD.test(type) && status === 'True'))
}

/** Kinds that say it in a field of their own. */
function fieldSuffers(object: FactObject): boolean {
  const status = object['status'] as {health?: {status?: string}; sync?: {status?: string}; phase?: string; state?: string} | undefined
  return /Failed|Error|Degraded|Pending|Invalid|Unknown|OutOfSync|Missing/i.test([status?.health?.status, status?.sync?.status, status?.phase, status?.state].filter((one) => typeof one === 'string').join(' '))
}
