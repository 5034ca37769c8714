/** What an ingress controller is to phase 6: everything that differs between two of them. */
import type {ManifestContext, PlatformStep} from '../../../context.ts'
import type {Controller} from '../../shared/front-door.ts'
import type {TrafficRule} from '../../shared/network-policies.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'

/** The way of one controller. The steps around it are the same for all. */
export interface ControllerWay {
  controller: Controller
  /** Installs it. */
  install: PlatformStep[]
  /** Traffic in its namespace; absent where it runs in one that is not kp's to close. */
  rules?(ctx: ManifestContext): TrafficRule[]
  /** What of the Gateway API is its own: the parameters that its GatewayClass names. */
  parameters?(ctx: ManifestContext): {ref: Record<string, string>; object: KubeObject}
}
