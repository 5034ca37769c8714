/** Labels by which kp knows its own. */
import type {PlatformContext} from '../context.ts'

/** Label of everything that kp makes; its value is the platform's name. */
export const PLATFORM_LABEL = 'kp.dev/platform'
/** Label of what installs or keeps a component; its value is the component's id. */
export const COMPONENT_LABEL = 'kp.dev/component'
/** Value of `app.kubernetes.io/managed-by` on everything that kp applies itself. */
export const MANAGED_BY = 'kp'

/** The labels of an object that kp applies itself. */
export function ownLabels({spec}: Pick<PlatformContext, 'spec'>): Record<string, string> {
  return {'app.kubernetes.io/managed-by': MANAGED_BY, [PLATFORM_LABEL]: spec.platform}
}
