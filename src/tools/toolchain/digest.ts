/** Names the folder of a tool after everything that it is made of. */
import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Tool} from './catalog.ts'
import {labFile} from './paths.ts'

/** The operating system and processor in Go's words. */
export interface Target {
  os: string
  arch: string
}

/** The machine that kp runs on. */
export function thisMachine(): Target {
  const arch: Record<string, string> = {x64: 'amd64', ia32: '386', ppc64: 'ppc64le'}
  return {os: process.platform === 'win32' ? 'windows' : process.platform, arch: arch[process.arch] ?? process.arch}
}

/**
 * The folder of a tool in the cache: `<cache>/tools/<name>/<version>-<os>-<arch>-<digest>`.
 * The digest covers how it is built, so that a changed recipe never finds the old programs.
 */
export async function toolFolder(tool: Tool, cacheDir: string, target: Target = thisMachine()): Promise<string> {
  return join(cacheDir, 'tools', tool.name, `${tool.version}-${target.os}-${target.arch}-${await recipeDigest(tool)}`)
}

async function recipeDigest(tool: Tool): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(tool.build))
  for (const file of sourceFiles(tool)) hash.update(`\0`).update(await readFile(file))
  return hash.digest('hex').slice(0, 10)
}

function sourceFiles(tool: Tool): string[] {
  if (tool.build.kind === 'install') return []
  if (tool.build.kind === 'python') return [labFile(tool.build.folder, tool.build.requirements)]
  const {folder, modfile} = tool.build
  return [...(tool.build.kind === 'module' ? [labFile(folder, 'main.go')] : []), labFile(folder, modfile), labFile(folder, modfile.replace(/\.mod$/, '.sum'))]
}
