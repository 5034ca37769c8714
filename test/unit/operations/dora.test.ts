import {describe, expect, it} from 'vitest'
import {deployedBy, figuresOf, releasedBy} from '../../../src/operations/dora.ts'
import type {Deployment} from '../../../src/operations/dora.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

const HOUR = 3600_000
const one = (hour: number, more: Partial<Deployment> = {}): Deployment => ({what: 'kp up', source: 'kp', at: hour * HOUR, good: true, ...more})

describe('the figures of DORA', () => {
  it('are counted from deployments', () => {
    const found = figuresOf([one(1, {committedAt: 0}), one(2, {good: false}), one(3, {good: false}), one(5, {committedAt: 2 * HOUR}), one(6, {what: 'Application shop', source: 'argo-cd', committedAt: 4 * HOUR})], 10, [])
    expect(found).toEqual({
      deployments: {total: 5, perDay: 0.5, kp: 4, gitops: 1},
      leadTime: {medianSeconds: 7200, measured: 3},
      changeFailures: {failed: 2, percent: 40},
      // From the first failure, not the last.
      timeToRestore: {medianSeconds: 3 * 3600, incidents: 1},
      openSince: null,
      unknown: [],
    })
  })

  it('are unknown without data, not good', () => {
    expect(figuresOf([], 30, ['nobody was asked'])).toMatchObject({leadTime: null, changeFailures: null, timeToRestore: null, unknown: ['nobody was asked', 'nothing was deployed in this time']})
    expect(figuresOf([one(1)], 30, []).unknown).toEqual(['lead time: the repository is not in Git, or Git does not know what was deployed', 'time to restore: nothing failed'])
  })

  it('name what is still broken, each thing by itself', () => {
    const shop = {what: 'Application shop', source: 'argo-cd'} as const
    expect(figuresOf([one(1, {...shop, good: false}), one(2)], 1, [])).toMatchObject({timeToRestore: null, openSince: new Date(HOUR).toISOString()})
    expect(figuresOf([one(1, {...shop, good: false}), one(2, shop)], 1, [])).toMatchObject({timeToRestore: {medianSeconds: 3600, incidents: 1}, openSince: null})
  })

  it('do not take a commit after the deployment for its cause', () => {
    expect(figuresOf([one(1, {committedAt: 2 * HOUR})], 1, []).leadTime).toBeNull()
  })
})

describe('the history of a GitOps tool', () => {
  it('of Argo CD: what it brought, and a last try that failed', () => {
    const application: KubeObject = {apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: {name: 'shop'}, status: {history: [{deployedAt: '2026-11-28T10:00:00Z', revision: 'abc1234'}], operationState: {phase: 'Failed', finishedAt: '2026-11-28T11:00:00Z'}}}
    expect(deployedBy(application)).toEqual([{at: Date.parse('2026-11-28T10:00:00Z'), good: true, revision: 'abc1234'}, {at: Date.parse('2026-11-28T11:00:00Z'), good: false}])
    expect(deployedBy({...application, status: {}})).toEqual([])
  })

  it('of Flux: each snapshot', () => {
    expect(releasedBy({apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: {name: 'shop', namespace: 'shop'}, status: {history: [{lastDeployed: '2026-11-28T10:00:00Z', status: 'failed'}, {lastDeployed: '2026-11-28T09:00:00Z', status: 'deployed'}]}}).map(({what, good}) => [what, good])).toEqual([['HelmRelease shop/shop', false], ['HelmRelease shop/shop', true]])
  })
})
