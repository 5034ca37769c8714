/** Finds what keeps pods from starting or staying, besides their place. Pure. */
import type {ContainerStatus, FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {ageOf, containersOf, madeUpFor, patience, refOf, runsBetweenCrashes} from '../../engine/facts.ts'
import {byWorkload, eventsAbout, hasOlderVersion, isOwnNamespace, podSpec, rollBack, slashName, workloadOf} from '../shared/facts.ts'

/** KP0329: pods name a Secret or ConfigMap that is not there. In namespaces of kp each phase has a word of its own for that. */
export function findMissingConfig(facts: Facts): Sighting[] {
  if (!facts.seen('Secret') || !facts.seen('ConfigMap')) return []
  const missing = facts.all('Pod').flatMap((pod) => {
    const namespace = pod.metadata.namespace ?? ''
    if (isOwnNamespace(facts, namespace) || pod.metadata.deletionTimestamp !== undefined || ageOf(pod, facts) < patience(facts).startMs || /^(?:Succeeded|Failed)$/.test((pod['status'] as {phase?: string} | undefined)?.phase ?? '')) return []
    const gone = wanted(pod).filter(({kind, name}) => facts.get(kind, name, namespace) === undefined)
    return gone.length === 0 ? [] : [{pod, gone}]
  })
  return byWorkload(facts, missing).map(({workload, items: [{pod, gone}]}): Sighting => {
    const namespace = pod.metadata.namespace ?? 'default'
    const look = {text: 'What does the pod wait for?', command: `kubectl -n ${namespace} describe pod ${pod.metadata.name}`}
    const make = {text: `Make ${gone.map(({kind, name}) => `${kind} ${name}`).join(' and ')} in ${namespace}, or correct the name.`}
    return {object: refOf(workload), evidence: gone.map(({kind, name}) => `Pod ${namespace}/${pod.metadata.name} needs ${kind} ${namespace}/${name}, which does not exist`), fix: hasOlderVersion(facts, workload) ? [look, ...rollBack(workload)] : [look, make]}
  })
}

interface Reference {
  name?: string
  optional?: boolean
}

/** What a pod cannot start without. */
function wanted(pod: FactObject): {kind: 'Secret' | 'ConfigMap'; name: string}[] {
  const {volumes = [], containers = []} = podSpec(pod) as {volumes?: {secret?: {secretName?: string; optional?: boolean}; configMap?: Reference}[]; containers?: {env?: {valueFrom?: {secretKeyRef?: Reference; configMapKeyRef?: Reference}}[]; envFrom?: {secretRef?: Reference; configMapRef?: Reference}[]}[]}
  const found: {kind: 'Secret' | 'ConfigMap'; name: string}[] = []
  const add = (kind: 'Secret' | 'ConfigMap', reference: Reference | undefined): void => {
    if (reference?.name !== undefined && reference.optional !== true) found.push({kind, name: reference.name})
  }
  for (const {secret, configMap} of volumes) {
    if (secret?.secretName !== undefined) add('Secret', {...secret, name: secret.secretName})
    add('ConfigMap', configMap)
  }
  for (const {env = [], envFrom = []} of containers) {
    for (const {valueFrom} of env) {
      add('Secret', valueFrom?.secretKeyRef)
      add('ConfigMap', valueFrom?.configMapKeyRef)
    }
    for (const {secretRef, configMapRef} of envFrom) {
      add('Secret', secretRef)
      add('ConfigMap', configMapRef)
    }
  }
  return found
}

/** KP0330: the pods of a workload cannot be made, since their account is not there. */
export function findMissingAccount(facts: Facts): Sighting[] {
  return ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].flatMap((kind) => facts.all(kind)).flatMap((set): Sighting[] => {
    const said = [...((set['status'] as {conditions?: {type: string; status: string; message?: string}[]} | undefined)?.conditions ?? []).filter(({type, status}) => type === 'ReplicaFailure' && status === 'True').map(({message}) => message ?? ''), ...eventsAbout(facts, set, 'FailedCreate').map(({message}) => message)].find((text) => /error looking up service account/.test(text))
    const account = said?.match(/error looking up service account [^/\s]+\/([^:\s]+)/)?.[1]
    const namespace = set.metadata.namespace ?? 'default'
    if (said === undefined || account === undefined || facts.get('ServiceAccount', account, namespace) !== undefined) return []
    return [
      {
        object: refOf(workloadOf(facts, set)),
        evidence: [said],
        fix: [
          {text: 'Which accounts are there?', command: `kubectl -n ${namespace} get serviceaccounts`},
          isOwnNamespace(facts, namespace) ? {text: 'Put back the account of the component.', command: 'kp up'} : {text: 'Make it; its rights come from RoleBindings. (Or correct the name in the workload.)', command: `kubectl -n ${namespace} create serviceaccount ${account}`},
          {text: 'Let its controller try at once instead of after a pause that grows.', command: `kubectl -n ${namespace} rollout restart ${slashName(workloadOf(facts, set))}`},
        ],
      },
    ]
  })
}

/** KP0331: a container was ended for its memory and is not ready. */
export function findOutOfMemory(facts: Facts): Sighting[] {
  return crashing(facts, (one) => (one.ready !== true || runsBetweenCrashes(one, facts.now)) && (one.lastState?.terminated?.reason === 'OOMKilled' || one.state?.terminated?.reason === 'OOMKilled'), 'was ended with OOMKilled (137)')
}

/** KP0332: a container ends again and again, and nothing says why. */
export function findCrashing(facts: Facts): Sighting[] {
  return crashing(facts, (one) => (one.state?.waiting?.reason === 'CrashLoopBackOff' || runsBetweenCrashes(one, facts.now)) && one.lastState?.terminated?.reason !== 'OOMKilled', 'is in CrashLoopBackOff')
}

function crashing(facts: Facts, wants: (container: ContainerStatus) => boolean, words: string): Sighting[] {
  const found = facts.all('Pod').flatMap((pod) => {
    const container = containersOf(pod).find((one) => wants(one))
    const over = (pod['status'] as {phase?: string} | undefined)?.phase === 'Failed' && madeUpFor(pod, facts)
    return container === undefined || over ? [] : [{pod, container}]
  })
  return byWorkload(facts, found).map(({workload, items: [{pod, container}]}): Sighting => {
    const {namespace = 'default', name} = pod.metadata
    const limit = podSpec(pod).containers?.find((one) => one.name === container.name)?.resources?.limits?.['memory']
    const oom = words.includes('OOM')
    const said = facts.logs.find((log) => log.pod.name === name && log.container === container.name)?.text.trimEnd().split('\n').slice(-3) ?? []
    const look = oom
      ? {text: 'What ended it, and what may it use?', command: `kubectl -n ${namespace} describe pod ${name}`}
      : {text: 'What did it say before it ended?', command: `kubectl -n ${namespace} logs ${name} -c ${container.name} --previous --tail=50`}
    const own = isOwnNamespace(facts, namespace)
    const next = own
      ? [{text: oom ? 'Raise its memory in kp.yaml under components, or find what uses it; then let kp put it right.' : 'Is it as kp made it? What was changed by hand is put back.', command: 'kp up'}]
      : hasOlderVersion(facts, workload)
        ? rollBack(workload)
        : oom
          ? [{text: 'Give it what it needs, and look why it needs more than before.', command: `kubectl -n ${namespace} set resources ${slashName(workload)} -c ${container.name} --limits=memory=${doubled(limit)}`}]
          : [{text: 'Correct what the log names: a missing address, key or file; then let it start anew.', command: `kubectl -n ${namespace} rollout restart ${slashName(workload)}`}]
    return {object: refOf(workload), evidence: [`Pod ${namespace}/${name}: container ${container.name} ${words}${oom && limit !== undefined ? `, its limit is ${limit}` : ''}, ${container.restartCount ?? 0} restarts`, ...said], values: {pod: name, container: container.name}, fix: [look, ...next], vague: true}
  })
}

function doubled(limit: string | undefined): string {
  const [, number = '256', unit = 'Mi'] = limit?.match(/^(\d+)([A-Za-z]*)$/) ?? []
  return `${Number(number) * 2}${unit}`
}
