import {describe, expect, it} from 'vitest'
import {gpusFit, pluginFits, spotHandlerFits} from '../../../src/spec/rules/special-pools.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'

interface Some {
  provider?: object
  pools?: object[]
  phases?: Record<string, object>
  cluster?: string
  components?: object
}

function spec({provider = {type: 'lab'}, pools = [], phases = {}, cluster = 'acme', components = {}}: Some): EnvironmentSpec {
  return {
    provider,
    nodePools: pools,
    environment: {cluster},
    components,
    phases: {'node-pools': {spotHandler: 'none', ...phases['node-pools']}, cni: {enabled: true, plugin: 'cilium', kubeProxyReplacement: false, ...phases['cni']}, autoscaling: {nodes: 'none', ...phases['autoscaling']}},
  } as unknown as EnvironmentSpec
}

const said = (found: {severity: string; path: readonly unknown[]; message: string}[]): string[] => found.map(({severity, path, message}) => `${severity} ${path.join('.')} ${message}`)

describe('pools with GPUs', () => {
  const eks = {type: 'eks'}

  it('say so exactly where their machines have some', () => {
    expect(said(gpusFit(spec({provider: eks, pools: [{instanceType: 'g5.xlarge'}]})))).toEqual(['warning nodePools.0.instanceType g5.xlarge has GPUs: without gpu: {count: N} no pod can ask for them'])
    expect(said(gpusFit(spec({provider: eks, pools: [{instanceType: 'm6i.large', gpu: {count: 1}}]})))).toEqual(['warning nodePools.0.gpu m6i.large has no NVIDIA GPU'])
    expect(gpusFit(spec({provider: eks, pools: [{instanceType: 'g5.xlarge', gpu: {count: 1}}, {instanceType: 'm6i.large'}, {instanceType: 'p5.48xlarge', gpu: {count: 8}}]}))).toEqual([])
  })

  it('are not doubted where the type names a size alone', () => {
    expect(gpusFit(spec({pools: [{instanceType: 'm6i.large', gpu: {count: 1}}]}))).toEqual([])
  })
})

describe('what empties spot nodes', () => {
  const handler = {'node-pools': {spotHandler: 'node-termination-handler'}}
  const spot = [{capacity: 'spot'}]

  it('can be tried in the lab and works on AWS', () => {
    expect(spotHandlerFits(spec({phases: handler, pools: spot}))).toEqual([])
    expect(spotHandlerFits(spec({provider: {type: 'existing', flavour: 'eks'}, phases: handler, pools: spot}))).toEqual([])
  })

  it('is refused where there is no metadata service of EC2', () => {
    expect(said(spotHandlerFits(spec({provider: {type: 'existing', flavour: 'gke'}, phases: handler, pools: spot})))).toEqual(['error phases.node-pools.spotHandler node-termination-handler asks the metadata service of EC2, which existing has not'])
  })

  it('is doubted without a spot pool, and where karpenter is not there yet', () => {
    expect(said(spotHandlerFits(spec({phases: handler})))[0]).toContain('no pool has capacity: spot')
    const karpenter = {'node-pools': {spotHandler: 'karpenter'}}
    expect(said(spotHandlerFits(spec({phases: karpenter, pools: spot})))[0]).toContain('comes with phases.autoscaling.nodes: karpenter')
    expect(said(spotHandlerFits(spec({phases: {...karpenter, autoscaling: {nodes: 'karpenter'}}, pools: spot})))[0]).toContain('once phases.autoscaling installs it')
  })
})

describe('Cilium', () => {
  it('takes no long cluster name; Calico does', () => {
    expect(said(pluginFits(spec({cluster: 'a'.repeat(33)})))[0]).toMatch(/^error phases\.cni\.plugin cilium takes cluster names of at most 32 letters/)
    expect(pluginFits(spec({cluster: 'a'.repeat(32)}))).toEqual([])
    expect(pluginFits(spec({cluster: 'a'.repeat(33), phases: {cni: {plugin: 'calico'}}}))).toEqual([])
  })

  it('must know where the API server is before it can stand in for kube-proxy', () => {
    const replaced = {provider: {type: 'existing'}, phases: {cni: {kubeProxyReplacement: true}}}
    expect(said(pluginFits(spec(replaced)))[0]).toMatch(/^error phases\.cni\.kubeProxyReplacement needs the address of the API server/)
    expect(pluginFits(spec({...replaced, components: {cilium: {values: {k8sServiceHost: '10.0.0.10', k8sServicePort: 6443}}}}))).toEqual([])
  })
})
