/** What the resources of a plan cost a month, by the list prices that kp knows. Pure. */
import {ADDRESS, EKS_CLUSTER, instanceMonthly, KMS_KEY, monthlyOf, volumeMonthly} from '../../spec/aws-prices.ts'

/** A resource before or after. */
export interface PricedResource {
  address: string
  type: string
  values: unknown
}

type Values = Record<string, unknown>

/** Dollars a month of each resource, by its address; those that cost nothing by themselves are left out. */
export function monthlyOfResources(resources: readonly PricedResource[], region: string): Map<string, number> {
  const prices = new Map<string, number>()
  const templates = new Map(resources.filter(({type}) => type === 'aws_launch_template').map(({address, values}) => [keyOf(address), values as Values]))
  const subnets = resources.filter(({address}) => address.startsWith('aws_subnet.private')).length
  for (const {address, type, values} of resources) {
    if (typeof values !== 'object' || values === null) continue
    const dollars = priceOf(type, values as Values, {region, subnets, template: templates.get(keyOf(address))})
    if (dollars > 0) prices.set(address, dollars)
  }
  return prices
}

interface Around {
  region: string
  /** Where addresses of an endpoint are known only afterwards. */
  subnets: number
  template: Values | undefined
}

function priceOf(type: string, values: Values, {region, subnets, template}: Around): number {
  switch (type) {
    case 'aws_nat_gateway':
      return monthlyOf('natGateway', region)
    case 'aws_eip':
      return ADDRESS
    case 'aws_vpc_endpoint':
      return values['vpc_endpoint_type'] === 'Interface' ? monthlyOf('endpoint', region) * (listOf(values['subnet_ids']).length || subnets || 1) : 0
    case 'aws_eks_cluster':
      return EKS_CLUSTER
    case 'aws_kms_key':
      return KMS_KEY
    case 'aws_lb':
      return monthlyOf('loadBalancer', region)
    case 'aws_elb':
      return monthlyOf('classicLoadBalancer', region)
    case 'aws_eks_node_group': {
      const {desired_size: desired, min_size: min} = (listOf(values['scaling_config'])[0] ?? {}) as {desired_size?: number; min_size?: number}
      const machine = instanceMonthly(String(listOf(values['instance_types'])[0] ?? 'm6i.large'), region, values['capacity_type'] === 'SPOT' ? 'spot' : 'on-demand')
      return (desired ?? min ?? 0) * (machine + disksOf(template?.['block_device_mappings'], 'ebs', region))
    }
    case 'aws_instance':
      return instanceMonthly(String(values['instance_type'] ?? 't3.large'), region) + disksOf(values['root_block_device'], undefined, region) + disksOf(values['ebs_block_device'], undefined, region)
    case 'aws_ebs_volume':
      return volumeMonthly({type: String(values['type'] ?? 'gp3'), gigabytes: Number(values['size'] ?? 0), operations: Number(values['iops'] ?? 0)}, region)
    default:
      return 0
  }
}

function disksOf(blocks: unknown, inner: string | undefined, region: string): number {
  return listOf(blocks)
    .map((block) => (inner === undefined ? block : listOf((block as Values | undefined)?.[inner])[0]))
    .reduce((sum: number, disk) => {
      const {volume_type: type, volume_size: size, iops} = (disk ?? {}) as {volume_type?: string; volume_size?: number; iops?: number}
      return sum + volumeMonthly({type: type ?? 'gp3', gigabytes: size ?? 0, operations: iops}, region)
    }, 0)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** `aws_launch_template.this["general"]` and `aws_eks_node_group.this["general"]` are one pool. */
function keyOf(address: string): string {
  return /\[(.+)\]$/.exec(address)?.[1] ?? ''
}
