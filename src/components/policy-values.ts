/** `phases.security` of kp.yaml in the words of the policy engines' charts. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import type {Catalog, PolicyValues} from './types.ts'

/** Names that the values templates may use. */
export const POLICY_NAMES = ['replicas', 'guarded', 'minAvailable', 'scanInterval', 'auditSeconds', 'action', 'exempt'] as const satisfies readonly (keyof PolicyValues)[]

/** Namespaces that come with every cluster, but for `default`. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease']

/** Namespaces of all components of phases that are on: also of those that are not chosen, so that a choice changes no policy. */
export function catalogNamespaces(spec: EnvironmentSpec, catalog: Catalog): string[] {
  const phases = spec.phases as Record<string, {enabled?: boolean} | undefined>
  const names = catalog.all().filter(({phase}) => phases[phase]?.enabled !== false).map(({namespace}) => namespace)
  return [...new Set(names)].filter((name) => name !== 'default')
}

/** Namespaces that policies leave alone: the cluster's, those of what kp installs, and those of kp.yaml. */
export function exemptNamespacesOf(spec: EnvironmentSpec, catalog: Catalog): string[] {
  const {excludeNamespaces, enforceNamespaces} = spec.phases.security
  return [...new Set([...SYSTEM_NAMESPACES, ...catalogNamespaces(spec, catalog), ...excludeNamespaces])].filter((name) => !enforceNamespaces.includes(name)).toSorted()
}

/** What the values templates of the engines may name. */
export function policyValues(spec: EnvironmentSpec, catalog: Catalog): PolicyValues {
  const {replicas, scanInterval, mode, enforceNamespaces} = spec.phases.security
  return {
    replicas,
    guarded: replicas > 1,
    // A budget that a single copy cannot keep blocks every drain.
    minAvailable: replicas > 1 ? 1 : 0,
    scanInterval,
    auditSeconds: durationSeconds(scanInterval),
    action: mode === 'enforce' ? 'Enforce' : 'Audit',
    // Where kp's own policies refuse, those of the chart need not report as well.
    exempt: [...new Set([...exemptNamespacesOf(spec, catalog), ...(mode === 'enforce' ? [] : enforceNamespaces)])].toSorted(),
  }
}
