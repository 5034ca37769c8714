/** The vault of AWS Backup against the emulator: made as kp says, kept by a teardown, and taken along when asked. */
import {GetRoleCommand} from '@aws-sdk/client-iam'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DestroyResult} from '../../src/ui/results.ts'
import {makeAwsPlatform, startCloud, stepStates} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'
import {startBackupApi} from '../helpers/backup-api.ts'
import type {BackupApi} from '../helpers/backup-api.ts'
import {EMULATED_ACCOUNT} from '../helpers/eks.ts'

const SURE = ['--yes', '--confirm', 'acme-dev', '--json']
const VAULT = '/backup-vaults/acme-dev'

let moto: Cloud
let api: BackupApi
let platform: AwsPlatform
const role = async (): Promise<string | undefined> => (await (await platform.clients.iam()).send(new GetRoleCommand({RoleName: 'acme-dev-aws-backup'}))).Role?.Arn

beforeAll(async () => {
  moto = await startCloud({applies: true, async beside({url}) {
    api = await startBackupApi(url)
    return api.env
  }})
  platform = await makeAwsPlatform(moto, {provider: {type: 'eks', region: 'eu-central-1', account: EMULATED_ACCOUNT, backupVault: true}})
})
afterAll(async () => {
  api?.stop()
  await moto?.stop()
})

describe('the vault of AWS Backup', () => {
  it('is made with a plan that copies each day what carries the tag of the cluster', async () => {
    const {exit, stdout, stderr} = await platform.kp(['up', '--only', 'backup', '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(await api.ask(VAULT)).toMatchObject({BackupVaultName: 'acme-dev'})
    const [selection] = [...api.selections.values()]
    expect(api.selections.size).toBe(1)
    expect(selection?.BackupSelection).toMatchObject({SelectionName: 'acme-dev', IamRoleArn: await role(), ListOfTags: [{ConditionKey: 'kp:cluster', ConditionType: 'STRINGEQUALS', ConditionValue: 'acme-dev'}]})
    const {BackupPlan} = await api.ask(`/backup/plans/${selection?.BackupPlanId}/`)
    expect(BackupPlan).toMatchObject({BackupPlanName: 'acme-dev', Rules: [{RuleName: 'daily', TargetBackupVaultName: 'acme-dev', Lifecycle: {DeleteAfterDays: 30}}]})
  })

  it('has nothing left to do', async () => {
    expect(await stepStates(platform, 'backup')).toMatchObject({'backup/bucket': 'satisfied', 'backup/vault': 'satisfied'})
  })

  it('stays with its copies when the platform goes, and that is said', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const {destroyed, kept, left} = json<DestroyResult>()
    expect(destroyed).toEqual([])
    expect(kept.map(({id}) => id)).toContain(`arn:aws:backup:eu-central-1:${EMULATED_ACCOUNT}:backup-vault:acme-dev`)
    expect(left).toEqual([])
    expect(await api.ask(VAULT)).toMatchObject({BackupVaultName: 'acme-dev'})
  })

  it('goes with its plan and its role when that is wanted', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', ...SURE, '--delete-backups'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const {destroyed, left} = json<DestroyResult>()
    expect(destroyed.map(({stack}) => stack).toSorted()).toEqual(['backup-store', 'backup-vault'])
    expect(left).toEqual([])
    expect(await api.ask('/backup-vaults/')).toMatchObject({BackupVaultList: []})
    expect(await api.ask('/backup/plans/')).toMatchObject({BackupPlansList: []})
    expect(api.selections.size).toBe(0)
    await expect(role()).rejects.toMatchObject({name: 'NoSuchEntityException'})
  })
})
