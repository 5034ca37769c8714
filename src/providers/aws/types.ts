/** AWS as steps, checks and commands see it. */
import type {Provider} from '../types.ts'
import type {StateBucket} from './bucket.ts'
import type {Insight, Quota, QuotaId, SubnetRoom} from './limits.ts'
import type {LockTable} from './lock-table.ts'
import type {Remainder, Remains} from './remains/find.ts'
import type {AuditScope} from './remains/things.ts'
import type {EksUpgrade} from './upgrade.ts'

/** Whose credentials they are. */
export interface AwsIdentity {
  account: string
  /** Who acts: a user, or a role that was taken on. */
  arn: string
}

/** What EKS says of a cluster. */
export interface EksCluster {
  name: string
  status: string
  version?: string
  endpoint?: string
  /** Certificate of the authority, in base64. */
  authority?: string
  /** Who signs the tokens of its ServiceAccounts. */
  issuer?: string
}

/** What is kept of a stack's last look, for as long as this run goes on. */
export interface RememberedLook {
  at: number
  /** What the files of the stack were. */
  digest: string
  probe: unknown
}

/** A version of Kubernetes that EKS offers. */
export interface EksVersion {
  version: string
  status: string
  endOfStandardSupport?: string
  endOfExtendedSupport?: string
}

/** The provider of a platform on AWS. */
export interface AwsProvider extends Provider {
  region: string
  /** Address that answers for AWS: an emulator's. */
  emulator?: string
  /** Why no API server can be asked although there is a cluster: an emulator runs none. */
  noApi?: string
  /** Folder of kp's working copies of the stacks: `.kp/environments/<name>/terraform/`. */
  stacksFolder: string
  /** Folder where terraform keeps the providers that it has fetched. */
  pluginCache: string
  /**
   * Who acts.
   * @throws KpError CREDENTIALS_MISSING, API_ERROR
   */
  identity(): Promise<AwsIdentity>
  /**
   * Refuses credentials of another account than kp.yaml names.
   * @throws KpError WRONG_ACCOUNT, CREDENTIALS_MISSING
   */
  requireAccount(): Promise<void>
  /** The cluster as EKS has it; undefined where there is none. */
  cluster(): Promise<EksCluster | undefined>
  /** The versions of Kubernetes that EKS offers. */
  versions(): Promise<EksVersion[]>
  /** What an upgrade of the cluster asks of EKS. */
  upgrade(): Promise<EksUpgrade>
  /** The zones of the region by name, with those of them that offer an instance type. */
  zonesOffering(instanceTypes: readonly string[]): Promise<{zones: string[]; offering: Record<string, string[]>}>
  /** Limits of the account, with what others than this environment use of them. */
  quotas(ids: readonly QuotaId[]): Promise<Quota[]>
  /** Which limit the CPUs of a machine count against. */
  cpuQuota(instanceType: string, capacity: 'on-demand' | 'spot'): QuotaId
  /** The private subnets of the environment that are there, with what is free in them. */
  subnets(): Promise<SubnetRoom[]>
  /** How many pods the network plugin of AWS can give an address on each type. */
  maxPods(instanceTypes: readonly string[]): Promise<Record<string, {single: number; blocks: number}>>
  /** What EKS found that an upgrade would break. */
  insights(): Promise<Insight[]>
  /** Those of the actions that the credentials may not do. */
  denied(actions: readonly string[]): Promise<string[]>
  /** The bucket of the states. */
  stateBucket(name: string, region: string): StateBucket
  /** The table of the locks of states, where kp.yaml wants one. */
  lockTable(name: string, region: string): LockTable
  /** Deletes everything in a bucket, of every version; one that is gone is empty. */
  emptyBucket(name: string, region: string): Promise<void>
  /** What of an environment is in the account. */
  remains(scope: AuditScope): Promise<Remains>
  /** Whether kp takes things of that kind away by itself. */
  removable(thing: Pick<Remainder, 'kind'>): boolean
  /** Takes something away; what is gone already is gone. */
  remove(thing: Remainder): Promise<void>
  /** Takes the protection of the cluster away: EKS refuses to delete one that has it. */
  unprotect(): Promise<void>
  /** Looks at stacks in this run. */
  looks: Map<string, RememberedLook>
  /** Does one piece of work after the other, for what must not run twice at the same time. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>
}
