/** `phases.autoscaling` of kp.yaml in the words of the charts. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'

/** What the values of the autoscalers are made of. */
export interface AutoscalingValues {
  /** Whether the VPA sets requests of new pods. */
  admission: boolean
  /** Whether it also ends pods whose requests are wrong. */
  updater: boolean
  /** Where the groups of nodes are. */
  region: string
  /** How long a node must be unneeded, as Go writes it: `10m`. */
  unneeded: string
}

/** The names that values templates may use. */
export const AUTOSCALING_NAMES: (keyof AutoscalingValues)[] = ['admission', 'updater', 'region', 'unneeded']

/** See AutoscalingValues. */
export function autoscalingValues(spec: EnvironmentSpec): AutoscalingValues {
  const {vpa, scaleDownAfter} = spec.phases.autoscaling
  return {
    admission: vpa.enabled && vpa.mode !== 'off',
    updater: vpa.enabled && vpa.mode === 'auto',
    region: 'region' in spec.provider && spec.provider.region !== undefined ? spec.provider.region : 'eu-central-1',
    unneeded: scaleDownAfter,
  }
}
