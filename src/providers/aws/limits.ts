/** What an account may have, what it has, and what these credentials may do. Reads only; errors are the SDK's. */
import type {InsightSummary} from '@aws-sdk/client-eks'
import {instanceSize} from '../../spec/instance-size.ts'
import type {AwsClients} from './clients.ts'

/** A limit of the account. */
export interface Quota {
  /** `vcpus-standard`: for kp. */
  id: QuotaId
  title: string
  /** As AWS calls it, for asking for more. */
  service: string
  code: string
  limit: number
  /** What the account uses of it, without what this environment has already. */
  used: number
}

/** The limits that a platform meets. */
export const QUOTAS = {
  'vcpus-standard': {title: 'CPUs of on-demand machines (A, C, D, H, I, M, R, T, Z)', service: 'ec2', code: 'L-1216C47A'},
  'vcpus-gpu': {title: 'CPUs of on-demand machines (G, VT)', service: 'ec2', code: 'L-DB2E81BA'},
  'vcpus-p': {title: 'CPUs of on-demand machines (P)', service: 'ec2', code: 'L-417A185B'},
  'vcpus-spot': {title: 'CPUs of spot machines (A, C, D, H, I, M, R, T, Z)', service: 'ec2', code: 'L-34B43A08'},
  networks: {title: 'networks in the region', service: 'vpc', code: 'L-F678F1CE'},
  addresses: {title: 'elastic addresses', service: 'ec2', code: 'L-0263D0A3'},
  'nat-gateways': {title: 'NAT gateways in a zone', service: 'vpc', code: 'L-FE5A380F'},
} as const

/** The name of one. */
export type QuotaId = keyof typeof QUOTAS

/** Which limit the CPUs of a machine count against. */
export function cpuQuota(instanceType: string, capacity: 'on-demand' | 'spot'): QuotaId {
  const family = /^[a-z]+/.exec(instanceType)?.[0] ?? ''
  if (family.startsWith('g') || family === 'vt') return 'vcpus-gpu'
  if (family === 'p') return 'vcpus-p'
  return capacity === 'spot' ? 'vcpus-spot' : 'vcpus-standard'
}

/** The limits that are named, with what others use of them. @param own whose things do not count: they are there already */
export async function findQuotas(clients: AwsClients, ids: readonly QuotaId[], own: {platform: string; environment: string}): Promise<Quota[]> {
  const used = await usage(clients, own)
  return Promise.all(ids.map(async (id) => ({id, ...QUOTAS[id], limit: await limitOf(clients, id), used: used[id] ?? 0})))
}

async function limitOf(clients: AwsClients, id: QuotaId): Promise<number> {
  const {GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand} = await import('@aws-sdk/client-service-quotas')
  const client = await clients.quotas()
  const which = {ServiceCode: QUOTAS[id].service, QuotaCode: QUOTAS[id].code}
  try {
    return (await client.send(new GetServiceQuotaCommand(which))).Quota?.Value ?? 0
  } catch (error) {
    // Of what an account never asked for more of, only the default is known.
    if ((error as {name?: string}).name !== 'NoSuchResourceException') throw error
    return (await client.send(new GetAWSDefaultServiceQuotaCommand(which))).Quota?.Value ?? 0
  }
}

async function usage(clients: AwsClients, {platform, environment}: {platform: string; environment: string}): Promise<Partial<Record<QuotaId, number>>> {
  const sdk = await import('@aws-sdk/client-ec2')
  const ec2 = await clients.ec2()
  const used: Partial<Record<QuotaId, number>> = {}
  const add = (id: QuotaId, more: number): void => void (used[id] = (used[id] ?? 0) + more)
  const others = ({Tags = []}: {Tags?: {Key?: string | undefined; Value?: string | undefined}[] | undefined}): boolean =>
    !(Tags.some(({Key, Value}) => Key === 'kp:platform' && Value === platform) && Tags.some(({Key, Value}) => Key === 'kp:environment' && Value === environment))
  for await (const {Reservations = []} of sdk.paginateDescribeInstances({client: ec2}, {Filters: [{Name: 'instance-state-name', Values: ['pending', 'running']}]})) {
    for (const one of Reservations.flatMap(({Instances = []}) => Instances).filter(others)) {
      const cpus = (one.CpuOptions?.CoreCount ?? 0) * (one.CpuOptions?.ThreadsPerCore ?? 0) || Number(instanceSize(one.InstanceType ?? '')?.cpu ?? 2)
      add(cpuQuota(one.InstanceType ?? '', one.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand'), cpus)
    }
  }
  for await (const {Vpcs = []} of sdk.paginateDescribeVpcs({client: ec2}, {})) add('networks', Vpcs.filter(others).length)
  add('addresses', ((await ec2.send(new sdk.DescribeAddressesCommand({}))).Addresses ?? []).filter(others).length)
  return used
}

/** A subnet of the platform, with what is free in it. */
export interface SubnetRoom {
  id: string
  zone: string
  cidr: string
  free: number
}

/** The private subnets of an environment that are there. */
export async function findSubnets(clients: AwsClients, {platform, environment}: {platform: string; environment: string}): Promise<SubnetRoom[]> {
  const {paginateDescribeSubnets} = await import('@aws-sdk/client-ec2')
  const found: SubnetRoom[] = []
  const Filters = [{Name: 'tag:kp:platform', Values: [platform]}, {Name: 'tag:kp:environment', Values: [environment]}, {Name: 'tag-key', Values: ['kubernetes.io/role/internal-elb']}]
  for await (const {Subnets = []} of paginateDescribeSubnets({client: await clients.ec2()}, {Filters})) {
    for (const {SubnetId: id = '', AvailabilityZone: zone = '', CidrBlock: cidr = '', AvailableIpAddressCount: free = 0} of Subnets) found.push({id, zone, cidr, free})
  }
  return found.toSorted((a, b) => a.zone.localeCompare(b.zone))
}

/** How many pods the network plugin of AWS can give an address on a machine of each type, one by one and by blocks of sixteen. */
export async function findMaxPods(clients: AwsClients, instanceTypes: readonly string[]): Promise<Record<string, {single: number; blocks: number}>> {
  const {paginateDescribeInstanceTypes} = await import('@aws-sdk/client-ec2')
  const found: Record<string, {single: number; blocks: number}> = {}
  for await (const {InstanceTypes = []} of paginateDescribeInstanceTypes({client: await clients.ec2()}, {Filters: [{Name: 'instance-type', Values: [...instanceTypes]}]})) {
    for (const {InstanceType: type = '', NetworkInfo, VCpuInfo} of InstanceTypes) {
      const {MaximumNetworkInterfaces: cards, Ipv4AddressesPerInterface: each} = NetworkInfo ?? {}
      if (cards === undefined || each === undefined) continue
      // AWS advises no more than this where addresses would allow it.
      const most = (VCpuInfo?.DefaultVCpus ?? 0) > 30 ? 250 : 110
      found[type] = {single: cards * (each - 1) + 2, blocks: Math.min(cards * (each - 1) * 16 + 2, most)}
    }
  }
  return found
}

/** What EKS found that an upgrade would break. */
export interface Insight {
  name: string
  status: string
  version?: string
  reason?: string
}

/** What EKS lists of a cluster's readiness for an upgrade, page after page; each one's details are a call of their own. */
export async function* listReadiness(clients: AwsClients, cluster: string): AsyncGenerator<InsightSummary> {
  const {paginateListInsights} = await import('@aws-sdk/client-eks')
  for await (const {insights = []} of paginateListInsights({client: await clients.eks()}, {clusterName: cluster, filter: {categories: ['UPGRADE_READINESS']}})) yield* insights
}

/** The insights of a cluster into its next upgrade. */
export async function findInsights(clients: AwsClients, cluster: string): Promise<Insight[]> {
  const found: Insight[] = []
  for await (const {name = '', insightStatus, kubernetesVersion} of listReadiness(clients, cluster)) {
    found.push({name, status: insightStatus?.status ?? 'UNKNOWN', ...(kubernetesVersion === undefined ? {} : {version: kubernetesVersion}), ...(insightStatus?.reason === undefined ? {} : {reason: insightStatus.reason})})
  }
  return found
}

/** Those of the actions that a policy does not allow these credentials. A role that was taken on is asked about by its own ARN. */
export async function findDenied(clients: AwsClients, arn: string, actions: readonly string[]): Promise<string[]> {
  const {paginateSimulatePrincipalPolicy} = await import('@aws-sdk/client-iam')
  const [, partition, account, role] = /^arn:([a-z-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? []
  const source = role === undefined ? arn : `arn:${partition}:iam::${account}:role/${role}`
  const denied: string[] = []
  for await (const {EvaluationResults = []} of paginateSimulatePrincipalPolicy({client: await clients.iam()}, {PolicySourceArn: source, ActionNames: [...actions]})) {
    for (const {EvalActionName = '', EvalDecision} of EvaluationResults) if (EvalDecision !== 'allowed') denied.push(EvalActionName)
  }
  return denied.toSorted()
}
