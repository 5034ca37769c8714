/** Whether an object suffers now: events of what is well again say nothing. Pure. */
import {ageOf, containersOf, goesSlowly, madeUpFor, patience, runsBetweenCrashes} from '../../engine/facts.ts'
import type {FactObject, Facts} from '../../engine/facts.ts'

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

/** Conditions that are bad when they are not True. */
const GOOD = new Set(['Ready', 'Available', 'Accepted', 'Programmed', 'ResolvedRefs', 'Established', 'NamesAccepted', 'Healthy', 'Synced', 'Reconciled', 'Succeeded', 'Initialized'])
/** Conditions that are bad when they are True. */
const BAD = /^(?:ReplicaFailure|.*Pressure|NetworkUnavailable|Failed|FailureTarget|Degraded|.*Error|NamespaceDeletion\w+|NamespaceContentRemaining|NamespaceFinalizersRemaining|Stalled)$/
/** States of a container that do not pass by themselves. */
const BROKEN = /^(?:CrashLoopBackOff|ImagePullBackOff|ErrImagePull|InvalidImageName|CreateContainer\w*Error|RunContainerError)$/
/** So long after its start a broken container may be one that waits for what comes at the same time. */
const BROKEN_MS = 5000
/** An autoscaler that is as young as this has no numbers yet. */
const FIRST_METRICS_MS = 60_000

/** The conditions of an object. */
export function conditionsOf(object: FactObject): Condition[] {
  const conditions = (object['status'] as {conditions?: Condition[]} | undefined)?.conditions
  return Array.isArray(conditions) ? conditions : []
}

/** Whether it is not as it should be. What has just begun to start, to change or to go is no trouble yet. */
export function suffers(object: FactObject, facts: Facts): boolean {
  switch (object.kind) {
    case 'Pod':
      return podSuffers(object, facts)
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return replicasMissing(object) || conditionSuffers(object, facts)
    case 'DaemonSet': {
      const status = (object['status'] ?? {}) as {desiredNumberScheduled?: number; numberReady?: number; currentNumberScheduled?: number}
      return (status.numberReady ?? 0) < (status.desiredNumberScheduled ?? 0) || (status.currentNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0)
    }
    case 'Job':
      return (conditionsOf(object).some(({type, status}) => type === 'Failed' && status === 'True') && !madeUpFor(object, facts)) || jobWaits(object)
    case 'PersistentVolumeClaim':
    case 'PersistentVolume': {
      const phase = (object['status'] as {phase?: string} | undefined)?.phase
      return phase === 'Pending' || phase === 'Lost' || phase === 'Failed' || conditionsOf(object).some(({type, status}) => /Failed|Error|Resizing/.test(type) && status === 'True')
    }
    case 'Service':
      return (object['spec'] as {type?: string} | undefined)?.type === 'LoadBalancer' && ((object['status'] as {loadBalancer?: {ingress?: unknown[]}} | undefined)?.loadBalancer?.ingress ?? []).length === 0
    case 'Namespace':
      return goesSlowly(object, facts)
    case 'HorizontalPodAutoscaler':
      // One whose target is scaled to zero rests on purpose.
      return ageOf(object, facts) > FIRST_METRICS_MS && conditionsOf(object).some(({type, status, reason}) => (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False' && reason !== 'ScalingDisabled')
    default:
      return conditionSuffers(object, facts) || goesSlowly(object, facts) || fieldSuffers(object)
  }
}

function podSuffers(pod: FactObject, facts: Facts): boolean {
  const {phase} = (pod['status'] ?? {}) as {phase?: string}
  if (phase === 'Succeeded') return false
  if (phase === 'Failed') return !madeUpFor(pod, facts)
  if (pod.metadata.deletionTimestamp !== undefined) return goesSlowly(pod, facts)
  if (conditionsOf(pod).find(({type}) => type === 'Ready')?.status === 'True') return containersOf(pod).some((one) => runsBetweenCrashes(one, facts.now))
  const broken = containersOf(pod).some(({state}) => BROKEN.test(state?.waiting?.reason ?? '') || (state?.terminated?.exitCode ?? 0) !== 0)
  return ageOf(pod, facts) > (broken ? BROKEN_MS : patience(facts).startMs)
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

function conditionSuffers(object: FactObject, facts: Facts): boolean {
  return conditionsOf(object).some(({type, status, lastTransitionTime}) => (GOOD.has(type) ? status !== 'True' : BAD.test(type) && status === 'True') && !(facts.now - Date.parse(lastTransitionTime ?? '') < patience(facts).startMs))
}

/** Kinds that say it in a field of their own. */
function fieldSuffers(object: FactObject): boolean {
  const status = object['status'] as {health?: {status?: string}; sync?: {status?: string}; phase?: string; state?: string} | undefined
  return /Failed|Error|Degraded|Pending|Invalid|Unknown|OutOfSync|Missing/i.test([status?.health?.status, status?.sync?.status, status?.phase, status?.state].filter((one) => typeof one === 'string').join(' '))
}
