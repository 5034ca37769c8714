import {describe, expect, it} from 'vitest'
import {unknownValuePaths} from '../../../src/components/values-check.ts'
import type {ValuePaths} from '../../../src/components/types.ts'
import {catalog} from './samples.ts'

const known: ValuePaths = {replicas: '*', image: {tag: '*', repository: '*'}, extra: '*'}
const check = (values: Record<string, unknown>, valuePaths: ValuePaths = known): unknown => unknownValuePaths({valuePaths}, values)

describe('unknownValuePaths', () => {
  it('finds a typo at any depth and names what was meant', () => {
    expect(check({replicsa: 1, image: {tga: 'x', tag: 'y'}})).toEqual([{path: 'replicsa', meant: 'replicas'}, {path: 'image.tga', meant: 'image.tag'}])
    expect(check({nothing: {like: 'it'}})).toEqual([{path: 'nothing'}])
  })

  it('lets anything be where the chart takes anything', () => {
    expect(check({extra: {a: {b: 1}}, global: {imageRegistry: 'x'}, image: 'odd', replicas: null})).toEqual([])
    expect(check({any: 1}, '*')).toEqual([])
  })

  it('does not take names of objects for keys', () => {
    expect(check({constructor: 1})).toEqual([{path: 'constructor'}])
  })

  it('knows the charts of the catalog', async () => {
    const all = catalog()
    expect(unknownValuePaths(all.get('cert-manager'), {replicaCuont: 2, webhook: {replicaCount: 3, resources: {limits: {cpu: 1}}}, nodeSelector: {pool: 'x'}})).toEqual([{path: 'replicaCuont', meant: 'replicaCount'}])
    expect(unknownValuePaths(all.get('cilium'), {hubble: {ui: {enabled: true}, relay: {enabeld: true}}, extraConfig: {a: 'b'}})).toEqual([{path: 'hubble.relay.enabeld', meant: 'hubble.relay.enabled'}])
    expect(unknownValuePaths(all.get('envoy-gateway'), {podDisruptionBudget: {maxUnavailable: 1}, config: {envoyGateway: {extensionManager: {}}}})).toEqual([])
  })
})
