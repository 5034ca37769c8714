/** What an environment costs a month, and what a plan changes of it. */
import {describe, expect, it} from 'vitest'
import {monthlyOfResources} from '../../../src/components/terraform/cost.ts'
import type {PlatformContext} from '../../../src/context.ts'
import {costItems, monthlyCost, totalOf} from '../../../src/operations/cost-estimate.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {eksSpec, eksText} from '../../helpers/eks.ts'

/** The machines of the guide to clusters on EC2: three workers, one control plane or EKS, one NAT gateway, one load balancer. */
const guide = (provider: object): EnvironmentSpec =>
  resolveEnvironment(parseSpec('kp.yaml', eksText({provider, network: {nat: 'single'}, phases: {'control-plane': {encryption: false}}, nodePools: [{name: 'workers', instanceType: 't3.xlarge', min: 3, max: 3, disk: '50Gi'}]})).spec, undefined)

describe('the estimate of kp.yaml', () => {
  it('has the figures of docs/eks.md beside those of the guide', () => {
    const own = totalOf(costItems(guide({type: 'kubeadm-aws', region: 'us-east-1', controlPlane: {count: 1, instanceType: 't3.large', disk: '50Gi'}})))
    const eks = totalOf(costItems(guide({type: 'eks', region: 'us-east-1'})))
    expect(own).toBeCloseTo(505.03, 1)
    expect(eks).toBeCloseTo(513.29, 1)
    const three = totalOf(costItems(guide({type: 'kubeadm-aws', region: 'us-east-1', controlPlane: {count: 3, instanceType: 't3.large', disk: '50Gi'}})))
    expect(three - eks).toBeCloseTo(121.21, 1)
  })

  it('is higher where AWS is dearer, and nothing where kp makes no machines', () => {
    const at = (region: string): number => totalOf(costItems(eksSpec({provider: {type: 'eks', region}})))
    expect(at('eu-central-1')).toBeGreaterThan(at('us-east-1'))
    expect(at('sa-east-1')).toBeGreaterThan(at('eu-central-1'))
    expect(costItems(resolveEnvironment(parseSpec('kp.yaml', 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nenvironments: [{name: lab}]\n').spec, undefined))).toEqual([])
  })
})

describe('the difference of a plan', () => {
  const ctx = (looks: Record<string, object>): Pick<PlatformContext, 'spec' | 'aws'> => ({spec: eksSpec(), aws: {looks: new Map(Object.entries(looks).map(([stack, probe]) => [stack, {at: 0, digest: '', probe}]))}}) as unknown as PlatformContext

  it('is everything before anything is there, and nothing once all is', () => {
    const fresh = monthlyCost(ctx({network: {state: 'absent', data: {monthly: {before: 0, after: 200}}}, eks: {state: 'absent', data: {waits: true}}, 'node-groups': {state: 'absent', data: {waits: true}}}))
    expect(fresh).toMatchObject({before: 0, difference: fresh?.amount})
    const done = monthlyCost(ctx({network: {state: 'satisfied', data: {}}, eks: {state: 'satisfied', data: {}}, 'node-groups': {state: 'satisfied', data: {}}}))
    expect(done?.difference).toBe(0)
    expect(done?.before).toBe(done?.amount)
  })

  it('is what the changed stack costs more', () => {
    const changed = monthlyCost(ctx({network: {state: 'satisfied', data: {}}, eks: {state: 'satisfied', data: {}}, 'node-groups': {state: 'drifted', data: {monthly: {before: 300, after: 350}}}}))
    expect(changed?.difference).toBe(50)
  })

  it('is not told where nobody looked', () => {
    expect(monthlyCost(ctx({}))?.difference).toBeUndefined()
  })
})

describe('the price of what terraform makes', () => {
  it('is by type, with the disks of a node group from its template', () => {
    const template = {address: 'aws_launch_template.this["a"]', type: 'aws_launch_template', values: {block_device_mappings: [{ebs: [{volume_size: 50, volume_type: 'gp3'}]}]}}
    const group = {address: 'aws_eks_node_group.this["a"]', type: 'aws_eks_node_group', values: {instance_types: ['m6i.large'], capacity_type: 'ON_DEMAND', scaling_config: [{desired_size: 2, min_size: 1}]}}
    const prices = monthlyOfResources([template, group, {address: 'aws_nat_gateway.this["a"]', type: 'aws_nat_gateway', values: {}}, {address: 'aws_eip.nat["a"]', type: 'aws_eip', values: {}}, {address: 'aws_vpc.this', type: 'aws_vpc', values: {}}, {address: 'aws_nat_gateway.gone', type: 'aws_nat_gateway', values: null}], 'us-east-1')
    expect([...prices.keys()]).toEqual(['aws_eks_node_group.this["a"]', 'aws_nat_gateway.this["a"]', 'aws_eip.nat["a"]'])
    expect(prices.get('aws_eks_node_group.this["a"]')).toBeCloseTo(2 * (0.096 * 730 + 50 * 0.08), 1)
    expect(prices.get('aws_nat_gateway.this["a"]')).toBeCloseTo(32.85)
  })
})
