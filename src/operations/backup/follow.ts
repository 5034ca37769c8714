/** Follows a Backup or Restore of velero to its end. */
import {isAtWork, statusOf, VELERO_API, VELERO_NAMESPACE} from '../../checks/backups.ts'
import type {BackupStatus} from '../../checks/backups.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const LOOK_MS = 1000
const LIMIT_MS = 4 * 3600_000
/** A server that is there takes up new work within seconds. */
const TAKEN_UP_MS = 120_000

/**
 * Waits for its end.
 * @throws KpError STEP_TIMEOUT where the server does not take it up or does not come to an end, INTERRUPTED where kp was asked to stop
 */
export async function follow(ctx: PlatformContext, kind: 'Backup' | 'Restore', name: string, progress: (text: string, percent?: number) => void): Promise<KubeObject> {
  const began = ctx.clock.now()
  for (;;) {
    ctx.changed()
    const found = await (await ctx.cluster()).get(VELERO_API, kind, name, VELERO_NAMESPACE)
    if (found !== undefined && !isAtWork(found)) return found
    const waited = ctx.clock.now() - began
    const status = found === undefined ? {} : statusOf(found)
    if ((status.phase ?? 'New') === 'New' && waited > TAKEN_UP_MS) throw late(kind, name, 'velero does not take it up: its server does not run', ['kp verify backup', `kubectl -n ${VELERO_NAMESPACE} get pods,deployments`])
    if (waited > LIMIT_MS) throw late(kind, name, `it is ${status.phase} after ${LIMIT_MS / 3600_000} hours`, [`velero ${kind.toLowerCase()} describe ${name} --details`])
    if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: `stopped while velero works at ${kind.toLowerCase()} ${name}: it goes on by itself`, next: [`velero ${kind.toLowerCase()} describe ${name}`]})
    progress(...progressOf(status))
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

function progressOf({phase = 'New', progress}: BackupStatus & {progress?: {itemsRestored?: number}}): [string, number?] {
  const done = progress?.itemsBackedUp ?? progress?.itemsRestored
  const {totalItems} = progress ?? {}
  return done === undefined || totalItems === undefined || totalItems === 0 ? [phase] : [`${phase}: ${done} of ${totalItems} items`, Math.floor((done / totalItems) * 100)]
}

function late(kind: string, name: string, why: string, next: string[]): KpError {
  return new KpError({code: 'STEP_TIMEOUT', message: `${kind.toLowerCase()} ${name} did not come to an end: ${why}`, doing: `wait for ${kind.toLowerCase()} ${name}`, next})
}

/** Why a backup or restore did not end well, in words; undefined where it did. */
export function complaintOf(object: KubeObject): string | undefined {
  const {phase, failureReason, validationErrors = [], errors = 0} = statusOf(object)
  const why = [failureReason, ...validationErrors].filter((one) => one !== undefined && one !== '')
  if (phase === 'Completed' && errors === 0) return undefined
  return `${object.kind.toLowerCase()} ${object.metadata.name} is ${phase}${errors > 0 ? ` with ${errors} ${errors === 1 ? 'error' : 'errors'}` : ''}${why.length === 0 ? '' : `: ${why.join('; ')}`}`
}
