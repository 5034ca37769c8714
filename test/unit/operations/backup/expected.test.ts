import {describe, expect, it} from 'vitest'
import {expectedOf, resourceName, untouchedSince} from '../../../../src/operations/backup/expected.ts'
import {judgeMarker, markerNamespace} from '../../../../src/operations/backup/marker.ts'
import type {Scope} from '../../../../src/operations/backup/expected.ts'
import type {KubeMeta} from '../../../../src/tools/kube-api.ts'

const SINCE = Date.parse('2026-11-28T12:00:00Z')
const BEFORE = '2026-11-28T11:59:59Z'
const ALL: Scope = {include: [], exclude: ['scratch']}
const config = {apiVersion: 'v1', kind: 'ConfigMap', resource: 'configmaps'}
const meta = (more: Partial<KubeMeta> = {}): KubeMeta => ({name: 'settings', namespace: 'shop', creationTimestamp: BEFORE, ...more})
const wanted = (more: Partial<KubeMeta>, scope = ALL, kind = config): boolean => expectedOf(kind, meta(more), scope, SINCE).length === 1

describe('what a backup must hold', () => {
  it.each([
    ['what was there before it', {}, true],
    ['not what came while it was made', {creationTimestamp: '2026-11-28T12:00:00Z'}, false],
    ['not what is on its way out', {deletionTimestamp: BEFORE}, false],
    ['not what a controller makes anew', {ownerReferences: [{apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: '1', controller: true}]}, false],
    ['what is owned without a controller', {ownerReferences: [{apiVersion: 'v1', kind: 'Secret', name: 'r', uid: '1'}]}, true],
    ['not what is kept out on purpose', {labels: {'velero.io/exclude-from-backup': 'true'}}, false],
    ['not a namespace that kp.yaml leaves out', {namespace: 'scratch'}, false],
    ['not what each namespace has', {name: 'kube-root-ca.crt'}, false],
  ])('%s', (_, more, is) => expect(wanted(more)).toBe(is))

  it('counts claims that operators made, since their data is nowhere else', () => {
    const claim = {apiVersion: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims'}
    const ownedBy = (kind: string): Partial<KubeMeta> => ({ownerReferences: [{apiVersion: 'v1', kind, name: 'o', uid: '1', controller: true}]})
    expect([wanted(ownedBy('Cluster'), ALL, claim), wanted(ownedBy('Pod'), ALL, claim)]).toEqual([true, false])
  })

  it('follows the namespaces of kp.yaml', () => {
    const some = {include: ['shop'], exclude: []}
    expect(wanted({}, some)).toBe(true)
    expect(wanted({namespace: 'books'}, some)).toBe(false)
    expect(expectedOf({apiVersion: 'v1', kind: 'Namespace', resource: 'namespaces'}, {name: 'shop', creationTimestamp: BEFORE}, some, SINCE)).toHaveLength(1)
    expect(expectedOf({apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', resource: 'clusterroles.rbac.authorization.k8s.io'}, {name: 'r', creationTimestamp: BEFORE}, some, SINCE)).toEqual([])
    expect(expectedOf({apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', resource: 'clusterroles.rbac.authorization.k8s.io'}, {name: 'r', creationTimestamp: BEFORE}, ALL, SINCE)).toHaveLength(1)
    expect([resourceName('v1', 'pods'), resourceName('apps/v1', 'deployments')]).toEqual(['pods', 'deployments.apps'])
  })

  it('knows what nobody has touched since: status does not count', () => {
    const field = (time: string, subresource?: string): NonNullable<KubeMeta['managedFields']>[number] => ({manager: 'm', operation: 'Update', time, ...(subresource === undefined ? {} : {subresource})})
    expect(untouchedSince(meta({managedFields: [field(BEFORE), field('2026-11-28T13:00:00Z', 'status')]}), SINCE)).toBe(true)
    expect(untouchedSince(meta({managedFields: [field(BEFORE), field('2026-11-28T13:00:00Z')]}), SINCE)).toBe(false)
    expect(untouchedSince(meta(), SINCE)).toBe(false)
  })
})

describe('the marker', () => {
  const [old, late] = [{value: 'a', at: '2026-11-28T11:00:00.000Z'}, {value: 'b', at: '2026-11-28T13:00:00.000Z'}]

  it.each([
    ['came back', old, old, true],
    ['is an older one, while a newer was written after the backup', late, old, true],
    ['is another one than that before the backup', old, {value: 'x', at: '2026-11-28T10:00:00.000Z'}, false],
    ['is of the second in which the backup began', {value: 'a', at: '2026-11-28T12:00:00.400Z'}, {value: 'a', at: '2026-11-28T12:00:00.400Z'}, true],
    ['is not there', old, undefined, false],
    ['is of after the backup', late, late, false],
  ])('%s', (_, live, restored, ok) => expect(judgeMarker(live, restored, SINCE)?.ok).toBe(ok))

  it('is no matter where none was written before', () => {
    expect(judgeMarker(undefined, undefined, SINCE)).toBeUndefined()
    expect(judgeMarker(late, undefined, SINCE)).toBeUndefined()
  })

  it('is where it is backed up', () => {
    expect([ALL, {include: ['a', 'b'], exclude: []}, {include: ['*'], exclude: ['default']}, {include: ['default'], exclude: []}].map(markerNamespace)).toEqual(['default', 'a', undefined, 'default'])
  })
})
