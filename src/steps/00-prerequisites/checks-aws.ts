/** Checks of phase 0 on AWS: whose account it is. */
import {check} from '../../checks/builders.ts'
import {makesBackupBucket} from '../../components/terraform/pod-roles.ts'
import type {PlatformCheck} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'

/** The account guard as a check: `kp doctor` says it before anything is planned. */
export const accountCheck: PlatformCheck = check({
  id: 'prerequisites.cloud-account',
  title: 'The credentials for the cloud are valid and belong to the account of kp.yaml',
  pitfalls: ['KP0007'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'kp makes nothing in a cloud account' : true),
  async run(ctx) {
    const expected = 'account' in ctx.spec.provider && ctx.spec.provider.account !== undefined ? `account ${ctx.spec.provider.account}` : 'an account'
    try {
      await ctx.aws?.requireAccount()
      const {account, arn} = (await ctx.aws?.identity()) ?? {account: '', arn: ''}
      return {status: 'pass', observed: `account ${account}, as ${arn}`, expected}
    } catch (error) {
      const {code, message, details} = asKpError(error)
      const refused = code === 'WRONG_ACCOUNT' || code === 'CREDENTIALS_MISSING'
      return {status: refused ? 'fail' : 'unknown', observed: message, expected, evidence: details}
    }
  },
})

/** What the stacks call: one or two for each part, so that a policy that lacks a service is found before the apply. */
const ACTIONS = [
  'ec2:CreateVpc', 'ec2:CreateSubnet', 'ec2:CreateNatGateway', 'ec2:AllocateAddress', 'ec2:CreateRoute', 'ec2:CreateLaunchTemplate', 'ec2:RunInstances', 'ec2:CreateTags', 'ec2:DeleteVpc',
  'iam:CreateRole', 'iam:AttachRolePolicy', 'iam:PutRolePolicy', 'iam:PassRole', 'iam:CreateServiceLinkedRole',
  'eks:CreateCluster', 'eks:CreateNodegroup', 'eks:CreateAddon', 'eks:CreateAccessEntry', 'eks:DescribeCluster', 'eks:DeleteCluster',
  'kms:CreateKey', 'kms:CreateAlias', 'logs:CreateLogGroup', 'logs:PutRetentionPolicy',
]
const WITH_BACKUPS = ['s3:CreateBucket', 's3:PutBucketVersioning', 's3:PutEncryptionConfiguration', 's3:PutBucketPublicAccessBlock', 's3:PutBucketPolicy', 's3:PutLifecycleConfiguration']
/** Exports of today ask for the right of the reports of old, too. */
const WITH_BILLING = ['bcm-data-exports:CreateExport', 'cur:PutReportDefinition', 's3:CreateBucket', 's3:PutBucketPolicy']
const WITH_BUCKET = ['s3:GetObject', 's3:PutObject', 's3:ListBucket']

/** Whether the policies of these credentials allow what a plan needs; AWS itself is asked, and nothing is tried. */
export const permissionsCheck: PlatformCheck = check({
  id: 'prerequisites.cloud-permissions',
  title: 'The policies of the credentials allow what kp has to do in the account',
  pitfalls: ['KP0007'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'kp makes nothing in a cloud account' : true),
  async run(ctx) {
    const {provider} = ctx.spec
    const billing = 'billingExport' in provider && provider.billingExport && ctx.spec.phases.cost.enabled
    const actions = [...ACTIONS, ...(ctx.spec.infra.backend.type === 's3' ? WITH_BUCKET : []), ...(makesBackupBucket(ctx.spec) ? WITH_BACKUPS : []), ...(billing ? WITH_BILLING : []), ...(provider.type === 'eks' && provider.identity === 'irsa' ? ['iam:CreateOpenIDConnectProvider'] : ['eks:CreatePodIdentityAssociation'])].filter((action, index, all) => all.indexOf(action) === index)
    const expected = `${actions.length} actions`
    try {
      const denied = (await ctx.aws?.denied(actions)) ?? []
      const {arn = ''} = (await ctx.aws?.identity()) ?? {}
      if (denied.length === 0) return {status: 'pass', observed: `${arn} may do all of ${expected}`, expected}
      return {status: 'fail', observed: `no policy of ${arn} allows ${denied.join(', ')}`, expected, evidence: denied.map((action) => `aws iam simulate-principal-policy --policy-source-arn <role-or-user> --action-names ${action}`)}
    } catch (error) {
      const {code, message, details} = asKpError(error)
      return {status: code === 'CREDENTIALS_MISSING' ? 'fail' : 'unknown', observed: message, expected, evidence: details}
    }
  },
})
