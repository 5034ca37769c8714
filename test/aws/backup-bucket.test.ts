/** The bucket of the backups against the emulator: made as kp says, put back, kept by a teardown, and taken along when asked. */
import {DeletePublicAccessBlockCommand, GetBucketLifecycleConfigurationCommand, HeadBucketCommand, ListObjectVersionsCommand, PutBucketTaggingCommand, PutBucketVersioningCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import type {S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DestroyResult} from '../../src/ui/results.ts'
import {makeAwsPlatform, startCloud, stepStates} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'

interface Check {
  id: string
  status: string
  observed: string
}
const BUCKET = {Bucket: 'acme-dev-backup'}
const SURE = ['--yes', '--confirm', 'acme-dev', '--json']

let moto: Cloud
let platform: AwsPlatform
let s3: S3Client
const check = async (): Promise<Check | undefined> => (await platform.kp(['verify', 'backup', '--check', 'backup.bucket', '--json'])).json<{checks: Check[]}>().checks.find(({id}) => id === 'backup.bucket')
const step = (): Promise<Record<string, string>> => stepStates(platform, 'backup')

beforeAll(async () => {
  moto = await startCloud({applies: true})
  platform = await makeAwsPlatform(moto)
  s3 = await platform.clients.s3('eu-central-1')
})
afterAll(() => moto?.stop())

describe('the bucket of the backups', () => {
  it('is made: versioned, encrypted, closed, and what was deleted ends with the retention', async () => {
    const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'backup', '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(await check()).toMatchObject({status: 'pass'})
    const {Rules = []} = await s3.send(new GetBucketLifecycleConfigurationCommand(BUCKET))
    expect(Rules).toMatchObject([{Status: 'Enabled', NoncurrentVersionExpiration: {NoncurrentDays: 30}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}}])
    expect(Rules[0]?.Expiration?.Days).toBeUndefined()
    expect(await step()).toMatchObject({'backup/bucket': 'satisfied'})
  })

  it('is put back where somebody changed it', async () => {
    await s3.send(new PutBucketVersioningCommand({...BUCKET, VersioningConfiguration: {Status: 'Suspended'}}))
    await s3.send(new DeletePublicAccessBlockCommand(BUCKET))
    const found = await check()
    expect(found).toMatchObject({status: 'fail', observed: expect.stringContaining('keeps no versions') as string})
    expect(JSON.stringify(found)).toContain('does not block public access')
    expect(await step()).toMatchObject({'backup/bucket': 'drifted'})
    const {exit, stdout} = await platform.kp(['up', '--only', 'backup', '--yes', '--json'])
    expect(exit, stdout.slice(-3000)).toBe(0)
    expect(await check()).toMatchObject({status: 'pass'})
  })

  it('stays with its backups when the platform goes, and that is said', async () => {
    // AWS takes them with a new bucket; the emulator forgets them.
    await s3.send(new PutBucketTaggingCommand({...BUCKET, Tagging: {TagSet: [{Key: 'kp:platform', Value: 'acme'}, {Key: 'kp:environment', Value: 'dev'}]}}))
    for (const Body of ['first', 'second']) await s3.send(new PutObjectCommand({...BUCKET, Key: 'acme-dev/backups/one/velero-backup.json', Body}))
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const {destroyed, kept, left} = json<DestroyResult>()
    expect(destroyed).toEqual([])
    expect(kept).toMatchObject([{kind: 'bucket', id: 'arn:aws:s3:::acme-dev-backup'}])
    expect(left).toEqual([])
    expect((await s3.send(new ListObjectVersionsCommand(BUCKET))).Versions).toHaveLength(2)
  })

  it('goes with every version of what is in it when that is wanted', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE, '--delete-backups'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(json<DestroyResult>()).toMatchObject({destroyed: [{stack: 'backup-store'}], kept: [], left: []})
    await expect(s3.send(new HeadBucketCommand(BUCKET))).rejects.toMatchObject({name: 'NotFound'})
  })
})
