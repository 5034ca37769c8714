/** The first backup: a schedule begins at its next time, which may be hours away. */
import {ownLabels} from '../../checks/labels.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {backupTemplate} from './location.ts'
import {isAtWork, newestFirst, SCHEDULE, SCHEDULE_LABEL, statusOf, VELERO_API, VELERO_NAMESPACE} from './names.ts'

/** A backup of everything, with snapshots, on a busy store. */
const SETTLE_MS = 10 * 60_000

/** Backups of kp's schedule; undefined where the kind is not there yet. */
export async function ownBackups(ctx: Pick<PlatformContext, 'cluster'>): Promise<KubeObject[] | undefined> {
  const all = await (await ctx.cluster()).list(VELERO_API, 'Backup')
  return all?.filter(({metadata}) => metadata.labels?.[SCHEDULE_LABEL] === SCHEDULE)
}

function backupObject(ctx: PlatformContext): KubeObject {
  const stamp = new Date(ctx.clock.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return {
    apiVersion: VELERO_API,
    kind: 'Backup',
    metadata: {name: `${SCHEDULE}-${stamp}`, namespace: VELERO_NAMESPACE, labels: {...ownLabels(ctx), [SCHEDULE_LABEL]: SCHEDULE}},
    spec: backupTemplate(ctx),
  }
}

/** Makes one backup where there is none that is complete. What runs already is waited for. */
export const firstBackup: PlatformStep = onCluster({
  id: 'backup/first-backup',
  title: 'Make the first backup',
  risk: 'none',
  settleMs: SETTLE_MS,
  verify: ['backup.recent'],
  async probe(ctx) {
    const all = await ownBackups(ctx)
    if (all === undefined) return {state: 'absent', observed: 'the cluster does not know backups of velero yet'}
    const complete = all.filter((one) => statusOf(one).phase === 'Completed')
    if (complete.length > 0) return {state: 'satisfied', observed: `${complete.length} ${complete.length === 1 ? 'backup is' : 'backups are'} complete`}
    const [last] = newestFirst(all)
    if (last === undefined) return {state: 'absent', observed: 'there is no backup yet'}
    const {phase = 'New', failureReason, validationErrors = [], errors = 0} = statusOf(last)
    const why = [failureReason, ...validationErrors, errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'} (velero backup logs ${last.metadata.name})` : ''].filter(Boolean).join('; ')
    return {state: 'absent', observed: `no backup is complete; ${last.metadata.name} is ${phase}${why === '' ? '' : `: ${why}`}`, ...(isAtWork(last) ? {} : {ended: true as const})}
  },
  plan: () => Promise.resolve({lines: ['create a Backup of what the schedule names, where none is running'], commands: [`velero backup create --from-schedule ${SCHEDULE}`]}),
  async apply(ctx) {
    if ((await ownBackups(ctx))?.some(isAtWork) === true) return
    await applyObjects(ctx.exec, ctx.access, [backupObject(ctx)], {doing: 'make the first backup', fieldManager: 'kp'})
  },
  // What was backed up is kept, whatever becomes of the phase: it is in the store.
  standing: () => Promise.resolve({deletes: [], keeps: [], blockers: []}),
})
