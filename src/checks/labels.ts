/** Labels by which kp knows its own. */
import type {PlatformContext} from '../context.ts'

/** Label of everything that kp makes; its value is the platform's name. */
export const PLATFORM_LABEL = 'kp.dev/platform'
/** Label of what installs or keeps a component; its value is the component's id. */
export const COMPONENT_LABEL = 'kp.dev/component'
/** Value of `app.kubernetes.io/managed-by` on everything that kp applies itself. */
export const MANAGED_BY = 'kp'

/** Annotation of what somebody paused on purpose: the time after which it was forgotten. */
export const PAUSED_UNTIL = 'kp.dev/paused-until'

/** When the pause of an object ends, as it is written; undefined where none was named or where it is over. */
export function pausedUntil(annotations: Record<string, string> | undefined, now: number): string | undefined {
  const until = annotations?.[PAUSED_UNTIL]
  return until !== undefined && Date.parse(until) > now ? until : undefined
}

/** The labels of an object that kp applies itself. */
export function ownLabels({spec}: Pick<PlatformContext, 'spec'>): Record<string, string> {
  return {'app.kubernetes.io/managed-by': MANAGED_BY, [PLATFORM_LABEL]: spec.platform}
}
