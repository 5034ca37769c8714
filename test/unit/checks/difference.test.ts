import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {compareObjects, fieldsSetByHand, removalPatch, showValue} from '../../../src/checks/difference.ts'
import type {FieldDifference, PatchOperation} from '../../../src/checks/difference.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

/** What was done to an object by hand, and what the API server then said, captured. */
interface Capture {
  commands: string[]
  wanted: KubeObject
  live: KubeObject
  /** The server's answer to a dry-run apply of what is wanted; not there where it refused. */
  merged?: KubeObject
}

function capture(name: string): Capture {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'managed-fields', `${name}.json`), 'utf8')) as Capture
}

function differencesOf({live, merged, wanted}: Capture): FieldDifference[] {
  return [...(merged === undefined ? [] : compareObjects(live, merged)), ...fieldsSetByHand(live, wanted)]
}

/** A JSON patch as the server applies it. */
function patched(object: KubeObject, operations: PatchOperation[]): KubeObject {
  const copy = structuredClone(object)
  for (const operation of operations) {
    const parts = operation.path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = parts.pop() ?? ''
    const parent = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], copy) as Record<string, unknown> | unknown[]
    if (operation.op === 'add') (parent as unknown[]).push(operation.value)
    else if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete parent[last]
  }
  return copy
}

const CONTAINER = 'spec.template.spec.containers[web]'

describe('what differs, of objects as the API server gave them', () => {
  it.each<[string, string[]]>([
    ['untouched', []],
    // Operations and marks of somebody's own are no drift.
    ['restarted', []],
    ['cordoned', []],
    ['scaled', ['spec.replicas: 2 → 5']],
    ['env-set', [`${CONTAINER}.env[MODE].value: prod → test`, `${CONTAINER}.env[DEBUG]: nothing → {"name":"DEBUG","value":"1"} by kubectl-set`]],
    ['field-removed', [`${CONTAINER}.env: [{"name":"MODE","value":"prod"}] → nothing`]],
    [
      'env-exchanged',
      [
        `${CONTAINER}.env[MODE]: {"name":"MODE","value":"prod"} → nothing`,
        `${CONTAINER}.env[ONE]: nothing → {"name":"ONE","value":"1"} by kubectl-patch`,
        `${CONTAINER}.env[TWO]: nothing → {"name":"TWO","value":"2"} by kubectl-patch`,
      ],
    ],
    ['sidecar', ['spec.template.spec.containers[first]: nothing → … by kubectl-patch']],
    ['applied-client-side', ['spec.minReadySeconds: nothing → 7 by kubectl-client-side-apply', `${CONTAINER}.env[BY_APPLY]: nothing → {"name":"BY_APPLY","value":"1"} by kubectl-client-side-apply`]],
    ['applied-by-another', ['spec.minReadySeconds: nothing → 7 by kubectl', `${CONTAINER}.env[BY_APPLY]: nothing → {"name":"BY_APPLY","value":"1"} by kubectl`]],
    ['service-port', ['spec.ports[http]: nothing → {"name":"http","port":81,"protocol":"TCP","targetPort":"http"} by kubectl-patch']],
    // The protocol that the server wrote down beside the port is wanted with it.
    ['service-port-repaired', []],
    ['selector', ['spec.selector["example.com/hand"]: nothing → yes']],
    ['config-map', ['data.a: 1 → 2', 'data.b: nothing → 3 by kubectl-patch']],
    ['secret', ['data.token: d2FudGVkLXNlY3JldA== → c2Vlbi1zZWNyZXQ=', 'data.extra: nothing → ZXh0cmEtc2VjcmV0 by kubectl-patch']],
  ])('%s', (name, expected) => {
    const lines = differencesOf(capture(name)).map(({field, wanted, seen, by}) => `${field}: ${showValue(wanted, false) ?? 'nothing'} → ${field.endsWith('[first]') ? '…' : showValue(seen, false) ?? 'nothing'}${by === undefined ? '' : ` by ${by}`}`)
    expect(lines).toEqual(expected)
  })

  it('what controllers add is no drift: their fields are in every capture', () => {
    expect(capture('untouched').live.metadata.managedFields?.map(({manager}) => manager)).toContain('kube-controller-manager')
    expect(capture('untouched').live.metadata.annotations).toHaveProperty(['deployment.kubernetes.io/revision'])
  })

  it('the template generation that the server counts up on a DaemonSet is none', () => {
    const at = (generation: string): KubeObject => ({apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: {name: 'a', annotations: {'deprecated.daemonset.template.generation': generation}}})
    expect(compareObjects(at('2'), at('3'))).toEqual([])
  })
})

describe('what was set by hand', () => {
  const NAMES = ['env-set', 'env-exchanged', 'sidecar', 'applied-client-side', 'applied-by-another', 'config-map', 'secret']

  it.each(NAMES)('%s is taken back by a patch that leaves what is wanted', (name) => {
    const {live, wanted} = capture(name)
    const surplus = fieldsSetByHand(live, wanted)
    const result = patched(live, removalPatch(surplus))
    expect(fieldsSetByHand(result, wanted)).toEqual([])
    expect(compareObjects(result, live).map(({field}) => field).toSorted()).toEqual(surplus.map(({field}) => field).toSorted())
    expect(surplus.length).toBeGreaterThan(0)
  })

  it('later items of a list go first, so that indexes stay right', () => {
    const {live, wanted} = capture('env-exchanged')
    expect(removalPatch(fieldsSetByHand(live, wanted))).toEqual([
      {op: 'remove', path: '/spec/template/spec/containers/0/env/1'},
      {op: 'remove', path: '/spec/template/spec/containers/0/env/0'},
    ])
  })

  it('that the server takes only in exchange for what is wanted is exchanged in one patch', () => {
    const {live, wanted} = capture('service-port')
    const patch = removalPatch(fieldsSetByHand(live, wanted), {live, wanted})
    expect(patch).toEqual([
      {op: 'remove', path: '/spec/ports/0'},
      {op: 'add', path: '/spec/ports/-', value: {name: 'http', port: 80, targetPort: 'http'}},
    ])
    expect((patched(live, patch)['spec'] as {ports: unknown[]}).ports).toEqual([{name: 'http', port: 80, targetPort: 'http'}])
  })

  it('an exchange brings nothing that is there already', () => {
    const {live, wanted} = capture('env-exchanged')
    const both = structuredClone(wanted) as KubeObject & {spec: {template: {spec: {containers: {env: object[]}[]}}}}
    both.spec.template.spec.containers[0]?.env.unshift({name: 'ONE', value: '1'})
    expect(removalPatch(fieldsSetByHand(live, both), {live, wanted: both})).toEqual([
      {op: 'remove', path: '/spec/template/spec/containers/0/env/1'},
      {op: 'add', path: '/spec/template/spec/containers/0/env/-', value: {name: 'MODE', value: 'prod'}},
    ])
  })

  it('keys with slashes and tildes are written as JSON pointers want them', () => {
    const surplus = (path: (string | number)[]): FieldDifference => ({path, field: 'x', wanted: undefined, seen: 1, surplus: true})
    expect(removalPatch([surplus(['spec', 'selector', 'a/b~c'])])).toEqual([{op: 'remove', path: '/spec/selector/a~1b~0c'}])
  })

  it('fields that are only different are not taken away', () => {
    const {live, merged} = capture('scaled')
    expect(removalPatch(compareObjects(live, merged as KubeObject))).toEqual([])
  })
})

describe('showValue', () => {
  it('is short, on one line, and hides secrets', () => {
    expect(showValue({a: 'b\nc'}, false)).toBe('{"a":"b\\nc"}')
    expect(showValue('two\n  lines', false)).toBe('two lines')
    expect(showValue('x'.repeat(200), false)).toHaveLength(80)
    expect(showValue('hunter2', true)).toBe('(secret)')
    expect(showValue(undefined, true)).toBeUndefined()
  })
})
