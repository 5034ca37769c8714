/** Finds why pods have no node. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {ageOf, patience, refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {quantity} from '../../checks/quantities.ts'
import {byWorkload, nearest, olderVersionRuns, patchCommand, podSpec, rollBack, slashName, unscheduled} from '../shared/facts.ts'

interface Taint {
  key: string
  value?: string
  effect: string
}

const taintsOf = (node: FactObject): Taint[] => (node['spec'] as {taints?: Taint[]} | undefined)?.taints ?? []
const cordoned = (node: FactObject): boolean => (node['spec'] as {unschedulable?: boolean} | undefined)?.unschedulable === true

/** Whether the node selector of a pod takes a node. */
function selects(pod: FactObject, node: FactObject): boolean {
  return Object.entries(podSpec(pod).nodeSelector ?? {}).every(([key, value]) => node.metadata.labels?.[key] === value)
}

/** KP0319: a cordoned node that a waiting pod could have. A cordoned node that nobody misses is maintenance. */
export function findCordoned(facts: Facts): Sighting[] {
  const waiting = unscheduled(facts).filter(({said}) => /node\(s\) were unschedulable/.test(said))
  return facts.all('Node').filter((node) => cordoned(node)).flatMap((node): Sighting[] => {
    const pods = waiting.filter(({pod}) => selects(pod, node))
    const [first] = pods
    if (first === undefined) return []
    return [{object: refOf(node), evidence: [`node ${node.metadata.name} is cordoned`, `Pod ${first.pod.metadata.namespace}/${first.pod.metadata.name}: ${first.said}`], affects: pods.map(({pod}) => refOf(pod))}]
  })
}

/** KP0311: pods whose selector no node has, or whose nodes all have a taint that they do not tolerate. */
export function findNoFit(facts: Facts): Sighting[] {
  const nodes = facts.all('Node')
  const waiting = unscheduled(facts).filter(({said}) => /didn't match Pod's node affinity\/selector|had untolerated taint/.test(said))
  const lost = waiting.filter(({pod}) => nodes.length > 0 && nodes.every((node) => !selects(pod, node) || untolerated(pod, node).length > 0))
  return byWorkload(facts, lost).flatMap(({workload, items: [{pod, said}]}): Sighting[] => {
    // A taint of the node's own trouble is not the pod's mistake.
    const fitting = nodes.filter((node) => selects(pod, node))
    if (fitting.some((node) => untolerated(pod, node).every(({key}) => key.startsWith('node.kubernetes.io/')))) return []
    return [{object: refOf(workload), evidence: [`Pod ${pod.metadata.namespace}/${pod.metadata.name}: ${said}`], values: {pod: pod.metadata.name}, fix: fitFix(facts, workload, pod, fitting)}]
  })
}

function untolerated(pod: FactObject, node: FactObject): Taint[] {
  const tolerations = podSpec(pod).tolerations ?? []
  return taintsOf(node).filter((taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some(({key, operator = 'Equal', value, effect}) => (key === undefined || key === taint.key) && (operator === 'Exists' || value === taint.value) && (effect === undefined || effect === taint.effect)))
}

function fitFix(facts: Facts, workload: FactObject, pod: FactObject, fitting: FactObject[]): FixStep[] {
  const {namespace = 'default'} = pod.metadata
  const look: FixStep[] = [{text: 'Which labels and taints do the nodes have?', command: `kubectl get nodes -o custom-columns='NAME:.metadata.name,LABELS:.metadata.labels,TAINTS:.spec.taints[*].key'`}]
  const asks = Object.keys(podSpec(pod).nodeSelector ?? {}).length > 0
  if (asks && olderVersionRuns(facts, workload)) return [...look, ...rollBack(workload)]
  const [node] = fitting
  if (node !== undefined && !asks) {
    // It asks for nothing, and no node takes it: the taint is what was not meant.
    const byTaint = Map.groupBy(fitting.flatMap((one) => untolerated(pod, one).map((taint) => ({name: one.metadata.name, taint}))), ({taint}) => `${taint.key}:${taint.effect}`)
    const [[taint, on]] = [...byTaint].toSorted(([, a], [, b]) => b.length - a.length) as unknown as [[string, {name: string; taint: Taint}[]]]
    return [{text: 'Which taints do the nodes have?', command: `kubectl get nodes -o custom-columns='NAME:.metadata.name,TAINTS:.spec.taints[*].key'`}, {text: `No node takes a pod that asks for nothing. If ${taint} was left by somebody, take it away.`, command: `kubectl taint nodes ${on.map(({name}) => name).join(' ')} ${taint}-`}]
  }
  if (node !== undefined) {
    const missing = untolerated(pod, node).map(({key, value, effect}) => ({key, operator: value === undefined ? 'Exists' : 'Equal', ...(value === undefined ? {} : {value}), effect}))
    return [...look, {text: `The nodes that it selects have a taint that it does not tolerate. If it belongs there, say so.`, command: patchCommand(workload, {spec: {template: {spec: {tolerations: [...(podSpec(workload).tolerations ?? []), ...missing]}}}})}]
  }
  const selector = Object.entries(podSpec(workload).nodeSelector ?? {}).filter(([key, value]) => !facts.all('Node').some((one) => one.metadata.labels?.[key] === value))
  const corrected = Object.fromEntries(selector.map(([key, value]) => [key, nearest(value, [...new Set(facts.all('Node').flatMap((one) => one.metadata.labels?.[key] ?? []))]) ?? null]))
  return [...look, {text: `Let ${slashName(workload)} in ${namespace} select what there is.`, command: patchCommand(workload, {spec: {template: {spec: {nodeSelector: corrected}}}})}]
}

/** KP0310: pods that ask for more than any node has, or than is left. */
export function findNoRoom(facts: Facts): Sighting[] {
  const waiting = unscheduled(facts).filter(({said}) => /\d+ (?:Insufficient (?:cpu|memory|ephemeral-storage|pods)|Too many pods)/.test(said))
  return byWorkload(facts, waiting).map(({workload, items: [{pod, said}]}): Sighting => {
    const sizes = facts.all('Node').map((node) => (node['status'] as {allocatable?: Record<string, string>} | undefined)?.allocatable ?? {})
    const tooMuch = ['cpu', 'memory'].flatMap((resource) => {
      const wanted = (podSpec(pod).containers ?? []).reduce((sum, {resources}) => sum + quantity(resources?.requests?.[resource]), 0)
      const most = Math.max(0, ...sizes.map((size) => quantity(size[resource])))
      return wanted > most ? [`it asks for ${(podSpec(pod).containers ?? []).map(({resources}) => resources?.requests?.[resource]).filter((one) => one !== undefined).join(' + ')} ${resource}, the largest node has ${sizes.map((size) => size[resource]).toSorted((a, b) => quantity(b) - quantity(a))[0] ?? '0'}`] : []
    })
    const look: FixStep[] = [{text: 'What is requested on the nodes?', command: 'kubectl describe nodes | grep -A 8 "Allocated resources"'}]
    const lower: FixStep[] = [{text: 'Lower the request to what it needs: requests count, not what is used.', command: `kubectl -n ${pod.metadata.namespace ?? 'default'} set resources ${slashName(workload)} --requests=cpu=100m,memory=128Mi`}]
    const grow: FixStep[] = [{text: 'Raise min or max of the pool in kp.yaml, or choose a larger instance type.', command: 'kp plan node-pools'}]
    const fix = olderVersionRuns(facts, workload) ? rollBack(workload) : tooMuch.length > 0 ? lower : grow
    return {object: refOf(workload), evidence: [...tooMuch, `Pod ${pod.metadata.namespace}/${pod.metadata.name}: ${said}`], fix: [...look, ...fix]}
  })
}

/** KP0303: nodes that say nothing, or complain of something else than the network plugin. */
export function findNotReady(facts: Facts): Sighting[] {
  return facts.all('Node').flatMap((node): Sighting[] => {
    const ready = ((node['status'] as {conditions?: {type: string; status: string; reason?: string; message?: string}[]} | undefined)?.conditions ?? []).find(({type}) => type === 'Ready')
    // A machine that has just joined is made ready by others.
    if (ready === undefined || ready.status === 'True' || ageOf(node, facts) < patience(facts).startMs || /cni|NetworkPluginNotReady/i.test(ready.message ?? '')) return []
    const {name} = node.metadata
    return [
      {
        object: refOf(node),
        evidence: [`Ready=${ready.status} (${ready.reason ?? ''}) ${ready.message ?? ''}`.trim()],
        fix: [
          {text: 'Since when, and what did it say last?', command: `kubectl describe node ${name}`},
          {text: 'Its pods start elsewhere by themselves. Look at the machine: power, network, kubelet (journalctl -u kubelet). Bring it back.'},
          {text: 'Wait until it reports again.', command: `kubectl wait --for=condition=Ready node/${name} --timeout=90s`},
          {text: 'Gone for good? End the machine and let go of its node.', command: `kubectl delete node ${name}`},
          {text: 'The pool makes a new one; in a lab kp does. See that it is whole again.', command: 'kp step node-pools'},
        ],
      },
    ]
  })
}
