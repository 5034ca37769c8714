/** What is in an account, as the audit of a teardown sees it. */
import type {AwsClients} from '../clients.ts'

/** A tag as AWS writes it. */
export interface Tag {
  Key?: string | undefined
  Value?: string | undefined
}

/** Every kind of thing that is looked for, in the order in which things of several kinds must go. */
export const KINDS = [
  'EKS cluster', 'instance', 'load balancer', 'classic load balancer', 'target group', 'NAT gateway', 'VPC endpoint', 'network interface', 'security group', 'volume', 'snapshot', 'launch template',
  'address', 'DNS record', 'queue', 'log group', 'OIDC provider', 'KMS key', 'key pair', 'instance profile', 'role', 'subnet', 'route table', 'internet gateway', 'VPC', 'bucket', 'other',
] as const

/** A kind. */
export type ThingKind = (typeof KINDS)[number]

/** Something that is there. */
export interface Thing {
  kind: ThingKind
  id: string
  name?: string | undefined
  tags: readonly Tag[]
  vpc?: string | undefined
  /** US dollars a month by list price; 0 where it costs nothing by itself. */
  monthly: number
  /** Why it is the cluster's although no tag says so: its name, or what wrote it. */
  says?: string | undefined
  /** It goes by itself with what it belongs to: a machine of a node group with its group. */
  goesWith?: string | undefined
  /** What its removal needs besides the id. */
  detail?: unknown
}

/** Whose things are looked for. */
export interface AuditScope {
  platform: string
  environment: string
  cluster: string
  /** The network, while it is known. */
  vpc?: string | undefined
  /** The issuer of the cluster's tokens, while it is known. */
  issuer?: string | undefined
  /** DNS zones that records were written into. */
  zones: readonly string[]
  /** What kp's own ledger says was made and has not gone, by id. */
  ledger: ReadonlyMap<string, {maker: 'kp' | 'cluster' | 'unknown'; because: string}>
}

/** One part of an account. */
export interface Look {
  /** "load balancers", for what could not be looked at. */
  title: string
  find(clients: AwsClients, scope: AuditScope & {region: string}): Promise<Thing[]>
}

/** The value of a tag. */
export function tagOf(tags: readonly Tag[], key: string): string | undefined {
  return tags.find(({Key}) => Key === key)?.Value
}

/** The name tag, where it says something. */
export function nameTag(tags: readonly Tag[]): string | undefined {
  return tagOf(tags, 'Name') || undefined
}
