/** Cases of the checks that ask AWS. */
import type {PlatformContext} from '../../src/context.ts'
import {KpError} from '../../src/engine/errors.ts'
import type {AwsProvider, EksVersion} from '../../src/providers/aws/types.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {EMULATED_ACCOUNT} from '../helpers/eks.ts'

const NOTHING = (): {objects: []} => ({objects: []})
const EKS: CheckCase['platform'] = {provider: {type: 'eks', region: 'eu-central-1', account: EMULATED_ACCOUNT}, email: 'ops@acme.org', domain: 'acme.org', nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3}]}
const ASKS_AWS = {all: 'it asks AWS'}
const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']

const aws = (answers: Partial<AwsProvider>): ContextOf => (ctx: PlatformContext) => ({aws: {...(ctx.provider as AwsProvider), ...answers}})
const account = (refused?: KpError): ContextOf => aws({identity: () => Promise.resolve({account: EMULATED_ACCOUNT, arn: 'arn:aws:iam::123456789012:user/jane'}), requireAccount: () => (refused === undefined ? Promise.resolve() : Promise.reject(refused))})
const offers = (zones: string[], at: string[]): ContextOf => aws({zonesOffering: () => Promise.resolve({zones, offering: {'m6i.large': at}})})
const version = (found: Partial<EksVersion>): ContextOf => aws({versions: () => Promise.resolve([{version: '1.35', status: 'STANDARD_SUPPORT', ...found}])})

const quotas = (limits: Partial<Record<string, {limit: number; used?: number}>>): ContextOf =>
  aws({quotas: (ids) => Promise.resolve(ids.map((id) => ({id, title: id, service: 'ec2', code: 'L-1', limit: limits[id]?.limit ?? 1000, used: limits[id]?.used ?? 0})))})
const denied = (actions: string[] | KpError): ContextOf => aws({identity: () => Promise.resolve({account: EMULATED_ACCOUNT, arn: 'arn:aws:iam::123456789012:user/jane'}), denied: () => (actions instanceof KpError ? Promise.reject(actions) : Promise.resolve(actions))})
const free = (...counts: number[]): ContextOf => aws({subnets: () => Promise.resolve(counts.map((count, index) => ({id: `subnet-${index}`, zone: ZONES[index] ?? '', cidr: `10.20.${index}.0/24`, free: count})))})
const insights = (...found: {name: string; status: string; version?: string; reason?: string}[]): ContextOf => aws({insights: () => Promise.resolve(found)})
const WITHOUT_CNI: CheckCase['platform'] = {...EKS, phases: {cni: {enabled: false}}, nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3, max: 9, pods: 29}]}
const room = (known: Record<string, {single: number; blocks: number}>): ContextOf => aws({maxPods: () => Promise.resolve(known)})

const bucket = (lacks: string[] | KpError): ContextOf => aws({stateBucket: (name, region) => ({name, region, lacks: () => (lacks instanceof KpError ? Promise.reject(lacks) : Promise.resolve(lacks as [])), make: () => Promise.resolve(), has: () => Promise.resolve(false)})})

export const awsCases: CheckCase[] = [
  {
    check: 'backup.bucket',
    platform: EKS,
    context: bucket([]),
    passes: NOTHING,
    fails: [
      {what: 'it keeps no versions', context: bucket(['versioned']), observed: /acme-backup keeps no versions/},
      {what: 'it is gone', context: bucket(['exists', 'versioned']), observed: /acme-backup is not there/},
      {what: 'somebody else has the name', context: bucket(new KpError({code: 'NOT_OURS', message: 'the bucket acme-backup belongs to somebody else'})), observed: /belongs to somebody else/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'S3 does not answer', context: bucket(new KpError({code: 'API_ERROR', message: 'AWS does not answer in eu-central-1'})), observed: /does not answer/}],
    skips: [
      {what: 'a lab', platform: {}, context: () => ({aws: undefined}) as object, observed: /no bucket/},
      {what: 'kp.yaml names a bucket', platform: {...EKS, phases: {backup: {store: {bucket: 'theirs'}}}}, observed: /no bucket/},
    ],
  },
  {
    check: 'prerequisites.cloud-permissions',
    platform: EKS,
    context: denied([]),
    passes: NOTHING,
    fails: [
      {what: 'a policy lacks actions', context: denied(['eks:CreateCluster', 'iam:PassRole']), observed: /no policy of arn:aws:iam::123456789012:user\/jane allows eks:CreateCluster, iam:PassRole/},
      {what: 'there are no credentials', context: denied(new KpError({code: 'CREDENTIALS_MISSING', message: 'there are no credentials for AWS'})), observed: /no credentials/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'nobody may ask', context: denied(new KpError({code: 'API_ERROR', message: 'AWS does not allow it: iam:SimulatePrincipalPolicy'})), observed: /SimulatePrincipalPolicy/}],
    skips: [{what: 'a lab', platform: {}, context: () => ({aws: undefined}) as object, observed: /makes nothing in a cloud account/}],
  },
  {
    check: 'networking.cloud-quotas',
    platform: EKS,
    context: quotas({}),
    passes: NOTHING,
    fails: [
      {what: 'the machines do not fit', context: quotas({'vcpus-standard': {limit: 5}}), observed: /6 are wanted at once, 5 of 5 are free .*--quota-code L-1 --desired-value/},
      {what: 'others use the addresses', context: quotas({addresses: {limit: 5, used: 3}}), observed: /addresses: 3 are wanted at once, 2 of 5 are free/},
      {what: 'the pools cannot grow', status: 'warn', context: quotas({'vcpus-standard': {limit: 6}}), platform: {...EKS, nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3, max: 9}]}, observed: /the pools may grow to 18, 6 of 6 are free/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'AWS does not answer', context: aws({quotas: () => Promise.reject(new KpError({code: 'API_ERROR', message: 'AWS does not answer in eu-central-1'}))}), observed: /does not answer/}],
    skips: [{what: 'a lab', platform: {}, context: () => ({aws: undefined}) as object, observed: /makes nothing in a cloud account/}],
  },
  {
    check: 'networking.subnet-addresses',
    platform: EKS,
    context: free(200, 200, 200),
    passes: NOTHING,
    fails: [{what: 'one is nearly full', context: free(200, 3, 200), observed: /subnet-1 \(eu-central-1b, 10\.20\.1\.0\/24\) has 3 free addresses/}],
    survives: ASKS_AWS,
    unknown: [{what: 'there are none yet', context: free(), observed: /no subnets of this environment yet/}],
    skips: [{what: 'a lab', platform: {}, context: () => ({aws: undefined}) as object, observed: /not those of AWS/}],
  },
  {
    check: 'control-plane.upgrade-insights',
    platform: EKS,
    context: insights({name: 'Deprecated APIs removed in Kubernetes v1.36', status: 'PASSING', version: '1.36'}),
    passes: NOTHING,
    fails: [{what: 'one warns', status: 'warn', context: insights({name: 'Kubelet version skew', status: 'ERROR', version: '1.36', reason: 'Node versions do not match'}), observed: /Kubelet version skew \(before 1\.36\): Node versions do not match/}],
    survives: ASKS_AWS,
    unknown: [{what: 'EKS has not looked yet', context: insights(), observed: /has not looked yet/}],
    skips: [{what: 'an emulator', context: aws({noApi: 'an emulator runs no API server'}), observed: /emulator/}],
  },
  {
    check: 'node-pools.max-pods',
    platform: WITHOUT_CNI,
    context: room({'m6i.large': {single: 29, blocks: 110}}),
    passes: NOTHING,
    fails: [
      {what: 'it is too many without blocks', platform: {...WITHOUT_CNI, nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3, max: 9, pods: 110}]}, observed: /pool general: 110 pods a node; m6i\.large has addresses for 29, for 110 with ENABLE_PREFIX_DELEGATION/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'AWS does not know the type', context: room({}), observed: /does not tell of m6i\.large/}],
    skips: [{what: 'a pod network of its own', platform: EKS, observed: /addresses of their own network/}],
  },
  {
    check: 'prerequisites.cloud-account',
    platform: EKS,
    context: account(),
    passes: NOTHING,
    fails: [
      {what: 'they belong to another account', context: account(new KpError({code: 'WRONG_ACCOUNT', message: 'these credentials belong to the account 999999999999'})), observed: /999999999999/},
      {what: 'there are none', context: account(new KpError({code: 'CREDENTIALS_MISSING', message: 'there are no credentials for AWS'})), observed: /no credentials/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'AWS does not answer', context: account(new KpError({code: 'API_ERROR', message: 'AWS does not answer in eu-central-1'})), observed: /does not answer/}],
    skips: [{what: 'a lab', platform: {}, context: () => ({aws: undefined}) as object, observed: /makes nothing in a cloud account/}],
  },
  {
    check: 'networking.zone-offers',
    platform: EKS,
    context: offers(ZONES, ZONES),
    passes: NOTHING,
    fails: [
      {what: 'a zone lacks the type', context: offers(ZONES, ZONES.slice(0, 2)), observed: /pool general: eu-central-1c does not offer m6i\.large/},
      {what: 'a zone is not there', context: offers(ZONES.slice(0, 2), ZONES), observed: /no zone eu-central-1c for this account/},
    ],
    survives: ASKS_AWS,
    unknown: [{what: 'AWS names no zone', context: offers([], []), observed: /names no zone/}],
  },
  {
    check: 'control-plane.version-support',
    platform: EKS,
    context: version({endOfStandardSupport: '2027-04-14'}),
    passes: NOTHING,
    fails: [
      {what: 'it ends soon', status: 'warn', context: version({endOfStandardSupport: '2026-12-20'}), observed: /ends on 2026-12-20, in 21 days/},
      {what: 'it has ended', status: 'warn', context: version({endOfStandardSupport: '2026-10-01', endOfExtendedSupport: '2027-10-01'}), observed: /\$365 a month more and ends on 2027-10-01/},
      {what: 'EKS does not offer it', status: 'warn', context: version({version: '1.40'}), observed: /does not offer 1\.35: it offers 1\.40/},
    ],
    survives: ASKS_AWS,
    unknown: [
      {what: 'AWS names no version', context: aws({versions: () => Promise.resolve([])}), observed: /names no version/},
      {what: 'AWS names no date', context: version({}), observed: /does not say how long/},
    ],
  },
]
