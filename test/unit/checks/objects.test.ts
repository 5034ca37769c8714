import {describe, expect, it} from 'vitest'
import type {ClusterReader} from '../../../src/checks/cluster.ts'
import {keyOf, lookAtObjects, noteApplied, toDifferences, wantedNow} from '../../../src/checks/objects.ts'
import type {LookedCache} from '../../../src/checks/objects.ts'
import type {KubeAnswer, KubeMeta, KubeObject} from '../../../src/tools/kube-api.ts'

const configMap = (name: string, data: Record<string, string>, metadata: Partial<KubeMeta> = {}): KubeObject => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace: 'a', ...metadata}, data})

/** A server of ConfigMaps that merges an apply over what is there. */
function server(objects: KubeObject[], options: {answer?: (object: KubeObject) => KubeAnswer; unknownKinds?: string[]} = {}) {
  const asked: string[] = []
  const live = new Map(objects.map((object) => [object.metadata.name, object]))
  const cluster = {
    metadata: (_: string, kind: string) => Promise.resolve(options.unknownKinds?.includes(kind) === true ? undefined : new Map(objects.map(({metadata}) => [metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`, metadata]))),
    api: {
      pathOf: ({metadata}: KubeObject) => Promise.resolve(metadata.name),
      get(path: string) {
        asked.push(`get ${path}`)
        return Promise.resolve(live.get(path))
      },
      dryRunApply(object: KubeObject) {
        asked.push(`apply ${object.metadata.name}`)
        const now = live.get(object.metadata.name)
        return Promise.resolve(options.answer?.(object) ?? {status: 200, body: {...now, ...object, metadata: {...now?.metadata, ...object.metadata}, data: {...(now?.['data'] as object), ...(object['data'] as object)}}})
      },
    },
  }
  return {cluster: cluster as unknown as ClusterReader, asked, live}
}

function memory(): LookedCache & {entries: Map<string, string>} {
  const entries = new Map<string, string>()
  return {entries, applied: new Set(), get: (key) => entries.get(key), set: (key, value) => void entries.set(key, value)}
}

const look = (cluster: ClusterReader, wanted: KubeObject[], cache = memory()) => lookAtObjects(cluster, wantedNow(wanted), {fieldManager: 'kp', cache})

describe('looking at objects', () => {
  it('what is as wanted is compared once, and not again as long as the server has not touched it', async () => {
    const cache = memory()
    const wanted = configMap('x', {a: '1'})
    const first = server([configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7'})])
    expect((await look(first.cluster, [wanted], cache)).differences).toEqual([])
    expect(first.asked).toEqual(['get x', 'apply x'])
    const again = server([configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7'})])
    expect((await look(again.cluster, [wanted], cache)).differences).toEqual([])
    expect(again.asked).toEqual([])
  })

  it.each<[string, Partial<KubeMeta>, Record<string, string>]>([
    ['was written since', {uid: 'u', resourceVersion: '8'}, {a: '1'}],
    ['is another one of that name', {uid: 'v', resourceVersion: '7'}, {a: '1'}],
    ['is wanted otherwise', {uid: 'u', resourceVersion: '7'}, {a: '2'}],
  ])('what %s is compared anew', async (_, metadata, data) => {
    const cache = memory()
    await look(server([configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7'})]).cluster, [configMap('x', {a: '1'})], cache)
    const {cluster, asked} = server([configMap('x', {a: '1'}, metadata)])
    const {differences} = await look(cluster, [configMap('x', data)], cache)
    expect(asked).toEqual(['get x', 'apply x'])
    expect(differences).toEqual(data['a'] === '1' ? [] : [{object: 'ConfigMap a/x', field: 'data.a', wanted: '2', seen: '1'}])
  })

  it('what differs is not remembered as looked at', async () => {
    const cache = memory()
    await look(server([configMap('x', {a: '2'}, {uid: 'u', resourceVersion: '7'})]).cluster, [configMap('x', {a: '1'})], cache)
    expect([...cache.entries]).toEqual([])
  })

  it('what is missing is named, also where its kind is unknown, or where it vanishes between two looks', async () => {
    const wanted = [configMap('x', {a: '1'})]
    const named = [{object: 'ConfigMap a/x'}]
    expect((await look(server([]).cluster, wanted)).differences).toEqual(named)
    expect((await look(server([], {unknownKinds: ['ConfigMap']}).cluster, wanted)).differences).toEqual(named)
    const vanishing = server([configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7'})])
    vanishing.live.clear()
    const found = await look(vanishing.cluster, wanted)
    expect(found.differences).toEqual(named)
    expect(found.missing.map((drift) => drift.wanted)).toEqual(wanted)
  })

  it('what the server would refuse says why', async () => {
    const answer = (): KubeAnswer => ({status: 422, body: {message: 'data: field is immutable'}})
    const {differences} = await look(server([configMap('x', {a: '2'}, {uid: 'u', resourceVersion: '7'})], {answer}).cluster, [configMap('x', {a: '1'})])
    expect(differences).toEqual([{object: 'ConfigMap a/x', seen: 'the server would refuse it: data: field is immutable'}])
  })

  it('what the server would refuse because of something set by hand names that', async () => {
    const answer = (): KubeAnswer => ({status: 422, body: {message: 'duplicate'}})
    const managedFields = [{manager: 'kubectl-edit', operation: 'Update', fieldsV1: {'f:data': {'f:b': {}}}}]
    const {differences, drifted} = await look(server([configMap('x', {a: '1', b: '2'}, {uid: 'u', resourceVersion: '7', managedFields})], {answer}).cluster, [configMap('x', {a: '1'})])
    expect(differences).toEqual([{object: 'ConfigMap a/x', field: 'data.b', seen: '2 (set by kubectl-edit)'}])
    expect(drifted[0]?.refused).toBe('duplicate')
  })

  it.each([401, 403])('a comparison that is forbidden (%i) is an error, never a difference', async (status) => {
    const answer = (): KubeAnswer => ({status, body: {message: 'no'}})
    await expect(look(server([configMap('x', {}, {uid: 'u', resourceVersion: '7'})], {answer}).cluster, [configMap('x', {})])).rejects.toMatchObject({code: 'API_ERROR', message: 'ConfigMap a/x cannot be compared: no'})
  })

  it('a namespace that is being deleted is an error with what holds it', async () => {
    const terminating: KubeObject = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'a', uid: 'u', resourceVersion: '7', deletionTimestamp: '2026-11-21T10:00:00Z', finalizers: ['example.com/stuck']}}
    await expect(look(server([terminating]).cluster, [{apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'a'}}])).rejects.toMatchObject({code: 'STEP_FAILED', message: 'the namespace a is being deleted (Terminating) since 2026-11-21T10:00:00Z', details: ['finalizer: example.com/stuck']})
  })

  describe('what was just applied', () => {
    const wanted = configMap('x', {a: '1'})
    const applied = {manager: 'kp', operation: 'Apply', fieldsV1: {}}
    const lookAt = async (cache: LookedCache, metadata: Partial<KubeMeta>, want = wanted): Promise<string[]> => {
      const {cluster, asked} = server([configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7', ...metadata})])
      await look(cluster, [want], {entries: new Map(), ...cache})
      return asked
    }

    it.each<[string, Partial<KubeMeta>]>([
      ['by nobody else', {managedFields: [applied]}],
      ['and has a status', {generation: 1, managedFields: [applied, {manager: 'controller', operation: 'Update', subresource: 'status'}]}],
    ])('%s is as wanted, and remembered', async (_, metadata) => {
      const cache = memory()
      noteApplied(cache, [keyOf(wanted)])
      expect(await lookAt(cache, metadata)).toEqual([])
      expect([...cache.entries.values()]).toEqual([`u:7:${keyOf(wanted).digest}`])
    })

    it.each<[string, Partial<KubeMeta>]>([
      ['by another, too', {managedFields: [applied, {manager: 'kubectl-edit', operation: 'Update'}]}],
      ['by another alone', {managedFields: [{...applied, manager: 'helm'}]}],
      ['and updated', {managedFields: [{...applied, operation: 'Update'}]}],
      ['and changed since it was made', {generation: 2, managedFields: [applied]}],
      ['without saying by whom', {}],
    ])('%s is compared', async (_, metadata) => {
      const cache = memory()
      noteApplied(cache, [keyOf(wanted)])
      expect(await lookAt(cache, metadata)).toEqual(['get x', 'apply x'])
    })

    it('is believed once, and only as it was applied', async () => {
      const cache = memory()
      noteApplied(cache, [keyOf(wanted)])
      const other = configMap('x', {a: '2'})
      expect(await lookAt(cache, {managedFields: [applied]}, other)).toEqual(['get x', 'apply x'])
      expect(await lookAt(cache, {managedFields: [applied]})).toEqual([])
      expect(await lookAt(cache, {managedFields: [applied], resourceVersion: '8'})).toEqual(['get x', 'apply x'])
    })
  })

  it('objects are loaded only where one of them has to be compared', async () => {
    const cache = memory()
    const wanted = configMap('x', {a: '1'})
    const objects = [configMap('x', {a: '1'}, {uid: 'u', resourceVersion: '7'})]
    await look(server(objects).cluster, [wanted], cache)
    await lookAtObjects(server(objects).cluster, {keys: [keyOf(wanted)], load: () => Promise.reject(new Error('loaded'))}, {fieldManager: 'kp', cache})
  })
})

describe('what is shown of a difference', () => {
  it('never holds the values of a Secret', () => {
    const secret: KubeObject = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'x', namespace: 'a'}}
    const fields = [
      {path: ['data', 'token'], field: 'data.token', wanted: 'd2FudGVk', seen: 'c2Vlbg==', surplus: false},
      {path: ['data'], field: 'data', wanted: {token: 'd2FudGVk'}, seen: undefined, surplus: false},
      {path: ['data', 'extra'], field: 'data.extra', wanted: undefined, seen: 'ZXh0cmE=', surplus: true, by: 'kubectl-edit'},
    ]
    const shown = toDifferences({wanted: secret, live: secret, fields})
    expect(shown.map(({field}) => field)).toEqual(['data.token', 'data', 'data.extra'])
    expect(JSON.stringify(shown)).not.toMatch(/d2FudGVk|c2Vlbg|ZXh0cmE/)
  })
})
