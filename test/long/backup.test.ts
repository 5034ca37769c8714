/** The cluster is lost: what the first lab backed up is restored in a second, empty one, and is the same. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {application, contentOf, run, shareStore, until} from '../helpers/backups.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

const NAMESPACES = ['shop', 'books']
const OFF = {enabled: false}
/** What a backup needs, and no more. */
const spec = {phases: {'cert-manager': OFF, ingress: OFF, gitops: OFF, monitoring: OFF, logging: OFF, security: OFF, autoscaling: OFF, cost: OFF, day2: OFF, secrets: OFF, slo: OFF, deliverables: OFF}}
let first: TestPlatform
let second: TestPlatform

beforeAll(async () => {
  first = await openTestPlatform({name: 'backup-first', build: 'fresh', spec})
  second = await openTestPlatform({name: 'backup-second', build: 'fresh', spec})
}, 900_000)

afterAll(async () => {
  await first.close()
  await second.close()
}, 180_000)

it('restores in another lab what the schedule backs up', {timeout: 600_000}, async () => {
  for (const namespace of NAMESPACES) {
    await first.kubectl(['apply', '-f', '-'], application(namespace, `mark-of-${namespace}`))
    await first.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/shop', '--timeout=60s'])
  }
  const before = await Promise.all(NAMESPACES.map((namespace) => contentOf(first, namespace)))
  // What the schedule of kp would make, now.
  const template = JSON.parse(await first.kubectl(['-n', 'velero', 'get', 'schedules.velero.io', 'platform', '-o', 'jsonpath={.spec.template}'])) as Record<string, unknown>
  expect(await run(first, 'Backup', 'everything', template)).toMatchObject({phase: 'Completed', csiVolumeSnapshotsCompleted: NAMESPACES.length})

  await shareStore(first, second, readFileSync(join(first.lab.folder, 'services', 'object-store', 'credentials'), 'utf8'))
  await until('the second lab sees the backup', async () => ((await second.kubectl(['-n', 'velero', 'get', 'backups.velero.io', '-o', 'name'])).includes('backup.velero.io/everything\n') ? true : undefined))
  // Snapshots are in the storage of the first lab, which the second has not: the claims come back empty.
  const restored = await run(second, 'Restore', 'everything', {backupName: 'everything', includedNamespaces: NAMESPACES, restorePVs: false})
  expect(restored.phase).toBe('Completed')
  expect(await Promise.all(NAMESPACES.map((namespace) => contentOf(second, namespace)))).toEqual(before)
  for (const namespace of NAMESPACES) await second.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/shop', '--timeout=60s'])
})

it('is seen by kp in the first lab and changes nothing in the second', {timeout: 120_000}, async () => {
  await first.kpOk(['verify', 'backup'])
  await second.kpOk(['plan', '--exit-code'])
})
