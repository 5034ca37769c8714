/** A node is emptied: what goes, what stays, what holds it. */
import {describe, expect, it} from 'vitest'
import {systemClock} from '../../../../src/engine/clock.ts'
import {CORDONED_BY, cordon, drainNode, readRefusal} from '../../../../src/operations/drain/evict.ts'
import type {DrainContext, Holding} from '../../../../src/operations/drain/evict.ts'
import type {PodObject} from '../../../../src/operations/drain/pods.ts'
import type {KubeAnswer, KubeRequest} from '../../../../src/tools/kube-api.ts'

const owned = (kind: string): NonNullable<PodObject['metadata']['ownerReferences']> => [{apiVersion: 'apps/v1', kind, name: 'web-abc', uid: 'u', controller: true}]
const pod = (name: string, kind?: string): PodObject => ({apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace: 'shop', uid: name, ...(kind === undefined ? {} : {ownerReferences: owned(kind)})}, spec: {nodeName: 'n1'}, status: {phase: 'Running'}})
const budget: KubeAnswer = {status: 429, body: {message: 'Cannot evict pod as it would violate the pod\'s disruption budget.', details: {causes: [{reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently'}]}}}

/** A node with these pods; `refuse` says what an eviction gets, by the pod and how often it was asked. */
function world(pods: PodObject[], refuse: (name: string, times: number) => KubeAnswer | undefined = () => undefined): {ctx: DrainContext; requests: KubeRequest[]; node: {spec: {unschedulable?: boolean | null}; metadata: {annotations: Record<string, string | null>}}; stop(): void} {
  const left = new Map(pods.map((one) => [one.metadata.name, one]))
  const asked = new Map<string, number>()
  const requests: KubeRequest[] = []
  const node: {spec: {unschedulable?: boolean | null}; metadata: {annotations: Record<string, string | null>}} = {spec: {}, metadata: {annotations: {}}}
  let stopping = false
  const api = {
    get: (path: string) => Promise.resolve(path.startsWith('/api/v1/pods') ? {items: [...left.values()]} : path.includes('poddisruptionbudgets') ? {status: {disruptedPods: {'db-0': '2026-11-29T12:00:00Z'}}} : node),
    request(call: KubeRequest): Promise<KubeAnswer> {
      requests.push(call)
      if (call.method === 'PATCH') {
        const patch = call.body as typeof node
        Object.assign(node.spec, patch.spec)
        Object.assign(node.metadata.annotations, patch.metadata.annotations)
        return Promise.resolve({status: 200, body: node})
      }
      const name = /pods\/([^/]+)\/eviction/.exec(call.path)?.[1] ?? ''
      const times = (asked.get(name) ?? 0) + 1
      asked.set(name, times)
      const refused = refuse(name, times)
      if (refused === undefined) left.delete(name)
      return Promise.resolve(refused ?? {status: 201, body: {}})
    },
  }
  const ctx = {
    cluster: () => Promise.resolve({api}),
    clock: {now: () => systemClock.now(), sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 5), signal)},
    signal: new AbortController().signal, stopping: () => stopping, change: (_what: unknown, act: () => Promise<unknown>) => act(), changed: () => {}, emit: () => {},
  } as unknown as DrainContext
  return {ctx, requests, node, stop: () => (stopping = true)}
}

describe('a drain', () => {
  it('evicts what a controller brings back, leaves daemons alone, and cordons first', async () => {
    const {ctx, requests, node} = world([pod('web-1', 'ReplicaSet'), pod('agent-1', 'DaemonSet'), pod('db-0', 'StatefulSet')])
    const outcome = await drainNode(ctx, 'n1', {by: 'kp test'})
    expect(outcome).toMatchObject({drained: true, held: [], evicted: ['shop/web-1', 'shop/db-0']})
    expect(requests[0]).toMatchObject({method: 'PATCH', body: {spec: {unschedulable: true}}})
    expect(requests.filter(({path}) => path.includes('agent-1'))).toEqual([])
    expect(node.metadata.annotations[CORDONED_BY]).toBe('kp test')
  })

  it('waits for a budget, tells who holds it, and goes on', async () => {
    const told: Holding[][] = []
    const {ctx} = world([pod('web-1', 'ReplicaSet')], (_name, times) => (times < 4 ? budget : undefined))
    const outcome = await drainNode(ctx, 'n1', {by: 'kp test', onHeld: (held) => told.push(held)})
    expect(outcome.drained).toBe(true)
    expect(told[0]).toEqual([{pod: 'shop/web-1', owner: 'ReplicaSet web-abc', kind: 'budget', pdb: 'shop/web', reason: 'The disruption budget web needs 2 healthy pods and has 2 currently'}])
    expect(told.at(-1)).toEqual([])
  })

  it('says where a budget still counts the pod of the same name that went before', async () => {
    const made = (creationTimestamp: string, kind = 'StatefulSet'): PodObject => ({...pod('db-0', kind), metadata: {...pod('db-0', kind).metadata, creationTimestamp}})
    const reasonOf = async (one: PodObject): Promise<string | undefined> => (await drainNode(world([one], () => budget).ctx, 'n1', {by: 'kp test', limitMs: 20})).held[0]?.reason
    expect(await reasonOf(made('2026-11-29T12:00:01Z'))).toMatch(/has 2 currently; it still counts the pod of this name that was evicted before, for two minutes at most$/)
    expect(await reasonOf(made('2026-11-29T11:00:00Z'))).toMatch(/has 2 currently$/)
    expect(await reasonOf(made('2026-11-29T12:00:01Z', 'ReplicaSet'))).toMatch(/has 2 currently$/)
  })

  it('gives up at its limit, and names what holds it', async () => {
    const {ctx} = world([pod('web-1', 'ReplicaSet')], () => budget)
    expect(await drainNode(ctx, 'n1', {by: 'kp test', limitMs: 40})).toMatchObject({drained: false, stopped: false, held: [{kind: 'budget', pdb: 'shop/web'}]})
    const slow = world([{...pod('slow-1', 'ReplicaSet'), metadata: {...pod('slow-1', 'ReplicaSet').metadata, deletionTimestamp: '2026-11-28T12:00:00Z'}}])
    expect(await drainNode(slow.ctx, 'n1', {by: 'kp test', limitMs: 40})).toMatchObject({drained: false, held: [{pod: 'shop/slow-1', kind: 'ending', pdb: null}]})
  })

  it('ends no bare pod unless it is told to', async () => {
    const lone = world([pod('lone')])
    expect(await drainNode(lone.ctx, 'n1', {by: 'kp test'})).toMatchObject({drained: false, evicted: [], held: [{pod: 'shop/lone', owner: null, kind: 'bare'}]})
    const told = world([pod('lone')])
    expect(await drainNode(told.ctx, 'n1', {by: 'kp test', evictBare: true})).toMatchObject({drained: true, evicted: ['shop/lone']})
  })

  it('stops cleanly when it is asked to', async () => {
    const {ctx, stop} = world([pod('web-1', 'ReplicaSet')], () => (stop(), budget))
    expect(await drainNode(ctx, 'n1', {by: 'kp test'})).toMatchObject({drained: false, stopped: true})
  })
})

describe('a cordon', () => {
  it('of somebody else stays theirs', async () => {
    const {ctx, node, requests} = world([])
    node.spec.unschedulable = true
    expect(await cordon(ctx, 'n1', 'kp test')).toBe(false)
    expect(requests).toEqual([])
  })
})

describe('a refusal', () => {
  it('of two budgets is told from a failure', () => {
    expect(readRefusal({status: 500, body: {message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'}}, 'shop')).toMatchObject({pdb: null})
    expect(readRefusal({status: 500, body: {message: 'etcd is away'}}, 'shop')).toBeUndefined()
    expect(readRefusal({status: 403, body: {}}, 'shop')).toBeUndefined()
  })
})
