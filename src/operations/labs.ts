/** Labs as results of commands. */
import type {LabStatus} from '../providers/lab/types.ts'
import type {LabFact} from '../ui/results.ts'

/** A lab as commands tell of it. */
export function labFact(status: LabStatus): LabFact {
  return {
    name: status.name,
    state: status.state,
    kubernetesVersion: status.kubernetesVersion ?? null,
    server: status.server ?? null,
    kubeconfig: status.kubeconfig ?? null,
    deadComponents: status.deadComponents ?? [],
    services: (status.services ?? []).map(({name, running, address}) => ({name, running, address: address ?? null})),
    owner: status.owner ?? null,
    createdAt: status.createdAt ?? null,
  }
}
