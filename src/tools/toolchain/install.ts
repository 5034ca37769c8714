/** Brings a tool into the cache: downloaded where that is possible, else built. */
import {existsSync} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Clock} from '../../engine/clock.ts'
import {KpError, asKpError} from '../../engine/errors.ts'
import type {Exec} from '../../engine/types.ts'
import {buildTool, isComplete, putInPlace} from './build.ts'
import type {Tool} from './catalog.ts'
import {makeOwnFolder, sweepOwnFolders, waitForClaim} from './claim.ts'
import {toolFolder} from './digest.ts'
import {downloadTool} from './download.ts'
import type {Environment} from './paths.ts'
import type {Progress} from './progress.ts'

/** What an installation needs. */
export interface InstallOptions {
  cacheDir: string
  exec: Exec
  clock: Clock
  /** `KP_DOWNLOADS=never` builds at once; `KP_DOWNLOAD_MIRROR` is a base URL that takes the place of each download's host. */
  env: Environment
  onProgress: (progress: Progress) => void
  signal?: AbortSignal
}

/**
 * Makes sure that a tool is in the cache.
 * Two installations of the same tool wait for each other; one that was killed leaves nothing but a folder that the next one removes.
 * @returns the folder of its programs
 * @throws KpError TOOL_MISSING or TOOL_OLD (Go), TOOL_FAILED (build, checksum), FILE_SYSTEM, INTERRUPTED
 */
export async function installTool(tool: Tool, options: InstallOptions): Promise<string> {
  const {cacheDir, clock, signal, onProgress} = options
  const place = await toolFolder(tool, cacheDir)
  const parent = dirname(place)
  const lock = join(parent, `${tool.version}.lock`)
  // A lock beside a complete tool: another process is about to end, or was killed before it had cleaned up.
  if (isComplete(tool, place) && !existsSync(lock)) return place
  const doing = `install ${tool.name} ${tool.version}`
  try {
    await mkdir(parent, {recursive: true})
    const release = await waitForClaim(lock, {
      clock,
      signal,
      onWait: (held) => onProgress({tool: tool.name, version: tool.version, phase: 'wait', line: `process ${held.holder.pid} is installing it`}),
    })
    try {
      await sweepOwnFolders(parent, clock)
      if (!isComplete(tool, place)) await make(tool, place, options)
      return place
    } finally {
      await release()
    }
  } catch (error) {
    if (signal?.aborted === true) throw new KpError({code: 'INTERRUPTED', message: `${doing} was stopped`, doing, next: ['kp tools install'], cause: error})
    throw asKpError(error, doing)
  }
}

/**
 * Installs tools one after the other: each build uses all processors.
 * @returns the folders of programs, in the order of the tools
 */
export async function installTools(tools: Tool[], options: InstallOptions): Promise<string[]> {
  const folders: string[] = []
  for (const tool of tools) folders.push(await installTool(tool, options))
  return folders
}

async function make(tool: Tool, place: string, options: InstallOptions): Promise<void> {
  const {clock, env, exec, onProgress, signal} = options
  const own = await makeOwnFolder(dirname(place), clock)
  try {
    const downloaded = await downloadTool({tool, folder: own.path, env, exec, onProgress, signal})
    signal?.throwIfAborted()
    if (!downloaded) await buildTool({tool, folder: own.path, exec, onProgress})
    await putInPlace(own.path, place, tool)
  } finally {
    await own.remove()
  }
}
