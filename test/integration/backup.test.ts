/** A namespace is deleted and restored with its data, and backups are proven or caught, by the real velero and etcd of the lab. test/long/backup.test.ts restores into another lab. */
import {readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {BackupCreateResult, BackupListResult, BackupVerifyResult, RestoreResult} from '../../src/ui/results.ts'
import {application, contentOf, run, until} from '../helpers/backups.ts'
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

/** Everything that is in the cluster and was made for a look. */
async function leftovers(): Promise<string> {
  return platform.kubectl(['get', 'namespaces', '-l', 'kp.dev/scratch', '-o', 'name'])
}

const proofs = (): {kind: string; ok: boolean; backup: string; objects: number}[] => (JSON.parse(readFileSync(join(platform.root, '.kp', 'environments', 'lab', 'proofs.json'), 'utf8')) as {proofs: never[]}).proofs

describe('kp backup', () => {
  let name: string

  it('makes one, proves it by a restore beside what runs, and leaves nothing of that', {timeout: 300_000}, async () => {
    name = (await platform.kpOk(['backup', 'create', '--yes', '--json'])).json<BackupCreateResult>().backup?.name ?? ''
    const result = await platform.kpOk(['backup', 'verify', '--namespace', NAMESPACE, '--yes', '--json'])
    const value = result.json<BackupVerifyResult>()
    expect(result.stdout.split('\n')).toHaveLength(2)
    expect(value).toMatchObject({ok: true, problems: [], backup: {name, phase: 'Completed'}, volumes: {missing: [], failed: []}, restore: {lost: [], differing: []}, marker: {ok: true}, rpo: {ok: true}, rto: {ok: true}, cleaned: true})
    expect(value.content?.held).toBe(value.content?.expected)
    expect(value.content?.expected).toBeGreaterThan(100)
    // Settings, login, claim, Service, Deployment; and the marker.
    expect(value.restore?.compared).toBeGreaterThanOrEqual(6)
    expect(value.volumes?.mounted).toBe(1)
    expect(proofs()).toEqual(expect.arrayContaining([expect.objectContaining({kind: 'objects', ok: true, backup: name, objects: value.restore?.compared}), expect.objectContaining({kind: 'volumes', ok: true})]))
    expect(await leftovers()).toBe('')
    // The snapshots of the backup are still there: it can be proven again.
    const list = (await platform.kpOk(['backup', 'list', '--json'])).json<BackupListResult>()
    expect(list.backups.find((one) => one.name === name)?.proof).toMatchObject({ok: true})
  })

  it('catches one that says Completed and lacks an object and a volume, by name', {timeout: 240_000}, async () => {
    const status = await run(platform, 'Backup', 'liar', {storageLocation: 'default', includedNamespaces: ['*'], excludedResources: ['secrets'], snapshotVolumes: false, ttl: '1h0m0s'})
    expect(status).toMatchObject({phase: 'Completed'})
    const value = (await platform.kpOk(['backup', 'verify', 'liar', '--namespace', NAMESPACE, '--yes', '--json'], {exit: 1})).json<BackupVerifyResult>()
    expect(value.content?.missing).toContainEqual({kind: 'Secret', namespace: NAMESPACE, name: 'login'})
    expect(value.volumes?.missing).toContainEqual(expect.objectContaining({namespace: NAMESPACE, name: 'data'}))
    expect(proofs().at(-1)).toMatchObject({backup: 'liar', ok: false})
    expect(await leftovers()).toBe('')
    const said = await platform.kp(['backup', 'verify', 'liar', '--no-restore'])
    expect(said.exit).toBe(1)
    expect(said.stdout).toContain('It says Completed.')
    expect(said.stdout).toContain(`Secret ${NAMESPACE}/login`)
  })

  it('catches a store that gives out half of it', {timeout: 120_000}, async () => {
    const store = join(platform.lab.folder, 'services', 'object-store')
    const file = readdirSync(store, {recursive: true, encoding: 'utf8'}).find((path) => path.startsWith('buckets') && path.endsWith('liar.tar.gz'))
    expect(file).toBeDefined()
    truncateSync(join(store, file ?? ''), 5000)
    const value = (await platform.kpOk(['backup', 'verify', 'liar', '--yes', '--json'], {exit: 1})).json<BackupVerifyResult>()
    expect(value.problems.join()).toMatch(/the store does not give it out whole/)
    expect(value.restore).toBeNull()
  })

  it('proves a snapshot of etcd by an etcd made from it, and catches one that was spoilt', {timeout: 180_000}, async () => {
    const made = (await platform.kpOk(['backup', 'create', '--etcd-only', '--yes', '--json'])).json<BackupCreateResult>()
    expect(made.etcd?.keys).toBeGreaterThan(100)
    const value = (await platform.kpOk(['backup', 'verify', '--etcd', '--json'])).json<BackupVerifyResult>()
    expect(value).toMatchObject({ok: true, kind: 'etcd', etcd: {keys: made.etcd?.keys, missing: [], surplus: []}, rpo: {ok: true}, rto: {ok: true}})
    expect(proofs().at(-1)).toMatchObject({kind: 'etcd', ok: true, objects: made.etcd?.keys})
    const file = made.etcd?.file ?? ''
    const bytes = readFileSync(file)
    bytes.fill(0, bytes.length / 2, bytes.length / 2 + 4096)
    writeFileSync(file, bytes)
    expect((await platform.kpOk(['backup', 'verify', '--etcd', '--json'], {exit: 1})).json<BackupVerifyResult>().problems.join()).toMatch(/cannot be restored|keys/)
  })

  it('restores beside, and over live objects only by the name of the cluster', {timeout: 240_000}, async () => {
    const beside = (await platform.kpOk(['restore', name, '--namespace', NAMESPACE, '--into', 'shop-beside', '--yes', '--json'])).json<RestoreResult>()
    expect(beside).toMatchObject({ok: true, plan: {risk: 'changes', overwrites: [], same: 0}, restore: {lost: [], differing: []}, rto: {ok: true}})
    await platform.kubectl(['-n', NAMESPACE, 'patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"mark":"changed by hand"}}'])
    const refused = await platform.kp(['restore', name, '--namespace', NAMESPACE, '--yes'])
    expect(refused.exit).toBe(7)
    expect(refused.stdout).toContain(`ConfigMap ${NAMESPACE}/settings: data.mark`)
    expect(await platform.kubectl(['-n', NAMESPACE, 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.mark}'])).toBe('changed by hand')
    const over = (await platform.kpOk(['restore', name, '--namespace', NAMESPACE, '--yes', '--confirm', platform.name, '--json'])).json<RestoreResult>()
    expect(over).toMatchObject({ok: true, plan: {risk: 'destroys', overwrites: [{kind: 'ConfigMap', name: 'settings', fields: ['data.mark']}], keepsData: [{namespace: NAMESPACE, name: 'data'}]}})
    expect(await platform.kubectl(['-n', NAMESPACE, 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.mark}'])).toBe('blue')
  })

  it('says what is wrong with what cannot be: no such backup, no such namespace, a store that is away', {timeout: 240_000}, async () => {
    expect((await platform.kpOk(['backup', 'verify', 'platfrm', '--yes'], {exit: 2})).stderr).toContain('there is no backup platfrm')
    expect((await platform.kpOk(['restore', name, '--namespace', 'nobody', '--yes'], {exit: 2})).stderr).toContain('has no namespace nobody')
    await platform.kubectl(['-n', 'velero', 'patch', 'backupstoragelocation', 'default', '--type=merge', '-p', '{"spec":{"objectStorage":{"bucket":"nowhere"}}}'])
    await until('velero notices', async () => ((await platform.kubectl(['-n', 'velero', 'get', 'backupstoragelocation', 'default', '-o', 'jsonpath={.status.phase}'])) === 'Unavailable' ? true : undefined))
    const away = await platform.kp(['backup', 'create', '--yes'])
    expect(away.exit).toBe(5)
    expect(away.stderr).toMatch(/the store does not answer: bucket nowhere is Unavailable/)
    expect(away.stderr).toContain('KP1502')
    await platform.kpOk(['step', 'backup', '--yes'])
  })
})
