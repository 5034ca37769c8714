/** The last backup before everything goes, by Velero, and complete or nothing goes. */
import {ownLabels} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'

const VELERO_API = 'velero.io/v1'
const NAMESPACE = 'velero'
const WAIT_MS = 3 * 60 * 60_000
const PAUSE_MS = 5000
const AT = {phase: 'destroy', step: 'destroy/last-backup'}
/** Ends that are not good. */
const FAILED = /^(?:Failed|PartiallyFailed|FailedValidation|FinalizingPartiallyFailed|WaitingForPluginOperationsPartiallyFailed)$/

/**
 * Looks whether a backup can be made, before anybody is asked.
 * @throws KpError GATE where there is no Velero, or its store does not answer
 */
export async function requireVelero(ctx: PlatformContext): Promise<void> {
  const refuse = (message: string): KpError => new KpError({code: 'GATE', message: `no last backup can be made: ${message}`, next: ['kp up, with phases.backup.enabled', 'or run the same command without --last-backup']})
  const presence = await ctx.presence()
  if (presence.state !== 'running') throw refuse(presence.observed)
  const locations = await (await ctx.cluster()).list(VELERO_API, 'BackupStorageLocation')
  if (locations === undefined || locations.length === 0) throw refuse('the cluster has no Velero with a store')
  const bad = locations.filter((one) => (one['status'] as {phase?: string} | undefined)?.phase !== 'Available')
  if (bad.length === locations.length) throw refuse(`Velero cannot reach its store: ${bad.map(({metadata}) => metadata.name).join(', ')}`)
}

/**
 * Makes it and waits for its end.
 * @returns its name
 * @throws KpError GATE where it does not end well
 */
export async function makeLastBackup(ctx: PlatformContext): Promise<string> {
  const stamp = new Date(ctx.clock.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const name = `last-${stamp}`
  const schedule = (await (await ctx.cluster()).list(VELERO_API, 'Schedule'))?.find(({metadata}) => metadata.namespace === NAMESPACE)
  const {template = {}} = (schedule?.['spec'] ?? {}) as {template?: Record<string, unknown>}
  const backup: KubeObject = {apiVersion: VELERO_API, kind: 'Backup', metadata: {name, namespace: NAMESPACE, labels: ownLabels(ctx)}, spec: {...template, includedNamespaces: ['*'], ttl: '8760h0m0s'}}
  ctx.emit({code: 'step.progress', ...AT, text: `making the backup ${name}`})
  await applyObjects(ctx.exec, ctx.access, [backup], {doing: 'make the last backup', fieldManager: 'kp'})
  if (ctx.dryRun) return name
  const until = ctx.clock.now() + WAIT_MS
  for (;;) {
    ctx.changed()
    const status = ((await (await ctx.cluster()).get(VELERO_API, 'Backup', name, NAMESPACE))?.['status'] ?? {}) as {phase?: string; failureReason?: string; errors?: number}
    if (status.phase === 'Completed') return name
    if (FAILED.test(status.phase ?? '') || ctx.clock.now() > until) {
      throw new KpError({code: 'GATE', message: `the last backup ${name} is ${status.phase ?? 'not begun'}${status.failureReason === undefined ? '' : `: ${status.failureReason}`}; nothing was taken down`, next: [`velero backup logs ${name}`, 'then run the same command again']})
    }
    if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: 'stopped while the last backup was made', next: ['run the same command again']})
    await ctx.clock.sleep(PAUSE_MS)
  }
}
