/** PodDisruptionBudgets for what has none of its own. */
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {installed, neverGivesWay} from './installed.ts'
import {BUDGET_PREFIX} from './names.ts'

/** Whether kp.yaml wants budgets. */
export const wantsBudgets = ({spec}: Pick<ManifestContext, 'spec'>): true | string => (spec.phases.day2.budgets ? true : 'phases.day2.budgets is off')

/** A budget for every workload of kp that has more than one copy and no budget of its chart. */
export function budgetObjects(ctx: ManifestContext): KubeObject[] {
  const {workloads, budgets} = installed(ctx)
  const guarded = new Set(budgets.map(({namespace, workload}) => `${namespace}/${workload}`))
  return workloads
    .filter(({namespace, name, replicas}) => replicas > 1 && !guarded.has(`${namespace}/${name}`))
    .map(({namespace, name, labels}) => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {name: `${BUDGET_PREFIX}${name}`, namespace},
      spec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: {matchLabels: labels}},
    }))
}

/** Budgets of charts, as kp.yaml has them, that no drain could ever pass. */
export function blockingBudgets(ctx: ManifestContext): string[] {
  const {workloads, budgets} = installed(ctx)
  return budgets.flatMap((budget) => {
    const workload = workloads.find(({namespace, name}) => namespace === budget.namespace && name === budget.workload)
    const why = workload === undefined ? undefined : neverGivesWay(budget, workload.replicas)
    return why === undefined ? [] : [`PodDisruptionBudget ${budget.namespace}/${budget.name} of ${budget.by}: ${why}`]
  })
}

const set = manifestSet({id: 'day2/budgets', title: 'Guard what runs in several copies with budgets', appliesTo: wantsBudgets, verify: ['day2.budgets'], objects: budgetObjects})

/** The budgets. Refused as long as one of kp.yaml would block every drain. */
export const budgets: PlatformStep = {
  ...set,
  async probe(ctx) {
    requireDrainable(ctx)
    const probe = await set.probe(ctx)
    return probe.state === 'satisfied' && budgetObjects(ctx).length === 0 ? {...probe, observed: 'each has the budget of its chart'} : probe
  },
}

/** @throws KpError GATE with the budgets that block */
function requireDrainable(ctx: PlatformContext): void {
  const details = blockingBudgets(ctx)
  if (details.length === 0) return
  throw new KpError({
    code: 'GATE',
    message: 'a PodDisruptionBudget of kp.yaml would block every drain',
    details,
    doing: 'guard what runs in several copies',
    next: ['make minAvailable smaller than the number of copies, or add a copy: components.<component>.values in kp.yaml', 'then run the same command again'],
  })
}
