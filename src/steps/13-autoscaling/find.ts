/** Finds why autoscalers do not scale: what they name, what they measure by, and who pulls beside them. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {ageOf, refName, refOf} from '../../engine/facts.ts'
import {complaintsOf, nearest, patchCommand, podSpec, slashName, workloadOf} from '../shared/facts.ts'
import {controlled, followed} from './follow.ts'

const HPA = 'HorizontalPodAutoscaler'
const VPA = 'VerticalPodAutoscaler'
/** Kinds of targets that were gathered. */
const TARGETS = ['Deployment', 'StatefulSet', 'ReplicaSet']
/** An HPA does nothing within this part of its target. */
const TOLERANCE = 1.1

interface HpaSpec {
  scaleTargetRef?: {kind?: string; name?: string}
  maxReplicas?: number
  metrics?: {type?: string; resource?: {name?: string; target?: {type?: string; averageUtilization?: number}}}[]
}

interface HpaStatus {
  currentReplicas?: number
  conditions?: {type: string; status: string; reason?: string; message?: string}[]
  currentMetrics?: {resource?: {name?: string; current?: {averageUtilization?: number}}}[] | null
}

const specOf = (hpa: FactObject): HpaSpec => hpa['spec'] ?? {}
const statusOf = (hpa: FactObject): HpaStatus => hpa['status'] ?? {}

/** The workload that an HPA scales; undefined where it is none that was gathered, or is missing. */
function targetOf(facts: Facts, hpa: FactObject): FactObject | undefined {
  const {kind = '', name = ''} = specOf(hpa).scaleTargetRef ?? {}
  return TARGETS.includes(kind) ? facts.get(kind, name, hpa.metadata.namespace) : undefined
}

/** KP1312: the workload that it follows is not there. */
export function findMissingTarget(facts: Facts): Sighting[] {
  return facts.all(HPA).flatMap((hpa): Sighting[] => {
    const {kind = '', name = ''} = specOf(hpa).scaleTargetRef ?? {}
    const {namespace = 'default'} = hpa.metadata
    if (!TARGETS.includes(kind) || !facts.seen(kind) || targetOf(facts, hpa) !== undefined) return []
    const there = facts.all(kind).filter(({metadata}) => metadata.namespace === namespace).map(({metadata}) => metadata.name)
    // The only one of a namespace is meant, whatever it is called.
    const meant = nearest(name, there) ?? (there.length === 1 ? there[0] : undefined)
    const taken = facts.all(HPA).some((other) => other !== hpa && other.metadata.namespace === namespace && specOf(other).scaleTargetRef?.name === meant)
    return [{
      object: refOf(hpa),
      evidence: [`it follows ${kind} ${namespace}/${name}, which does not exist${there.length === 0 ? '' : `; there is ${there.slice(0, 5).join(', ')}`}`],
      fix: [
        {text: 'What is there to follow?', command: `kubectl -n ${namespace} get ${kind.toLowerCase()}s`},
        meant !== undefined && !taken ? {text: 'Follow the one that is meant.', command: patchCommand(hpa, {spec: {scaleTargetRef: {name: meant}}})} : {text: 'Nothing is left for it to follow: delete it.', command: `kubectl -n ${namespace} delete hpa ${hpa.metadata.name}`},
      ],
    }]
  })
}

/** KP1303: a container of what it follows has no request. What its pods really have counts: a LimitRange may have filled it in. */
export function findMissingRequests(facts: Facts): Sighting[] {
  return facts.all(HPA).flatMap((hpa): Sighting[] => {
    const target = targetOf(facts, hpa)
    const resources = followed(hpa)
    if (target === undefined || resources.length === 0) return []
    const pods = facts.all('Pod').filter((pod) => pod.metadata.namespace === target.metadata.namespace && pod.metadata.deletionTimestamp === undefined && workloadOf(facts, pod) === target)
    const silent = resources.flatMap((resource) => pods.flatMap((pod) => (podSpec(pod).containers ?? []).filter(({resources: {requests} = {}}) => requests?.[resource] === undefined).map(({name}) => ({resource, name}))))
    const wanted = [...new Set(silent.map(({resource}) => resource))]
    if (wanted.length === 0) return []
    const containers = [...new Set(silent.map(({name}) => name))]
    const {namespace = 'default'} = target.metadata
    const amounts = wanted.map((resource) => (resource === 'cpu' ? 'cpu=50m' : `${resource}=64Mi`)).join(',')
    return [{
      object: refOf(hpa),
      evidence: [`container ${containers.join(', ')} of ${refName(refOf(target))} requests no ${wanted.join(' and no ')}, which it follows in per cent of the request`],
      fix: [
        {text: 'What do the containers ask for?', command: `kubectl -n ${namespace} get ${slashName(target)} -o jsonpath='{.spec.template.spec.containers[*].resources}'`},
        {text: 'Give them a request; then write the same into the manifest.', command: `kubectl -n ${namespace} set resources ${slashName(target)} --containers=${containers.join(',')} --requests=${amounts}`},
        {text: 'Wait until the new pods stand; after a minute they are measured.', command: `kubectl -n ${namespace} rollout status ${slashName(target)} --timeout=90s`},
      ],
    }]
  })
}

/** KP1304: it stands at its most copies and is above its target by more than it tolerates. */
export function findFullAutoscaler(facts: Facts): Sighting[] {
  return facts.all(HPA).flatMap((hpa): Sighting[] => {
    const {maxReplicas = 0, metrics = []} = specOf(hpa)
    const {currentReplicas = 0, conditions = [], currentMetrics} = statusOf(hpa)
    if (currentReplicas < maxReplicas || !conditions.some(({type, status, reason}) => type === 'ScalingLimited' && status === 'True' && reason === 'TooManyReplicas')) return []
    const above = metrics.flatMap(({resource}) => {
      const wanted = resource?.target?.averageUtilization
      const now = (currentMetrics ?? []).find((one) => one.resource?.name === resource?.name)?.resource?.current?.averageUtilization
      return wanted !== undefined && now !== undefined && now > wanted * TOLERANCE ? [{name: resource?.name ?? '', wanted, now}] : []
    })
    const [most] = above.toSorted((a, b) => b.now / b.wanted - a.now / a.wanted)
    if (most === undefined) return []
    const {namespace = 'default', name} = hpa.metadata
    const more = Math.ceil((maxReplicas * most.now) / most.wanted) + 1
    return [{
      object: refOf(hpa),
      evidence: [`all ${maxReplicas} copies run, ${most.name} is at ${most.now} % of the request instead of ${most.wanted} %`],
      fix: [
        {text: 'How far above its target is it?', command: `kubectl -n ${namespace} get hpa ${name}`},
        {text: 'Is there room for more, in quota and nodes?', command: `kubectl -n ${namespace} get resourcequotas,pods`},
        // The HPA of the demo application is kp's: its numbers are in kp.yaml.
        hpa.metadata.labels?.['kp.dev/platform'] === undefined
          ? {text: `Let it go to ${more}; then write that into its manifest.`, command: patchCommand(hpa, {spec: {maxReplicas: more}})}
          : {text: `Raise phases.autoscaling.hpa.max in kp.yaml, to ${more} or so, then look and bring it.`, command: 'kp plan autoscaling'},
      ],
    }]
  })
}

/** KP1306: two HPAs of one workload, or a VPA that sets what an HPA follows. */
export function findTwoOwners(facts: Facts): Sighting[] {
  const keyOf = (object: FactObject, ref: {kind?: string; name?: string} | undefined): string => `${ref?.kind ?? ''} ${object.metadata.namespace ?? ''}/${ref?.name ?? ''}`
  const hpas = facts.all(HPA)
  const twice = [...Map.groupBy(hpas, (hpa) => keyOf(hpa, specOf(hpa).scaleTargetRef))].flatMap(([key, group]): Sighting[] => {
    const [kept, ...others] = group.toSorted((a, b) => ageOf(b, facts) - ageOf(a, facts) || a.metadata.name.localeCompare(b.metadata.name))
    return others.map((hpa) => ({
      object: refOf(hpa),
      evidence: [`it and ${kept?.metadata.name ?? ''} both scale ${key}; it came later`],
      affects: kept === undefined ? [] : [refOf(kept)],
      fix: [
        {text: 'Who follows what?', command: `kubectl -n ${hpa.metadata.namespace ?? 'default'} get hpa`},
        {text: 'One HPA can follow several metrics: write them into the older one, and delete the one that came later.', command: `kubectl -n ${hpa.metadata.namespace ?? 'default'} delete hpa ${hpa.metadata.name}`},
      ],
    }))
  })
  const sets = facts.all(VPA).flatMap((vpa): Sighting[] => {
    const {targetRef} = (vpa['spec'] ?? {}) as {targetRef?: {kind?: string; name?: string}}
    const set = controlled(vpa)
    const both = hpas.filter((hpa) => keyOf(hpa, specOf(hpa).scaleTargetRef) === keyOf(vpa, targetRef)).flatMap((hpa) => followed(hpa).filter((resource) => set.has(resource)).map((resource) => ({hpa, resource})))
    if (both.length === 0) return []
    return [{
      object: refOf(vpa),
      evidence: both.map(({hpa, resource}) => `it sets the ${resource} request of ${keyOf(vpa, targetRef)}, by which HorizontalPodAutoscaler ${hpa.metadata.name} counts`),
      affects: both.map(({hpa}) => refOf(hpa)),
      fix: [
        {text: 'Who follows what?', command: `kubectl -n ${vpa.metadata.namespace ?? 'default'} get hpa,vpa`},
        {text: 'Let the VPA only recommend; or keep it to the other resource (controlledResources: [memory]).', command: patchCommand(vpa, {spec: {updatePolicy: {updateMode: 'Off'}}})},
      ],
    }]
  })
  return [...twice, ...sets]
}

/** KP1308: what the Cluster Autoscaler says of groups that it does not find. */
export function findNoGroups(facts: Facts): Sighting[] {
  return complaintsOf(facts, ['cluster-autoscaler'], /Failed to regenerate ASG cache|AccessDenied[^\n]*autoscaling:Describe\w+|no node group config for|could not autodiscover/i)
}
