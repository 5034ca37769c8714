/** Check: no secret is older than kp.yaml lets it be. Only metadata is read: when something wrote the data last. */
import {check, simulatedControllers, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {PlatformCheck} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeMeta} from '../../tools/kube-api.ts'
import {KEY_LABEL} from './sealing-keys.ts'

const DAY_MS = 24 * 3600 * 1000
const OWNERS = new Set(['ExternalSecret', 'SealedSecret'])
/** A person says of a secret that it cannot be rotated, and why. */
const NEVER = 'kp.dev/not-rotated'

/** When the data of a Secret was written last. */
export function writtenAt(meta: KubeMeta): number {
  const times = (meta.managedFields ?? []).filter(({fieldsV1}) => fieldsV1 !== undefined && ('f:data' in fieldsV1 || 'f:stringData' in fieldsV1)).map(({time}) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time))
  return times.length > 0 ? Math.max(...times) : Date.parse(meta.creationTimestamp ?? '')
}

export const rotationChecks: PlatformCheck[] = [
  check({
    id: 'secrets.rotation',
    title: 'No secret is older than phases.secrets.rotateEvery',
    severity: 'warning',
    pitfalls: ['KP1221'],
    // Without a store they are Secrets that kp itself wrote.
    simulated: (ctx) => ctx.spec.phases.secrets.store !== 'none' && simulatedControllers(ctx),
    async run(ctx) {
      const found = await (await ctx.cluster()).metadata('v1', 'Secret')
      if (found === undefined) return {status: 'unknown', observed: 'the cluster shows no Secrets'}
      const {rotateEvery} = ctx.spec.phases.secrets
      const most = durationSeconds(rotateEvery) * 1000
      // What kp or a store of secrets hands out; certificates, tokens and releases have a life of their own.
      const ours = [...found.values()].filter(({labels, annotations, ownerReferences}) => labels?.[KEY_LABEL] === undefined && annotations?.[NEVER] === undefined && (labels?.[PLATFORM_LABEL] === ctx.spec.platform || (ownerReferences ?? []).some(({kind}) => OWNERS.has(kind))))
      const old = ours.map((meta) => ({meta, days: Math.floor((ctx.clock.now() - writtenAt(meta)) / DAY_MS), age: ctx.clock.now() - writtenAt(meta)})).filter(({age}) => age > most)
      return verdict(old.map(({meta, days}) => `Secret ${nameOf(meta)} was written ${days} days ago`), `${ours.length} secrets, none older than ${rotateEvery}`, `written within ${rotateEvery}, or with the annotation ${NEVER}`)
    },
  }),
]
