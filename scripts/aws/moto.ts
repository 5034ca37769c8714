/** moto, the emulator of AWS, in kp's cache: a Python environment of its own, with every package pinned by digest. */
import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {mkdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {cacheDir, labFile} from '../../src/tools/toolchain/paths.ts'

type Env = Record<string, string | undefined>

const run = promisify(execFile)

/** The program, whether it is there or not. */
export function motoProgram(env: Env): string {
  return join(folderOf(env), 'bin', 'moto_server')
}

/** Installs it where it is missing. @throws Error where there is no Python 3 with venv, or the packages cannot be had */
export async function bringMoto(env: Env): Promise<string> {
  const folder = folderOf(env)
  if (existsSync(motoProgram(env))) return motoProgram(env)
  await mkdir(join(folder, '..'), {recursive: true})
  // The programs of an environment name its folder: it is made where it stays, and counts once moto_server is there, which comes last.
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, {recursive: true, force: true})
  await rm(folder, {recursive: true, force: true})
  await run('python3', ['-m', 'venv', folder])
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements()], {maxBuffer: 1 << 26}).catch(async (error: unknown) => {
    await rename(folder, unfinished)
    throw error
  })
  return motoProgram(env)
}

function requirements(): string {
  return labFile('toolchain', 'moto', 'requirements.txt')
}

function folderOf(env: Env): string {
  const digest = createHash('sha256').update(readFileSync(requirements())).digest('hex').slice(0, 10)
  return join(cacheDir(env), 'moto', digest)
}
