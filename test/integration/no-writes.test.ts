/** What only looks writes nothing, and what has nothing to do writes nothing but its lock: told by the API server's audit log. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it, onTestFinished} from 'vitest'
import {RECORD} from '../../src/platform/identity.ts'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {changedFiles, listFiles} from '../helpers/files.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
}, 300_000)

/** Caches and journals are kp's own. */
const isOwn = (path: string): boolean => /^\.kp\/(environments\/[^/]+\/cache|runs)$/.test(path)

/** Runs kp. @returns its writes and the files of the repository that it changed */
async function watched(args: string[], exits = [0]): Promise<{writes: string[]; leases: number; files: string[]; stdout: string}> {
  const files = listFiles(platform.root, isOwn)
  const mark = platform.audit().mark()
  const result = await platform.kp(args)
  expect(exits, `kp ${args.join(' ')}\n${result.stdout}\n${result.stderr}`).toContain(result.exit)
  const writes = await platform.audit().writes(mark)
  return {
    writes: writes.filter((entry) => !isLease(entry)).map(describeEntry),
    leases: writes.filter(isLease).length,
    files: changedFiles(files, listFiles(platform.root, isOwn)),
    stdout: result.stdout,
  }
}

describe('on a built platform', {timeout: 60_000}, () => {
  it.each([
    [['plan']],
    [['plan', '--exit-code', '--json']],
    [['plan', 'cert-manager', 'ingress']],
    [['up', '--dry-run']],
    [['step', 'cni', '--plan']],
    [['step', 'ingress', '--dry-run']],
    [['step', 'cert-manager', '--verify-only']],
    [['verify']],
    [['status']],
    // Something may be missing on the machine: doctor says so by exit code 4.
    [['doctor'], [0, 4]],
    [['explain', 'cert-manager']],
    [['render', '--yes']],
    [['history']],
    [['kubeconfig']],
    [['tools']],
    [['lab', 'status', 'shared']],
    [['lab', 'list']],
  ])('kp %j writes nothing', async (args, exits?: number[]) => {
    const {writes, leases, files} = await watched(args, exits)
    expect({writes, leases, files}).toEqual({writes: [], leases: 0, files: []})
  })

  it.each([[['up', '--yes']], [['step', 'ingress', '--yes']]])('kp %j takes its Lease and gives it back, and writes nothing else', async (args) => {
    const {writes, leases, files} = await watched(args)
    expect({writes, files}).toEqual({writes: [], files: []})
    expect(leases).toBeGreaterThanOrEqual(2)
  })

  it('the plan is empty', async () => {
    const {stdout} = await platform.kpOk(['plan', '--exit-code', '--json'])
    const plan = JSON.parse(stdout) as {summary: Record<string, number>; steps: {state: string}[]}
    expect(plan.summary).toEqual({satisfied: plan.steps.length, absent: 0, drifted: 0, unknown: 0})
    expect(plan.steps.length).toBeGreaterThan(20)
  })
})

describe('where something is to be done', {timeout: 120_000}, () => {
  it('looking still writes nothing, and the repair is seen in the audit log under the name of kp', async () => {
    await platform.kubectl(['scale', '-n', 'cert-manager', 'deployment/cert-manager', '--replicas=5'])
    await platform.kubectl(['delete', '-n', 'demo', 'service/demo'])
    for (const [args, exits] of [[['plan', '--exit-code'], [9]], [['up', '--dry-run'], [0]], [['verify', 'cert-manager'], [0, 1]], [['status'], [0]], [['doctor'], [0, 4]]] as [string[], number[]][]) {
      const {writes, leases, files} = await watched(args, exits)
      expect({args, writes, leases, files}).toEqual({args, writes: [], leases: 0, files: []})
    }
    const mark = platform.audit().mark()
    await platform.kpOk(['up', '--yes'])
    // With the record of who built last.
    const entries = (await platform.audit().writes(mark)).filter((entry) => !isLease(entry))
    expect(entries.map(({objectRef}) => `${objectRef?.resource} ${objectRef?.namespace}/${objectRef?.name}`).toSorted()).toEqual([`configmaps ${RECORD.namespace}/${RECORD.name}`, 'deployments cert-manager/cert-manager', 'services demo/demo'])
    expect(entries.map(({user}) => user.username)).toEqual(['kp', 'kp', 'kp'])
    await platform.kpOk(['plan', '--exit-code'])
  })
})

describe('before anything is built', {timeout: 60_000}, () => {
  it('a dry run, a plan and a look make nothing: no lab, no file', async () => {
    const fresh = await openTestPlatform({name: 'unbuilt', build: 'none'})
    onTestFinished(() => fresh.close())
    const files = listFiles(fresh.root, isOwn)
    for (const args of [['up', '--dry-run'], ['plan'], ['status']]) await fresh.kpOk(args)
    expect(changedFiles(files, listFiles(fresh.root, isOwn))).toEqual([])
    expect(existsSync(join(fresh.stateDir, 'labs'))).toBe(false)
  })
})
