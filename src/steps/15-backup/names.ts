/** Names that steps and checks of phase 15 share. */
import type {ManifestContext} from '../../context.ts'

export {beganAt, CLASS_LABEL, isAtWork, isDone, LOCATION, newestFirst, SCHEDULE, SCHEDULE_LABEL, statusOf, VELERO_API, VELERO_NAMESPACE, VELERO_PODS} from '../../checks/backups.ts'

/** Whether this lab has a store and a server of its own: real ones. A store that kp.yaml names elsewhere is out of reach of a lab. */
export const ownStore = ({spec, provider}: Pick<ManifestContext, 'spec' | 'provider'>): boolean => provider.simulated && spec.phases.backup.store.endpoint === undefined

/** In a lab whose store is elsewhere nobody backs anything up. */
export const simulatedServer = (ctx: Pick<ManifestContext, 'spec' | 'provider'>): false | string => ctx.provider.simulated && !ownStore(ctx) && 'the lab answers for a store that it cannot reach'
