import {describe, expect, it} from 'vitest'
import {componentImages, objectNames, relocateImage, resolveObjects} from '../../../src/components/objects.ts'
import {component, WORKLOAD} from './samples.ts'

describe('resolveObjects', () => {
  const thing = component({
    workloads: [{...WORKLOAD, pod: {tolerations: [{operator: 'Exists'}]}, values: {replicas: 'ha.replicas', resources: 'resources', topologySpread: 'spread', nodeSelector: 'nodeSelector', priorityClassName: 'priority'}}],
    budgets: [{name: 'thing', workload: 'thing', maxUnavailable: 1, values: {minAvailable: 'pdb.min'}, when: {value: 'pdb.enabled', default: false}}],
    others: [{kind: 'ClusterRole', name: 'thing'}, {kind: 'ConfigMap', name: 'thing'}, {kind: 'ServiceMonitor', name: 'thing', when: {value: 'monitor', default: true}}],
  })

  it('fills in namespaces, but for kinds of the whole cluster', () => {
    expect(objectNames(thing, {})).toEqual([
      {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'thing'},
      {apiVersion: 'v1', kind: 'ConfigMap', name: 'thing', namespace: 'things'},
      {apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', name: 'thing', namespace: 'things'},
      {apiVersion: 'apps/v1', kind: 'Deployment', name: 'thing', namespace: 'things'},
    ])
  })

  it('decides conditions by the values, and by what the chart does without them', () => {
    expect(resolveObjects(thing, {}).budgets).toEqual([])
    expect(resolveObjects(thing, {pdb: {enabled: true}}).budgets).toHaveLength(1)
    expect(objectNames(thing, {monitor: false}).map(({kind}) => kind)).not.toContain('ServiceMonitor')
    expect(objectNames(thing, {monitor: null}).map(({kind}) => kind)).toContain('ServiceMonitor')
  })

  it('takes numbers and the pod from the values', () => {
    const values = {ha: {replicas: 3}, resources: {requests: {cpu: '10m'}}, spread: [{maxSkew: 1}], nodeSelector: {pool: 'a'}, priority: 'high', pdb: {enabled: true, min: 2}}
    const {workloads, budgets} = resolveObjects(thing, values)
    expect(workloads[0]).toMatchObject({replicas: 3, resources: {requests: {cpu: '10m'}}, topologySpread: [{maxSkew: 1}], pod: {nodeSelector: {pool: 'a'}, priorityClassName: 'high', tolerations: [{operator: 'Exists'}]}})
    expect(budgets[0]).toMatchObject({minAvailable: 2, maxUnavailable: 1})
    expect(resolveObjects(thing, {}).workloads[0]).toMatchObject({replicas: 1, resources: undefined})
  })

  it('keeps kinds that appear only at run time apart', () => {
    const runtime = component({crds: [{name: 'things.example.com', kind: 'Thing', scope: 'Cluster', versions: ['v1'], atRuntime: true}]})
    expect(objectNames(runtime, {})).toEqual([])
    expect(objectNames(runtime, {}, {atRuntime: true})).toHaveLength(1)
  })
})

describe('images', () => {
  const [container] = WORKLOAD.containers
  const withImage = (values: Record<string, unknown>, more: Record<string, unknown> = {}) => component({workloads: [{...WORKLOAD, containers: [{...container, ...more, values}]}], extraImages: [{image: 'docker.io/acme/job:1', for: 'a job'}]})

  it('come from where the values say, with tag and digest kept', () => {
    expect(componentImages(withImage({}), {})).toEqual(['docker.io/acme/job:1', 'quay.io/acme/thing:v1.2.3@sha256:abc'])
    expect(componentImages(withImage({registry: 'reg'}), {reg: 'h.io:5000/m'}, 'h.io:5000/m')).toEqual(['h.io:5000/m/acme/job:1', 'h.io:5000/m/acme/thing:v1.2.3@sha256:abc'])
    expect(componentImages(withImage({repository: 'image.repository'}), {image: {repository: 'h.io:5000/m/thing'}})[1]).toBe('h.io:5000/m/thing:v1.2.3@sha256:abc')
  })

  it('get the suffix that the chart appends to the repository', () => {
    const suffixed = withImage({repository: 'repo', suffixed: true}, {image: 'quay.io/acme/thing-generic:v1'})
    expect(componentImages(suffixed, {repo: 'h.io/thing'})).toContain('h.io/thing-generic:v1')
    expect(componentImages(suffixed, {repo: 'h.io/other'})).toContain('h.io/other:v1')
  })

  it('follow a condition', () => {
    const variants = withImage({}, {imageWhen: {value: 'aws', default: false, image: 'quay.io/acme/thing-aws:v1'}})
    expect(componentImages(variants, {aws: true})).toContain('quay.io/acme/thing-aws:v1')
    expect(componentImages(variants, {})).toContain('quay.io/acme/thing:v1.2.3@sha256:abc')
  })

  it.each([
    ['quay.io/a/b:1', 'm.io/x/a/b:1'],
    ['localhost/a:1', 'm.io/x/a:1'],
    ['host:5000/a:1', 'm.io/x/a:1'],
    ['library/nginx:1', 'm.io/x/library/nginx:1'],
    ['nginx:1', 'm.io/x/nginx:1'],
  ])('%s lies in a mirror as %s', (image, moved) => {
    expect(relocateImage(image, 'm.io/x/')).toBe(moved)
    expect(relocateImage(image, undefined)).toBe(image)
  })
})
