/** Finds a program: kp's own cache first, then the PATH. */
import {access, constants, stat} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import type {Exec} from '../../engine/types.ts'
import {isComplete} from './build.ts'
import {toolsOfProgram} from './catalog.ts'
import {toolFolder} from './digest.ts'
import {askVersion, inRange} from './versions.ts'

/** What to look for, and where. */
export interface LocateOptions {
  cacheDir: string
  /** The value of PATH. */
  path: string
  /** Versions that will do, as semver writes ranges; absent: any. */
  versionRange?: string | undefined
  exec: Exec
}

/** A program that can be used. */
export interface LocatedTool {
  path: string
  version: string
  source: 'cache' | 'path'
}

/** Why there is none, and what was looked at. */
export interface NotLocated {
  missing: 'absent' | 'unfit'
  /** One sentence. */
  reason: string
  found: {path: string; version?: string; reason: string}[]
}

/**
 * Finds a program by its name.
 * @returns where it is; or that it is absent, or that each one found is of another version or does not work
 */
export async function locateTool(name: string, options: LocateOptions): Promise<LocatedTool | NotLocated> {
  const {cacheDir, path, versionRange, exec} = options
  const found: NotLocated['found'] = []
  for (const tool of toolsOfProgram(name)) {
    const folder = await toolFolder(tool, cacheDir)
    if (!isComplete(tool, folder)) continue
    const program = join(folder, name)
    if (inRange(tool.version, versionRange)) return {path: program, version: tool.version, source: 'cache'}
    found.push({path: program, version: tool.version, reason: `${tool.version} is not ${versionRange}`})
  }
  for (const program of await findOnPath(name, path)) {
    const answer = await askVersion(name, program, {cacheDir, exec})
    if ('unusable' in answer) found.push({path: program, reason: answer.unusable})
    else if (inRange(answer.version, versionRange)) return {path: program, version: answer.version, source: 'path'}
    else found.push({path: program, version: answer.version, reason: `${answer.version} is not ${versionRange}`})
  }
  if (found.length === 0) return {missing: 'absent', reason: `${name} was not found`, found}
  const listed = found.map((each) => `${each.path}: ${each.reason}`).join('; ')
  return {missing: 'unfit', reason: `no ${name} that was found can be used: ${listed}`, found}
}

/**
 * The path of a program that must be there.
 * @throws KpError TOOL_MISSING, or TOOL_OLD where only other versions or broken ones are there
 */
export async function requireTool(name: string, options: LocateOptions): Promise<LocatedTool> {
  const result = await locateTool(name, options)
  if ('path' in result) return result
  const [tool] = toolsOfProgram(name)
  throw new KpError({
    code: result.missing === 'absent' ? 'TOOL_MISSING' : 'TOOL_OLD',
    message: result.missing === 'absent' ? `${name} is not installed` : `no usable ${name} was found${options.versionRange === undefined ? '' : ` (${options.versionRange} is needed)`}`,
    details: result.found.map((each) => `${each.path}: ${each.reason}`),
    next: tool === undefined ? [`install ${name}${options.versionRange === undefined ? '' : ` ${options.versionRange}`} and put it on the PATH`] : ['kp tools install'],
  })
}

/** Every executable file of that name on the PATH, in its order; relative entries are left out. */
async function findOnPath(name: string, path: string): Promise<string[]> {
  const candidates = [...new Set(path.split(delimiter).filter((folder) => folder.startsWith('/')))].map((folder) => join(folder, name))
  const usable = await Promise.all(candidates.map(isExecutable))
  return candidates.filter((_, index) => usable[index])
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
