/** Taking a drill back: what it changed and nothing else, as often as one likes, also where it was killed before the change it had written down. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {systemClock} from '../../../../src/engine/clock.ts'
import {identifySelf} from '../../../../src/engine/processes.ts'
import {drillFolder, openDrillMemory} from '../../../../src/operations/drill/memory.ts'
import type {ActiveDrill} from '../../../../src/operations/drill/memory.ts'
import {awakeAfterDrill, leftDrill, settleDrill} from '../../../../src/operations/drill/settle.ts'
import {actionContext, undoDrill} from '../../../../src/operations/drill/undo.ts'
import {act} from '../../../../src/operations/scenarios/actions.ts'
import type {ScenarioAction} from '../../../../src/spec/scenario.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {startApiServer} from '../../../helpers/api-server.ts'
import type {ApiServer} from '../../../helpers/api-server.ts'

const KINDS = [
  {apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false},
  {apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false},
  {apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true},
  {apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true},
  {apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true},
]
const thing = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({apiVersion, kind, metadata: {name, ...more}})
let folder: string
let api: ApiServer
let ctx: Parameters<typeof undoDrill>[0]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-undo-'))
  api = await startApiServer(folder, KINDS, [
    thing('v1', 'Node', 'n1', {labels: {zone: 'a'}}),
    thing('v1', 'Namespace', 'kube-system', {uid: 'u1'}),
    thing('networking.k8s.io/v1', 'NetworkPolicy', 'allow-dns', {namespace: 'demo', labels: {of: 'kp'}}),
    thing('v1', 'Pod', 'demo-1', {namespace: 'demo', ownerReferences: [{kind: 'ReplicaSet', name: 'demo', uid: 'r', apiVersion: 'apps/v1', controller: true}]}),
  ])
  ctx = {access: {kubeconfig: api.kubeconfig}, clock: systemClock, exec: {run: () => Promise.reject(new Error('nothing is run'))}, paths: {root: folder, environment: folder}} as never
})
afterEach(async () => {
  await api.close()
  rmSync(folder, {recursive: true, force: true})
})

const fresh = (): ActiveDrill => ({id: '20261128T120000Z-abcd', drill: 'mine', environment: 'dev', clusterUid: 'u1', owner: {...identifySelf(), start: '0'}, startedAt: '2026-11-28T12:00:00Z', names: {}, target: 'Node n1', hypothesis: 'It holds.', runbook: 'pod-crash.md', changes: [], first: [], last: [], injected: true})

/** Does actions as a drill does. `cutAfter`: it is killed after so many changes were written down, before the last was made. */
async function breakThings(active: ActiveDrill, actions: ScenarioAction[], cutAfter = Number.POSITIVE_INFINITY): Promise<void> {
  const memory = openDrillMemory(drillFolder(ctx))
  const context = actionContext(ctx, {name: 'mine', folder, names: {}}, {tolerant: false, say: () => undefined, remember(change) {
    active.changes.push(change)
    memory.keep(active)
    if (active.changes.length >= cutAfter) throw new Error('killed')
  }})
  memory.keep(active)
  for (const action of actions) await act(action, context)
}

const FAULT: ScenarioAction[] = [
  {label: {kind: 'Node', name: 'n1', set: {fault: 'unplug'}}},
  {delete: {kind: 'NetworkPolicy', namespace: 'demo', name: 'allow-dns'}},
  {annotate: {kind: 'Pod', namespace: 'demo', name: 'demo-1', set: {errors: '100%'}}},
  {apply: {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'scratch'}}},
  {apply: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'marker', namespace: 'scratch'}, data: {run: 'x'}}},
]
const state = (): string => [...api.objects].map(([path, object]) => JSON.stringify([path, object.metadata.labels, object.metadata.annotations ?? {}])).toSorted((one, other) => one.localeCompare(other)).join('\n')

describe('everything comes back', () => {
  it('the last change first, and a second time nothing happens', async () => {
    const before = state()
    const active = fresh()
    await breakThings(active, FAULT)
    expect(state()).not.toBe(before)
    api.writes.length = 0
    const {left, done} = await undoDrill(ctx, active)
    expect(left).toEqual([])
    // What is in a namespace of its own goes with it.
    expect(done).toEqual(['delete Namespace scratch', 'restore Pod demo/demo-1', 'make NetworkPolicy demo/allow-dns again', 'restore Node n1'])
    expect(state()).toBe(before)
    api.writes.length = 0
    expect(await undoDrill(ctx, active)).toEqual({done: [], left: []})
    expect(api.writes).toEqual([])
  })

  it.each([1, 2, 3, 4, 5])('killed between writing change %i down and making it', async (cut) => {
    const before = state()
    const active = fresh()
    await expect(breakThings(active, FAULT, cut)).rejects.toThrow('killed')
    expect((await undoDrill(ctx, active)).left).toEqual([])
    expect(state()).toBe(before)
  })

  it('but not what somebody else has changed since', async () => {
    const active = fresh()
    await breakThings(active, FAULT.slice(0, 1))
    api.put(thing('v1', 'Node', 'n1', {labels: {zone: 'a', fault: 'mine'}}))
    expect(await undoDrill(ctx, active)).toEqual({done: [], left: []})
    expect(api.get('Node', 'n1')?.metadata.labels).toEqual({zone: 'a', fault: 'mine'})
  })

  it('a pod that its controller makes anew is not made by hand', async () => {
    const active = fresh()
    await breakThings(active, [{delete: {kind: 'Pod', namespace: 'demo', name: 'demo-1'}}])
    expect(await undoDrill(ctx, active)).toEqual({done: [], left: []})
  })

  it('and what stays is named', async () => {
    const active = fresh()
    await breakThings(active, FAULT.slice(0, 1))
    api.stubborn.add('/api/v1/nodes/n1')
    expect((await undoDrill(ctx, active)).left).toEqual(['Node n1 is as the drill left it'])
  })
})

describe('a drill whose kp died', () => {
  const platform = (uid = 'u1'): Parameters<typeof settleDrill>[0] => ({
    ...ctx, spec: {environment: {name: 'dev', cluster: 'c'}}, provider: {simulated: true}, emit: () => undefined, changed: () => undefined,
    presence: () => Promise.resolve({state: 'running', observed: ''}), cluster: () => Promise.resolve({get: () => Promise.resolve(thing('v1', 'Namespace', 'kube-system', {uid}))}),
  }) as never

  it('is found and taken back once, and has a record that says so', async () => {
    await breakThings(fresh(), FAULT.slice(0, 1))
    expect(leftDrill(platform())?.drill).toBe('mine')
    expect((await settleDrill(platform()))?.done).toEqual(['restore Node n1'])
    expect(leftDrill(platform())).toBeUndefined()
    expect(await settleDrill(platform())).toBeUndefined()
    expect(readFileSync(join(folder, 'drills', '20261128T120000Z-abcd.md'), 'utf8')).toContain('its kp was ended in the middle of it')
  })

  it('is left alone while its kp lives', async () => {
    await breakThings({...fresh(), owner: identifySelf()}, FAULT.slice(0, 1))
    expect(await settleDrill(platform())).toBeUndefined()
    expect(api.get('Node', 'n1')?.metadata.labels).toHaveProperty('fault')
  })

  it('is forgotten where its cluster is no more', async () => {
    await breakThings(fresh(), FAULT.slice(0, 1))
    api.writes.length = 0
    expect((await settleDrill(platform('u2')))?.done).toEqual([])
    expect(api.writes).toEqual([])
    expect(leftDrill(platform())).toBeUndefined()
  })

  it('that had ended programs: an API server that is only starting is waited for, before anything is asked of it', async () => {
    const asked: string[] = []
    const answers = ['refused', 403, 200, 200]
    const starting = (): Parameters<typeof settleDrill>[0] => ({
      ...platform(), lab: {}, stopping: () => false, clock: {...ctx.clock, sleep: () => Promise.resolve()},
      cluster: () => Promise.resolve({api: {request({path}: {path: string}) {
        asked.push(path)
        const status = answers.shift()
        return typeof status === 'number' ? Promise.resolve({status}) : Promise.reject(new Error('refused'))
      }}}),
    }) as never
    await breakThings(fresh(), FAULT.slice(0, 1))
    await awakeAfterDrill(starting())
    expect(asked).toEqual([])
    await breakThings({...fresh(), changes: [{did: 'ended', program: 'kube-apiserver'}]}, FAULT.slice(0, 1))
    await awakeAfterDrill(starting())
    expect(asked).toEqual(['/api', '/api', '/api'])
  })

  it('stays written down where it cannot be taken back whole: exit 7', async () => {
    await breakThings(fresh(), FAULT.slice(0, 1))
    api.stubborn.add('/api/v1/nodes/n1')
    await expect(settleDrill(platform())).rejects.toMatchObject({exit: 7, details: ['Node n1 is as the drill left it']})
    expect(leftDrill(platform())?.drill).toBe('mine')
  })

  it('a file that was cut is none', () => {
    mkdirSync(join(folder, 'drills'), {recursive: true})
    writeFileSync(join(folder, 'drills', 'active.json'), '{"id": "2026')
    expect(leftDrill(platform())).toBeUndefined()
  })
})
