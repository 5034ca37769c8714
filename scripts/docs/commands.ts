/** The commands of kp, read from the sources as oclif finds them. */
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

/** A flag or an argument as oclif keeps it. */
export interface Input {
  type?: 'boolean' | 'option'
  char?: string
  summary?: string
  description?: string
  options?: readonly string[]
  default?: unknown
  env?: string
  multiple?: boolean
  required?: boolean
  allowNo?: boolean
  exclusive?: string[]
  dependsOn?: string[]
  helpValue?: string
  name?: string
  hidden?: boolean
}

/** What a command class says about itself. */
export interface CommandFace {
  /** As typed: `lab up`. */
  id: string
  summary: string
  description?: string
  examples: string[]
  strict?: boolean
  args: Record<string, Input>
  flags: Record<string, Input>
  baseFlags: Record<string, Input>
}

/** Every command below `src/commands`, by name. */
export async function readCommands(root: string): Promise<CommandFace[]> {
  const folder = join(root, 'src', 'commands')
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'))
  const commands = await Promise.all(
    files.map(async (file): Promise<CommandFace> => {
      const loaded = (await import(pathToFileURL(join(folder, file)).href)) as {default: Partial<CommandFace> & Pick<CommandFace, 'summary' | 'baseFlags'>}
      const {summary, description, examples = [], strict, args = {}, flags = {}, baseFlags} = loaded.default
      return {
        id: file.replace(/\.ts$/, '').replace(/\/index$/, '').replaceAll('/', ' '),
        summary,
        examples: examples.map((example) => example.replaceAll('<%= config.bin %>', 'kp')),
        args,
        // What kp hands to itself is nobody's to type.
        flags: Object.fromEntries(Object.entries(flags).filter(([, {hidden}]) => hidden !== true)),
        baseFlags,
        ...(description === undefined ? {} : {description}),
        ...(strict === undefined ? {} : {strict}),
      }
    }),
  )
  return commands.toSorted((a, b) => a.id.localeCompare(b.id))
}
