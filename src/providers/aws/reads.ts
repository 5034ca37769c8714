/** What kp asks AWS by the SDK. Reads only; errors are the SDK's. */
import type {AwsClients} from './clients.ts'
import type {AwsIdentity, EksCluster, EksVersion} from './types.ts'

/** Whose credentials these are. */
export async function whoAmI(clients: AwsClients): Promise<AwsIdentity> {
  const {GetCallerIdentityCommand} = await import('@aws-sdk/client-sts')
  const {Account = '', Arn = ''} = await (await clients.sts()).send(new GetCallerIdentityCommand({}))
  return {account: Account, arn: Arn}
}

/** A cluster by its name; undefined where there is none. */
export async function findCluster(clients: AwsClients, name: string): Promise<EksCluster | undefined> {
  const {DescribeClusterCommand} = await import('@aws-sdk/client-eks')
  try {
    const {cluster} = await (await clients.eks()).send(new DescribeClusterCommand({name}))
    if (cluster === undefined) return undefined
    const {status = 'UNKNOWN', version, endpoint, certificateAuthority, identity} = cluster
    return {name, status, ...(version === undefined ? {} : {version}), ...(endpoint === undefined ? {} : {endpoint}), ...(certificateAuthority?.data === undefined ? {} : {authority: certificateAuthority.data}), ...(identity?.oidc?.issuer === undefined ? {} : {issuer: identity.oidc.issuer})}
  } catch (error) {
    if ((error as {name?: string}).name === 'ResourceNotFoundException') return undefined
    throw error
  }
}

/** Takes the protection of a cluster against deletion away, where it has it; returns when that is done. */
export async function unprotectCluster(clients: AwsClients, name: string): Promise<void> {
  const {DescribeClusterCommand, UpdateClusterConfigCommand, waitUntilClusterActive} = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const {cluster} = await client.send(new DescribeClusterCommand({name})).catch((error: unknown) => ((error as {name?: string}).name === 'ResourceNotFoundException' ? {cluster: undefined} : Promise.reject(error)))
  if (cluster?.deletionProtection !== true) return
  await client.send(new UpdateClusterConfigCommand({name, deletionProtection: false}))
  await waitUntilClusterActive({client, maxWaitTime: 600}, {name})
}

/** The versions of Kubernetes that EKS offers, with the ends of their support. */
export async function findVersions(clients: AwsClients): Promise<EksVersion[]> {
  const {paginateDescribeClusterVersions} = await import('@aws-sdk/client-eks')
  const found: EksVersion[] = []
  for await (const {clusterVersions = []} of paginateDescribeClusterVersions({client: await clients.eks()}, {})) {
    for (const {clusterVersion = '', versionStatus = '', endOfStandardSupportDate, endOfExtendedSupportDate} of clusterVersions) {
      found.push({
        version: clusterVersion,
        status: versionStatus,
        ...(endOfStandardSupportDate === undefined ? {} : {endOfStandardSupport: endOfStandardSupportDate.toISOString().slice(0, 10)}),
        ...(endOfExtendedSupportDate === undefined ? {} : {endOfExtendedSupport: endOfExtendedSupportDate.toISOString().slice(0, 10)}),
      })
    }
  }
  return found
}

/** The zones of the region, and for each instance type the zones that offer it. */
export async function findZones(clients: AwsClients, instanceTypes: readonly string[]): Promise<{zones: string[]; offering: Record<string, string[]>}> {
  const {DescribeAvailabilityZonesCommand, paginateDescribeInstanceTypeOfferings} = await import('@aws-sdk/client-ec2')
  const ec2 = await clients.ec2()
  const {AvailabilityZones = []} = await ec2.send(new DescribeAvailabilityZonesCommand({Filters: [{Name: 'zone-type', Values: ['availability-zone']}, {Name: 'state', Values: ['available']}]}))
  const offering: Record<string, string[]> = Object.fromEntries(instanceTypes.map((type) => [type, []]))
  const filters = [{Name: 'instance-type', Values: [...instanceTypes]}]
  if (instanceTypes.length > 0) {
    for await (const {InstanceTypeOfferings = []} of paginateDescribeInstanceTypeOfferings({client: ec2}, {LocationType: 'availability-zone', Filters: filters})) {
      for (const {InstanceType = '', Location = ''} of InstanceTypeOfferings) offering[InstanceType]?.push(Location)
    }
  }
  return {zones: AvailabilityZones.flatMap(({ZoneName}) => ZoneName ?? []).toSorted(), offering}
}
