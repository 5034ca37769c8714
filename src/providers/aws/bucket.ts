/** The bucket in which the states of the stacks are kept: what it is like, and what makes it as it should be. */
import {isDeepStrictEqual} from 'node:util'
import type {AwsClients} from './clients.ts'

/** What a bucket of states must be. */
export const BUCKET_ASPECTS = ['exists', 'versioned', 'encrypted', 'private', 'tls-only'] as const

/** One of them. */
export type BucketAspect = (typeof BUCKET_ASPECTS)[number]

/** The bucket, as commands see it. Errors are those of kp. */
export interface StateBucket {
  name: string
  region: string
  /** What it is not yet. Reads only. @throws KpError NOT_OURS where somebody else's account has it */
  lacks(): Promise<BucketAspect[]>
  /** Makes it so. */
  make(aspect: BucketAspect): Promise<void>
  /** Whether there is an object of that key. */
  has(key: string): Promise<boolean>
}

/** Statement of the bucket's policy that is kp's. */
const TLS_STATEMENT = 'KpTlsOnly'

/** What S3 deletes with one request. */
const MOST_AT_ONCE = 1000

interface Policy {
  Version?: string
  Statement?: ({Sid?: string} & Record<string, unknown>)[]
}

/**
 * What of the bucket is not as it should be; the SDK's errors.
 * @param at endpoint: what answers for AWS. Where that is an emulator without TLS, the policy would refuse everything and is not wanted
 */
export async function lacking(clients: AwsClients, {name, region, endpoint}: {name: string; region: string; endpoint?: string | undefined}): Promise<BucketAspect[]> {
  const {GetBucketEncryptionCommand, GetBucketVersioningCommand, GetPublicAccessBlockCommand, HeadBucketCommand} = await import('@aws-sdk/client-s3')
  const s3 = await clients.s3(region)
  const bucket = {Bucket: name}
  const wanted = BUCKET_ASPECTS.filter((aspect) => aspect !== 'tls-only' || endpoint?.startsWith('http:') !== true)
  if ((await unless(['NotFound', 'NoSuchBucket'], s3.send(new HeadBucketCommand(bucket)))) === undefined) return wanted
  const [versioning, encryption, access, policy] = await Promise.all([
    s3.send(new GetBucketVersioningCommand(bucket)),
    unless(['ServerSideEncryptionConfigurationNotFoundError'], s3.send(new GetBucketEncryptionCommand(bucket))),
    unless(['NoSuchPublicAccessBlockConfiguration'], s3.send(new GetPublicAccessBlockCommand(bucket))),
    readPolicy(clients, name, region),
  ])
  const {BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets} = access?.PublicAccessBlockConfiguration ?? {}
  const is: Record<BucketAspect, boolean> = {
    exists: true,
    versioned: versioning.Status === 'Enabled',
    encrypted: (encryption?.ServerSideEncryptionConfiguration?.Rules ?? []).length > 0,
    private: [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every((one) => one === true),
    'tls-only': isDeepStrictEqual(policy.Statement?.find(({Sid}) => Sid === TLS_STATEMENT), tlsOnly(name, region)),
  }
  return wanted.filter((aspect) => !is[aspect])
}

/** Makes one aspect so. */
export async function makeSo(clients: AwsClients, {name, region, kmsKey}: {name: string; region: string; kmsKey?: string | undefined}, aspect: BucketAspect): Promise<void> {
  const {CreateBucketCommand, PutBucketEncryptionCommand, PutBucketPolicyCommand, PutBucketVersioningCommand, PutPublicAccessBlockCommand} = await import('@aws-sdk/client-s3')
  const s3 = await clients.s3(region)
  const bucket = {Bucket: name}
  switch (aspect) {
    case 'exists':
      // The oldest region has no name there.
      await s3.send(new CreateBucketCommand({...bucket, ...(region === 'us-east-1' ? {} : {CreateBucketConfiguration: {LocationConstraint: region as 'eu-central-1'}})}))
      return
    case 'versioned':
      await s3.send(new PutBucketVersioningCommand({...bucket, VersioningConfiguration: {Status: 'Enabled'}}))
      return
    case 'encrypted': {
      const by = kmsKey === undefined ? {SSEAlgorithm: 'AES256' as const} : {SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: kmsKey}
      await s3.send(new PutBucketEncryptionCommand({...bucket, ServerSideEncryptionConfiguration: {Rules: [{ApplyServerSideEncryptionByDefault: by, ...(kmsKey === undefined ? {} : {BucketKeyEnabled: true})}]}}))
      return
    }
    case 'private':
      await s3.send(new PutPublicAccessBlockCommand({...bucket, PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}}))
      return
    default: {
      // What others have written into the policy stays.
      const policy = await readPolicy(clients, name, region)
      const others = (policy.Statement ?? []).filter(({Sid}) => Sid !== TLS_STATEMENT)
      await s3.send(new PutBucketPolicyCommand({...bucket, Policy: JSON.stringify({Version: policy.Version ?? '2012-10-17', Statement: [...others, tlsOnly(name, region)]})}))
    }
  }
}

/** Whether the bucket has an object of that key. */
export async function hasObject(clients: AwsClients, {name, region}: {name: string; region: string}, key: string): Promise<boolean> {
  const {HeadObjectCommand} = await import('@aws-sdk/client-s3')
  return (await unless(['NotFound', 'NoSuchKey'], (await clients.s3(region)).send(new HeadObjectCommand({Bucket: name, Key: key})))) !== undefined
}

/** Deletes every version of every object. What a bucket keeps longer by a lock is refused, and said. */
export async function empty(clients: AwsClients, {name, region}: {name: string; region: string}): Promise<void> {
  const {DeleteObjectsCommand, HeadBucketCommand, ListObjectVersionsCommand} = await import('@aws-sdk/client-s3')
  const s3 = await clients.s3(region)
  if ((await unless(['NotFound', 'NoSuchBucket'], s3.send(new HeadBucketCommand({Bucket: name})))) === undefined) return
  for (;;) {
    // Always the first page: what was on it is gone by the next look.
    const {Versions = [], DeleteMarkers = []} = await s3.send(new ListObjectVersionsCommand({Bucket: name}))
    const Objects = [...Versions, ...DeleteMarkers].slice(0, MOST_AT_ONCE).flatMap(({Key, VersionId}) => (Key === undefined ? [] : [{Key, VersionId}]))
    if (Objects.length === 0) return
    const {Errors: [refused] = []} = await s3.send(new DeleteObjectsCommand({Bucket: name, Delete: {Objects, Quiet: true}}))
    if (refused !== undefined) throw new Error(`${refused.Key}: ${refused.Code}: ${refused.Message}`)
  }
}

async function readPolicy(clients: AwsClients, name: string, region: string): Promise<Policy> {
  const {GetBucketPolicyCommand} = await import('@aws-sdk/client-s3')
  const answer = await unless(['NoSuchBucketPolicy'], (await clients.s3(region)).send(new GetBucketPolicyCommand({Bucket: name})))
  return JSON.parse(answer?.Policy ?? '{}') as Policy
}

function tlsOnly(name: string, region: string): {Sid: string} & Record<string, unknown> {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  const arn = `arn:${partition}:s3:::${name}`
  return {Sid: TLS_STATEMENT, Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`], Condition: {Bool: {'aws:SecureTransport': 'false'}}}
}

/** The answer, or undefined where AWS says one of these names. */
async function unless<T>(names: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (names.includes((error as {name?: string}).name ?? '')) return undefined
    throw error
  }
}
