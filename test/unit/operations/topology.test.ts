import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {ReadOnlyContext} from '../../../scripts/docs/platform.ts'
import type {ClusterReader} from '../../../src/checks/cluster.ts'
import {topologyOf} from '../../../src/operations/topology.ts'
import type {TopologyContext} from '../../../src/operations/topology.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {RESULT_SCHEMAS} from '../../../src/ui/schemas/index.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

const POOLS = {nodePools: [{name: 'general', min: 4, max: 9}, {name: 'spot', capacity: 'spot', min: 0, max: 3, taints: ['spot=true:NoSchedule']}, {name: 'gpu', min: 1, gpu: {count: 2}, zones: ['lab-b']}]} as never

function planned({spec, provider}: ReadOnlyContext): TopologyContext {
  return {spec, provider, presence: () => Promise.resolve({state: 'absent', observed: 'there is no lab acme yet'}), cluster: () => Promise.reject(new Error('nobody asks a cluster that is not there'))}
}

function running({spec, provider}: ReadOnlyContext, objects: KubeObject[]): TopologyContext {
  const cluster = {listKnown: (_: string, kind: string) => Promise.resolve(objects.filter((object) => object.kind === kind)), raw: () => Promise.resolve({gitVersion: 'v1.35.4'})} as unknown as ClusterReader
  return {spec, provider, presence: () => Promise.resolve({state: 'running', observed: 'it runs'}), cluster: () => Promise.resolve(cluster)}
}

function node(name: string, labels: Record<string, string>, fields: {ready?: boolean; unschedulable?: boolean} = {}): KubeObject {
  const {ready = true, unschedulable} = fields
  return {apiVersion: 'v1', kind: 'Node', metadata: {name, labels}, spec: {unschedulable}, status: {conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}], addresses: [{type: 'InternalIP', address: '10.20.0.11'}]}}
}

function service(name: string, type: string, fields: {annotations?: Record<string, string>; ingress?: object[]} = {}): KubeObject {
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'web', annotations: fields.annotations ?? {}}, spec: {type, ports: [{port: 80}, {port: 443}]}, status: {loadBalancer: {ingress: fields.ingress ?? []}}}
}

describe('without a cluster', () => {
  it('is what kp.yaml plans, and says so', async () => {
    const result = await topologyOf(planned(await readOnlyPlatform(PROJECT, POOLS)))
    expect(RESULT_SCHEMAS.topology.parse(result)).toEqual(result)
    expect(result).toMatchObject({source: 'planned', reason: 'there is no lab acme yet', kubernetes: '1.35', network: {nodes: '10.20.0.0/16', endpoint: null}})
    expect(result.zones.map(({name, private: subnet, pools}) => [name, subnet, pools.map((pool) => `${pool.name} ${pool.count}`)])).toEqual([
      ['lab-a', '10.20.0.0/19', ['general 2']],
      ['lab-b', '10.20.32.0/19', ['general 1', 'gpu 1']],
      ['lab-c', '10.20.64.0/19', ['general 1']],
    ])
    expect(result.pools.map(({name, count, gpus}) => [name, count, gpus])).toEqual([['general', 4, 0], ['spot', 0, 0], ['gpu', 1, 2]])
    expect(result.loadBalancers).toEqual([{name: 'envoy-gateway', namespace: null, exposure: 'public', addresses: [], ports: [80, 443]}])
  })

  it('has no load balancer without an ingress', async () => {
    expect((await topologyOf(planned(await readOnlyPlatform(PROJECT, {phases: {ingress: {enabled: false}}})))).loadBalancers).toEqual([])
  })
})

describe('of a cluster', () => {
  it('is what is there, whatever the order in which the server tells it', async () => {
    const zone = (name: string): Record<string, string> => ({'topology.kubernetes.io/zone': name, 'kp.dev/node-pool': 'general'})
    const objects = [node('general-a-10', zone('lab-a')), node('general-a-2', zone('lab-a'), {ready: false}), node('stray', {}, {unschedulable: true}), node('general-b-1', zone('lab-b')), service('inner', 'ClusterIP'), service('web', 'LoadBalancer', {ingress: [{ip: '198.18.0.1'}, {hostname: 'lb.example.com'}]}), service('admin', 'LoadBalancer', {annotations: {'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal'}})]
    const ctx = await readOnlyPlatform(PROJECT, POOLS)
    const result = await topologyOf(running(ctx, objects))
    expect(RESULT_SCHEMAS.topology.parse(result)).toEqual(result)
    expect(result).toMatchObject({source: 'cluster', reason: null, kubernetes: 'v1.35.4'})
    expect(result.zones.map(({name, pools}) => [name, pools.flatMap((pool) => [pool.name, ...pool.nodes.map((one) => `${one.name}${one.ready ? '' : ' down'}${one.cordoned ? ' cordoned' : ''}`)])])).toEqual([
      ['lab-a', ['general', 'general-a-2 down', 'general-a-10']],
      ['lab-b', ['general', 'general-b-1']],
      ['lab-c', []],
      ['no zone', [null, 'stray cordoned']],
    ])
    expect(result.pools.map(({name, count}) => [name, count])).toEqual([['general', 3], ['spot', 0], ['gpu', 0]])
    expect(result.loadBalancers.map(({name, exposure, addresses}) => [name, exposure, addresses])).toEqual([['admin', 'internal', []], ['web', 'public', ['198.18.0.1', 'lb.example.com']]])
    expect(await topologyOf(running(ctx, objects.toReversed()))).toEqual(result)
  })

  it('claims no ranges and zones for a cluster that somebody else made', async () => {
    const ctx = await readOnlyPlatform(PROJECT, {provider: {type: 'existing', kubeconfig: 'kubeconfig'}, email: 'ops@example.org', domain: 'example.org'} as never)
    const result = await topologyOf(running(ctx, [node('a', {'topology.kubernetes.io/zone': 'eu-west-1b', 'node.kubernetes.io/instance-type': 'm5.large'})]))
    expect(result.network).toEqual({nodes: null, pods: null, services: null, endpoint: null, nat: null})
    expect(result.zones).toEqual([{name: 'eu-west-1b', private: null, public: null, pools: [{name: null, count: 1, nodes: [{name: 'a', ready: true, cordoned: false, address: '10.20.0.11', instanceType: 'm5.large'}]}]}])
  })
})
