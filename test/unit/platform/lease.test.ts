import {spawnSync} from 'node:child_process'
import {hostname} from 'node:os'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import type {KpError} from '../../../src/engine/errors.ts'
import type {EventInput} from '../../../src/engine/events.ts'
import type {LockHolder} from '../../../src/engine/lock.ts'
import {identifySelf} from '../../../src/engine/processes.ts'
import {takeLease} from '../../../src/platform/lease.ts'
import type {LeaseOptions} from '../../../src/platform/lease.ts'
import type {KubeAnswer, KubeApi, KubeRequest} from '../../../src/tools/kube-api.ts'
import {fakeClock} from '../../helpers/fake-run.ts'

interface Lease {
  metadata: {name: string; namespace: string; resourceVersion: string; annotations?: Record<string, string>}
  spec: {holderIdentity?: string; renewTime?: string; acquireTime?: string; leaseTransitions?: number}
}

/** A server that keeps one Lease, with the optimistic locking of the real one. */
function server(first?: Lease) {
  let lease = first
  let version = 100
  let away = false
  const writes: string[] = []
  const store = (body: unknown): KubeAnswer => {
    const written = structuredClone(body) as Lease
    written.metadata.resourceVersion = String(++version)
    lease = written
    return {status: 200, body: structuredClone(written)}
  }
  const api = {
    get: () => (away ? Promise.reject(new Error('no answer')) : Promise.resolve(structuredClone(lease))),
    request({method, body}: KubeRequest): Promise<KubeAnswer> {
      if (away) return Promise.reject(new Error('no answer'))
      writes.push(method ?? 'GET')
      if (method === 'POST') return Promise.resolve(lease === undefined ? store(body) : {status: 409, body: undefined})
      if (lease === undefined) return Promise.resolve({status: 404, body: undefined})
      return Promise.resolve((body as Lease).metadata.resourceVersion === lease.metadata.resourceVersion ? store(body) : {status: 409, body: undefined})
    },
  }
  return {
    api: api as unknown as KubeApi,
    writes,
    now: () => lease,
    holder: () => (lease?.metadata.annotations?.['kp.dev/holder'] === undefined ? undefined : (JSON.parse(lease.metadata.annotations['kp.dev/holder']) as LockHolder)),
    put: (next: Lease | undefined) => void (lease = next),
    goAway: (value: boolean) => void (away = value),
  }
}

function leaseOf(holder: Partial<LockHolder>, renewTime = '2026-01-01T00:00:00.000000Z', version = '7'): Lease {
  const all: LockHolder = {...identifySelf(), command: 'kp up', since: '2026-01-01T00:00:00.000Z', ...holder}
  return {metadata: {name: 'kp', namespace: 'kube-system', resourceVersion: version, annotations: {'kp.dev/holder': JSON.stringify(all)}}, spec: {holderIdentity: `${all.host}/${all.pid}`, renewTime, leaseTransitions: 3}}
}

function optionsFor(world: ReturnType<typeof server>, overrides: Partial<LeaseOptions> = {}) {
  const events: EventInput[] = []
  const settled: string[] = []
  const lost: KpError[] = []
  const clock = fakeClock()
  const options: LeaseOptions = {
    api: world.api,
    clock,
    command: 'kp up',
    run: 'run-2',
    settle: (run) => Promise.resolve(void settled.push(run)),
    emit: (event) => void events.push(event),
    stopping: () => false,
    onLost: (error) => void lost.push(error),
    ...overrides,
  }
  return {options, events, settled, lost, clock}
}

beforeEach(() => void vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']}))
afterEach(() => void vi.useRealTimers())

describe('a free Lease', () => {
  it('is made where there is none, names its holder, and is given back', async () => {
    const world = server()
    const {options, events} = optionsFor(world)
    const lease = await takeLease(options)
    expect(world.holder()).toEqual({...identifySelf(), command: 'kp up', since: '2026-01-01T00:00:00.000Z', run: 'run-2'})
    expect(world.now()).toMatchObject({spec: {holderIdentity: `${hostname()}/${process.pid}`, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z'}})
    await lease.release()
    expect(world.now()?.spec.holderIdentity).toBe('')
    expect(world.holder()).toBeUndefined()
    expect(events).toEqual([])
  })

  it('that was given back is taken again, without a word', async () => {
    const world = server()
    await (await takeLease(optionsFor(world).options)).release()
    const {options, events} = optionsFor(world)
    await (await takeLease(options)).release()
    expect(events).toEqual([])
    expect(world.now()?.spec.leaseTransitions).toBe(1)
  })

  it('that somebody else makes in the same moment is theirs', async () => {
    const world = server()
    const original = world.api.get.bind(world.api)
    let first = true
    world.api.get = async (path: string) => {
      const seen = await original(path)
      if (first) world.put(leaseOf({pid: process.pid}))
      first = false
      return seen
    }
    await expect(takeLease(optionsFor(world).options)).rejects.toMatchObject({code: 'LOCKED'})
  })
})

describe('a Lease that is held', () => {
  it('by a live process of this machine is refused at once', async () => {
    const world = server(leaseOf({command: 'kp step cni'}))
    const {options, clock} = optionsFor(world)
    await expect(takeLease(options)).rejects.toMatchObject({code: 'LOCKED', exit: 6, message: `another kp is at work: kp step cni on ${hostname()}, process ${process.pid}, since 2026-01-01T00:00:00.000Z`})
    expect(clock.slept).toEqual([])
    expect(world.writes).toEqual([])
  })

  it('by a dead process of this machine is taken over at once, after what it left running has ended', async () => {
    const pid = spawnSync(process.execPath, ['--version']).pid
    const world = server(leaseOf({pid, run: 'run-1'}))
    const {options, events, settled, clock} = optionsFor(world)
    await takeLease(options)
    expect(settled).toEqual(['run-1'])
    expect(clock.slept).toEqual([])
    expect(events).toEqual([expect.objectContaining({code: 'lock.takenOver', text: `took the lock over from kp up, process ${pid}, which is dead`})])
    expect(world.now()?.spec.leaseTransitions).toBe(4)
  })

  it('by a dead process is not taken over where what it left running does not end', async () => {
    const world = server(leaseOf({start: 'another', run: 'run-1'}))
    const {options} = optionsFor(world, {settle: () => Promise.reject(new Error('helm still works'))})
    await expect(takeLease(options)).rejects.toThrow('helm still works')
    expect(world.writes).toEqual([])
  })

  it('by another machine is waited for until it runs out, with a countdown', async () => {
    const world = server(leaseOf({host: 'build-7', pid: 12}))
    const {options, events, clock} = optionsFor(world)
    await takeLease(options)
    expect(clock.slept.reduce((a, b) => a + b)).toBe(15_000)
    expect(events.map(({code}) => code)).toEqual([...Array.from({length: 15}, () => 'lock.waiting'), 'lock.takenOver'])
    expect(events[0]).toMatchObject({text: 'kp up on build-7 held the lock: waiting 15s to see whether it lives', data: {remainingMs: 15_000}})
    expect(world.holder()?.host).toBe(hostname())
  })

  it('by another machine that renews it is refused, whatever the clocks say', async () => {
    const world = server(leaseOf({host: 'build-7', pid: 12}, '2020-01-01T00:00:00.000000Z'))
    const {options, clock} = optionsFor(world)
    const sleep = clock.sleep.bind(clock)
    clock.sleep = (milliseconds, signal) => {
      if (clock.slept.length === 4) world.put(leaseOf({host: 'build-7', pid: 12}, '2020-01-01T00:00:05.000000Z', '8'))
      return sleep(milliseconds, signal)
    }
    await expect(takeLease(options)).rejects.toMatchObject({code: 'LOCKED', message: expect.stringContaining('on build-7, process 12')})
    expect(world.writes).toEqual([])
  })

  it('by another machine is not waited for once the run is to stop', async () => {
    const world = server(leaseOf({host: 'build-7'}))
    await expect(takeLease(optionsFor(world, {stopping: () => true}).options)).rejects.toMatchObject({code: 'LOCKED'})
  })

  it('by something that is no kp is treated like another machine', async () => {
    const lease = leaseOf({})
    delete lease.metadata.annotations
    lease.spec.holderIdentity = 'somebody'
    const {options, events} = optionsFor(server(lease))
    await takeLease(options)
    expect(events.at(-1)).toMatchObject({code: 'lock.takenOver', text: 'took the lock over from kp on somebody, which has not renewed it'})
  })

  it('that another one takes over before us is theirs', async () => {
    const world = server(leaseOf({host: 'build-7'}))
    const {options, clock} = optionsFor(world)
    const original = world.api.request.bind(world.api)
    world.api.request = (call) => {
      // build-8 was faster; its lease is one that lives.
      if (call.method === 'PUT' && world.holder()?.host === 'build-7') world.put(leaseOf({host: 'build-8', pid: 5}, '2026-01-01T00:00:15.000000Z', '9'))
      return original(call)
    }
    const sleep = clock.sleep.bind(clock)
    clock.sleep = (milliseconds, signal) => {
      if (world.holder()?.host === 'build-8') world.put(leaseOf({host: 'build-8', pid: 5}, `2026-01-01T00:00:${20 + clock.slept.length}.000000Z`, '10'))
      return sleep(milliseconds, signal)
    }
    await expect(takeLease(options)).rejects.toMatchObject({code: 'LOCKED', message: expect.stringContaining('on build-8, process 5')})
  })
})

describe('while it is held', () => {
  it('it is renewed every five seconds', async () => {
    const world = server()
    const {options, clock, lost} = optionsFor(world)
    const lease = await takeLease(options)
    for (const seconds of [5, 10]) {
      clock.advance(5000)
      await vi.advanceTimersByTimeAsync(5000)
      expect(world.now()?.spec.renewTime).toBe(`2026-01-01T00:00:${String(seconds).padStart(2, '0')}.000000Z`)
    }
    await lease.release()
    const {length} = world.writes
    await vi.advanceTimersByTimeAsync(20_000)
    expect(world.writes).toHaveLength(length)
    expect(lost).toEqual([])
  })

  it('a server that is away for a while is no reason to stop', async () => {
    const world = server()
    const {options, lost} = optionsFor(world)
    const lease = await takeLease(options)
    world.goAway(true)
    await vi.advanceTimersByTimeAsync(10_000)
    world.goAway(false)
    await vi.advanceTimersByTimeAsync(5000)
    expect(lost).toEqual([])
    await lease.release()
    expect(world.now()?.spec.holderIdentity).toBe('')
  })

  it('a label that somebody put on it is not a loss', async () => {
    const world = server()
    const {options, lost} = optionsFor(world)
    const lease = await takeLease(options)
    const now = world.now() as Lease
    world.put({...now, metadata: {...now.metadata, resourceVersion: '999'}})
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lost).toEqual([])
    await lease.release()
    expect(world.holder()).toBeUndefined()
  })

  it.each<[string, Lease | undefined, RegExp]>([
    ['taken by another one', leaseOf({host: 'build-8', pid: 5}, undefined, '999'), /^another kp is at work: kp up on build-8, process 5/],
    ['taken and given back by another one, while this machine slept', {metadata: {name: 'kp', namespace: 'kube-system', resourceVersion: '999'}, spec: {holderIdentity: ''}}, /^the lock .+ was taken and given back by another kp while this one worked$/],
    ['deleted', undefined, /^the lock \(Lease kube-system\/kp\) was deleted while this one worked$/],
  ])('one that is %s ends the run, once, and is not given back', async (_, next, message) => {
    const world = server()
    const {options, lost} = optionsFor(world)
    const lease = await takeLease(options)
    world.put(next)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(lost).toEqual([expect.objectContaining({code: 'LOCKED', message: expect.stringMatching(message)})])
    await lease.release()
    expect(world.now()).toEqual(next)
  })

  it('giving it back fails silently where the server is away: it runs out by itself', async () => {
    const world = server()
    const lease = await takeLease(optionsFor(world).options)
    world.goAway(true)
    await expect(lease.release()).resolves.toBeUndefined()
  })
})
