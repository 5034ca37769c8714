import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {asHelmApplies, releaseDigest, valueDifferences} from '../../../src/steps/shared/release-state.ts'

describe('where two sets of values differ', () => {
  it('names each value by its path, whatever the order of the keys', () => {
    const wanted = {replicas: 2, image: {tag: 'v1', repository: 'a'}, list: [1, 2], gone: true}
    const seen = {image: {repository: 'a', tag: 'v2'}, list: [1, 2], replicas: 2, extra: {level: 7}}
    expect(valueDifferences(wanted, seen)).toEqual([
      {field: 'values.image.tag', wanted: 'v1', seen: 'v2'},
      {field: 'values.gone', wanted: 'true'},
      {field: 'values.extra.level', seen: '7'},
    ])
    expect(valueDifferences(wanted, structuredClone(wanted))).toEqual([])
  })

  it('shows no list and nothing long', () => {
    expect(valueDifferences({env: [{name: 'A', value: 'one'}]}, {env: [{name: 'A', value: 'two'}, {name: 'B', value: 'three'}]})).toEqual([{field: 'values.env', wanted: 'a list of 1', seen: 'a list of 2'}])
    expect(valueDifferences({text: 'x'.repeat(500)}, {})[0]?.wanted).toHaveLength(80)
  })

  it.each(['adminPassword', 'token', 'clientSecret', 'apiKey', 'credentials', 'privateKey', 'basicAuth', 'passphrase'])('shows no value of %s, nor what lies below it', (name) => {
    const hidden = 'hunter2'
    for (const [wanted, seen] of [[{}, {[name]: hidden}], [{[name]: hidden}, {}], [{[name]: 'x'}, {[name]: hidden}], [{}, {grafana: {[name]: {deep: hidden}}}], [{}, {list: [{[name]: hidden}]}]] as [object, object][]) {
      const found = valueDifferences(wanted as Record<string, unknown>, seen as Record<string, unknown>)
      expect(found).not.toEqual([])
      expect(JSON.stringify(found)).not.toContain(hidden)
    }
  })
})

it('the digest of a release is that of chart and values, and of nothing else', () => {
  const digest = releaseDigest('cert-manager 1.21.1', {a: 1, b: {c: 2, d: 3}})
  expect(releaseDigest('cert-manager 1.21.1', {b: {d: 3, c: 2}, a: 1})).toBe(digest)
  expect(releaseDigest('cert-manager 1.21.1', {a: 1, b: {c: 2, d: 4}})).not.toBe(digest)
  expect(releaseDigest('cert-manager 1.21.2', {a: 1, b: {c: 2, d: 3}})).not.toBe(digest)
  expect(releaseDigest('cert-manager 1.21.1', {a: 1, b: {c: 2, d: 3}, list: [1, 2]})).not.toBe(releaseDigest('cert-manager 1.21.1', {a: 1, b: {c: 2, d: 3}, list: [2, 1]}))
})

it('an object has the namespace of its release where its kind has one, and none where it has none', async () => {
  const ctx = {cluster: () => Promise.resolve({api: {resource: (_: string, kind: string) => Promise.resolve({namespaced: kind === 'ConfigMap'})}})} as unknown as PlatformContext
  const release = {name: 'chaos-mesh', namespace: 'chaos-mesh'}
  const of = async (kind: string, namespace?: string): Promise<unknown> => (await asHelmApplies(ctx, {apiVersion: 'v1', kind, metadata: {name: 'a', ...(namespace === undefined ? {} : {namespace})}}, release)).metadata.namespace
  expect([await of('ConfigMap'), await of('ConfigMap', 'other'), await of('ClusterRoleBinding'), await of('ClusterRoleBinding', 'chaos-mesh')]).toEqual(['chaos-mesh', 'other', undefined, undefined])
})
