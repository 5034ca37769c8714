/** Installs a tool from PyPI into a folder: an environment of Python that can be moved, since its programs find it by themselves. */
import {chmod, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {asKpError, KpError} from '../../engine/errors.ts'
import type {BuildInput} from './build-input.ts'
import type {PythonBuild} from './catalog.ts'
import {labFile} from './paths.ts'
import {compareVersions, findVersion} from './versions.ts'

const INSTALL_MS = 20 * 60_000
const ENVIRONMENT = 'venv'

/**
 * Makes the environment, with exactly the packages of the requirements, each held against its digest.
 * @throws KpError TOOL_MISSING or TOOL_OLD (Python), TOOL_FAILED
 */
export async function buildPythonTool({tool, folder, exec, onProgress}: BuildInput, build: PythonBuild): Promise<void> {
  const doing = `install ${tool.name} ${tool.version}`
  const progress = (line: string): void => onProgress({tool: tool.name, version: tool.version, phase: 'build', line})
  await requirePython(doing, build.python, folder, exec)
  progress('make an environment of Python')
  const environment = join(folder, ENVIRONMENT)
  try {
    await exec.run({tool: 'python3', args: ['-m', 'venv', environment], mutates: true, doing, timeoutMs: INSTALL_MS, cwd: folder})
    progress('fetch the packages')
    await exec.run({
      tool: join(environment, 'bin', 'python3'),
      args: ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-compile', '--require-hashes', '-r', labFile(build.folder, build.requirements)],
      mutates: true,
      doing,
      timeoutMs: INSTALL_MS,
      cwd: folder,
      onLine: (line) => progress(line.trim()),
    })
  } catch (error) {
    const cause = asKpError(error, doing)
    if (cause.code !== 'TOOL_FAILED') throw cause
    const noVenv = /ensurepip is not available|No module named venv/.test(cause.tool?.output ?? '')
    throw new KpError({
      code: noVenv ? 'TOOL_MISSING' : 'TOOL_FAILED',
      message: noVenv ? `Python is here without its module venv, which ${tool.name} needs` : `${tool.name} ${tool.version} could not be installed from PyPI`,
      doing,
      ...(cause.tool === undefined ? {} : {tool: cause.tool}),
      next: noVenv ? ['install python3-venv by the package manager', 'kp tools install'] : ['PIP_INDEX_URL and HTTPS_PROXY are honoured', 'kp tools install --verbose'],
      cause,
    })
  }
  for (const [program, [module = '', ...args]] of Object.entries(build.modules)) {
    const path = join(folder, program)
    await writeFile(path, `#!/bin/sh\nhere=$(dirname -- "$(readlink -f -- "$0")")\nexec "$here/${ENVIRONMENT}/bin/python3" -m ${[module, ...args].join(' ')} "$@"\n`)
    await chmod(path, 0o755)
  }
}

async function requirePython(doing: string, needed: string, cwd: string, exec: BuildInput['exec']): Promise<void> {
  const next = [`install Python ${needed} or newer with its module venv`, 'kp tools install']
  let said: string
  try {
    said = (await exec.run({tool: 'python3', args: ['--version'], mutates: false, doing: 'ask Python for its version', cwd, timeoutMs: 30_000})).stdout
  } catch (error) {
    const cause = asKpError(error)
    if (cause.code !== 'TOOL_MISSING') throw cause
    throw new KpError({code: 'TOOL_MISSING', message: `Python ${needed} is needed and was not found`, doing, next, cause})
  }
  const version = findVersion(said)
  if (version !== undefined && compareVersions(version, needed) >= 0) return
  throw new KpError({code: 'TOOL_OLD', message: `Python ${needed} or newer is needed; found ${version ?? said.trim()}`, doing, next})
}
