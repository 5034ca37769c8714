/** The table in DynamoDB that keeps two applies apart, for those whose Terraform is older than lock files in the bucket. */
import {KpError} from '../../engine/errors.ts'
import type {AwsClients} from './clients.ts'

/** The only attribute that terraform knows it by. */
const KEY = 'LockID'

/** The table, as commands see it. Errors are those of kp. */
export interface LockTable {
  name: string
  region: string
  /** Whether it is there. Reads only. @throws KpError NOT_OURS where a table of that name is of another kind */
  exists(): Promise<boolean>
  /** Makes it, and waits until it can be used. */
  make(): Promise<void>
}

/** Whether it is there; the SDK's errors. @throws KpError NOT_OURS */
export async function hasTable(clients: AwsClients, {name, region}: {name: string; region: string}): Promise<boolean> {
  const {DescribeTableCommand} = await import('@aws-sdk/client-dynamodb')
  const dynamodb = await clients.dynamodb(region)
  try {
    const {Table} = await dynamodb.send(new DescribeTableCommand({TableName: name}))
    const keys = (Table?.KeySchema ?? []).map(({AttributeName, KeyType}) => `${AttributeName}/${KeyType}`)
    const type = Table?.AttributeDefinitions?.find(({AttributeName}) => AttributeName === KEY)?.AttributeType
    if (keys.length === 1 && keys[0] === `${KEY}/HASH` && type === 'S') return true
  } catch (error) {
    if ((error as {name?: string}).name === 'ResourceNotFoundException') return false
    throw error
  }
  throw new KpError({
    code: 'NOT_OURS',
    message: `the table ${name} holds something else: a table of locks has the one key ${KEY}, a text`,
    next: ['set infra.backend.table in kp.yaml to a name that is free', `aws dynamodb describe-table --table-name ${name} --region ${region}`],
  })
}

/** Makes it: paid by what is asked of it, restorable, and not to be deleted by accident. */
export async function makeTable(clients: AwsClients, {name, region}: {name: string; region: string}, tags: Record<string, string>): Promise<void> {
  const {CreateTableCommand, UpdateContinuousBackupsCommand, waitUntilTableExists} = await import('@aws-sdk/client-dynamodb')
  const dynamodb = await clients.dynamodb(region)
  await dynamodb.send(new CreateTableCommand({
    TableName: name,
    AttributeDefinitions: [{AttributeName: KEY, AttributeType: 'S'}],
    KeySchema: [{AttributeName: KEY, KeyType: 'HASH'}],
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value})),
  }))
  await waitUntilTableExists({client: dynamodb, minDelay: 1, maxWaitTime: 300}, {TableName: name})
  await dynamodb.send(new UpdateContinuousBackupsCommand({TableName: name, PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}}))
}
