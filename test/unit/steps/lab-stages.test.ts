/** Stages come when the API server describes their kinds: kwok looks once. */
import {expect, it} from 'vitest'
import {kindsDescribed} from '../../../src/steps/shared/lab-stages.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

const stage = (apiGroup: string, kind: string): KubeObject => ({apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: {name: kind}, spec: {resourceRef: {apiGroup, kind}}})
const described = {paths: {'/apis/example.com/v1/namespaces/{namespace}/things/{name}': {get: {'x-kubernetes-group-version-kind': {kind: 'Thing'}}}}}

/** A cluster that describes its kind at the given look. @returns what was asked, and how long was waited */
async function wait(at: number, stages: KubeObject[], known = true): Promise<{asked: string[]; waited: number}> {
  const asked: string[] = []
  let waited = 0
  const api = {
    resource: () => Promise.resolve(known ? {} : undefined),
    get: (path: string) => Promise.resolve(asked.push(path) < at ? {paths: {}} : described),
  }
  const clock = {now: () => waited, sleep: (ms: number) => Promise.resolve(void (waited += ms))}
  await kindsDescribed({cluster: () => Promise.resolve({api}), clock, signal: new AbortController().signal} as never, stages)
  return {asked, waited}
}

it('waits until a kind is described', async () => {
  expect(await wait(3, [stage('example.com/v1', 'Thing')])).toEqual({asked: Array.from({length: 3}, () => '/openapi/v3/apis/example.com/v1'), waited: 1000})
})

it('waits for no kind that the cluster has not, or that comes with Kubernetes', async () => {
  expect(await wait(1, [stage('example.com/v1', 'Thing')], false)).toEqual({asked: [], waited: 0})
  expect(await wait(1, [stage('v1', 'Pod'), stage('apps/v1', 'Deployment')])).toEqual({asked: [], waited: 0})
})

it('gives up after a minute', async () => {
  expect((await wait(1000, [stage('example.com/v1', 'Thing')])).waited).toBe(60_000)
})
