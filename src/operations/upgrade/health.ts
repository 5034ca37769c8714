/** Whether the cluster is as well as it was when the upgrade began. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {CORDONED_BY} from '../drain/evict.ts'
import {ownerOf} from '../drain/pods.ts'
import type {PodObject} from '../drain/pods.ts'
import {isNodeReady} from '../../checks/nodes.ts'

/** What is not well, by name. */
export interface Troubles {
  nodes: string[]
  budgets: string[]
  waiting: string[]
}

/** Looks. */
export async function lookForTroubles(ctx: PlatformContext): Promise<Troubles> {
  const cluster = await ctx.cluster()
  const [nodes, budgets, pods] = await Promise.all([cluster.listKnown('v1', 'Node'), cluster.listKnown('policy/v1', 'PodDisruptionBudget'), cluster.listKnown('v1', 'Pod', {fieldSelector: 'status.phase=Pending'})])
  return troublesOf(nodes, budgets, pods)
}

/** Pure. */
export function troublesOf(nodes: readonly KubeObject[], budgets: readonly KubeObject[], pods: readonly KubeObject[]): Troubles {
  return {
    nodes: nodes.flatMap((node) => [...(isNodeReady(node) ? [] : [`node ${node.metadata.name} is not ready`]), ...(node.metadata.annotations?.[CORDONED_BY] === undefined ? [] : [`node ${node.metadata.name} is still cordoned`])]),
    budgets: budgets.flatMap((budget) => {
      const {currentHealthy = 0, desiredHealthy = 0} = (budget['status'] ?? {}) as {currentHealthy?: number; desiredHealthy?: number}
      return currentHealthy < desiredHealthy ? [`budget ${nameOf(budget.metadata)}: too few of its pods are well`] : []
    }),
    waiting: [...new Set(pods.filter((pod) => (pod['spec'] as {nodeName?: string} | undefined)?.nodeName === undefined).map((pod) => `pods of ${ownerOf(pod as PodObject) ?? nameOf(pod.metadata)} in ${pod.metadata.namespace} find no node`))],
  }
}

/** What was not there before. */
export function newTroubles(before: Troubles, now: Troubles): string[] {
  const known = new Set([...before.nodes, ...before.budgets, ...before.waiting])
  return [...now.nodes, ...now.budgets, ...now.waiting].filter((one) => !known.has(one))
}
