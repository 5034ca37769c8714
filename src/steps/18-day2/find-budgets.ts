/** Finds budgets that block a drain. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {complainAboutBudget} from './checks.ts'

/** KP1802: all pods are well, and none may go. */
export function findBlockingBudgets(facts: Facts): Sighting[] {
  return facts.all('PodDisruptionBudget').flatMap((one): Sighting[] => {
    const why = complainAboutBudget(one)
    if (why === undefined) return []
    const {minAvailable} = (one['spec'] ?? {}) as {minAvailable?: number | string}
    const {name, namespace = 'default'} = one.metadata
    const patch = minAvailable === undefined ? '[{"op":"replace","path":"/spec/maxUnavailable","value":1}]' : '[{"op":"remove","path":"/spec/minAvailable"},{"op":"add","path":"/spec/maxUnavailable","value":1}]'
    return [{
      object: refOf(one),
      evidence: [why],
      fix: [
        {text: 'How many may go now? ALLOWED DISRUPTIONS says it.', command: `kubectl -n ${namespace} get poddisruptionbudget ${name}`},
        {text: 'Let one go; then write the same into the manifest it comes from.', command: `kubectl -n ${namespace} patch poddisruptionbudget ${name} --type=json -p '${patch}'`},
      ],
    }]
  })
}
