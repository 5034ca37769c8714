/** A namespace is deleted and restored with its data, by the real velero of the lab. test/long/backup.test.ts restores into another lab. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {application, contentOf, run} from '../helpers/backups.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

const NAMESPACE = 'restored-shop'
let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'backed-up', build: 'fresh', lean: true, spec: {phases: {backup: {enabled: true}}}})
}, 300_000)

afterAll(() => platform?.close(), 60_000)

it('a deleted namespace comes back with its objects and its volume', {timeout: 240_000}, async () => {
  await platform.kubectl(['apply', '-f', '-'], application(NAMESPACE, 'blue'))
  await platform.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/shop', '--timeout=60s'])
  const before = await contentOf(platform, NAMESPACE)
  const backup = await run(platform, 'Backup', 'shop', {storageLocation: 'default', includedNamespaces: [NAMESPACE], snapshotVolumes: true, ttl: '1h0m0s'})
  expect(backup).toMatchObject({phase: 'Completed', csiVolumeSnapshotsAttempted: 1, csiVolumeSnapshotsCompleted: 1})
  await platform.kubectl(['delete', 'namespace', NAMESPACE, '--timeout=90s'])
  expect(await run(platform, 'Restore', 'shop', {backupName: 'shop', restorePVs: true})).toMatchObject({phase: 'Completed'})
  expect(await contentOf(platform, NAMESPACE)).toEqual(before)
  // The claim was made from the snapshot, not empty.
  expect(await platform.kubectl(['-n', NAMESPACE, 'get', 'pvc', 'data', '-o', 'jsonpath={.spec.dataSource.kind}'])).toBe('VolumeSnapshot')
  await platform.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/shop', '--timeout=60s'])
})

it('a backup that was not made is no success', {timeout: 60_000}, async () => {
  const status = await run(platform, 'Restore', 'nothing', {backupName: 'never-made'})
  await platform.kubectl(['-n', 'velero', 'delete', 'restores.velero.io', 'nothing'])
  expect(status.phase).toBe('FailedValidation')
})
