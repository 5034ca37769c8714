/** Builds a platform of the covering set on a lab, and holds it against what every platform must be. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from 'vitest'
import {COVERING_SECRETS, SECRET_FILES, SECRET_FOLDER, secretVariable} from './covering-set.ts'
import type {CoveringChange, CoveringPlatform} from './covering-set.ts'
import {REMOTE} from './covering-platforms.ts'
import {startRepository} from './git.ts'
import {openTestPlatform} from './platform.ts'
import type {TestPlatform} from './platform.ts'

/** Variables that hold the secrets of the set. */
const ENV = Object.fromEntries(Object.entries(COVERING_SECRETS).map(([name, value]) => [secretVariable(name), value]))
const LONG_MS = 600_000

/** A platform of the set as it was made: kp.yaml, its secrets and its Git repository; nothing is built. */
export async function openCovering({name, spec}: CoveringPlatform): Promise<TestPlatform> {
  const platform = await openTestPlatform({name, build: 'none', spec})
  const remote = join(dirname(platform.root), 'remote.git')
  startRepository(platform.root, remote)
  const folder = join(platform.root, SECRET_FOLDER)
  mkdirSync(folder, {recursive: true})
  for (const file of SECRET_FILES) writeFileSync(join(folder, file), COVERING_SECRETS[file] ?? '')
  const phases = spec['phases'] as {gitops?: {repository?: string}}
  if (spec['repository'] === REMOTE) platform.setSpec(['metadata', 'repository'], `file://${remote}`)
  if (phases.gitops?.repository === REMOTE) platform.setSpec(['phases', 'gitops', 'repository'], `file://${remote}`)
  return platform
}

/** Lays a change over kp.yaml. */
export function changeSpec(platform: TestPlatform, {set}: CoveringChange): void {
  for (const [path, value] of Object.entries(set)) platform.setSpec(path.split('.'), value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown))
}

/** `kp up` builds it, nothing is left to do, and no check fails. */
export async function expectBuilt(platform: TestPlatform): Promise<void> {
  await platform.kpOk(['up', '--yes'], {env: ENV, timeoutMs: LONG_MS})
  await platform.kpOk(['plan', '--exit-code'], {env: ENV})
  const {checks} = (await platform.kp(['verify', '--json'], {env: ENV})).json<{checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.filter(({status}) => status === 'fail' || status === 'unknown')).toEqual([])
  expect(checks.filter(({status}) => status === 'pass').length).toBeGreaterThan(15)
}
