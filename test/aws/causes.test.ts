/** Known failures of phases 0 to 3, caused in an emulated account: what kp then says. */
import {CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand} from '@aws-sdk/client-iam'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {awsError} from '../../src/providers/aws/errors.ts'
import {causesBy} from '../causes/index.ts'
import type {Cloud} from '../causes/types.ts'
import {makeAwsPlatform, startCloud} from '../helpers/aws.ts'
import type {Cloud as Emulator} from '../helpers/aws.ts'
import {networkOf} from '../helpers/orphans.ts'
import {BY_TERRAFORM} from '../helpers/running-provider.ts'
import {expectAnswer, toldByKp, toldOfError} from '../helpers/told.ts'

let moto: Emulator
let cloud: Cloud

beforeAll(async () => {
  moto = await startCloud({applies: true})
  const platform = await makeAwsPlatform(moto)
  const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'networking', '--yes', '--json'])
  expect(exit, stdout.slice(-3000) + stderr).toBe(0)
  const kp = async (args: string[], env: Record<string, string> = {}) => toldByKp(await platform.kp(args, {COLUMNS: '200', ...env}))
  cloud = {
    platform, kp, ...(await networkOf(platform.clients)),
    async refused(work) {
      try {
        await work()
      } catch (error) {
        return toldOfError(awsError(error, 'do it', {region: 'eu-central-1'}))
      }
      throw new Error('it was not refused')
    },
    async kpAs(policy, args) {
      const keys = policy === undefined ? {AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'nobody'} : await newUser(policy)
      await moto.holdToPolicies(true)
      try {
        // The running provider has the keys of everybody else.
        return await kp(args, {...keys, ...BY_TERRAFORM})
      } finally {
        await moto.holdToPolicies(false)
      }
    },
  }
  async function newUser(policy: object): Promise<Record<string, string>> {
    const iam = await platform.clients.iam()
    await iam.send(new CreateUserCommand({UserName: 'jane'}))
    await iam.send(new PutUserPolicyCommand({UserName: 'jane', PolicyName: 'own', PolicyDocument: JSON.stringify(policy)}))
    const {AccessKey} = await iam.send(new CreateAccessKeyCommand({UserName: 'jane'}))
    return {AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '', AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? ''}
  }
})
afterAll(() => moto?.stop())

describe('a failure that is caused', () => {
  it.each(causesBy('cloud').map(({code, cause}) => ({code, what: cause.what, cause: cause.cause})))('$code: $what', async ({code, cause}) => {
    expectAnswer(await cause(cloud), code)
  })
})
