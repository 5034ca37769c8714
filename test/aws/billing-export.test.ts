/** The bucket of the billing data against the emulator, which knows no exports: made as kp says, and gone with the platform and with what is in it. */
import {GetBucketPolicyCommand, GetPublicAccessBlockCommand, HeadBucketCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import type {S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DestroyResult} from '../../src/ui/results.ts'
import {makeAwsPlatform, startCloud, stepStates} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'

const BUCKET = {Bucket: 'acme-dev-billing'}

let moto: Cloud
let platform: AwsPlatform
let s3: S3Client

beforeAll(async () => {
  moto = await startCloud({applies: true})
  platform = await makeAwsPlatform(moto, {provider: {type: 'eks', region: 'eu-central-1', account: '123456789012', billingExport: true}, phases: {cost: {opencost: false}}})
  s3 = await platform.clients.s3('eu-central-1')
})
afterAll(() => moto?.stop())

describe('the bucket of the billing data', () => {
  it('is made closed, for the service that writes it alone', async () => {
    const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'cost', '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect((await s3.send(new GetPublicAccessBlockCommand(BUCKET))).PublicAccessBlockConfiguration).toEqual({BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true})
    const policy = JSON.parse((await s3.send(new GetBucketPolicyCommand(BUCKET))).Policy ?? '{}') as {Statement: {Effect: string; Principal: {Service: string[]}; Condition: {StringEquals: Record<string, string>}}[]}
    expect(policy.Statement).toHaveLength(1)
    expect(policy.Statement[0]).toMatchObject({Effect: 'Allow', Principal: {Service: ['bcm-data-exports.amazonaws.com', 'billingreports.amazonaws.com']}, Condition: {StringEquals: {'aws:SourceAccount': '123456789012'}}})
    expect(await stepStates(platform, 'cost')).toMatchObject({'cost/billing-export': 'satisfied'})
  })

  it('goes with the platform, with what AWS has written into it', async () => {
    await s3.send(new PutObjectCommand({...BUCKET, Key: 'cur2/acme-dev-billing/data/one.parquet', Body: 'rows'}))
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', '--yes', '--confirm', 'acme-dev', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(json<DestroyResult>()).toMatchObject({destroyed: [{stack: 'billing-export'}], left: []})
    await expect(s3.send(new HeadBucketCommand(BUCKET))).rejects.toMatchObject({name: 'NotFound'})
  })
})
