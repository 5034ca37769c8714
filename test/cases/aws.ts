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

export const awsCases: CheckCase[] = [
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
