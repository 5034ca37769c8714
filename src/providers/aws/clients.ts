/** Clients of the AWS SDK, loaded when they are needed: no other command pays for them. */
import type {CloudWatchLogsClient} from '@aws-sdk/client-cloudwatch-logs'
import type {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import type {EC2Client} from '@aws-sdk/client-ec2'
import type {EKSClient} from '@aws-sdk/client-eks'
import type {ElasticLoadBalancingClient} from '@aws-sdk/client-elastic-load-balancing'
import type {ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {IAMClient} from '@aws-sdk/client-iam'
import type {KMSClient} from '@aws-sdk/client-kms'
import type {ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import type {Route53Client} from '@aws-sdk/client-route-53'
import type {S3Client} from '@aws-sdk/client-s3'
import type {ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import type {SQSClient} from '@aws-sdk/client-sqs'
import type {STSClient} from '@aws-sdk/client-sts'

type Env = Record<string, string | undefined>

/** Whose credentials, and where. */
export interface AwsSettings {
  region: string
  profile?: string | undefined
  assumeRole?: string | undefined
  env: Env
}

interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  expiration?: Date
}

interface ClientConfig {
  region: string
  endpoint?: string
  profile?: string
  credentials?: Credentials | (() => Promise<Credentials>)
  maxAttempts: number
}

/** The clients of one account and region, each made once. */
export interface AwsClients {
  ec2(): Promise<EC2Client>
  eks(): Promise<EKSClient>
  sts(): Promise<STSClient>
  s3(region?: string): Promise<S3Client>
  dynamodb(region?: string): Promise<DynamoDBClient>
  logs(): Promise<CloudWatchLogsClient>
  elb(): Promise<ElasticLoadBalancingClient>
  elbv2(): Promise<ElasticLoadBalancingV2Client>
  iam(): Promise<IAMClient>
  kms(): Promise<KMSClient>
  tagging(): Promise<ResourceGroupsTaggingAPIClient>
  route53(): Promise<Route53Client>
  quotas(): Promise<ServiceQuotasClient>
  sqs(): Promise<SQSClient>
}

const TRIES = 4

/** Makes them. */
export function openClients(settings: AwsSettings): AwsClients {
  const assumed = assumedCredentials(settings)
  const config = (service: string): ClientConfig => ({...baseConfig(settings, service), ...(assumed === undefined ? {} : {credentials: assumed})})
  return {
    ec2: once(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(config('EC2'))),
    eks: once(async () => new (await import('@aws-sdk/client-eks')).EKSClient(config('EKS'))),
    sts: once(async () => new (await import('@aws-sdk/client-sts')).STSClient(config('STS'))),
    logs: once(async () => new (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogsClient(config('CLOUDWATCH_LOGS'))),
    elb: once(async () => new (await import('@aws-sdk/client-elastic-load-balancing')).ElasticLoadBalancingClient(config('ELASTIC_LOAD_BALANCING'))),
    elbv2: once(async () => new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2Client(config('ELASTIC_LOAD_BALANCING_V2'))),
    iam: once(async () => new (await import('@aws-sdk/client-iam')).IAMClient(config('IAM'))),
    kms: once(async () => new (await import('@aws-sdk/client-kms')).KMSClient(config('KMS'))),
    tagging: once(async () => new (await import('@aws-sdk/client-resource-groups-tagging-api')).ResourceGroupsTaggingAPIClient(config('RESOURCE_GROUPS_TAGGING_API'))),
    route53: once(async () => new (await import('@aws-sdk/client-route-53')).Route53Client(config('ROUTE_53'))),
    quotas: once(async () => new (await import('@aws-sdk/client-service-quotas')).ServiceQuotasClient(config('SERVICE_QUOTAS'))),
    sqs: once(async () => new (await import('@aws-sdk/client-sqs')).SQSClient(config('SQS'))),
    dynamodb: async (region = settings.region) => new (await import('@aws-sdk/client-dynamodb')).DynamoDBClient({...config('DYNAMODB'), region}),
    // An emulator knows buckets by path alone.
    s3: async (region = settings.region) => new (await import('@aws-sdk/client-s3')).S3Client({...config('S3'), region, forcePathStyle: endpointOf(settings.env, 'S3') !== undefined}),
  }
}

/** The address that answers for AWS, where AWS_ENDPOINT_URL names one. */
export function endpointOf(env: Env, service?: string): string | undefined {
  const own = service === undefined ? undefined : env[`AWS_ENDPOINT_URL_${service}`]
  return own || env['AWS_ENDPOINT_URL'] || undefined
}

function baseConfig({region, profile, env}: AwsSettings, service: string): ClientConfig {
  const endpoint = endpointOf(env, service)
  const [accessKeyId, secretAccessKey, sessionToken] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']]
  const keys = accessKeyId && secretAccessKey ? {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})} : undefined
  return {
    region,
    maxAttempts: TRIES,
    ...(endpoint === undefined ? {} : {endpoint}),
    // A profile of kp.yaml counts more than keys of the environment, as it does for terraform.
    ...(profile === undefined ? (keys === undefined ? {} : {credentials: keys}) : {profile}),
  }
}

/** Credentials of the role of kp.yaml, asked for again before they end. */
function assumedCredentials(settings: AwsSettings): (() => Promise<Credentials>) | undefined {
  const {assumeRole} = settings
  if (assumeRole === undefined) return undefined
  return async () => {
    const {AssumeRoleCommand, STSClient} = await import('@aws-sdk/client-sts')
    const answer = await new STSClient(baseConfig(settings, 'STS')).send(new AssumeRoleCommand({RoleArn: assumeRole, RoleSessionName: 'kp'}))
    const {AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration} = answer.Credentials ?? {}
    return {accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(SessionToken === undefined ? {} : {sessionToken: SessionToken}), ...(Expiration === undefined ? {} : {expiration: Expiration})}
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
