/** Checks of phase 18: budgets, what is stuck, snapshots of etcd. */
import {check, SOON, verdict, simulatedPods, conditionsOf} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import {complainAboutSnapshot} from '../../tools/etcd.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {budgetObjects, wantsBudgets} from './budgets.ts'
import {certificateCheck} from './checks-certificates.ts'
import {workloadChecks} from './checks-workloads.ts'
import {snapshots, takesSnapshots} from './etcd-snapshots.ts'
import {installed} from './installed.ts'

const STUCK_MS = 10 * 60_000
const DAY_MS = 24 * 3600_000
/** What a container waits with when it does not get on by itself. */
const BROKEN = new Set(['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'CreateContainerConfigError', 'CreateContainerError', 'InvalidImageName'])

interface BudgetStatus {
  currentHealthy?: number
  desiredHealthy?: number
  disruptionsAllowed?: number
  expectedPods?: number
}

/** Why a budget lets no pod go although all are well; undefined where it does, or where pods are missing. */
export function complainAboutBudget(budget: KubeObject): string | undefined {
  if (givesWayByItself(budget)) return undefined
  const {currentHealthy = 0, disruptionsAllowed, expectedPods = 0} = (budget['status'] ?? {}) as BudgetStatus
  if (disruptionsAllowed !== 0 || expectedPods === 0 || currentHealthy < expectedPods) return undefined
  const {minAvailable, maxUnavailable} = (budget['spec'] ?? {}) as {minAvailable?: number | string; maxUnavailable?: number | string}
  const why = minAvailable === undefined ? `maxUnavailable is ${maxUnavailable ?? 'not given'}` : `minAvailable is ${minAvailable}`
  return `PodDisruptionBudget ${nameOf(budget.metadata)} lets none of ${expectedPods} ${expectedPods === 1 ? 'pod' : 'pods'} go: ${why}`
}

/**
 * Whether an operator makes room by itself: CloudNativePG guards the instance that takes writes by a budget that lets it go never,
 * and lets another one take writes as soon as the node is drained.
 */
function givesWayByItself({metadata}: KubeObject): boolean {
  return metadata.ownerReferences?.some(({apiVersion, kind}) => kind === 'Cluster' && apiVersion.startsWith('postgresql.cnpg.io/')) === true
}

/** Whether labels fit the selector of a budget; an empty one fits all. */
function fits(selector: {matchLabels?: Record<string, string>; matchExpressions?: {key: string; operator: string; values?: string[]}[]} | undefined, labels: Record<string, string>): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) && (selector?.matchExpressions ?? []).every(({key, operator, values = []}) => {
    const value = labels[key]
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    return (operator === 'In') === (value !== undefined && values.includes(value))
  })
}

/** Day 2. */
export const checks: PlatformCheck[] = [
  check({
    id: 'day2.budgets',
    title: 'What kp runs in several copies is guarded by a budget',
    pitfalls: ['KP1801'],
    appliesTo: wantsBudgets,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const {workloads, budgets} = installed(ctx)
      const own = new Set(budgetObjects(ctx).map(({metadata}) => nameOf(metadata)))
      const [deployments, sets, live] = await Promise.all([cluster.metadata('apps/v1', 'Deployment'), cluster.metadata('apps/v1', 'StatefulSet'), cluster.metadata('policy/v1', 'PodDisruptionBudget')])
      // What is not installed yet is the matter of its own phase.
      const there = new Set(workloads.filter(({namespace, name}) => deployments?.has(`${namespace}/${name}`) === true || sets?.has(`${namespace}/${name}`) === true).map(({by}) => by))
      const wanted = [...budgets.filter(({by}) => there.has(by)).map(({namespace, name}) => `${namespace}/${name}`), ...own]
      if (wanted.length === 0) return {status: 'skip', observed: 'nothing of kp runs in several copies'}
      return verdict(wanted.filter((name) => live?.has(name) !== true).map((name) => `PodDisruptionBudget ${name} does not exist`), `${wanted.length} budgets`, 'a budget for each, of its chart or of kp')
    },
  }),
  check({
    id: 'day2.drains',
    title: 'Every budget lets a pod go while all are well',
    pitfalls: ['KP1802', 'KP1803'],
    simulated: simulatedPods,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const budgets = await cluster.listKnown('policy/v1', 'PodDisruptionBudget')
      if (budgets.length === 0) return {status: 'pass', observed: 'there is no budget'}
      const pods = (await cluster.listKnown('v1', 'Pod')).filter((pod) => pod.metadata.deletionTimestamp === undefined)
      const twice = new Map<string, string>()
      for (const pod of pods) {
        const over = budgets.filter((budget) => budget.metadata.namespace === pod.metadata.namespace && fits((budget['spec'] as {selector?: object} | undefined)?.selector, pod.metadata.labels ?? {})).map(({metadata}) => metadata.name)
        if (over.length > 1) twice.set(`${pod.metadata.namespace}/${over.join(' and ')}`, `PodDisruptionBudgets ${over.join(' and ')} are both about pod ${nameOf(pod.metadata)}: it cannot be evicted at all`)
      }
      return verdict([...budgets.flatMap((budget) => complainAboutBudget(budget) ?? []), ...twice.values()], `${budgets.length} budgets`, 'at least one pod may go, and each pod has one budget')
    },
  }),
  check({
    id: 'day2.stuck',
    title: 'Nothing is stuck: rollouts, containers, jobs, namespaces',
    pitfalls: ['KP1804', 'KP1805'],
    simulated: simulatedPods,
    run: lookForStuck,
  }),
  check({
    id: 'day2.etcd-snapshot',
    title: 'The newest snapshot of etcd is within the RPO, and whole',
    pitfalls: ['KP1806', 'KP1807'],
    appliesTo: takesSnapshots,
    async run(ctx) {
      const all = await snapshots(ctx)
      const [newest] = all
      const {rpo} = ctx.spec.backup
      if (newest === undefined) return {status: 'fail', observed: 'there is no snapshot of this cluster', expected: `one that is not older than backup.rpo ${rpo}`}
      const minutes = Math.round((ctx.clock.now() - newest.takenAt) / 60_000)
      const wrong = await complainAboutSnapshot(newest.path)
      const complaints = [
        ...(minutes * 60 > durationSeconds(rpo) ? [`the newest snapshot is ${minutes} minutes old: more than backup.rpo ${rpo}`] : []),
        ...(wrong === undefined ? [] : [`the newest snapshot is not whole: ${wrong}`]),
      ]
      return verdict(complaints, `${minutes} minutes old, whole; ${all.length} kept`, `not older than backup.rpo ${rpo}, with the hash that etcd wrote`)
    },
  }),
  certificateCheck,
  ...workloadChecks,
]

async function lookForStuck(ctx: PlatformContext): ReturnType<PlatformCheck['run']> {
  const cluster = await ctx.cluster()
  const now = ctx.clock.now()
  const [namespaces, deployments, pods, jobs] = await Promise.all([cluster.listKnown('v1', 'Namespace'), cluster.listKnown('apps/v1', 'Deployment'), cluster.listKnown('v1', 'Pod'), cluster.listKnown('batch/v1', 'Job')])
  const terminating = namespaces.filter(({metadata}) => metadata.deletionTimestamp !== undefined && now - Date.parse(metadata.deletionTimestamp) > STUCK_MS)
  const rollouts = deployments.filter((one) => conditionsOf(one).some(({type, status, reason}) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded'))
  const broken = pods.flatMap((pod) => {
    const {containerStatuses = [], initContainerStatuses = []} = (pod['status'] ?? {}) as Record<string, {name: string; state?: {waiting?: {reason?: string}}}[]>
    const found = [...initContainerStatuses, ...containerStatuses].find(({state}) => BROKEN.has(state?.waiting?.reason ?? ''))
    return found === undefined ? [] : [`pod ${nameOf(pod.metadata)}: container ${found.name} is in ${found.state?.waiting?.reason}`]
  })
  const failed = jobs.filter((job) => job.metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform && now - Date.parse(job.metadata.creationTimestamp ?? '') < DAY_MS && conditionsOf(job).some(({type, status}) => type === 'Failed' && status === 'True'))
  const complaints = [
    ...terminating.map(({metadata}) => `namespace ${metadata.name} is in deletion since ${metadata.deletionTimestamp}`),
    ...rollouts.map(({metadata}) => `the rollout of Deployment ${nameOf(metadata)} does not get on (ProgressDeadlineExceeded)`),
    ...broken,
    ...failed.map(({metadata}) => `Job ${nameOf(metadata)} failed`),
  ]
  return verdict(complaints, `${pods.length} pods, ${deployments.length} Deployments`, 'no namespace in deletion for ten minutes, every rollout and container gets on')
}
