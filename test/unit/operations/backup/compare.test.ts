import {describe, expect, it} from 'vitest'
import {differingFields} from '../../../../src/operations/backup/compare.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'

const secret: KubeObject = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'login', namespace: 'shop', uid: '1', resourceVersion: '5', creationTimestamp: 'then', labels: {team: 'a'}}, type: 'Opaque', data: {password: 'c2VjcmV0'}}
const service: KubeObject = {apiVersion: 'v1', kind: 'Service', metadata: {name: 'shop', namespace: 'shop'}, spec: {clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], selector: {app: 'shop'}, ports: [{name: 'http', port: 80, nodePort: 30_001}]}}
const claim: KubeObject = {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'shop', annotations: {'pv.kubernetes.io/bind-completed': 'yes', 'velero.io/volume-snapshot-name': 'velero-data-x', note: 'kept'}}, spec: {volumeName: 'pvc-1', accessModes: ['ReadWriteOnce']}, status: {phase: 'Bound'}}
const binding: KubeObject = {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: {name: 'b', namespace: 'shop'}, subjects: [{kind: 'ServiceAccount', name: 's', namespace: 'shop'}, {kind: 'User', name: 'u'}], roleRef: {kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io'}}
const MAPPED = {shop: 'kp-verify-x-shop'}

/** The same in the scratch namespace, as velero and the cluster leave it. */
function restored(object: KubeObject, change: (copy: KubeObject & {spec: Record<string, unknown>; data: Record<string, string>}) => void = () => {}): KubeObject {
  const copy = structuredClone(object) as never as KubeObject & {spec: Record<string, unknown>; data: Record<string, string>}
  copy.metadata = {...copy.metadata, namespace: MAPPED.shop, uid: '2', resourceVersion: '9', creationTimestamp: 'now', labels: {...copy.metadata.labels, 'velero.io/restore-name': 'r', 'velero.io/backup-name': 'b'}}
  change(copy)
  return copy
}

describe('a restored object', () => {
  it.each([
    ['Secret', restored(secret), secret],
    ['Service with new addresses', restored(service, ({spec}) => Object.assign(spec, {clusterIP: '10.9.9.9', clusterIPs: ['10.9.9.9'], ports: [{name: 'http', port: 80}]})), service],
    ['claim of a new volume', restored(claim, ({spec}) => Object.assign(spec, {volumeName: 'pvc-2', dataSource: {kind: 'VolumeSnapshot', name: 'x'}})), claim],
    ['RoleBinding, led to the new namespace', {...restored(binding), subjects: [{kind: 'ServiceAccount', name: 's', namespace: MAPPED.shop}, {kind: 'User', name: 'u'}]}, binding],
  ])('is the same: %s', (_, now, then) => expect(differingFields(then, now, MAPPED)).toEqual([]))

  it.each([
    ['a value of a Secret, without the value', restored(secret, ({data}) => Object.assign(data, {password: 'b3RoZXI='})), secret, ['data.password']],
    ['a key that is missing', restored(secret, (copy) => Reflect.deleteProperty(copy, 'data')), secret, ['data']],
    ['a label', restored(secret, ({metadata}) => Object.assign(metadata.labels ?? {}, {team: 'b'})), secret, ['metadata.labels.team']],
    ['an annotation of a person', restored(claim, ({metadata}) => Reflect.deleteProperty(metadata.annotations ?? {}, 'note')), claim, ['metadata.annotations']],
    ['a selector', restored(service, ({spec}) => Object.assign(spec, {selector: {app: 'other'}})), service, ['spec.selector.app']],
    ['a port', restored(service, ({spec}) => Object.assign(spec, {ports: [{name: 'http', port: 81}]})), service, ['spec.ports[http].port']],
    ['a binding that still points to where it was', restored(binding), binding, ['subjects[s].namespace']],
  ])('differs: %s', (_, now, then, fields) => {
    const found = differingFields(then, now, MAPPED)
    expect(found).toEqual(fields)
    expect(found.join()).not.toMatch(/c2VjcmV0|b3RoZXI=/)
  })
})
