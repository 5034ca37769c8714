/** States in a bucket: made, moved, locked, and what a kill leaves. */
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {GetBucketEncryptionCommand, GetBucketPolicyCommand, GetBucketVersioningCommand, GetPublicAccessBlockCommand, ListObjectsV2Command, PutBucketPolicyCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import {CreateTableCommand, DeleteItemCommand, DescribeTableCommand, PutItemCommand, ScanCommand} from '@aws-sdk/client-dynamodb'
import {CreateTagsCommand, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {lacking, makeSo} from '../../src/providers/aws/bucket.ts'
import {makeAwsPlatform, startCloud} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'

const NETWORK = ['--only', 'networking']
const BUCKET = 'acme-123456789012-state'
const S3 = {infra: {backend: {type: 's3'}}}

let moto: Cloud
let platform: AwsPlatform
const keys = async (): Promise<string[]> => ((await (await platform.clients.s3()).send(new ListObjectsV2Command({Bucket: BUCKET}))).Contents ?? []).flatMap(({Key}) => Key ?? []).toSorted()
const vpcs = async () => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])

beforeAll(async () => {
  moto = await startCloud({applies: true})
  platform = await makeAwsPlatform(moto)
  const {exit, stdout, stderr} = await platform.kp(['up', ...NETWORK, '--yes', '--json'])
  expect(exit, stdout.slice(-3000) + stderr).toBe(0)
})
afterAll(() => moto?.stop())

describe('kp backend init', () => {
  it('has nothing to do where kp.yaml keeps the states on this machine', async () => {
    const {exit, json} = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(exit).toBe(3)
    expect(json()).toMatchObject({code: 'SPEC_INVALID', message: expect.stringContaining('infra.backend.type is local') as string})
  })

  it('is asked for before a second, empty state can be made', async () => {
    platform.rewrite(S3)
    const {json} = await platform.kp(['plan', ...NETWORK, '--json'])
    expect(json()).toMatchObject({code: 'GATE', next: [expect.stringContaining('kp backend init') as string]})
  })

  it('makes the bucket as it should be, and moves what is on this machine', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(exit, stdout + stderr).toBe(0)
    const {done, backups} = json<{done: string[]; backups: string[]}>()
    // All but the policy that refuses requests without TLS: this emulator has none.
    expect(done).toHaveLength(6)
    expect(done.join()).not.toContain('not encrypted on the way')
    expect(backups).toHaveLength(2)
    const s3 = await platform.clients.s3()
    const bucket = {Bucket: BUCKET}
    expect((await s3.send(new GetBucketVersioningCommand(bucket))).Status).toBe('Enabled')
    expect((await s3.send(new GetBucketEncryptionCommand(bucket))).ServerSideEncryptionConfiguration?.Rules).toHaveLength(1)
    expect(Object.values((await s3.send(new GetPublicAccessBlockCommand(bucket))).PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true])
    expect(await keys()).toEqual(['acme/dev/iam/terraform.tfstate', 'acme/dev/network/terraform.tfstate'])
    const folder = join(platform.root, '.kp', 'environments', 'dev', 'terraform')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tfstate'))).toEqual([])
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(2)
  })

  it('finds everything in order the second time', async () => {
    const {exit, json} = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(exit).toBe(0)
    expect(json()).toMatchObject({done: [], backups: []})
  })

  it('refuses requests without TLS where there is TLS, and leaves what others wrote into the policy', async () => {
    const place = {name: 'acme-policy', region: 'eu-central-1'}
    const s3 = await platform.clients.s3()
    for (const aspect of ['exists', 'versioned', 'encrypted', 'private'] as const) await makeSo(platform.clients, place, aspect)
    const theirs = {Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::acme-policy'}
    await s3.send(new PutBucketPolicyCommand({Bucket: place.name, Policy: JSON.stringify({Version: '2012-10-17', Statement: [theirs]})}))
    expect(await lacking(platform.clients, place)).toEqual(['tls-only'])
    await makeSo(platform.clients, place, 'tls-only')
    expect(await lacking(platform.clients, place)).toEqual([])
    const {Policy = '{}'} = await s3.send(new GetBucketPolicyCommand({Bucket: place.name}))
    const {Statement} = JSON.parse(Policy) as {Statement: object[]}
    expect(Statement).toHaveLength(2)
    expect(Statement[0]).toEqual(theirs)
    expect(Statement[1]).toMatchObject({Effect: 'Deny', Condition: {Bool: {'aws:SecureTransport': 'false'}}})
  })

  it('left nothing to do', async () => {
    const {json} = await platform.kp(['plan', ...NETWORK, '--json'])
    expect(json<{steps: {id: string; state: string}[]}>().steps.filter(({id}) => id !== 'networking/address-plan').map(({state}) => state)).toEqual(['satisfied', 'satisfied'])
  })
})

describe('a table as the lock', () => {
  const LOCKED_BY_TABLE = {infra: {backend: {type: 's3', lock: 'dynamodb'}}}
  const Key = 'acme/dev/network/terraform.tfstate'

  it('is missed where it is not there, with the command that makes it', async () => {
    const [vpc] = await vpcs()
    await (await platform.clients.ec2()).send(new CreateTagsCommand({Resources: [vpc?.VpcId ?? ''], Tags: [{Key: 'Name', Value: 'theirs'}]}))
    platform.rewrite(LOCKED_BY_TABLE)
    const {exit, json} = await platform.kp(['up', ...NETWORK, '--yes', '--json'])
    expect(exit).toBe(7)
    expect(json<{error: object}>().error).toMatchObject({code: 'GATE', message: expect.stringContaining('acme-state-lock') as string, next: [expect.stringContaining('kp backend init') as string]})
  })

  it('is made once, as terraform wants it', async () => {
    const first = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(first.exit, first.stdout + first.stderr).toBe(0)
    expect(first.json()).toMatchObject({done: [expect.stringContaining('make the table acme-state-lock in eu-central-1') as string], backups: []})
    const {Table} = await (await platform.clients.dynamodb()).send(new DescribeTableCommand({TableName: 'acme-state-lock'}))
    expect(Table).toMatchObject({KeySchema: [{AttributeName: 'LockID', KeyType: 'HASH'}], AttributeDefinitions: [{AttributeName: 'LockID', AttributeType: 'S'}], DeletionProtectionEnabled: true, BillingModeSummary: {BillingMode: 'PAY_PER_REQUEST'}})
    const again = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(again.json()).toMatchObject({done: [], backups: []})
  })

  it('keeps two applies apart: exit 6 with its owner, and nothing is changed', async () => {
    const dynamodb = await platform.clients.dynamodb()
    const Info = JSON.stringify({ID: '7f0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', Operation: 'OperationTypeApply', Info: '', Who: 'jane@build-7', Version: '1.9.8', Created: '2026-11-28T19:02:11.123456789Z', Path: `${BUCKET}/${Key}`})
    await dynamodb.send(new PutItemCommand({TableName: 'acme-state-lock', Item: {LockID: {S: `${BUCKET}/${Key}`}, Info: {S: Info}}}))
    const held = await platform.kp(['up', ...NETWORK, '--yes', '--json'])
    expect(held.exit).toBe(6)
    expect(held.json<{error: object}>().error).toMatchObject({code: 'LOCKED', message: expect.stringContaining('jane@build-7') as string})
    expect((await vpcs())[0]?.Tags?.find((tag) => tag.Key === 'Name')?.Value).toBe('theirs')
    await dynamodb.send(new DeleteItemCommand({TableName: 'acme-state-lock', Key: {LockID: {S: `${BUCKET}/${Key}`}}}))
    const free = await platform.kp(['up', ...NETWORK, '--yes', '--json'])
    expect(free.exit, free.stdout.slice(-3000) + free.stderr).toBe(0)
    expect((await vpcs())[0]?.Tags?.find((tag) => tag.Key === 'Name')?.Value).toBe('acme-dev')
    // The lock is given back; what stays is the digest of the state.
    const {Items = []} = await dynamodb.send(new ScanCommand({TableName: 'acme-state-lock'}))
    expect(Items.map(({LockID}) => LockID?.S)).toEqual([`${BUCKET}/${Key}-md5`])
  })

  it('is not taken where a table of that name is of another kind', async () => {
    const dynamodb = await platform.clients.dynamodb()
    await dynamodb.send(new CreateTableCommand({TableName: 'orders', AttributeDefinitions: [{AttributeName: 'id', AttributeType: 'N'}], KeySchema: [{AttributeName: 'id', KeyType: 'HASH'}], BillingMode: 'PAY_PER_REQUEST'}))
    platform.rewrite({infra: {backend: {...LOCKED_BY_TABLE.infra.backend, table: 'orders'}}})
    const {json} = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(json()).toMatchObject({code: 'NOT_OURS', message: expect.stringContaining('orders') as string})
    platform.rewrite(S3)
  })
})

describe('a locked state', () => {
  const lockKey = 'acme/dev/network/terraform.tfstate.tflock'
  const drift = async (): Promise<void> => {
    const [vpc] = await vpcs()
    await (await platform.clients.ec2()).send(new CreateTagsCommand({Resources: [vpc?.VpcId ?? ''], Tags: [{Key: 'Name', Value: 'theirs'}]}))
  }

  it('is exit 6 with its owner, and nothing is changed', async () => {
    await drift()
    const lock = {ID: '5d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', Operation: 'OperationTypeApply', Info: '', Who: 'jane@build-7', Version: '1.11.4', Created: '2026-11-28T19:02:11.123456789Z', Path: `${BUCKET}/${lockKey}`}
    await (await platform.clients.s3()).send(new PutObjectCommand({Bucket: BUCKET, Key: lockKey, Body: JSON.stringify(lock)}))
    const {exit, json} = await platform.kp(['up', ...NETWORK, '--yes', '--json'])
    expect(exit).toBe(6)
    expect(json<{error: {code: string; message: string; next: string[]}}>().error).toMatchObject({code: 'LOCKED', message: expect.stringContaining('jane@build-7') as string})
    expect(json<{error: {next: string[]}}>().error.next.join('\n')).toContain(`force-unlock ${lock.ID}`)
    expect((await vpcs())[0]?.Tags?.find(({Key}) => Key === 'Name')?.Value).toBe('theirs')
    expect(await keys()).toContain(lockKey)
  })
})
