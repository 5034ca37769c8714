/** `make bootstrap` in a clone of the generated repository builds a second platform, on a lab of its own, without a question. */
import {execFile} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {endLabs} from '../helpers/end-labs.ts'
import {git, startRepository} from '../helpers/git.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {KP_BIN, kpEnvironment, NODE, startKp} from '../helpers/run-kp.ts'
import {keptFolder} from '../helpers/temp.ts'

const NAME = 'second'
const LIMIT_MS = 15 * 60_000
const run = promisify(execFile)
const base = keptFolder()
const state = join(base, 'state')
const clone = join(base, 'clone')
let first: TestPlatform

beforeAll(async () => {
  // The first platform is only rendered: its repository is what counts.
  first = await openTestPlatform({name: NAME, build: 'none', spec: {nodePools: [{name: 'general', min: 3, max: 3}]}})
  await first.kpOk(['render', '--yes'])
  startRepository(first.root)
  git(first.root, 'add', '--all')
  git(first.root, 'commit', '--quiet', '--message', 'A platform')
  git(base, 'clone', '--quiet', first.root, clone)
})

afterAll(async () => {
  await endLabs(state)
  await first.close()
})

const make = async (target: string): Promise<string> => {
  const {stdout, stderr} = await run('make', [target, `KP=${NODE} ${KP_BIN}`], {cwd: clone, env: kpEnvironment(state), timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024})
  return stdout + stderr
}
const kp = (...args: string[]): ReturnType<typeof startKp>['done'] => startKp(args, kpEnvironment(state), {cwd: clone}).done

it('says what there is', async () => {
  const help = await make('help')
  for (const target of ['bootstrap', 'plan', 'up', 'verify', 'check']) expect(help).toContain(`make ${target}`)
})

it('holds nothing that belongs to one machine', () => {
  expect(git(clone, 'ls-files', '.kp')).toBe('')
  expect(existsSync(join(clone, '.kp', 'environments'))).toBe(false)
})

it('builds and proves a platform of its own', async () => {
  const said = await make('bootstrap')
  expect(said).not.toMatch(/\?\s*\[[yY]\/[nN]\]/)
  expect(existsSync(join(state, 'labs', NAME))).toBe(true)
  const verified = await kp('verify', '--json')
  expect(verified.json<{summary: {fail: number}; cluster: {name: string}}>()).toMatchObject({summary: {fail: 0}, cluster: {name: NAME}})
  expect((await kp('plan', '--json', '--exit-code')).exit).toBe(0)
}, LIMIT_MS)

it('leaves the repository as it was cloned, also after make check', async () => {
  expect(git(clone, 'status', '--porcelain')).toBe('')
  await make('check')
  expect(git(clone, 'status', '--porcelain')).toBe('')
})

it('a plain Secret that is committed is found, a sealed one is not', async () => {
  const check = async (): Promise<{status: string; observed: string}> => {
    const found = (await kp('verify', 'deliverables', '--json')).json<{checks: {id: string; status: string; observed: string}[]}>().checks
    const one = found.find(({id}) => id === 'deliverables.no-plain-secrets')
    if (one === undefined) throw new Error('the check did not run')
    return one
  }
  expect((await check()).status).toBe('pass')
  mkdirSync(join(clone, 'apps', 'shop'), {recursive: true})
  writeFileSync(join(clone, 'apps', 'shop', 'sealed.yaml'), 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db}\nspec: {encryptedData: {password: AgBy3i4OJSWK}}\n')
  git(clone, 'add', '--all')
  expect((await check()).status).toBe('pass')
  writeFileSync(join(clone, 'apps', 'shop', 'secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {password: hunter2}\n')
  git(clone, 'add', '--all')
  const found = await check()
  expect(found).toMatchObject({status: 'fail', observed: 'apps/shop/secret.yaml holds Secret shop/db in plain text'})
  expect(JSON.stringify(found)).not.toContain('hunter2')
})
