import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import type {ObjectDrift, ObjectsLook} from '../../../src/checks/objects.ts'
import {describeRepair, disown, repairObjects} from '../../../src/steps/shared/repair.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

const object = (kind: string, name: string, apiVersion = 'v1'): KubeObject => ({apiVersion, kind, metadata: {name, namespace: 'a'}})
const wrong = {path: ['spec', 'replicas'], field: 'spec.replicas', wanted: 2, seen: 3, surplus: false}
const surplus = {path: ['spec', 'env', 1], field: 'spec.env[B]', wanted: undefined, seen: {name: 'B'}, surplus: true, by: 'kubectl-set'}

const lookOf = (missing: ObjectDrift[], drifted: ObjectDrift[]): ObjectsLook => ({missing, drifted, differences: []})

/** Repairs. @returns the calls of kubectl, with the objects that each applied */
async function callsOf(look: ObjectsLook): Promise<string[]> {
  const calls: string[] = []
  const exec: PlatformContext['exec'] = {
    run({args, input}) {
      const items = input === undefined ? [] : input.split('\n').map((text) => JSON.parse(text) as KubeObject).map(({kind, metadata}) => `${kind} ${metadata.name}`)
      calls.push([args.find((arg) => !arg.startsWith('-')), args.find((arg) => arg.startsWith('--patch='))?.slice('--patch='.length), ...items].filter(Boolean).join(' '))
      return Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 0, commandLine: '', recorded: false})
    },
  }
  await repairObjects({exec, access: {kubeconfig: '/k'}, looked: {get: () => undefined, set: () => undefined}} as unknown as PlatformContext, look, {fieldManager: 'kp', doing: 'repair'})
  return calls
}

describe('a repair', () => {
  it('takes out what was set by hand before anything moves in the lists, then applies what is missing or wrong', async () => {
    const drift = {wanted: object('Deployment', 'x', 'apps/v1'), live: object('Deployment', 'x', 'apps/v1'), fields: [wrong, surplus]}
    expect(await callsOf(lookOf([{wanted: object('Service', 'y'), fields: []}], [drift]))).toEqual(['patch [{"op":"remove","path":"/spec/env/1"}]', 'apply Service y Deployment x'])
  })

  it('only patches where something is only too much, and only applies where nothing is', async () => {
    const wanted = object('Deployment', 'x', 'apps/v1')
    expect(await callsOf(lookOf([], [{wanted, live: wanted, fields: [surplus]}]))).toEqual(['patch [{"op":"remove","path":"/spec/env/1"}]'])
    expect(await callsOf(lookOf([], [{wanted, live: wanted, fields: [wrong]}]))).toEqual(['apply Deployment x'])
    expect(await callsOf(lookOf([], []))).toEqual([])
  })

  it('lets who sent the whole object own nothing any more: what the server filled in comes back', () => {
    const owners = [{manager: 'helm', operation: 'Apply'}, {manager: 'kubectl-client-side-apply', operation: 'Update'}, {manager: 'kubectl-client-side-apply', operation: 'Update', subresource: 'status'}, {manager: 'kubectl-set', operation: 'Update'}]
    const live = {...object('Service', 'x'), metadata: {name: 'x', managedFields: owners}} as KubeObject
    const defaulted = {...surplus, path: ['spec', 'sessionAffinity'], by: 'kubectl-client-side-apply'}
    expect(disown(live, [wrong, defaulted, surplus])).toEqual([{op: 'test', path: '/metadata/managedFields/1/manager', value: 'kubectl-client-side-apply'}, {op: 'remove', path: '/metadata/managedFields/1'}])
    expect(disown(live, [surplus])).toEqual([])
    expect(disown(undefined, [defaulted])).toEqual([])
  })

  it('exchanges in one patch what the server would refuse beside the wanted, and applies it', async () => {
    const ports = (port: number): KubeObject => ({...object('Service', 'y'), spec: {ports: [{name: 'http', port}]}})
    const field = {path: ['spec', 'ports', 0], field: 'spec.ports[http]', wanted: undefined, seen: {name: 'http', port: 81}, surplus: true}
    expect(await callsOf(lookOf([], [{wanted: ports(80), live: ports(81), fields: [field], refused: 'Duplicate value'}]))).toEqual([
      'patch [{"op":"remove","path":"/spec/ports/0"},{"op":"add","path":"/spec/ports/-","value":{"name":"http","port":80}}]',
      'apply Service y',
    ])
  })

  it('makes what others need first', async () => {
    const missing = [object('Gateway', 'g'), object('Secret', 's'), object('CustomResourceDefinition', 'c'), object('Namespace', 'n')].map((wanted) => ({wanted, fields: []}))
    expect(await callsOf(lookOf(missing, []))).toEqual(['apply Namespace n CustomResourceDefinition c Secret s', 'apply Gateway g'])
    // Without definitions one call does.
    expect(await callsOf(lookOf(missing.filter(({wanted}) => wanted.kind !== 'CustomResourceDefinition'), []))).toEqual(['apply Namespace n Secret s Gateway g'])
  })
})

it('a plan says what is created, set and taken out', () => {
  const wanted = object('Deployment', 'x', 'apps/v1')
  const many = ['a', 'b', 'c', 'd', 'e'].map((field) => ({...wrong, field}))
  expect(describeRepair(lookOf([{wanted: object('Service', 'y'), fields: []}], [{wanted, fields: [wrong, surplus]}, {wanted, fields: many}, {wanted, fields: [], refused: 'immutable'}]))).toEqual([
    'create Service a/y',
    'set spec.replicas of Deployment a/x',
    'take spec.env[B] out of Deployment a/x',
    'set a, b, c and 2 more of Deployment a/x',
    'set fields of Deployment a/x',
  ])
})
