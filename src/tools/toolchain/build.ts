/** Builds a tool with Go into a folder, or installs one from PyPI. */
import {existsSync} from 'node:fs'
import {mkdir, rename, rm, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {KpError, asKpError} from '../../engine/errors.ts'
import type {Exec, ToolResult} from '../../engine/types.ts'
import type {Build, Tool} from './catalog.ts'
import {OWN_FOLDER_VARIABLE} from './claim.ts'
import {labFile} from './paths.ts'
import type {BuildInput} from './build-input.ts'
import {buildPythonTool} from './build-python.ts'
import {compareVersions} from './versions.ts'

const BUILD_MINUTES = 45

/**
 * Builds the tool's programs into the folder.
 * @throws KpError TOOL_MISSING (no Go), TOOL_OLD (Go too old), TOOL_FAILED (with the end of the output), FILE_SYSTEM (disk full)
 */
export async function buildTool({tool, folder, exec, onProgress}: BuildInput): Promise<void> {
  const {build} = tool
  if (build.kind === 'python') return buildPythonTool({tool, folder, exec, onProgress}, build)
  await requireGo(tool, build.go, folder, exec)
  let compiled = 0
  const onLine = (line: string): void => {
    if (isPackage(line)) compiled += 1
    const percent = Math.min(99, Math.floor((compiled / build.units) * 100))
    onProgress({tool: tool.name, version: tool.version, phase: 'build', percent, line: line.trim()})
  }
  // The temporary folders of go and of its linker are inside, so that a kill leaves nothing elsewhere.
  const temporary = join(folder, '.go')
  await mkdir(temporary)
  const env = {GOBIN: folder, GOWORK: 'off', GOTMPDIR: temporary, TMPDIR: temporary, [OWN_FOLDER_VARIABLE]: folder}
  const call = {tool: 'go', mutates: true, doing: `build ${tool.name} ${tool.version}`, timeoutMs: (tool.buildMinutes ?? BUILD_MINUTES) * 60_000, env, onLine}
  try {
    if (build.kind === 'install') {
      for (const name of build.packages) await exec.run({...call, args: ['install', '-v', ...flags(build), `${name}@v${tool.version}`], cwd: folder})
    } else if (build.kind === 'packages') {
      const tags = build.tags === undefined ? [] : ['-tags', build.tags.join(',')]
      await exec.run({...call, args: ['build', '-v', `-modfile=${build.modfile}`, ...tags, ...flags(build), '-o', `${folder}/`, ...build.packages], cwd: labFile(build.folder)})
    } else {
      const output = join(folder, build.output)
      await exec.run({...call, args: ['build', '-v', `-modfile=${build.modfile}`, ...flags(build), '-o', output, '.'], cwd: labFile(build.folder)})
      for (const name of build.links) await symlink(build.output, join(folder, name))
    }
  } catch (error) {
    throw explainBuildFailure(tool, error)
  } finally {
    await rm(temporary, {recursive: true, force: true})
  }
}

/**
 * Makes sure that a Go which can build the tool is there.
 * @throws KpError TOOL_MISSING or TOOL_OLD
 */
async function requireGo(tool: Tool, needed: string, cwd: string, exec: Exec): Promise<void> {
  const install = `install Go ${needed} or newer: https://go.dev/doc/install`
  const doing = `build ${tool.name} ${tool.version}`
  let answer: ToolResult
  try {
    answer = await exec.run({tool: 'go', args: ['env', 'GOVERSION', 'GOTOOLCHAIN'], mutates: false, doing: 'ask Go for its version', cwd, timeoutMs: 30_000, env: {GOWORK: 'off'}})
  } catch (error) {
    const cause = asKpError(error)
    if (cause.code !== 'TOOL_MISSING') throw cause
    throw new KpError({code: 'TOOL_MISSING', message: `Go is needed to build ${tool.name} ${tool.version} and was not found`, doing, next: [install, 'kp tools install'], cause})
  }
  const [version = '', toolchain = ''] = answer.stdout.trim().split('\n')
  const found = /^go(\d+\.\d+(?:\.\d+)?)/.exec(version)?.[1]
  // A Go since 1.21 fetches the newer one that a module asks for, unless it was told to stay as it is.
  const canRenew = found !== undefined && compareVersions(found, '1.21') >= 0 && !toolchain.startsWith('local')
  if (found !== undefined && (compareVersions(found, needed) >= 0 || canRenew)) return
  throw new KpError({
    code: 'TOOL_OLD',
    message: `Go ${needed} or newer is needed to build ${tool.name} ${tool.version}; found ${version === '' ? 'none' : version}`,
    doing,
    next: [install, 'kp tools install'],
  })
}

function flags(build: Exclude<Build, {kind: 'python'}>): string[] {
  return ['-trimpath', '-buildvcs=false', ...(build.ldflags === undefined ? [] : ['-ldflags', build.ldflags])]
}

/** `go build -v` prints the import path of each package that it compiles, and other things. */
function isPackage(line: string): boolean {
  return /^[\w.~/-]+$/.test(line.trim()) && !line.startsWith('go:')
}

function explainBuildFailure(tool: Tool, error: unknown): KpError {
  const cause = asKpError(error, `build ${tool.name} ${tool.version}`)
  const output = cause.tool?.output ?? ''
  if (/no space left on device|disk quota exceeded/i.test(output)) {
    return new KpError({
      code: 'FILE_SYSTEM',
      message: `the disk is full: ${tool.name} ${tool.version} could not be built`,
      doing: cause.doing ?? 'build a tool',
      ...(cause.tool === undefined ? {} : {tool: cause.tool}),
      next: ['free 5 GB of disk space, then: kp tools install', "go clean -cache empties Go's own cache"],
      cause,
    })
  }
  if (cause.code !== 'TOOL_FAILED') return cause
  const offline = /dial tcp|i\/o timeout|no such host|connection refused|TLS handshake|proxyconnect/i.test(output)
  return new KpError({
    code: 'TOOL_FAILED',
    message: `${tool.name} ${tool.version} could not be built: ${offline ? 'the Go module proxy was not reached' : 'go ended with an error'}`,
    doing: cause.doing ?? 'build a tool',
    ...(cause.tool === undefined ? {} : {tool: cause.tool}),
    next: offline ? ['go env GOPROXY shows the proxy in use; HTTPS_PROXY and GOPROXY are honoured', 'kp tools install'] : ['kp tools install --verbose'],
    cause,
  })
}

/** Whether the folder holds every program of the tool. */
export function isComplete(tool: Tool, folder: string): boolean {
  return tool.programs.every((program) => existsSync(join(folder, program)))
}

/** Puts a finished folder in its place. Where another process was quicker, its folder stays. */
export async function putInPlace(made: string, place: string, tool: Tool): Promise<void> {
  try {
    await rename(made, place)
  } catch (error) {
    if (isComplete(tool, place)) return
    throw error
  }
}
