/** Whether there is a velero that can be asked, and a place that takes backups; and what it says when not. */
import {LOCATION, VELERO_API, VELERO_NAMESPACE} from '../../checks/backups.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {pitfallsOf} from '../explain-error.ts'

interface Location {
  spec?: {accessMode?: string; objectStorage?: {bucket?: string; prefix?: string}}
  status?: {phase?: string; message?: string; lastValidationTime?: string}
}

/**
 * Refuses where nothing can be backed up here.
 * @throws KpError GATE where kp.yaml has no backups, or the store is out of reach of a lab
 */
export function requireBackups(ctx: PlatformContext): void {
  const {backup} = ctx.spec.phases
  if (!backup.enabled) throw new KpError({code: 'GATE', message: 'the platform has no backups: phases.backup.enabled is false', next: ['switch them on in kp.yaml: phases: {backup: {enabled: true}}', 'kp step backup']})
  if (ctx.provider.simulated && backup.store.endpoint !== undefined) throw new KpError({code: 'GATE', message: 'a lab cannot reach the store of phases.backup.store.endpoint: nobody backs anything up here', next: ['leave the endpoint out for this environment: the lab has a store of its own']})
}

/**
 * The place of the backups is there and answers.
 * @param writes whether something is to be put into it
 * @throws KpError STEP_FAILED with what velero says of it
 */
export async function requireStore(ctx: PlatformContext, {writes, doing}: {writes: boolean; doing: string}): Promise<void> {
  requireBackups(ctx)
  const found = (await (await ctx.cluster()).get(VELERO_API, 'BackupStorageLocation', LOCATION, VELERO_NAMESPACE)) as Location | undefined
  if (found === undefined) throw storeError(ctx, {message: `there is no place for backups: BackupStorageLocation ${VELERO_NAMESPACE}/${LOCATION} does not exist`, doing, next: ['kp step backup']})
  const {phase, message} = found.status ?? {}
  const bucket = found.spec?.objectStorage?.bucket ?? '?'
  if (phase !== 'Available') throw storeError(ctx, {message: `the store does not answer: bucket ${bucket} is ${phase ?? 'not looked at yet'}${message === undefined ? '' : `: ${message}`}`, doing, next: [`kubectl -n ${VELERO_NAMESPACE} describe backupstoragelocation ${LOCATION}`, 'kp verify backup']})
  if (writes && found.spec?.accessMode === 'ReadOnly') throw storeError(ctx, {message: `the store takes nothing: the location ${LOCATION} is read-only`, doing, next: [`kubectl -n ${VELERO_NAMESPACE} patch backupstoragelocation ${LOCATION} --type=merge -p '{"spec":{"accessMode":"ReadWrite"}}'`]})
}

/** An error of the store, with the pitfalls that explain it. */
export function storeError(ctx: Pick<PlatformContext, 'phases'>, input: {message: string; doing: string; next: string[]; details?: string[]}): KpError {
  const error = new KpError({code: 'STEP_FAILED', ...input})
  error.pitfalls = pitfallsOf(ctx.phases, error)
  return error
}
