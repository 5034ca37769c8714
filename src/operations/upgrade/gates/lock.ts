/** Whether somebody else works on the cluster, and whether an experiment is left in it. */
import {isAlive} from '../../../engine/processes.ts'
import type {ProcessIdentity} from '../../../engine/processes.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import type {Gate, GateAnswer} from '../types.ts'

/** See the file's head. */
export const lockGate: Gate = {
  id: 'operator',
  title: 'Nobody else works on the cluster',
  kinds: ['minor', 'patch', 'addons'],
  async run({ctx}) {
    const lease = await (await ctx.cluster()).get('coordination.k8s.io/v1', 'Lease', 'kp', 'kube-system')
    return judgeLease(lease, {now: ctx.clock.now(), self: process.pid, alive: isAlive})
  },
}

type Holder = ProcessIdentity & {command?: string; since?: string; host?: string}

/** Pure. */
export function judgeLease(lease: KubeObject | undefined, {now, self, alive}: {now: number; self: number; alive(holder: ProcessIdentity): boolean | undefined}): GateAnswer {
  const {holderIdentity, renewTime, leaseDurationSeconds = 15} = (lease?.['spec'] ?? {}) as {holderIdentity?: string | null; renewTime?: string; leaseDurationSeconds?: number}
  if (!holderIdentity) return {status: 'pass', reason: 'the lock (Lease kube-system/kp) is free', fix: null}
  const holder = readHolder(lease?.metadata.annotations?.['kp.dev/holder'])
  if (holder?.pid === self) return {status: 'pass', reason: 'this kp holds the lock (Lease kube-system/kp)', fix: null}
  const stale = now - Date.parse(renewTime ?? '') > leaseDurationSeconds * 2000
  if ((holder === undefined ? undefined : alive(holder)) === false || (stale && alive(holder ?? NOBODY) !== true)) return {status: 'pass', reason: `${holderIdentity} held the lock and is gone`, fix: null}
  return {status: 'fail', reason: `${holder?.command ?? 'somebody'} on ${holder?.host ?? holderIdentity} works on the cluster${holder?.since === undefined ? '' : ` since ${holder.since}`}`, fix: 'wait for it to end: kp history'}
}

const NOBODY: ProcessIdentity = {host: '', boot: '', pid: 0, start: ''}

function readHolder(text: string | undefined): Holder | undefined {
  try {
    return JSON.parse(text ?? '') as Holder
  } catch {
    return undefined
  }
}
