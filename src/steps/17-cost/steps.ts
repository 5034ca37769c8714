/** Steps of phase 17: quotas with room, defaults, the alert on the budget. */
import {nameOf} from '../../checks/cluster.ts'
import {runbookLink} from '../../components/runbook-link.ts'
import {formatCpu, quantity, roundBytes} from '../../checks/quantities.ts'
import {askedByNamespace} from '../../checks/requests.ts'
import type {Asked} from '../../checks/requests.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {costOf, hasOpenCost, hasTeams, QUOTA} from './names.ts'
import {allowanceOf, quotaObjects, teamNamespaceObjects, teamNamespaces} from './quotas.ts'
import type {Allowance} from './quotas.ts'

/** Namespaces of teams that no other phase makes. */
export const namespaces: PlatformStep = manifestSet({
  id: 'cost/namespaces',
  title: 'Make the namespaces of teams',
  after: ['control-plane'],
  appliesTo: (ctx) => (teamNamespaceObjects(ctx).length > 0 ? true : hasTeams(ctx) === true ? 'other phases make all of them' : 'phases.cost.teams is empty'),
  objects: teamNamespaceObjects,
})

const set = manifestSet({
  id: 'cost/quotas',
  title: 'Give teams their quotas and defaults',
  verify: ['cost.quotas', 'cost.quota-enforced'],
  appliesTo: hasTeams,
  objects: quotaObjects,
  prunes: [{apiVersion: 'v1', kind: 'ResourceQuota'}, {apiVersion: 'v1', kind: 'LimitRange'}],
})

/** The quotas. One that is new or lower is refused where it leaves no room above what runs. */
export const quotas: PlatformStep = {
  ...set,
  async probe(ctx) {
    if ((await ctx.presence()).state === 'running') await requireRoom(ctx)
    return set.probe(ctx)
  },
}

/**
 * What is too little in a namespace: `requests.cpu: 2 wanted, 3 run, with 20 % headroom at least 3600m`.
 * @param percent room that must be left above what runs
 */
export function lackOfRoom(allowance: Allowance, asked: Asked, percent: number): string[] {
  const runs: Allowance = {'requests.cpu': asked.cpu, 'requests.memory': asked.memory, pods: asked.pods}
  const show = {'requests.cpu': formatCpu, 'requests.memory': roundBytes, pods: (count: number) => String(Math.ceil(count))}
  return (Object.keys(runs) as (keyof Allowance)[]).flatMap((name) => {
    const least = (runs[name] * (100 + percent)) / 100
    // A pod cannot be half there.
    if (allowance[name] >= (name === 'pods' ? Math.ceil(least) : least) - 1e-9) return []
    return [`${name}: ${show[name](allowance[name])} in kp.yaml, ${show[name](runs[name])} run, with ${percent} % headroom at least ${show[name](least)}`]
  })
}

async function requireRoom(ctx: PlatformContext): Promise<void> {
  const cluster = await ctx.cluster()
  const [pods, live] = await Promise.all([cluster.listKnown('v1', 'Pod'), cluster.listKnown('v1', 'ResourceQuota')])
  const asked = askedByNamespace(pods)
  const details = teamNamespaces(ctx).flatMap(({team, namespace}) => {
    const now = live.find(({metadata}) => nameOf(metadata) === `${namespace}/${QUOTA}`)
    const allowance = allowanceOf(team)
    // What is in force already is nothing new: that it is getting narrow is for the checks to say.
    if (now !== undefined && !isLower(allowance, now)) return []
    return lackOfRoom(allowance, asked.get(namespace) ?? {cpu: 0, memory: 0, pods: 0}, costOf(ctx).headroomPercent).map((line) => `team ${team.name}, namespace ${namespace}: ${line}`)
  })
  if (details.length === 0) return
  throw new KpError({
    code: 'GATE',
    message: 'a quota of kp.yaml leaves no room above what already runs: pods that end could not be made again',
    details,
    next: ['raise cpu, memory or pods of the team in phases.cost.teams, then run the same command again', 'kp cost report, to see what runs where', 'or make what runs smaller first'],
    pitfalls: ['KP1702'],
  })
}

function isLower(allowance: Allowance, live: KubeObject): boolean {
  const {hard = {}} = (live['spec'] ?? {}) as {hard?: Record<string, string>}
  return (Object.keys(allowance) as (keyof Allowance)[]).some((name) => allowance[name] < quantity(hard[name]) - 1e-9)
}

/** Whether there is a budget to alert on. */
const hasBudget = (ctx: ManifestContext): true | string => (hasOpenCost(ctx) !== true ? hasOpenCost(ctx) : costOf(ctx).budget === undefined ? 'phases.cost.budget is not set' : true)

/** Alerts while the nodes and volumes that there are cost more than the budget. */
export const budgetAlert: PlatformStep = manifestSet({
  id: 'cost/budget-alert',
  title: 'Alert on the budget',
  appliesTo: hasBudget,
  objects: (ctx) => [budgetRule(ctx)],
})

const HOURS = 730

function budgetRule(ctx: ManifestContext): KubeObject {
  const {budget = 0, warnAtPercent, currency} = costOf(ctx)
  const monthly = `(sum(node_total_hourly_cost) + (sum(pv_hourly_cost) or vector(0))) * ${HOURS}`
  const alert = (name: string, percent: number, severity: string): unknown => ({
    alert: name,
    expr: `${monthly} > ${Number(((budget * percent) / 100).toFixed(2))}`,
    for: '1h',
    labels: {severity},
    annotations: {summary: `The platform costs {{ $value | printf "%.0f" }} a month, ${percent} % of the budget of ${budget} ${currency} is reached`, ...runbookLink(ctx.spec, 'budget-exceeded.md')},
  })
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {name: 'kp-cost', namespace: ctx.catalog.get('opencost').namespace},
    spec: {groups: [{name: 'kp-cost', rules: [alert('KpBudgetNearlySpent', warnAtPercent, 'info'), alert('KpBudgetExceeded', 100, 'warning')]}]},
  }
}
