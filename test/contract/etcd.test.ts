/** A snapshot of a real etcd is proven by a second one made from it, with the real tools (kp tools install). */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../src/context.ts'
import {systemClock} from '../../src/engine/clock.ts'
import type {Exec} from '../../src/engine/types.ts'
import {differences, etcdSnapshots, lookIntoEtcd, saveEtcd} from '../../src/operations/backup/etcd.ts'
import {isHealthy, scratchServer} from '../../src/tools/etcdctl.ts'
import {freePorts} from '../../src/tools/free-port.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {locateTool} from '../../src/tools/toolchain/locate.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import {testExec} from '../helpers/exec.ts'

const found = await Promise.all(['etcd', 'etcdctl', 'etcdutl'].map((name) => locateTool(name, {cacheDir: cacheDir(process.env), path: process.env['PATH'] ?? '', exec: testExec()})))
const path = found.map((one) => ('path' in one ? dirname(one.path) : '')).join(':')

describe('differences of keys', () => {
  it('name what is missing and what was not there', () => {
    expect(differences(['a', 'b', 'c'], ['a', 'c', 'd'])).toEqual({missing: ['b'], surplus: ['d']})
  })
})

describe('a snapshot of etcd', () => {
  const exec: Exec = testExec({path: `${path}:${process.env['PATH'] ?? ''}`, graceMs: 3000})
  const stop = new AbortController()
  const scope = {include: [], exclude: []}
  const folder = mkdtempSync(join(tmpdir(), 'kp-etcd-test-'))
  let running: Promise<unknown>
  let endpoint = ''
  let ctx: PlatformContext
  const marker = {value: 'a1b2c3d4e5f6', at: new Date(Date.now() - 60_000).toISOString()}
  const put = (key: string, value: string): Promise<unknown> => exec.run({tool: 'etcdctl', args: ['--endpoints', endpoint, 'put', key, value], mutates: true, doing: 'put'})

  beforeAll(async () => {
    const [client = 0, peer = 0] = await freePorts(2)
    endpoint = `http://127.0.0.1:${client}`
    running = exec.run({tool: 'etcd', args: scratchServer({folder: join(folder, 'live'), client: endpoint, peer: `http://127.0.0.1:${peer}`}), mutates: false, doing: 'run etcd', signal: stop.signal, timeoutMs: 300_000}).catch(() => undefined)
    const until = Date.now() + 60_000
    while (!(await isHealthy(exec, endpoint)) && Date.now() < until) await systemClock.sleep(200)
    const object = (name: string, data: object): KubeObject => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace: 'default'}, data})
    ctx = {
      exec, clock: systemClock, signal: new AbortController().signal, paths: {environment: join(folder, 'environment')}, lab: {status: () => Promise.resolve({etcd: endpoint})},
      cluster: () => Promise.resolve({get: (_version: string, kind: string) => Promise.resolve(kind === 'Namespace' ? {metadata: {uid: '0a1b2c3d-4444'}} : object('kp-backup-marker', marker))}),
    } as unknown as PlatformContext
    await put('/registry/configmaps/default/kp-backup-marker', `k8s ${marker.value} ${marker.at}`)
    for (const name of ['a', 'b', 'c']) await put(`/registry/secrets/shop/${name}`, name)
  }, 120_000)

  afterAll(async () => {
    stop.abort()
    await running
    rmSync(folder, {recursive: true, force: true})
  }, 30_000)

  it('is proven: its keys are those of its moment, whatever happened since', {timeout: 120_000}, async () => {
    const saved = await saveEtcd(ctx)
    expect(saved).toMatchObject({keys: 4})
    expect((await etcdSnapshots(ctx)).map((one) => one.path)).toEqual([saved.path])
    await put('/registry/secrets/shop/later', 'later')
    expect(await lookIntoEtcd(ctx, saved, scope, () => {})).toMatchObject({ok: true, keys: 4, missing: [], surplus: [], problems: [], marker: {ok: true}})
  })

  it('is caught where a byte of it is another one', {timeout: 120_000}, async () => {
    const [saved] = await etcdSnapshots(ctx)
    const bytes = readFileSync(saved?.path ?? '')
    bytes.fill(7, bytes.length / 2, bytes.length / 2 + 512)
    writeFileSync(saved?.path ?? '', bytes)
    const look = await lookIntoEtcd(ctx, saved ?? {path: '', takenAt: 0, bytes: 0}, scope, () => {})
    expect(look.ok).toBe(false)
    expect(look.problems.join()).toMatch(/cannot be restored/)
  })

  it('is caught where it lacks keys that were there', {timeout: 120_000}, async () => {
    const saved = await saveEtcd(ctx)
    const noted = JSON.parse(readFileSync(`${saved.path}.json`, 'utf8')) as {keys: number; digest: string}
    writeFileSync(`${saved.path}.json`, JSON.stringify({...noted, keys: noted.keys + 1, digest: 'other'}))
    expect((await lookIntoEtcd(ctx, saved, scope, () => {})).problems.join()).toMatch(/it has 5 keys; there were 6 when it was taken/)
  })
})
