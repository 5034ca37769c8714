/** The tools that kp uses, and where they are. */
import {TOOLS} from '../tools/toolchain/catalog.ts'
import {LATER_PROGRAMS, PROGRAMS} from '../platform/toolbox.ts'
import type {Toolbox} from '../platform/toolbox.ts'
import type {ToolsResult} from '../ui/results.ts'

/** Looks at every tool. `installed` are those that were brought just now, by program. */
export async function listTools(toolbox: Toolbox, installed: ReadonlySet<string> = new Set()): Promise<ToolsResult> {
  const tools = await Promise.all(
    [...PROGRAMS, ...LATER_PROGRAMS].map(async (name): Promise<ToolsResult['tools'][number]> => {
      const found = await toolbox.look(name)
      const wanted = TOOLS.filter((tool) => tool.programs.includes(name)).map((tool) => tool.version).join(' or ')
      if ('path' in found) return {name, wanted, state: installed.has(name) ? 'installed' : 'ok', version: found.version, path: found.path, source: found.source, reason: null}
      return {name, wanted, state: found.missing === 'absent' ? 'missing' : found.found.some((one) => one.version !== undefined) ? 'old' : 'unusable', version: found.found[0]?.version ?? null, path: found.found[0]?.path ?? null, source: null, reason: found.reason}
    }),
  )
  return {schema: 'kp/tools/v1', tools}
}
