/** Pods that a workload wants and the API server refuses: what it says of them. Pure. */
import type {FactObject, Facts} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {eventsAbout, slashName, workloadOf} from './facts.ts'

/** A workload without all of its pods, and why they are refused. */
export interface RefusedPods {
  /** What a person would change. */
  workload: FactObject
  namespace: string
  /** How many pods are missing. */
  missing: number
  /** The refusal, as the API server says it. */
  said: string
  /** What the pattern found in it. */
  found: RegExpExecArray
}

/** Workloads of which pods are missing now, since they are refused with such words. One a workload. */
export function refusedPods(facts: Facts, pattern: RegExp): RefusedPods[] {
  const refused = ['ReplicaSet', 'StatefulSet', 'DaemonSet'].flatMap((kind) => facts.all(kind)).flatMap((set): RefusedPods[] => {
    const missing = missingOf(set)
    if (missing <= 0) return []
    const found = saidOf(facts, set).map((text) => pattern.exec(text)).find((one) => one !== null)
    return found === undefined || found === null ? [] : [{workload: workloadOf(facts, set), namespace: set.metadata.namespace ?? 'default', missing, said: found.input, found}]
  })
  return refused.filter(({workload}, index) => refused.findIndex((one) => one.workload === workload) === index)
}

/** Lets the controller try at once instead of after a pause that grows, and waits. */
export function tryAgain({workload, namespace}: RefusedPods): FixStep[] {
  return [
    {text: 'Let its controller try at once instead of after a pause that grows.', command: `kubectl -n ${namespace} rollout restart ${slashName(workload)}`},
    {text: 'Wait until it stands.', command: `kubectl -n ${namespace} rollout status ${slashName(workload)} --timeout=90s`},
  ]
}

function missingOf(set: FactObject): number {
  const {replicas: wanted = 1} = (set['spec'] ?? {}) as {replicas?: number}
  const status = (set['status'] ?? {}) as {replicas?: number; desiredNumberScheduled?: number; currentNumberScheduled?: number}
  return set.kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? 0) - (status.currentNumberScheduled ?? 0) : wanted - (status.replicas ?? 0)
}

/** A ReplicaSet says in its status what holds now; others have events alone. */
function saidOf(facts: Facts, set: FactObject): string[] {
  const {conditions = []} = (set['status'] ?? {}) as {conditions?: {type: string; status: string; message?: string}[]}
  const now = conditions.filter(({type, status}) => type === 'ReplicaFailure' && status === 'True').flatMap(({message}) => message ?? [])
  return set.kind === 'ReplicaSet' ? now : eventsAbout(facts, set, 'FailedCreate').map(({message}) => message)
}
