/** A support bundle holds evidence, says what is missing, and holds no secret. */
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {KpError} from '../../../src/engine/errors.ts'
import {makeBundle} from '../../../src/operations/support/bundle.ts'
import {collect} from '../../../src/operations/support/collect.ts'
import type {Collection} from '../../../src/operations/support/collect.ts'
import {tar} from '../../../src/operations/support/tar.ts'
import {createRedactor} from '../../../src/ui/redact.ts'
import type {VerifyResult} from '../../../src/ui/results.ts'
import {contextOf, node, NOW, thing} from '../../helpers/check-cases.ts'
import {fakeApi} from '../../helpers/fake-api.ts'
import type {FakeApiOptions} from '../../helpers/fake-api.ts'
import {keptFolder} from '../../helpers/temp.ts'

/** Known by its value, and known by its look alone. */
const KNOWN = 'correct-horse-battery'
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"planted"}').toString('base64url')}.c2lnbmF0dXJl`
const PLANTED = [KNOWN, Buffer.from(KNOWN).toString('base64'), encodeURIComponent(KNOWN), TOKEN, 'hunter2-of-the-field']

const said = `login with ${KNOWN}, then Bearer ${TOKEN}`
const failing = thing('v1', 'Pod', 'shop/web-1', {spec: {nodeName: 'one'}, status: {phase: 'Pending', message: said, containerStatuses: [{name: 'web', ready: false, restartCount: 3, state: {waiting: {reason: 'CrashLoopBackOff', message: said}}}]}})
const restarting = thing('v1', 'Pod', 'shop/api-1', {status: {phase: 'Running', containerStatuses: [{name: 'api', ready: false, restartCount: 0, state: {running: {}}}]}})
const api = thing('apps/v1', 'Deployment', 'shop/api', {spec: {replicas: 1}, status: {availableReplicas: 0}})
const event = (name: string, type: string): ReturnType<typeof thing> => thing('v1', 'Event', `shop/${name}`, {type, reason: 'BackOff', message: said, count: 4, lastTimestamp: '2026-11-28T11:00:00Z', involvedObject: {kind: 'Pod', namespace: 'shop', name: 'web-1'}})
const LOG = '/api/v1/namespaces/shop/pods/web-1/log?container=web&tailLines=50'
const world: FakeApiOptions = {
  objects: [node('one'), failing, restarting, thing('v1', 'Pod', 'shop/well', {status: {phase: 'Running', containerStatuses: [{name: 'well', ready: true}]}}), api, event('bad', 'Warning'), event('good', 'Normal')],
  answers: {[LOG]: {body: `starting\n${said}\npassword: ${KNOWN}\n`}, [`${LOG}&previous=true`]: {body: 'it ended\n'}, '/api/v1/namespaces/shop/pods/api-1/log': {status: 403, body: {message: 'pods/log is forbidden'}}},
}
const verified = {schema: 'kp/verify/v1', checks: [{id: 'x', observed: said}]} as unknown as VerifyResult

let root: string
let ctx: PlatformContext
let whole: Collection

async function gather(options: Partial<FakeApiOptions> = {}, more: Partial<PlatformContext> = {}): Promise<Collection> {
  const made = await contextOf({platform: {}}, () => fakeApi({...world, ...options}))
  ctx = {...made, paths: {root, spec: join(root, 'kp.yaml'), state: root, runs: join(root, 'runs'), environment: root}, ...more}
  return collect(ctx, {runs: 5, lines: 50, verify: () => Promise.resolve(verified), report: (checks) => Promise.resolve({checks, apiKey: 'hunter2-of-the-field', note: said})})
}

beforeAll(async () => {
  root = keptFolder()
  writeFileSync(join(root, 'kp.yaml'), `# ${said}\nmetadata: {name: acme}\nsecrets: {git: env:GIT_TOKEN}\n`)
  const run = join(root, 'runs', '20261128T110000Z-0001')
  mkdirSync(run, {recursive: true})
  writeFileSync(join(run, 'journal.jsonl'), `${JSON.stringify({code: 'run.started', time: '2026-11-28T11:00:00Z', data: {command: 'kp up', environment: 'lab', password: 'hunter2-of-the-field', said}})}\n{"cut ${said}`)
  whole = await gather()
})

const facts = {platform: 'acme', environment: 'lab', cluster: 'acme', kp: '0.0.0-test', time: NOW}

describe('what a bundle holds', () => {
  it('is evidence of the platform and of what fails', () => {
    expect(whole.files.map(({path}) => path)).toEqual([
      'kp.yaml', 'machine.json', 'runs/20261128T110000Z-0001.jsonl', 'verify.json', 'report.json', 'cluster/nodes.json', 'cluster/workloads.json', 'cluster/events.json', 'cluster/pods.json',
      'logs/shop/web-1/web.log', 'logs/shop/web-1/web.previous.log',
    ])
    const read = (path: string): string => whole.files.find((file) => file.path === path)?.text ?? ''
    expect(read('cluster/pods.json')).toContain('CrashLoopBackOff')
    expect(read('cluster/pods.json')).not.toContain('shop/well')
    expect(JSON.parse(read('cluster/events.json'))).toHaveLength(1)
    expect(JSON.parse(read('cluster/workloads.json'))).toMatchObject([{kind: 'Deployment', name: 'api', wanted: 1, ready: 0}])
    expect(read('logs/shop/web-1/web.previous.log')).toBe('it ended\n')
  })

  it('says what is missing, and why', async () => {
    expect(whole.missing).toEqual([{path: 'logs/shop/api-1/api.log', reason: expect.stringContaining('pods/log is forbidden')}])
    const refused = await gather({refused: new Set(['v1 Event', 'v1 Node'])})
    expect(refused.missing.map(({path}) => path)).toEqual(['cluster/nodes.json', 'cluster/events.json', 'logs/shop/api-1/api.log'])
    const dark = await gather({}, {presence: () => Promise.resolve({state: 'absent', observed: 'there is no lab'})})
    expect(dark.files.map(({path}) => path)).toEqual(['kp.yaml', 'machine.json', 'runs/20261128T110000Z-0001.jsonl', 'report.json'])
    expect(new Set(dark.missing.map(({reason}) => reason))).toEqual(new Set(['there is no lab']))
    const silent = await gather({}, {cluster: () => Promise.reject(new KpError({code: 'CLUSTER_UNREACHABLE', message: 'the API server does not answer'}))})
    expect(silent.missing).toEqual([{path: 'cluster/', reason: 'the API server does not answer'}])
  })
})

describe('the archive', () => {
  it('opens with tar, and its manifest names every file with its digest', () => {
    const folder = keptFolderNow()
    const {archive, files} = makeBundle(whole, facts, createRedactor([KNOWN]))
    writeFileSync(join(folder, 'bundle.tar.gz'), archive)
    execFileSync('tar', ['-xzf', 'bundle.tar.gz'], {cwd: folder})
    const manifest = JSON.parse(readFileSync(join(folder, 'kp-support-acme', 'manifest.json'), 'utf8')) as {files: {path: string; sha256: string; bytes: number}[]; missing: object[]; platform: string}
    expect(manifest).toMatchObject({platform: 'acme', missing: [{path: 'logs/shop/api-1/api.log'}]})
    expect(files.map(({path}) => path)).toEqual(['manifest.json', ...manifest.files.map(({path}) => path)])
    for (const {path, sha256, bytes} of manifest.files) {
      const content = readFileSync(join(folder, 'kp-support-acme', path))
      expect([path, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([path, bytes, sha256])
    }
  })

  it('holds no secret, known by its value, by its look, or by the name of its field', () => {
    const plain = JSON.stringify(whole)
    for (const secret of [KNOWN, TOKEN, 'hunter2-of-the-field']) expect(plain, 'it was planted').toContain(secret)
    const {archive} = makeBundle(whole, facts, createRedactor([KNOWN]))
    const folder = keptFolderNow()
    writeFileSync(join(folder, 'bundle.tar.gz'), archive)
    const text = execFileSync('tar', ['-xzOf', 'bundle.tar.gz'], {cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20})
    for (const secret of PLANTED) expect(text).not.toContain(secret)
    expect(text).toContain('CrashLoopBackOff')
  })

  it('takes long paths, and refuses those that no archive can hold', () => {
    const long = `logs/${'n'.repeat(60)}/${'p'.repeat(60)}/c.log`
    const folder = keptFolderNow()
    writeFileSync(join(folder, 'a.tar'), tar([{path: long, content: Buffer.from('x')}], NOW))
    expect(execFileSync('tar', ['-tf', 'a.tar'], {cwd: folder, encoding: 'utf8'}).trim()).toBe(long)
    expect(() => tar([{path: 'x'.repeat(300), content: Buffer.from('')}], NOW)).toThrow(/too long/)
  })
})

/** A folder below the one that is removed at the end. */
function keptFolderNow(): string {
  const path = join(root, `t${Math.random().toString(36).slice(2)}`)
  mkdirSync(path)
  return path
}
