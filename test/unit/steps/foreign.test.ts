import {describe, expect, it} from 'vitest'
import {isNewer} from '../../../src/components/compatibility.ts'
import {isOwn, keeperOf} from '../../../src/steps/shared/foreign.ts'

describe('who keeps an object that kp did not make', () => {
  it.each([
    [{annotations: {'argocd.argoproj.io/tracking-id': 'cert-manager:apps/Deployment:cert-manager/cert-manager'}}, 'the Argo CD application cert-manager'],
    [{labels: {'argocd.argoproj.io/instance': 'certs'}}, 'the Argo CD application certs'],
    [{labels: {'helm.toolkit.fluxcd.io/name': 'certs', 'helm.toolkit.fluxcd.io/namespace': 'infra'}}, 'the Flux HelmRelease infra/certs'],
    [{labels: {'kustomize.toolkit.fluxcd.io/name': 'infra', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system'}}, 'the Flux Kustomization flux-system/infra'],
    [{labels: {'olm.owner': 'cert-manager.v1.20.0'}}, 'the Operator Lifecycle Manager (cert-manager.v1.20.0)'],
    [{ownerReferences: [{apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: '1', controller: true}]}, 'the operator of Installation default'],
  ])('%j', (meta, who) => {
    const keeper = keeperOf({name: 'x', ...meta})
    expect(keeper?.who).toBe(who)
    expect(keeper?.next).not.toBe('')
  })

  it('is nobody where only helm or kubectl put it there', () => {
    expect(keeperOf({name: 'x', labels: {'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'certs'}, ownerReferences: [{apiVersion: 'v1', kind: 'Node', name: 'a', uid: '1'}]})).toBeUndefined()
  })
})

it('an object is kp\'s own by its label, or by fields that kp applied', () => {
  expect(isOwn({name: 'x', labels: {'kp.dev/platform': 'acme'}}, 'acme')).toBe(true)
  expect(isOwn({name: 'x', labels: {'kp.dev/platform': 'other'}}, 'acme')).toBe(false)
  expect(isOwn({name: 'x', managedFields: [{manager: 'kp', operation: 'Apply'}]}, 'acme')).toBe(true)
  expect(isOwn({name: 'x', managedFields: [{manager: 'kubectl', operation: 'Apply'}]}, 'acme')).toBe(false)
})

it('what is no version is never newer', () => {
  expect(isNewer('v1.22.0', 'v1.21.9')).toBe(true)
  expect(isNewer('1.21.1', 'v1.21.1')).toBe(false)
  expect(isNewer('v1.20.0', '1.21.1')).toBe(false)
  expect(isNewer('main', '1.0.0')).toBe(false)
})
