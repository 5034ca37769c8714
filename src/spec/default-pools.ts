/** The node pools that a platform has where it names none. */
import type {ProviderType} from './types.ts'

/** The node pools of a platform that names none: two where kp makes the nodes, else none. */
export function defaultNodePools(provider: ProviderType): Record<string, unknown>[] {
  if (provider === 'existing' || provider === 'bare-metal') return []
  return [
    {name: 'general', instanceType: 'm6i.large', min: 3, max: 9, labels: {'node-role': 'general'}},
    {name: 'spot', instanceType: 'm6i.large', capacity: 'spot', min: 0, max: 20, labels: {'node-role': 'spot'}, taints: ['spot=true:NoSchedule']},
  ]
}
