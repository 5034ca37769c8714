/** Checks of phase 17. */
import {check, simulatedPods, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {costReport} from '../../checks/cost/report.ts'
import {money, PRICE_TABLE} from '../../checks/cost/prices.ts'
import {allContainers, podOf} from '../../checks/policies/pod-spec.ts'
import {whoRefused} from '../../checks/policies/refusal.ts'
import {formatCpu, quantity, roundBytes} from '../../checks/quantities.ts'
import {componentNamespaces} from '../../checks/own-namespaces.ts'
import {askedByNamespace} from '../../checks/requests.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {costOf, hasOpenCost, hasTeams, QUOTA} from './names.ts'
import {allowanceOf, quotaObjects, teamNamespaces} from './quotas.ts'
import {lackOfRoom} from './steps.ts'

/** Of a quota this much may be used before it counts as narrow, in per cent. */
const NARROW = 90

/** OpenCost, quotas, budget. */
export const checks: PlatformCheck[] = [
  workloadsReady({id: 'cost.opencost', title: 'OpenCost is ready', component: 'opencost', appliesTo: hasOpenCost, pitfalls: ['KP1706']}),
  check({
    id: 'cost.quotas',
    title: 'Every namespace of a team has its quota and defaults, as kp.yaml says',
    pitfalls: ['KP1704'],
    appliesTo: hasTeams,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const live = [...(await cluster.listKnown('v1', 'ResourceQuota')), ...(await cluster.listKnown('v1', 'LimitRange'))]
      const complaints = quotaObjects(ctx).flatMap((wanted): string[] => {
        const found = live.find(({kind, metadata}) => kind === wanted.kind && nameOf(metadata) === nameOf(wanted.metadata))
        if (found === undefined) return [`${wanted.kind} ${nameOf(wanted.metadata)} does not exist`]
        const [hard, seen] = [hardOf(wanted), hardOf(found)]
        return Object.keys(hard).filter((name) => quantity(hard[name]) !== quantity(seen[name])).map((name) => `${wanted.kind} ${nameOf(wanted.metadata)}: ${name} is ${seen[name] ?? 'not limited'} instead of ${hard[name]}`)
      })
      return verdict(complaints, `${teamNamespaces(ctx).length} namespaces of ${costOf(ctx).teams.length} teams`, 'a quota and defaults in each')
    },
  }),
  check({
    id: 'cost.quota-enforced',
    title: 'What goes beyond a quota is refused',
    pitfalls: ['KP1704', 'KP1701'],
    appliesTo: hasTeams,
    // The API server refuses from the moment on at which it knows what is used; a new quota does not say yet.
    within: SOON,
    run: tryBeyond,
  }),
  check({
    id: 'cost.quota-room',
    title: 'Quotas leave room above what runs',
    severity: 'warning',
    pitfalls: ['KP1701', 'KP1702'],
    appliesTo: hasTeams,
    async run(ctx) {
      const asked = askedByNamespace(await (await ctx.cluster()).listKnown('v1', 'Pod'))
      const complaints = teamNamespaces(ctx).flatMap(({team, namespace}) => lackOfRoom(allowanceOf(team), asked.get(namespace) ?? {cpu: 0, memory: 0, pods: 0}, 100 - NARROW).map((line) => `${namespace}: ${line}`))
      const used = teamNamespaces(ctx).map(({namespace}) => {
        const {cpu, memory, pods} = asked.get(namespace) ?? {cpu: 0, memory: 0, pods: 0}
        return `${namespace}: ${formatCpu(cpu)} CPU, ${roundBytes(memory)}, ${pods} pods`
      })
      return verdict(complaints, used.join('; '), `less than ${NARROW} % of the quota`)
    },
  }),
  check({
    id: 'cost.requests',
    title: 'Every container of an application says what it asks for',
    severity: 'warning',
    pitfalls: ['KP1705'],
    run: (ctx) => lookAtRequests(ctx, (namespace) => !componentNamespaces(ctx).includes(namespace) && !namespace.startsWith('kube-'), 'every'),
  }),
  check({
    id: 'cost.own-requests',
    title: 'What kp installed says what it asks for',
    severity: 'warning',
    pitfalls: ['KP1705'],
    // Charts give their helpers no requests of their own.
    run: (ctx) => lookAtRequests(ctx, (namespace) => componentNamespaces(ctx).filter((name) => name !== 'kube-system').includes(namespace), 'one'),
  }),
  check({
    id: 'cost.budget',
    title: 'What runs is within the budget',
    severity: 'warning',
    pitfalls: ['KP1703'],
    appliesTo: hasComparableBudget,
    async run(ctx) {
      const {budget, currency, prices, teams} = await costReport(ctx, await ctx.cluster())
      if (budget === null) return {status: 'unknown', observed: 'there is no budget'}
      const observed = `${money(budget.spent, currency)} of ${money(budget.amount, currency)} a month (${budget.percent} %), by list prices of ${prices.date}`
      const over = teams.filter((team) => team.budget !== null && team.monthly > team.budget).map((team) => `team ${team.name}: ${money(team.monthly, currency)} of ${money(team.budget ?? 0, currency)}`)
      const complaints = [...(budget.percent >= budget.warnAtPercent ? [observed] : []), ...over]
      return verdict(complaints, observed, `less than ${budget.warnAtPercent} % of the budget`)
    },
  }),
  check({
    id: 'cost.orphans',
    title: 'Nothing is paid for that nobody uses: volumes and load balancers',
    severity: 'warning',
    pitfalls: ['KP1707'],
    // A load balancer leads to pods that are ready.
    simulated: simulatedPods,
    async run(ctx) {
      const {unused} = await costReport(ctx, await ctx.cluster())
      return verdict(unused.map(({what, why}) => `${what}: ${why}`), 'every volume has a claim, every load balancer leads to pods', 'nothing that is left over')
    },
  }),
]

/** kp knows no rates of exchange: a budget in another currency than the price table is held against nothing. */
function hasComparableBudget(ctx: PlatformContext): true | string {
  const {budget, currency} = costOf(ctx)
  if (budget === undefined) return 'phases.cost.budget is not set'
  return currency === PRICE_TABLE.currency ? true : `the budget is in ${currency}, the price table in ${PRICE_TABLE.currency}: phases.cost.currency: ${PRICE_TABLE.currency} has it watched`
}

function hardOf(object: KubeObject): Record<string, string> {
  return object.kind === 'ResourceQuota' ? ((object['spec'] as {hard?: Record<string, string>} | undefined)?.hard ?? {}) : {}
}

/** Tries a pod that asks for more than the whole quota, and reads what is being refused right now. */
async function tryBeyond(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const refusals = (await cluster.listKnown('apps/v1', 'ReplicaSet')).flatMap(failedCreate)
  const said: {namespace: string; outcome: 'refused' | 'accepted' | 'unknown'; why: string}[] = []
  for (const {team, namespace} of teamNamespaces(ctx)) {
    const answer = await cluster.api.dryRunApply(beyond(namespace, allowanceOf(team)['requests.cpu']), 'kp')
    const message = (answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`
    const refusal = whoRefused(message)
    if (answer.status < 300) said.push({namespace, outcome: 'accepted', why: 'accepted'})
    else if (refusal?.by === `quota ${QUOTA}`) said.push({namespace, outcome: 'refused', why: `exceeded quota: ${QUOTA}, ${refusal.why}`})
    else said.push({namespace, outcome: 'unknown', why: message})
  }
  const names = new Set(said.map(({namespace}) => namespace))
  const now = refusals.filter((one) => names.has(one.namespace))
  const evidence = [...now.map(({line}) => line), ...said.map(({namespace, why}) => `${namespace}, a dry run: ${why}`)].slice(0, 10)
  const expected = 'a pod that asks for more than the quota is refused in every namespace of a team'
  const accepted = said.filter(({outcome}) => outcome === 'accepted')
  if (accepted.length > 0) return {status: 'fail', observed: `a pod beyond the quota is accepted in ${accepted.map(({namespace}) => namespace).join(', ')}`, expected, evidence}
  const unclear = said.find(({outcome}) => outcome === 'unknown')
  if (unclear !== undefined) return {status: 'unknown', observed: `${unclear.namespace}: ${unclear.why}`, evidence}
  const proof = `a pod beyond the quota is refused in ${said.map(({namespace}) => namespace).join(', ')}`
  return {status: 'pass', observed: now.length === 0 ? proof : `${now[0]?.line}${now.length > 1 ? `, and ${now.length - 1} more` : ''}; ${proof}`, expected, evidence}
}

/** `FailedCreate on ReplicaSet shop/web-5d…: pods "…" is forbidden: exceeded quota …`: what a Deployment beyond its quota looks like. */
function failedCreate(set: KubeObject): {namespace: string; line: string}[] {
  const {conditions = []} = (set['status'] ?? {}) as {conditions?: {type: string; status: string; reason?: string; message?: string}[]}
  return conditions
    .filter(({type, status, message = ''}) => type === 'ReplicaFailure' && status === 'True' && / quota: /.test(message))
    .map(({reason = 'FailedCreate', message = ''}) => ({namespace: set.metadata.namespace ?? 'default', line: `${reason} on ReplicaSet ${nameOf(set.metadata)}: ${message}`}))
}

function beyond(namespace: string, cpus: number): KubeObject {
  const resources = {cpu: formatCpu(Math.ceil(cpus) + 1), memory: '1Mi'}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'kp-dry-run', namespace},
    spec: {
      automountServiceAccountToken: false,
      securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
      containers: [{name: 'trial', image: 'registry.k8s.io/pause:3.10', resources: {requests: resources, limits: resources}, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}}}],
    },
  }
}

/** Deployments, StatefulSets and DaemonSets whose containers say nothing. @param who whether every container must say it, or one */
async function lookAtRequests(ctx: PlatformContext, wanted: (namespace: string) => boolean, who: 'every' | 'one'): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const limits = await cluster.listKnown('v1', 'LimitRange')
  const given = new Set(limits.map(({metadata}) => metadata.namespace))
  const lists = await Promise.all(['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => cluster.listKnown('apps/v1', kind)))
  const workloads = lists.flat().filter(({metadata: {namespace = 'default'}}) => wanted(namespace))
  const complaints = workloads.flatMap((workload) => {
    // Where there is a LimitRange, what is not said is given.
    if (given.has(workload.metadata.namespace)) return []
    const all = allContainers(podOf(workload) ?? {})
    const silent = all.filter(({container: {resources}}) => ['cpu', 'memory'].some((name) => resources?.requests?.[name] === undefined && resources?.limits?.[name] === undefined))
    return silent.length === 0 || (who === 'one' && silent.length < all.length) ? [] : [`${workload.kind} ${nameOf(workload.metadata)}: ${silent.map(({name}) => name).join(', ')} asks for no CPU or no memory`]
  })
  return verdict(complaints, `${workloads.length} workloads`, 'requests of CPU and memory for every container')
}
