/** Asks programs for their version, and remembers the answer for as long as the file is the same. */
import {mkdir, readFile, realpath, rename, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import semver from 'semver'
import {asKpError} from '../../engine/errors.ts'
import type {Exec} from '../../engine/types.ts'

/** Arguments that make a program say its version; the default is `--version`. */
const VERSION_ARGUMENTS: Record<string, string[]> = {
  kubectl: ['version', '--client', '-o', 'json'],
  kubeadm: ['version', '-o', 'short'],
  helm: ['version', '--short'],
  terraform: ['version', '-json'],
  tofu: ['version', '-json'],
  velero: ['version', '--client-only'],
  etcdctl: ['version'],
  etcdutl: ['version'],
  go: ['version'],
}

const VERSION_TIMEOUT_MS = 10_000

/** The version of a program, or why it cannot be used. */
export type VersionAnswer = {version: string} | {unusable: string}

interface Remembered {
  mtimeMs: number
  size: number
  version: string
}

/**
 * The version of a program, asked of the program itself unless the same file was asked before.
 * Never throws for a program that hangs, fails or prints rubbish: it is `unusable`, with the reason.
 */
export async function askVersion(name: string, path: string, {cacheDir, exec}: {cacheDir: string; exec: Exec}): Promise<VersionAnswer> {
  const file = join(cacheDir, 'versions.json')
  let key: string
  let facts: {mtimeMs: number; size: number}
  try {
    key = `${name} ${await realpath(path)}`
    facts = await stat(path)
  } catch {
    return {unusable: 'it cannot be read'}
  }
  const remembered = (await readRemembered(file))[key]
  if (remembered?.mtimeMs === facts.mtimeMs && remembered.size === facts.size) return {version: remembered.version}
  const answer = await runVersion(name, path, exec)
  if ('version' in answer) await remember(file, key, {mtimeMs: facts.mtimeMs, size: facts.size, version: answer.version})
  return answer
}

/** Compares two versions, also incomplete ones (`1.26`): negative, 0 or positive. */
export function compareVersions(a: string, b: string): number {
  return semver.compare(semver.coerce(a) ?? '0.0.0', semver.coerce(b) ?? '0.0.0')
}

/** Whether a version lies in a range; pre-releases count by their place. No range: always. */
export function inRange(version: string, range: string | undefined): boolean {
  return range === undefined || semver.satisfies(version, range, {includePrerelease: true})
}

/** The kubectl versions that a server of that version supports: one minor older to one minor newer. */
export function kubectlRange(serverVersion: string): string {
  const {major, minor} = semver.coerce(serverVersion) ?? {major: 0, minor: 0}
  return `>=${major}.${Math.max(0, minor - 1)}.0-0 <${major}.${minor + 2}.0-0`
}

/** The first version in a program's answer, without a leading `v`; undefined where there is none. */
export function findVersion(output: string): string | undefined {
  for (const [, word] of output.matchAll(/\b(?:v|go)?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)/g)) {
    const version = semver.valid(word ?? '')
    if (version !== null) return version
  }
  return undefined
}

async function runVersion(name: string, path: string, exec: Exec): Promise<VersionAnswer> {
  const args = VERSION_ARGUMENTS[name] ?? ['--version']
  try {
    const result = await exec.run({tool: path, args, mutates: false, doing: `ask ${name} for its version`, timeoutMs: VERSION_TIMEOUT_MS})
    const version = findVersion(result.stdout) ?? findVersion(result.stderr)
    return version === undefined ? {unusable: `its answer to \`${name} ${args.join(' ')}\` holds no version`} : {version}
  } catch (error) {
    const cause = asKpError(error)
    if (cause.code === 'INTERRUPTED') throw cause
    if (cause.code === 'TOOL_TIMEOUT') return {unusable: `it did not say its version within ${VERSION_TIMEOUT_MS / 1000} seconds`}
    return {unusable: `it cannot say its version: ${cause.message}`}
  }
}

async function readRemembered(file: string): Promise<Record<string, Remembered>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Remembered>) : {}
  } catch {
    return {}
  }
}

/** Best effort: what cannot be remembered is asked again. */
async function remember(file: string, key: string, value: Remembered): Promise<void> {
  const temporary = `${file}.${process.pid}`
  try {
    await mkdir(dirname(file), {recursive: true})
    const known = await readRemembered(file)
    await writeFile(temporary, JSON.stringify({...known, [key]: value}, null, 1))
    await rename(temporary, file)
  } catch {
    // The answer is good all the same.
  }
}

/** Versions of helm that kp works with. */
export const HELM_RANGE = '>=4.0.0 <5'

/** Versions of terraform and OpenTofu that kp works with: the lock file in a bucket is there since 1.10 of both. */
export const TERRAFORM_RANGE = '>=1.10.0 <2'
