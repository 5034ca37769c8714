/** A check of phase 0: the clock here against that of the API server. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {apiError} from '../../tools/kube-api.ts'

const MOST_SECONDS = 30

/** Certificates, tokens and Leases are only as good as the clocks on both sides. Asks by a dry run: nothing is made. */
export const clockCheck: PlatformCheck = check({
  id: 'prerequisites.clock',
  title: `The clocks here and at the API server differ by less than ${MOST_SECONDS} seconds`,
  severity: 'warning',
  pitfalls: ['KP0012'],
  async run(ctx) {
    if ((await ctx.presence()).state !== 'running') return {status: 'skip', observed: 'there is no cluster yet'}
    const {api} = await ctx.cluster()
    const before = ctx.clock.now()
    const answer = await api.request({method: 'POST', path: '/api/v1/namespaces/default/configmaps?dryRun=All&fieldManager=kp', body: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'kp-clock'}}})
    const after = ctx.clock.now()
    if (answer.status >= 300) throw apiError(answer, 'ask for the time by a dry run')
    const stamp = Date.parse((answer.body as {metadata?: {creationTimestamp?: string}} | undefined)?.metadata?.creationTimestamp ?? '')
    if (Number.isNaN(stamp)) return {status: 'unknown', observed: 'the API server gives no time'}
    // The server tells whole seconds, and somewhen between the question and the answer.
    const seconds = Math.round(Math.max(0, before - (stamp + 1000), stamp - after) / 1000)
    return verdict(seconds > MOST_SECONDS ? [`the clock here is ${seconds} seconds ${stamp > after ? 'behind' : 'ahead of'} that of the API server`] : [], seconds === 0 ? 'no difference' : `${seconds} seconds`, `less than ${MOST_SECONDS} seconds, by NTP on both sides`)
  },
})
