import {join} from 'node:path'
import {expect, test} from 'vitest'
import {loadCatalog} from '../../../src/components/load.ts'
import {objectNames} from '../../../src/components/objects.ts'
import {overrideComponents} from '../../../src/components/override.ts'

const catalog = loadCatalog(join(import.meta.dirname, '..', '..', '..', 'templates'))
const names = (id: string, pin: object): string[] => {
  const component = overrideComponents(catalog, {[id]: pin}).get(id)
  return objectNames(component, {}).map(({kind, namespace, name}) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`)
}

test('a release that was there before kp keeps its namespace: every object without one of its own follows', () => {
  const moved = names('cert-manager', {namespace: 'certs'})
  expect(moved).toContain('Deployment certs/cert-manager')
  expect(moved).toContain('ClusterRole cert-manager-view')
  expect(moved.filter((name) => name.includes('cert-manager/cert-manager'))).toEqual([])
})

test('and its name: objects are called as the chart calls them', () => {
  expect(names('cert-manager', {releaseName: 'tls'})).toEqual(expect.arrayContaining(['Deployment cert-manager/tls-cert-manager-webhook', 'Role cert-manager/tls-cert-manager-webhook:dynamic-serving']))
  // helm leaves the chart's name out where the release's has it already.
  expect(names('cert-manager', {releaseName: 'cert-manager-old'})).toContain('Deployment cert-manager/cert-manager-old')
  const component = overrideComponents(catalog, {'cert-manager': {releaseName: 'tls'}}).get('cert-manager')
  expect(component.releaseName).toBe('tls')
  expect(component.workloads.map(({labels}) => labels['app.kubernetes.io/instance'])).toEqual(['tls', 'tls', 'tls'])
  expect(component.services.every((service) => component.workloads.some(({name}) => name === service.workload))).toBe(true)
  expect(component.crds).toEqual(catalog.get('cert-manager').crds)
})

test('a chart with fixed names has them under every release name', () => {
  expect(names('cilium', {releaseName: 'network'})).toEqual(names('cilium', {}))
})
