/** Finds pods that a level of Pod Security refuses, and bindings that let everybody administer. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {hasOlderVersion, isOwnNamespace, rollBack} from '../shared/facts.ts'
import {refusedPods} from '../shared/refused-pods.ts'

/** KP1403: the level of the namespace refuses the pods of a workload. What kp installed has pitfalls of its own. */
export function findRefusedByLevel(facts: Facts): Sighting[] {
  return refusedPods(facts, /violates PodSecurity "[^"]+": .+/).filter(({namespace}) => !isOwnNamespace(facts, namespace)).map(({workload, said}) => ({
    object: refOf(workload),
    evidence: [said],
    values: {deployment: workload.metadata.name},
    ...(hasOlderVersion(facts, workload) ? {fix: rollBack(workload)} : {}),
  }))
}

/** KP1410: a binding gives cluster-admin to all users, or to pods that name no account. */
export function findOpenAdmins(facts: Facts): Sighting[] {
  return facts.all('ClusterRoleBinding').flatMap((binding): Sighting[] => {
    const {roleRef, subjects = []} = binding as unknown as {roleRef?: {name?: string}; subjects?: {kind: string; name: string; namespace?: string}[]}
    const open = subjects.filter(({kind, name}) => (kind === 'Group' && /^system:(?:un)?authenticated$|^system:serviceaccounts(?::|$)/.test(name)) || (kind === 'User' && name === 'system:anonymous') || (kind === 'ServiceAccount' && name === 'default'))
    if (roleRef?.name !== 'cluster-admin' || open.length === 0) return []
    return [{object: refOf(binding), evidence: [`it gives cluster-admin to ${open.map(({kind, name, namespace}) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`).join(', ')}`], values: {binding: binding.metadata.name}}]
  })
}
