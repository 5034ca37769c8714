/** Amazon EKS as a place where a platform can run. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import type {EnvironmentSpec, ProviderOf} from '../../spec/types.ts'
import type {ClusterPresence} from '../types.ts'
import {empty, hasObject, lacking, makeSo} from './bucket.ts'
import {endpointOf, openClients} from './clients.ts'
import {awsError, bucketError} from './errors.ts'
import {cpuQuota, findDenied, findInsights, findMaxPods, findQuotas, findSubnets} from './limits.ts'
import {hasTable, makeTable} from './lock-table.ts'
import {findCluster, findVersions, findZones, unprotectCluster, whoAmI} from './reads.ts'
import {findRemains} from './remains/find.ts'
import {isRemovable, removeThing} from './remains/remove.ts'
import type {AwsIdentity, AwsProvider, EksCluster} from './types.ts'
import {firstZones} from './zones.ts'

/** What the provider needs. */
export interface EksProviderOptions {
  spec: EnvironmentSpec
  /** Those that both providers of AWS have. */
  settings: Pick<ProviderOf<'eks'>, 'region' | 'account' | 'profile' | 'assumeRole' | 'kmsKey' | 'backupVault'>
  env: Record<string, string | undefined>
  /** `.kp/environments/<name>/`. */
  folder: string
  cacheDir: string
}

/** On each volume that AWS Backup copies: the cluster. */
const VAULT_TAG = 'kp:cluster'

/** Names the kubeconfig of what stands in for the API server of a cluster that an emulator only pretends to run. */
export const EMULATED_KUBECONFIG = 'KP_EMULATOR_KUBECONFIG'

/** Makes the provider. Nothing is asked and no part of the SDK is loaded before it is needed. */
export function createEksProvider({spec, settings, env, folder, cacheDir}: EksProviderOptions): AwsProvider {
  const {region} = settings
  const clients = openClients({region, profile: settings.profile, assumeRole: settings.assumeRole, env})
  const endpoint = endpointOf(env)
  const standIn = endpoint === undefined ? undefined : env[EMULATED_KUBECONFIG] || undefined
  const noApi = endpoint !== undefined && standIn === undefined ? `${endpoint} answers for AWS, and an emulator runs no API server of Kubernetes` : undefined
  const kubeconfig = standIn ?? join(folder, 'kubeconfig')
  const asking = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw awsError(error, doing, {region, endpoint})
    }
  }
  const own = {platform: spec.platform, environment: spec.environment.name}
  let identity: Promise<AwsIdentity> | undefined
  let cluster: Promise<EksCluster | undefined> | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const provider: AwsProvider = {
    id: 'eks',
    title: `Amazon EKS, ${settings.account === undefined ? '' : `account ${settings.account}, `}${region}${endpoint === undefined ? '' : `, at ${endpoint}`}`,
    simulated: false,
    region,
    ...(endpoint === undefined ? {} : {emulator: endpoint}),
    ...(noApi === undefined ? {} : {noApi}),
    storageDriver: 'ebs.csi.aws.com',
    // By the tag AWS Backup knows what to copy.
    storageParameters: {type: 'gp3', encrypted: 'true', ...(settings.backupVault ? {tagSpecification_1: `${VAULT_TAG}=${spec.environment.cluster}`} : {})},
    stacksFolder: join(folder, 'terraform'),
    pluginCache: join(cacheDir, 'terraform', 'plugins'),
    zones: ({network}) => network.zoneNames ?? firstZones(region, network.zones),
    access: () => ({kubeconfig}),
    lookAnew: () => (cluster = undefined),
    async presence(): Promise<ClusterPresence> {
      if (noApi !== undefined) return {state: 'absent', observed: noApi}
      const found = await provider.cluster()
      const {cluster: name} = spec.environment
      if (found === undefined) return {state: 'absent', observed: `there is no EKS cluster ${name} in ${region} yet`}
      if (found.status !== 'ACTIVE' && found.status !== 'UPDATING') return {state: 'stopped', observed: `the EKS cluster ${name} is ${found.status}`}
      if (!existsSync(kubeconfig)) return {state: 'stopped', observed: `the kubeconfig of the EKS cluster ${name} is not written yet`}
      return {state: 'running', observed: `the EKS cluster ${name} is ${found.status}`}
    },
    identity: () => (identity ??= asking('ask whose credentials these are', () => whoAmI(clients))),
    async requireAccount() {
      const {account, arn} = await provider.identity()
      if (settings.account === undefined || settings.account === account) return
      throw new KpError({
        code: 'WRONG_ACCOUNT',
        message: `these credentials belong to the account ${account}; environment ${spec.environment.name} is in ${settings.account}`,
        details: [`signed in as ${arn}`],
        next: ['use credentials of the account that kp.yaml names: AWS_PROFILE, aws sso login', 'or correct provider.account in kp.yaml'],
      })
    },
    cluster: () => (cluster ??= asking(`look for the EKS cluster ${spec.environment.cluster}`, () => findCluster(clients, spec.environment.cluster))),
    versions: () => asking('ask which versions EKS offers', () => findVersions(clients)),
    upgrade: async () => (await import('./upgrade.ts')).eksUpgrade(clients, spec.environment.cluster, asking),
    zonesOffering: (types) => asking('ask which zones offer the instance types', () => findZones(clients, types)),
    quotas: (ids) => asking('ask for the quotas of the account', () => findQuotas(clients, ids, own)),
    cpuQuota,
    subnets: () => asking('ask what is free in the subnets', () => findSubnets(clients, own)),
    maxPods: (types) => asking('ask how many pods the instance types take', () => findMaxPods(clients, types)),
    insights: () => asking(`ask for the insights of the EKS cluster ${spec.environment.cluster}`, () => findInsights(clients, spec.environment.cluster)),
    denied: async (actions) => {
      const {arn} = await provider.identity()
      return asking('ask what these credentials may do', () => findDenied(clients, arn, actions))
    },
    stateBucket: (name, at) => ({
      name,
      region: at,
      lacks: () => asking(`look at the bucket ${name}`, () => lacking(clients, {name, region: at, endpoint: endpointOf(env, 'S3')}).catch((error: unknown) => Promise.reject(bucketError(error, name)))),
      make: (aspect) => asking(`make the bucket ${name} ${aspect}`, () => makeSo(clients, {name, region: at, kmsKey: settings.kmsKey}, aspect).catch((error: unknown) => Promise.reject(bucketError(error, name)))),
      has: (key) => asking(`look for ${key} in the bucket ${name}`, () => hasObject(clients, {name, region: at}, key)),
    }),
    lockTable: (name, at) => ({
      name,
      region: at,
      exists: () => asking(`look at the table ${name}`, () => hasTable(clients, {name, region: at})),
      make: () => asking(`make the table ${name}`, () => makeTable(clients, {name, region: at}, {'kp:platform': spec.platform})),
    }),
    emptyBucket: (name, at) => asking(`delete what is in the bucket ${name}`, () => empty(clients, {name, region: at})),
    remains: (scope) => asking('look for what is in the account', () => findRemains(clients, {...scope, region})),
    removable: isRemovable,
    remove: (thing) => asking(`take away the ${thing.kind} ${thing.id}`, () => removeThing(clients, thing)),
    unprotect: () => asking(`let the EKS cluster ${spec.environment.cluster} be deleted`, () => unprotectCluster(clients, spec.environment.cluster)),
    looks: new Map(),
    oneAtATime(work) {
      const next = queue.then(work, work)
      queue = next.catch(() => undefined)
      return next
    },
  }
  return provider
}
