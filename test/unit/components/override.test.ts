import {expect, test} from 'vitest'
import {overrideComponents} from '../../../src/components/override.ts'
import type {Catalog, Component} from '../../../src/components/types.ts'

const component = {id: 'cert-manager', chart: {name: 'cert-manager', repository: 'https://charts.example.com', version: 'v1.21.1'}, perKubernetes: {'1.36': 'v1.22.0'}} as unknown as Component
const catalog: Catalog = {get: () => component, has: (id) => id === component.id, ids: () => [component.id], all: () => [component]}

test('a version of kp.yaml takes the place of that of the catalog, on every Kubernetes', () => {
  const pinned = overrideComponents(catalog, {'cert-manager': {version: 'v1.20.3'}})
  expect(pinned.get('cert-manager').chart.version).toBe('v1.20.3')
  expect(pinned.get('cert-manager').perKubernetes).toEqual({})
  expect(pinned.all().map((one) => one.chart.version)).toEqual(['v1.20.3'])
})

test('without a version in kp.yaml nothing changes', () => {
  expect(overrideComponents(catalog, {'cert-manager': {}}).get('cert-manager')).toBe(component)
})
