/** Checks of phase 7 about whether the tool is still at work: nothing suspended, nothing that never ends. */
import {check, conditionsOf, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const STUCK_MS = 15 * 60_000

/** Of which objects: everything of this platform that the tool works on. */
type Deliveries = (ctx: PlatformContext) => Promise<KubeObject[]>

interface ApplicationSpec {
  suspend?: boolean
  syncPolicy?: {automated?: {enabled?: boolean} | null}
}

/** What the tool was told to leave alone, and what it does not finish. */
export function keepingChecks(deliveries: Deliveries): PlatformCheck[] {
  return [
    check({
      id: 'gitops.not-suspended',
      title: 'Nothing of the platform was taken out of delivery by hand',
      severity: 'warning',
      pitfalls: ['KP0715'],
      async run(ctx) {
        const objects = await deliveries(ctx)
        if (objects.length === 0) return {status: 'unknown', observed: 'the tool deploys nothing of this platform'}
        return verdict(objects.flatMap((object) => complainAboutSuspension(object) ?? []), `${objects.length} are delivered`, 'no spec.suspend, and syncPolicy.automated in each Application')
      },
    }),
    check({
      id: 'gitops.not-stuck',
      title: 'No delivery has been at work for a quarter of an hour',
      pitfalls: ['KP0716'],
      async run(ctx) {
        const objects = await deliveries(ctx)
        if (objects.length === 0) return {status: 'unknown', observed: 'the tool deploys nothing of this platform'}
        const complaints = objects.flatMap((object) => complainAboutTime(object, ctx.clock.now()) ?? [])
        return verdict(complaints, `${objects.length} deliveries`, 'each ends, well or not')
      },
    }),
  ]
}

function complainAboutSuspension(object: KubeObject): string | undefined {
  const {suspend, syncPolicy} = (object['spec'] ?? {}) as ApplicationSpec
  const name = `${object.kind} ${nameOf(object.metadata)}`
  if (suspend === true) return `${name} is suspended`
  if (object.kind !== 'Application') return undefined
  const automated = syncPolicy?.automated ?? undefined
  return automated === undefined || automated.enabled === false ? `${name} is not synced by itself` : undefined
}

function complainAboutTime(object: KubeObject, now: number): string | undefined {
  const name = `${object.kind} ${nameOf(object.metadata)}`
  const state = (object['status'] as {operationState?: {phase?: string; startedAt?: string; message?: string}} | undefined)?.operationState
  const busy = conditionsOf(object).find(({type, status}) => type === 'Reconciling' && status === 'True')
  const since = state?.phase === 'Running' ? state.startedAt : busy?.lastTransitionTime
  if (since === undefined) return undefined
  const minutes = Math.round((now - Date.parse(since)) / 60_000)
  return minutes * 60_000 > STUCK_MS ? `${name} has been at work for ${minutes} minutes: ${state?.message ?? busy?.message ?? 'it does not say on what'}` : undefined
}
