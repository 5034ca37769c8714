/** The AWS provider of terraform in kp's cache, laid out as terraform wants a mirror on disk. */
import {mkdir, readFile, readlink, rename, rm, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {systemClock} from '../../src/engine/clock.ts'
import {isComplete} from '../../src/tools/toolchain/build.ts'
import {AWS_PROVIDER, findTool} from '../../src/tools/toolchain/catalog.ts'
import type {Tool} from '../../src/tools/toolchain/catalog.ts'
import {thisMachine, toolFolder} from '../../src/tools/toolchain/digest.ts'
import {installTool} from '../../src/tools/toolchain/install.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import type {Progress} from '../../src/tools/toolchain/progress.ts'
import {createExec} from '../../src/tools/exec.ts'

const PROGRAM = 'terraform-provider-aws'

function entry(): Tool {
  const tool = findTool(PROGRAM)
  if (tool === undefined) throw new Error(`${PROGRAM} is not in the catalog`)
  return tool
}

/** Whether the provider is in the cache. */
export async function hasProvider(env: Record<string, string | undefined>): Promise<boolean> {
  return isComplete(entry(), await toolFolder(entry(), cacheDir(env)))
}

/** Builds the provider where it is missing; what was compiled before a kill is not compiled again. */
export async function bringProvider(env: Record<string, string | undefined>, onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<void> {
  const exec = createExec({findTool: (name) => Promise.resolve(name), env, emit: () => {}, signal, redact: (text) => text})
  await installTool(entry(), {cacheDir: cacheDir(env), exec, clock: systemClock, env, onProgress, signal})
}

/**
 * Lays the mirror: `<cache>/terraform/mirror/<registry>/hashicorp/aws/<release>/<os>_<arch>/`, for both registries.
 * @returns the folder for `filesystem_mirror`
 */
export async function layMirror(env: Record<string, string | undefined>): Promise<string> {
  return lay(env, 'mirror', async (path, built) => {
    if ((await readlink(path).catch(() => undefined)) === built) return
    await rm(path, {force: true})
    await symlink(built, path)
  })
}

/**
 * The same for tests, with a launcher in the place of the provider: terraform takes the digest of the whole package with each
 * command, which for 900 MB is a fifth of what a command takes.
 * @returns the folder for `filesystem_mirror`
 */
export async function layLaunchers(env: Record<string, string | undefined>): Promise<string> {
  return lay(env, 'launchers', async (path, built) => {
    const text = `#!/bin/sh\nexec '${built}' "$@"\n`
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return
    // Whole or not at all: test files lay it beside each other.
    await writeFile(`${path}.${process.pid}`, text, {mode: 0o755})
    await rename(`${path}.${process.pid}`, path)
  })
}

/** The program in a mirror. */
export function providerIn(mirror: string): string {
  return join(mirror, ...placeOf('registry.terraform.io'))
}

/** Where the program is in a mirror. */
function placeOf(registry: string): string[] {
  const {os, arch} = thisMachine()
  return [registry, 'hashicorp', 'aws', AWS_PROVIDER.release, `${os}_${arch}`, `${PROGRAM}_v${AWS_PROVIDER.release}`]
}

async function lay(env: Record<string, string | undefined>, name: string, put: (path: string, built: string) => Promise<void>): Promise<string> {
  const built = join(await toolFolder(entry(), cacheDir(env)), PROGRAM)
  const mirror = join(cacheDir(env), 'terraform', name)
  for (const registry of ['registry.terraform.io', 'registry.opentofu.org']) {
    const path = join(mirror, ...placeOf(registry))
    await mkdir(dirname(path), {recursive: true})
    await put(path, built)
  }
  return mirror
}
