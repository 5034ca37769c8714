/** The machines of kubeadm on EC2 by name and zone. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** A machine with its zone; the empty text where zones are not known. */
export interface ControlPlaneMachine {
  name: string
  zone: string
}

/** A worker. */
export interface WorkerMachine extends ControlPlaneMachine {
  pool: string
}

/** The control planes, one after the other over the zones. */
export function controlPlaneMachines({environment, provider}: EnvironmentSpec, zones: readonly string[]): ControlPlaneMachine[] {
  const count = provider.type === 'kubeadm-aws' ? provider.controlPlane.count : 0
  return Array.from({length: count}, (_, index) => ({name: `${environment.cluster}-control-plane-${index + 1}`, zone: zones[index % zones.length] ?? ''}))
}

/** The workers: `min` of each pool, over its zones. */
export function workerMachines({environment, nodePools}: EnvironmentSpec, zones: readonly string[]): WorkerMachine[] {
  return nodePools.flatMap((pool) => {
    const own = pool.zones ?? zones
    return Array.from({length: pool.min}, (_, index) => ({name: `${environment.cluster}-${pool.name}-${index + 1}`, pool: pool.name, zone: own[index % own.length] ?? ''}))
  })
}
