/** A backup that says "Completed", and what it lacks. */
import {describe, expect, it} from 'vitest'
import {placeKey} from '../../../../src/operations/backup/archive.ts'
import type {Archive} from '../../../../src/operations/backup/archive.ts'
import {areOfNewKinds, contentOf} from '../../../../src/operations/backup/content.ts'
import type {ContentLook} from '../../../../src/operations/backup/content.ts'
import type {Expected} from '../../../../src/operations/backup/expected.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {contextOf, minutesAgo, NOW} from '../../../helpers/check-cases.ts'
import {fakeApi} from '../../../helpers/fake-api.ts'

const PLURALS: Record<string, string> = {ConfigMap: 'configmaps', Secret: 'secrets', PersistentVolumeClaim: 'persistentvolumeclaims', VolumeSnapshot: 'volumesnapshots.snapshot.storage.k8s.io'}
const SINCE = NOW - 10 * 60_000
const long = {creationTimestamp: minutesAgo(60), managedFields: [{manager: 'kubectl', operation: 'Update', time: minutesAgo(60)}]}

const settings: KubeObject = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'settings', namespace: 'shop', uid: '1', ...long}, data: {mode: 'blue'}}
const login: KubeObject = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'login', namespace: 'shop', uid: '2', ...long}, data: {password: 'c2VjcmV0'}}
const claim: KubeObject = {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'shop', uid: '3', ...long}, spec: {volumeName: 'pvc-3'}}
const volume: KubeObject = {apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name: 'pvc-3', ...long}, spec: {csi: {driver: 'd'}, claimRef: {namespace: 'shop', name: 'data'}}}
const snapshot: KubeObject = {apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', metadata: {name: 'velero-data-x7', namespace: 'shop'}}
const LIVE = [settings, login, claim, volume]

const placeOf = ({kind, metadata: {name, namespace = ''}}: KubeObject): {resource: string; namespace: string; name: string} => ({resource: PLURALS[kind] ?? kind, namespace, name})

function archiveOf(objects: KubeObject[]): Archive {
  return {places: new Map(objects.map((one) => [placeKey(placeOf(one)), placeOf(one)])), objects: new Map(objects.map((one) => [placeKey(placeOf(one)), one]))}
}

async function look(held: KubeObject[], live = LIVE): Promise<ContentLook> {
  const ctx = await contextOf({}, () => fakeApi({objects: live}))
  const expected = live.filter(({kind}) => kind !== 'PersistentVolume').map((one): Expected => ({...placeOf(one), apiVersion: one.apiVersion, kind: one.kind, meta: one.metadata}))
  return contentOf(ctx, {expected, archive: archiveOf(held), since: SINCE})
}

describe('the content of a backup', () => {
  it('is whole where everything is in it', async () => {
    expect(await look([settings, login, claim, snapshot])).toMatchObject({readable: true, expected: 3, held: 3, missing: [], changed: [], volumes: [{namespace: 'shop', name: 'data', inBackup: true}]})
  })

  it('lacks an object, which is named', async () => {
    expect((await look([settings, claim, snapshot])).missing).toEqual([{kind: 'Secret', namespace: 'shop', name: 'login'}])
  })

  it('lacks a volume, which is named', async () => {
    expect((await look([settings, login, claim])).volumes).toEqual([{namespace: 'shop', name: 'data', inBackup: false, reason: 'no snapshot of its volume is in the backup'}])
    const other = {...snapshot, metadata: {...snapshot.metadata, name: 'velero-database-x7'}}
    expect((await look([settings, login, claim, other])).volumes[0]?.inBackup).toBe(false)
    const noted = {...claim, metadata: {...claim.metadata, annotations: {'velero.io/volume-snapshot-name': 'velero-data-other'}}}
    expect((await look([settings, login, noted, snapshot])).volumes[0]?.inBackup).toBe(false)
  })

  it('holds other data than there was: named by field, never by value', async () => {
    const found = await look([{...settings, data: {mode: 'red'}}, {...login, data: {password: 'b3RoZXI='}}, claim, snapshot])
    expect(found.changed).toEqual([
      {kind: 'ConfigMap', namespace: 'shop', name: 'settings', fields: ['data.mode']},
      {kind: 'Secret', namespace: 'shop', name: 'login', fields: ['data.password']},
    ])
    expect(JSON.stringify(found.changed)).not.toMatch(/blue|red|c2VjcmV0|b3RoZXI=/)
  })

  it('is not blamed for copies that an autoscaler added or took away', async () => {
    const shop = (replicas: number): KubeObject => ({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: 'shop', uid: '9', ...long}, spec: {replicas}})
    const hpa: KubeObject = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: {name: 'web', namespace: 'shop', uid: '10', ...long}, spec: {scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web'}}}
    expect((await look([shop(4)], [shop(2)])).changed).toEqual([{kind: 'Deployment', namespace: 'shop', name: 'web', fields: ['spec.replicas']}])
    expect((await look([shop(4), hpa], [shop(2), hpa])).changed).toEqual([])
  })

  it('is not blamed for what somebody changed or made anew since', async () => {
    const touched = {...settings, metadata: {...settings.metadata, managedFields: [{manager: 'kubectl', operation: 'Update', time: minutesAgo(1)}]}}
    expect((await look([{...settings, data: {mode: 'red'}}, login, claim, snapshot], [touched, login, claim, volume])).changed).toEqual([])
    expect((await look([{...settings, data: {mode: 'red'}, metadata: {...settings.metadata, uid: 'other'}}, login, claim, snapshot])).changed).toEqual([])
  })
})

it('what is missing may be of kinds that velero did not know yet', () => {
  const began = Date.parse('2026-11-29T12:00:00Z')
  const definition = (kind: string, creationTimestamp: string): KubeObject => ({apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: {name: kind.toLowerCase(), creationTimestamp}, spec: {names: {kind}}})
  const kinds = [definition('Kafka', '2026-11-29T11:56:00Z'), definition('Cluster', '2026-11-29T11:54:00Z')]
  const of = (kind: string): {kind: string; namespace: string; name: string} => ({kind, namespace: 'data', name: 'one'})
  expect(areOfNewKinds([of('Kafka')], kinds, began)).toBe(true)
  expect(areOfNewKinds([of('Cluster')], kinds, began)).toBe(false)
  expect(areOfNewKinds([of('Kafka'), of('ConfigMap')], kinds, began)).toBe(false)
  expect(areOfNewKinds([], kinds, began)).toBe(false)
})
