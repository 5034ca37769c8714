/** Ansible as kp brings it, for tests. */
import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {systemClock} from '../../src/engine/clock.ts'
import {createExec} from '../../src/tools/exec.ts'
import {findTool} from '../../src/tools/toolchain/catalog.ts'
import {installTool} from '../../src/tools/toolchain/install.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'

const run = promisify(execFile)

/** Brings a tool into the cache where it is not there yet. @returns the folder of its programs */
export function bringTool(name: string, version?: string): Promise<string> {
  const tool = findTool(name, version)
  if (tool === undefined) throw new Error(`${name} is not in the catalog`)
  const signal = new AbortController().signal
  const exec = createExec({findTool: (program) => Promise.resolve(program), env: process.env, emit: () => {}, signal, redact: (text) => text})
  return installTool(tool, {cacheDir: cacheDir(process.env), exec, clock: systemClock, env: process.env, onProgress: () => {}, signal})
}

/** A program with its output, also where it fails. */
export async function output(program: string, args: string[], options: {cwd?: string; env?: Record<string, string>} = {}): Promise<{code: number; text: string}> {
  try {
    const {stdout, stderr} = await run(program, args, {...options, env: {...process.env, LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...options.env}, maxBuffer: 1 << 26})
    return {code: 0, text: stdout + stderr}
  } catch (error) {
    const {code, stdout = '', stderr = ''} = error as {code?: number; stdout?: string; stderr?: string}
    return {code: typeof code === 'number' ? code : -1, text: stdout + stderr}
  }
}
