/** What a cluster leaves outside of its network: records, queues, logs, keys, identities. */
import type {ListResourceRecordSetsCommandInput, ListResourceRecordSetsCommandOutput, ResourceRecordSet, Route53Client} from '@aws-sdk/client-route-53'
import {EKS_CLUSTER, KMS_KEY, monthlyOf} from '../../../spec/aws-prices.ts'
import {nameTag} from './things.ts'
import type {Look, Tag, Thing} from './things.ts'

const clusters: Look = {
  title: 'EKS clusters',
  async find(clients, {cluster}) {
    const {DescribeClusterCommand, paginateListClusters} = await import('@aws-sdk/client-eks')
    const client = await clients.eks()
    const found: Thing[] = []
    for await (const {clusters: names = []} of paginateListClusters({client}, {})) {
      for (const name of names.filter((one) => one === cluster)) {
        const tags = Object.entries((await client.send(new DescribeClusterCommand({name}))).cluster?.tags ?? {}).map(([Key, Value]): Tag => ({Key, Value}))
        found.push({kind: 'EKS cluster', id: name, tags, monthly: EKS_CLUSTER})
      }
    }
    return found
  },
}

/** What external-dns writes beside a record: whose it is. */
function ownerOf({Type, ResourceRecords = []}: ResourceRecordSet): string | undefined {
  if (Type !== 'TXT') return undefined
  const text = ResourceRecords.map(({Value = ''}) => Value).join('')
  return text.includes('heritage=external-dns') ? /external-dns\/owner=([^,"]+)/.exec(text)?.[1] : undefined
}

/** external-dns as kp sets it up puts `kp-<type>-` before the name; older records have their plain name. */
function ownedName(text: string): {name: string; types?: readonly string[]} {
  const [, type, name = text] = /^kp-([a-z]+)-(.+)$/.exec(text) ?? []
  // An alias to a load balancer is marked as the CNAME that it stands for.
  return {name, ...(type === undefined ? {} : {types: type === 'cname' ? ['CNAME', 'A', 'AAAA'] : [type.toUpperCase()]})}
}

/** The SDK has no pages for them: the next one begins where the last one ended. */
async function recordsOf(client: Route53Client, zone: string): Promise<ResourceRecordSet[]> {
  const {ListResourceRecordSetsCommand} = await import('@aws-sdk/client-route-53')
  const all: ResourceRecordSet[] = []
  let next: Partial<Pick<ListResourceRecordSetsCommandInput, 'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'>> | undefined = {}
  while (next !== undefined) {
    const answer: ListResourceRecordSetsCommandOutput = await client.send(new ListResourceRecordSetsCommand({HostedZoneId: zone, ...next}))
    all.push(...(answer.ResourceRecordSets ?? []))
    next = answer.IsTruncated === true ? {StartRecordName: answer.NextRecordName, StartRecordType: answer.NextRecordType, StartRecordIdentifier: answer.NextRecordIdentifier} : undefined
  }
  return all
}

const records: Look = {
  title: 'DNS records',
  async find(clients, {cluster, zones}) {
    if (zones.length === 0) return []
    const sdk = await import('@aws-sdk/client-route-53')
    const client = await clients.route53()
    const found: Thing[] = []
    for await (const {HostedZones = []} of sdk.paginateListHostedZones({client}, {})) {
      for (const {Id = '', Name: zone = ''} of HostedZones.filter(({Name = ''}) => zones.includes(Name.replace(/\.$/, '')))) {
        const all = await recordsOf(client, Id)
        const registry = all.filter((one) => ownerOf(one) === cluster)
        const owned = registry.map(({Name = ''}) => ownedName(Name))
        const mine = all.filter((one) => registry.includes(one) || owned.some(({name, types}) => one.Name === name && (types === undefined ? one.Type !== 'NS' && one.Type !== 'SOA' : types.includes(one.Type ?? ''))))
        for (const one of mine) found.push({kind: 'DNS record', id: `${one.Type} ${one.Name}`, name: zone.replace(/\.$/, ''), tags: [], monthly: 0, says: `external-dns wrote it for ${cluster}`, detail: {zone: Id, record: one}})
      }
    }
    return found
  },
}

const queues: Look = {
  title: 'queues',
  async find(clients, {cluster}) {
    const {paginateListQueues} = await import('@aws-sdk/client-sqs')
    const found: Thing[] = []
    for await (const {QueueUrls = []} of paginateListQueues({client: await clients.sqs()}, {QueueNamePrefix: cluster})) {
      // A name that begins alike may be another cluster's.
      for (const id of QueueUrls.filter((url) => url.endsWith(`/${cluster}`))) found.push({kind: 'queue', id, name: cluster, tags: [], monthly: 0, says: 'its name: Karpenter reads interruptions from it'})
    }
    return found
  },
}

const logs: Look = {
  title: 'log groups',
  async find(clients, {cluster, region}) {
    const {paginateDescribeLogGroups} = await import('@aws-sdk/client-cloudwatch-logs')
    const client = await clients.logs()
    const found: Thing[] = []
    for (const [logGroupNamePrefix, who] of [[`/aws/eks/${cluster}/`, 'the control plane writes it'], [`/aws/containerinsights/${cluster}/`, 'agents on the nodes write it'], [`/aws/vpc/${cluster}/`, 'the flow logs of the network']] as const) {
      for await (const {logGroups = []} of paginateDescribeLogGroups({client}, {logGroupNamePrefix})) {
        for (const {logGroupName: id = '', storedBytes = 0} of logGroups) found.push({kind: 'log group', id, tags: [], monthly: (storedBytes / 1024 ** 3) * monthlyOf('logsStored', region), says: `its name: ${who}`})
      }
    }
    return found
  },
}

const issuers: Look = {
  title: 'OIDC providers',
  async find(clients, {issuer}) {
    const {GetOpenIDConnectProviderCommand, ListOpenIDConnectProvidersCommand} = await import('@aws-sdk/client-iam')
    const client = await clients.iam()
    const found: Thing[] = []
    const {OpenIDConnectProviderList = []} = await client.send(new ListOpenIDConnectProvidersCommand({}))
    for (const {Arn: id = ''} of OpenIDConnectProviderList) {
      const {Tags: tags = [], Url = ''} = await client.send(new GetOpenIDConnectProviderCommand({OpenIDConnectProviderArn: id}))
      const ours = issuer !== undefined && Url.replace(/^https:\/\//, '') === issuer.replace(/^https:\/\//, '')
      found.push({kind: 'OIDC provider', id, name: Url, tags, monthly: 0, ...(ours ? {says: 'it is for the issuer of this cluster'} : {})})
    }
    return found
  },
}

/** Roles and profiles have no list by tag: those whose name begins with the cluster's are asked for theirs. */
const identities: Look = {
  title: 'roles and instance profiles',
  async find(clients, {cluster, ledger}) {
    const sdk = await import('@aws-sdk/client-iam')
    const client = await clients.iam()
    const found: Thing[] = []
    const looksOurs = (name: string): boolean => name.startsWith(`${cluster}-`) || name.startsWith(`${cluster}_`) || name === `KarpenterNodeRole-${cluster}` || ledger.has(name)
    for await (const {InstanceProfiles = []} of sdk.paginateListInstanceProfiles({client}, {})) {
      for (const {InstanceProfileName: id = ''} of InstanceProfiles.filter(({InstanceProfileName = ''}) => looksOurs(InstanceProfileName))) {
        found.push({kind: 'instance profile', id, tags: (await client.send(new sdk.GetInstanceProfileCommand({InstanceProfileName: id}))).InstanceProfile?.Tags ?? [], monthly: 0})
      }
    }
    for await (const {Roles = []} of sdk.paginateListRoles({client}, {})) {
      for (const {RoleName: id = ''} of Roles.filter(({RoleName = ''}) => looksOurs(RoleName))) found.push({kind: 'role', id, tags: (await client.send(new sdk.ListRoleTagsCommand({RoleName: id}))).Tags ?? [], monthly: 0})
    }
    return found
  },
}

const keys: Look = {
  title: 'KMS keys',
  async find(clients, {cluster, ledger}) {
    const sdk = await import('@aws-sdk/client-kms')
    const client = await clients.kms()
    const found: Thing[] = []
    const suspects = new Map<string, string | undefined>([...ledger.keys()].filter((id) => /^[0-9a-f]{8}-[0-9a-f-]{27}$|^mrk-[0-9a-f]{32}$/.test(id)).map((id) => [id, undefined]))
    for await (const {Aliases = []} of sdk.paginateListAliases({client}, {})) for (const {AliasName = '', TargetKeyId} of Aliases) if (AliasName.startsWith(`alias/${cluster}-`) && TargetKeyId !== undefined) suspects.set(TargetKeyId, AliasName)
    for (const [id, name] of suspects) {
      const {KeyMetadata} = await client.send(new sdk.DescribeKeyCommand({KeyId: id})).catch((error: unknown) => (named(error, 'NotFoundException') ? {KeyMetadata: undefined} : Promise.reject(error)))
      // One that waits for its end costs nothing, and cannot be made to go sooner.
      if (KeyMetadata === undefined || KeyMetadata.KeyState === 'PendingDeletion') continue
      const {Tags = []} = await client.send(new sdk.ListResourceTagsCommand({KeyId: id}))
      found.push({kind: 'KMS key', id, name, tags: Tags.map(({TagKey, TagValue}) => ({Key: TagKey, Value: TagValue})), monthly: KMS_KEY, ...(name === undefined ? {} : {says: `its name ${name}`})})
    }
    return found
  },
}

/** Services whose things are all found by their own looks: by tag alone they may be shown after they are gone. */
const LOOKED_AT = /^arn:[a-z-]+:(?:ec2|elasticloadbalancing|sqs|logs|kms|iam|route53|eks):/

/** Whatever else carries the tags: kinds that nobody here thought of. */
const tagged: Look = {
  title: 'things by their tags',
  async find(clients, {platform, environment, cluster}) {
    const {paginateGetResources} = await import('@aws-sdk/client-resource-groups-tagging-api')
    const client = await clients.tagging()
    const found = new Map<string, Thing>()
    for (const TagFilters of [[{Key: 'kp:platform', Values: [platform]}, {Key: 'kp:environment', Values: [environment]}], [{Key: `kubernetes.io/cluster/${cluster}`, Values: ['owned']}]]) {
      for await (const {ResourceTagMappingList = []} of paginateGetResources({client}, {TagFilters})) {
        for (const {ResourceARN: id = '', Tags: tags = []} of ResourceTagMappingList) if (!LOOKED_AT.test(id)) found.set(id, {kind: /^arn:[a-z-]+:s3:::/.test(id) ? 'bucket' : 'other', id, name: nameTag(tags), tags, monthly: 0})
      }
    }
    return [...found.values()]
  },
}

function named(error: unknown, name: string): boolean {
  return (error as {name?: string}).name === name
}

/** Looks by the clients of everything else. */
export const OTHER_LOOKS: readonly Look[] = [clusters, records, queues, logs, issuers, identities, keys, tagged]
