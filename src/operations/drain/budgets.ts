/** Budgets while nodes are emptied: who may go, and what would have to change where nobody may. Pure. */
import {nameOf} from '../../checks/cluster.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {isReady, ownerOf, selects} from './pods.ts'
import type {LabelSelector, PodObject} from './pods.ts'

/** A budget with its state as the simulation goes on. */
export interface BudgetState {
  /** `namespace/name`. */
  name: string
  selector: LabelSelector | undefined
  minAvailable: number | string | undefined
  maxUnavailable: number | string | undefined
  alwaysAllow: boolean
  expected: number
  desired: number
  healthy: number
  /** Why the API server cannot decide by it. */
  undecided: string | undefined
  /** Whether an operator makes room by itself as soon as the node is cordoned. */
  operator: string | undefined
}

interface BudgetObject extends KubeObject {
  spec?: {selector?: LabelSelector; minAvailable?: number | string; maxUnavailable?: number | string; unhealthyPodEvictionPolicy?: string}
  status?: {observedGeneration?: number; currentHealthy?: number; desiredHealthy?: number; expectedPods?: number; disruptionsAllowed?: number; conditions?: {type: string; status: string; reason?: string; message?: string}[]}
}

/** Reads what the controller of budgets says. */
export function budgetState(object: KubeObject): BudgetState {
  const {spec = {}, status, metadata} = object as BudgetObject
  const failed = status?.conditions?.find(({type, reason}) => type === 'DisruptionAllowed' && reason === 'SyncFailed')
  return {
    name: nameOf(metadata),
    selector: spec.selector,
    minAvailable: spec.minAvailable,
    maxUnavailable: spec.maxUnavailable,
    alwaysAllow: spec.unhealthyPodEvictionPolicy === 'AlwaysAllow',
    expected: status?.expectedPods ?? 0,
    desired: status?.desiredHealthy ?? 0,
    healthy: status?.currentHealthy ?? 0,
    undecided: status?.observedGeneration === undefined || status.observedGeneration < (metadata.generation ?? 1) ? 'its controller has not looked at it yet' : failed === undefined ? undefined : `its controller cannot count: ${failed.message ?? 'SyncFailed'}`,
    operator: metadata.labels?.['cnpg.io/cluster'] === undefined ? undefined : 'CloudNativePG moves the instance that writes as soon as its node is cordoned',
  }
}

/** Which budgets are about which pod. Looks only at pods of the budgets' namespaces, by one label of each selector. */
export function budgetsOfPods(budgets: readonly BudgetState[], pods: readonly PodObject[]): Map<PodObject, BudgetState[]> {
  const found = new Map<PodObject, BudgetState[]>()
  if (budgets.length === 0) return found
  const byLabel = new Map<string, BudgetState[]>()
  const anyLabel = new Map<string, BudgetState[]>()
  const push = (map: Map<string, BudgetState[]>, key: string, budget: BudgetState): void => {
    const list = map.get(key)
    if (list === undefined) map.set(key, [budget])
    else list.push(budget)
  }
  for (const budget of budgets) {
    const [namespace = ''] = budget.name.split('/')
    const first = Object.entries(budget.selector?.matchLabels ?? {})[0]
    if (first === undefined) push(anyLabel, namespace, budget)
    else push(byLabel, `${namespace}/${first[0]}=${first[1]}`, budget)
  }
  const namespaces = new Set(budgets.map(({name}) => name.split('/')[0]))
  for (const pod of pods) {
    const {namespace = '', labels = {}} = pod.metadata
    if (!namespaces.has(namespace)) continue
    const own: BudgetState[] = []
    const take = (list: BudgetState[] | undefined): void => {
      for (const budget of list ?? []) if (selects(budget.selector, labels)) own.push(budget)
    }
    take(anyLabel.get(namespace))
    for (const key in labels) take(byLabel.get(`${namespace}/${key}=${labels[key]}`))
    if (own.length > 0) found.set(pod, own)
  }
  return found
}

/** What the API server says to an eviction. */
export type EvictionAnswer = {goes: true} | {goes: false; pdb: string; reason: string; fix: string} | {goes: 'unknown'; pdb: string; reason: string}

/** Asks as the API server does: pods that do not run are asked about nobody; two budgets refuse; then the count decides. */
export function askBudgets(pod: PodObject, budgets: readonly BudgetState[], {simulated}: {simulated: boolean}): EvictionAnswer {
  const phase = pod.status?.phase
  const [budget] = budgets
  if (budget === undefined || phase === 'Pending' || phase === 'Succeeded' || phase === 'Failed') return {goes: true}
  if (budgets.length > 1) {
    const names = budgets.map(({name}) => name)
    return {goes: false, pdb: names.join(' and '), reason: 'two budgets are about it: the API server evicts no such pod', fix: `kubectl -n ${namespaceOf(budget)} delete poddisruptionbudget ${nameIn(budgets.at(-1) ?? budget)}`}
  }
  if (budget.undecided !== undefined) return {goes: 'unknown', pdb: budget.name, reason: budget.undecided}
  if (!isReady(pod) && (budget.alwaysAllow || (budget.healthy >= budget.desired && budget.desired > 0))) return {goes: true}
  if (budget.healthy - budget.desired >= 1 && budget.expected > 0) return {goes: true}
  if (budget.operator !== undefined && !simulated) return {goes: 'unknown', pdb: budget.name, reason: budget.operator}
  return {goes: false, pdb: budget.name, ...whyNot(pod, budget)}
}

function whyNot(pod: PodObject, budget: BudgetState): {reason: string; fix: string} {
  const {healthy, desired, expected, minAvailable, maxUnavailable} = budget
  const rule = minAvailable === undefined ? `maxUnavailable is ${maxUnavailable ?? 'not given'}` : `minAvailable is ${minAvailable}`
  const namespace = namespaceOf(budget)
  if (desired >= expected) {
    const owner = ownerOf(pod)
    const scale = owner === undefined || expected > 1 || !/^(?:Deployment|StatefulSet) /.test(owner) || minAvailable === undefined ? undefined : owner.split(' ')
    if (scale !== undefined) return {reason: `${rule}, and it runs once`, fix: `kubectl -n ${namespace} scale ${(scale[0] ?? '').toLowerCase()} ${scale[1]} --replicas=2`}
    const patch = minAvailable === undefined ? '[{"op":"replace","path":"/spec/maxUnavailable","value":1}]' : '[{"op":"remove","path":"/spec/minAvailable"},{"op":"add","path":"/spec/maxUnavailable","value":1}]'
    return {reason: `${rule} of ${expected}: it never lets one go`, fix: `kubectl -n ${namespace} patch poddisruptionbudget ${nameIn(budget)} --type=json -p '${patch}'`}
  }
  return {reason: `${rule}: ${healthy} of ${expected} are well, ${desired} must be`, fix: `kubectl -n ${namespace} get pods, and bring those back that are not ready`}
}

const namespaceOf = ({name}: BudgetState): string => name.split('/')[0] ?? ''
const nameIn = ({name}: BudgetState): string => name.split('/')[1] ?? name
