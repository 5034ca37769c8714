/** The lock of a cluster: a Lease that names the kp that works on it, renewed while it lives. */
import {KpError} from '../engine/errors.ts'
import type {Clock} from '../engine/clock.ts'
import type {EventInput} from '../engine/events.ts'
import {lockedError} from '../engine/lock.ts'
import type {LockHolder} from '../engine/lock.ts'
import {identifySelf, isAlive} from '../engine/processes.ts'
import {apiError} from '../tools/kube-api.ts'
import type {KubeApi, KubeObject} from '../tools/kube-api.ts'

/** Where the Lease is. There is one a cluster, and it stays when it is free. */
export const LEASE = {namespace: 'kube-system', name: 'kp'} as const
const PATH = `/apis/coordination.k8s.io/v1/namespaces/${LEASE.namespace}/leases`
const DURATION_MS = 15_000
const RENEW_MS = 5000
const LOOK_MS = 1000
const HOLDER = 'kp.dev/holder'

/** A held Lease. */
export interface HeldLease {
  release(): Promise<void>
}

/** What taking the Lease needs. */
export interface LeaseOptions {
  api: KubeApi
  clock: Clock
  command: string
  /** Id of this run. */
  run: string
  /** Waits for, or ends, what a dead holder on this machine has left running; called before the Lease is taken over. */
  settle(run: string): Promise<void>
  emit(event: EventInput): void
  stopping(): boolean
  /** Called when somebody else took the Lease in spite of us: the run must stop. */
  onLost(error: KpError): void
}

interface LeaseObject extends KubeObject {
  spec: {holderIdentity?: string | null; leaseDurationSeconds?: number; acquireTime?: string; renewTime?: string; leaseTransitions?: number}
}

/**
 * Takes the Lease. A dead process of this machine is taken over at once; one of another
 * machine when it has not renewed for the length of its lease.
 * @throws KpError LOCKED where a live process holds it
 */
export async function takeLease(options: LeaseOptions): Promise<HeldLease> {
  const {api, clock} = options
  const self: LockHolder = {...identifySelf(), command: options.command, since: new Date(clock.now()).toISOString(), run: options.run}
  let seen: {renewTime: string; at: number} | undefined
  for (;;) {
    const lease = (await api.get(`${PATH}/${LEASE.name}`)) as LeaseObject | undefined
    if (lease === undefined) {
      const answer = await api.request({method: 'POST', path: PATH, body: leaseOf(self, clock.now(), 0)})
      if (answer.status === 409) continue
      if (answer.status >= 300) throw apiError(answer, 'take the lock (Lease kube-system/kp)')
      return hold(options, self, answer.body as LeaseObject)
    }
    const holder = holderOf(lease)
    if (holder === undefined || isAlive(holder) === false) {
      if (holder?.run !== undefined) await options.settle(holder.run)
      if (holder !== undefined) options.emit({code: 'lock.takenOver', text: `took the lock over from ${holder.command}, process ${holder.pid}, which is dead`, data: {holder}})
      const taken = await replace(options, lease, self)
      if (taken !== undefined) return hold(options, self, taken)
      continue
    }
    if (isAlive(holder) === true) throw lockedError(holder, 'Lease kube-system/kp')
    // Another machine: only its renewals tell whether it lives, and only our own clock is trusted.
    const renewTime = lease.spec.renewTime ?? ''
    if (seen !== undefined && seen.renewTime !== renewTime) throw lockedError(holder, 'Lease kube-system/kp')
    seen ??= {renewTime, at: clock.now()}
    const remainingMs = seen.at + DURATION_MS - clock.now()
    if (remainingMs <= 0) {
      options.emit({code: 'lock.takenOver', text: `took the lock over from ${holder.command} on ${holder.host}, which has not renewed it`, data: {holder}})
      const taken = await replace(options, lease, self)
      if (taken !== undefined) return hold(options, self, taken)
      seen = undefined
      continue
    }
    if (options.stopping()) throw lockedError(holder, 'Lease kube-system/kp')
    options.emit({code: 'lock.waiting', text: `${holder.command} on ${holder.host} held the lock: waiting ${Math.ceil(remainingMs / 1000)}s to see whether it lives`, data: {holder: holder.command, since: holder.since, remainingMs}})
    await clock.sleep(Math.min(LOOK_MS, remainingMs))
  }
}

function hold(options: LeaseOptions, self: LockHolder, first: LeaseObject): HeldLease {
  const {api, clock} = options
  let current = first
  let busy: Promise<void> = Promise.resolve()
  const renew = async (): Promise<void> => {
    const answer = await api.request({method: 'PUT', path: `${PATH}/${LEASE.name}`, body: {...current, spec: {...current.spec, renewTime: micro(clock.now())}}})
    if (answer.status < 300) {
      current = answer.body as LeaseObject
      return
    }
    if (answer.status !== 409 && answer.status !== 404) return
    const now = (await api.get(`${PATH}/${LEASE.name}`)) as LeaseObject | undefined
    const holder = now === undefined ? undefined : holderOf(now)
    if (now !== undefined && holder?.pid === self.pid && holder.start === self.start) {
      current = now
      return
    }
    clearInterval(timer)
    options.onLost(holder === undefined ? new KpError({code: 'LOCKED', message: `the lock (Lease kube-system/kp) was ${now === undefined ? 'deleted' : 'taken and given back by another kp'} while this one worked`, next: ['kp status', 'run the same command again']}) : lockedError(holder, 'Lease kube-system/kp'))
  }
  // An API server that does not answer for a while is not a reason to stop: the step in hand will tell.
  const timer = setInterval(() => {
    busy = renew().catch(() => {})
  }, RENEW_MS)
  timer.unref()
  return {
    async release() {
      clearInterval(timer)
      await busy
      const {metadata, ...rest} = current
      const {[HOLDER]: _holder, ...annotations} = metadata.annotations ?? {}
      await api.request({method: 'PUT', path: `${PATH}/${LEASE.name}`, timeoutMs: 5000, evenIfStopped: true, body: {...rest, metadata: {...metadata, annotations}, spec: {...current.spec, holderIdentity: ''}}}).catch(() => {})
    },
  }
}

async function replace(options: LeaseOptions, lease: LeaseObject, self: LockHolder): Promise<LeaseObject | undefined> {
  const next = leaseOf(self, options.clock.now(), (lease.spec.leaseTransitions ?? 0) + 1)
  const answer = await options.api.request({method: 'PUT', path: `${PATH}/${LEASE.name}`, body: {...next, metadata: {...next.metadata, resourceVersion: lease.metadata.resourceVersion}}})
  if (answer.status === 409) return undefined
  if (answer.status >= 300) throw apiError(answer, 'take the lock (Lease kube-system/kp)')
  return answer.body as LeaseObject
}

function leaseOf(self: LockHolder, now: number, transitions: number): LeaseObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {name: LEASE.name, namespace: LEASE.namespace, annotations: {[HOLDER]: JSON.stringify(self)}},
    spec: {holderIdentity: `${self.host}/${self.pid}`, leaseDurationSeconds: DURATION_MS / 1000, acquireTime: micro(now), renewTime: micro(now), leaseTransitions: transitions},
  }
}

function holderOf(lease: LeaseObject): LockHolder | undefined {
  if (!lease.spec.holderIdentity) return undefined
  try {
    const holder = JSON.parse(lease.metadata.annotations?.[HOLDER] ?? '') as LockHolder
    if (typeof holder.pid === 'number') return holder
  } catch {
    // not written by kp, or by an older one
  }
  return {host: lease.spec.holderIdentity, boot: '?', pid: 0, start: '?', command: 'kp', since: lease.spec.acquireTime ?? '?'}
}

/** The API wants microseconds. */
function micro(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z')
}
